import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, symlink, unlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { removeInside } from '../foundation/guard.ts'
import { home } from '../foundation/package.ts'
import { translated } from './program.ts'

/** A project of somebody who uses Reeve: a folder in which `reeve` is installed, and nothing of ours is seen but that. */
export type Project = {
  folder: string
  /** What a shell needs to be in it. */
  env: Record<string, string>
  /** The program of the package that is installed in it. */
  main: string
  write: (file: string, text: string) => Promise<void>
  read: (file: string) => Promise<string>
  /** The files of one of the project's migrations, by what it is called without its time. */
  migration: (sentence: string) => Promise<string>
  /** Runs a script of bash, and returns what it said. Rejects with what it said when a command of it fails. */
  bash: (script: string) => Promise<string>
  remove: () => Promise<void>
}

const tsconfig = {
  compilerOptions: {
    ...{ target: 'es2023', module: 'nodenext', strict: true, skipLibCheck: true, types: ['node'] },
    outDir: 'dist',
  },
  exclude: ['dist'],
}

/**
 * An empty project with the package as it is now, other packages that are named, `npx tsc`, and `npx prisma generate`, which brings the client that was
 * generated for `examples/prisma` and is refused for any other schema: Prisma's own command is not installed here.
 */
export async function aProject(
  env: Record<string, string>,
  packages: readonly string[] = [],
): Promise<Project> {
  const program = await translated({ declarations: true })
  const folder = await mkdtemp(join(tmpdir(), 'reeve-project-'))
  const modules = join(folder, 'node_modules')
  const bin = join(modules, '.bin')
  await mkdir(bin, { recursive: true })
  const installed = ['@prisma', '@types', ...packages]
  for (const name of installed) await symlink(join(home, 'node_modules', name), join(modules, name))
  await symlink(program.folder, join(modules, 'reeve'))
  await command(join(bin, 'reeve'), `exec "${process.execPath}" "${program.main}" "$@"`)
  await command(join(bin, 'tsc'), `exec "${process.execPath}" "${compiler()}" "$@"`)
  await command(join(bin, 'prisma'), generating)
  await command(join(bin, 'npx'), 'exec "$@"')

  const write = async (file: string, text: string) => {
    await mkdir(dirname(join(folder, file)), { recursive: true })
    await writeFile(join(folder, file), text)
  }
  await write('package.json', '{ "name": "a-project", "private": true, "type": "module" }\n')
  await write('tsconfig.json', JSON.stringify(tsconfig))
  const inside = { ...env, HOME: process.env['HOME'] ?? '', PATH: `${bin}:${process.env['PATH']}` }
  return {
    folder,
    env: inside,
    main: program.main,
    write,
    read: (file) => readFile(join(folder, file), 'utf8'),
    migration: async (sentence) => {
      const there = await readdir(join(folder, 'prisma/migrations'))
      return join(
        'prisma/migrations',
        there.find((name) => name.replace(/^\d+_/, '') === sentence)!,
      )
    },
    bash: (script) => bash(script, folder, inside),
    remove: async () => {
      for (const name of [...installed, 'reeve']) await unlink(join(modules, name))
      await removeInside(tmpdir(), folder)
      await program.remove()
    },
  }
}

const generating = `
example="${join(home, 'examples/prisma')}"
[ "$*" = generate ] || { echo "only generate is to be had here" >&2; exit 1; }
cmp prisma/schema.prisma "$example/prisma/schema.prisma" >&2 || exit 1
cp -r "$example/generated" .`

async function command(file: string, script: string): Promise<void> {
  await writeFile(file, `#!/bin/sh\n${script}\n`)
  await chmod(file, 0o755)
}

function compiler(): string {
  const manifest = createRequire(import.meta.url).resolve('typescript/package.json')
  return join(dirname(manifest), 'bin/tsc')
}

async function bash(script: string, cwd: string, env: Record<string, string>): Promise<string> {
  const options = { cwd, env, timeout: 60_000 }
  try {
    const { stdout, stderr } = await promisify(execFile)('bash', ['--norc', '-euc', script], options)
    return stdout + stderr
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    throw new Error(`${script}\n${stdout}${stderr}`, { cause: error })
  }
}
