// Builds what is out of date and nothing else: the server, the commands and the client with `tsc -b`,
// which knows by itself what changed, then the console with Vite if what it is made of changed.
// Says nothing when there was nothing to do. Needs no network.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, gzipSync } from 'node:zlib'

const root = fileURLToPath(new URL('..', import.meta.url))
const madeOf = [
  'console/index.html',
  'console/package.json',
  'console/public',
  'console/src',
  'console/vite.config.ts',
]
const made = join(root, 'console/dist/index.html')
const stamp = join(root, 'dist/console.made-of') // beside what is served, not in it

const tsc = binary('typescript', 'tsc')
const vite = binary('vite', 'vite')

if (tsc && vite) {
  run('server', tsc, ['-b', 'src', 'client', 'console'])
  buildConsole(vite)
} else if (!existsSync(join(root, 'dist/cli/main.js'))) {
  console.error(
    'Reeve is not built, and what builds it is not installed.\nRun npm ci without --omit=dev, then try again.',
  )
  process.exit(1)
}

function buildConsole(vite) {
  const now = digest([...madeOf, 'client/dist', 'package-lock.json'])
  if (existsSync(made) && existsSync(stamp) && readFileSync(stamp, 'utf8') === now) return
  run('console', vite, ['build', '--logLevel', 'warn'], join(root, 'console'))
  compress('console/dist')
  writeFileSync(stamp, now) // last, so that a build that was broken off is begun again
  console.log('built the console')
}

/** Once here rather than at every request: a third of the bytes. */
function compress(folder) {
  for (const file of filesIn(folder).filter((path) => /\.(js|css)$/.test(path))) {
    const content = readFileSync(join(root, file))
    writeFileSync(join(root, `${file}.br`), brotliCompressSync(content))
    writeFileSync(join(root, `${file}.gz`), gzipSync(content, { level: 9 }))
  }
}

function run(what, program, args, cwd = root) {
  const { status } = spawnSync(process.execPath, [program, ...args], { cwd, stdio: 'inherit' })
  if (status === 0) return
  console.error(`The ${what} was not built.`)
  process.exit(1)
}

/** One digest of the contents of files and folders: unlike times, it survives a checkout, and sees what was removed. */
function digest(paths) {
  const hash = createHash('sha256')
  for (const path of paths.flatMap((path) => filesIn(path))) {
    hash
      .update(path)
      .update('\0')
      .update(
        createHash('sha256')
          .update(readFileSync(join(root, path)))
          .digest(),
      )
  }
  return hash.digest('hex')
}

function filesIn(path) {
  if (!statSync(join(root, path)).isDirectory()) return path.endsWith('.tsbuildinfo') ? [] : [path]
  return readdirSync(join(root, path))
    .toSorted()
    .flatMap((name) => filesIn(`${path}/${name}`))
}

/** The file behind a package's command, or nothing if it was not installed, as with `npm ci --omit=dev`. */
function binary(name, command) {
  try {
    const manifest = createRequire(join(root, 'console/')).resolve(`${name}/package.json`)
    return join(dirname(manifest), JSON.parse(readFileSync(manifest, 'utf8')).bin[command])
  } catch {
    return undefined
  }
}
