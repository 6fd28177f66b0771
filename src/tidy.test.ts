/**
 * The rules of the house, as tests. A rule says which files it is about and what it has to
 * complain of in one; beside it stand bad files that it must not let pass, for a rule that
 * cannot fail guards nothing.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

type File = { path: string; text: string }
type Rule = { about: RegExp; complaints: (file: File) => string[]; bad: File[]; good: File[] }

/** Who may look where. What lies right under src/ is what other people import from us. */
const sees: Record<string, readonly string[]> = {
  foundation: [],
  database: ['foundation'],
  domains: ['foundation', 'database'],
  operations: ['foundation', 'database'],
  http: ['foundation', 'database', 'domains', 'operations'],
  cli: ['foundation', 'database', 'domains', 'operations', 'http'],
  library: ['foundation', 'database', 'domains', 'operations', 'http'],
  src: ['foundation', 'database', 'domains', 'operations', 'http', 'library'],
  testing: ['foundation', 'database', 'domains', 'operations', 'http', 'library', 'src', 'examples'],
}

const rules: Record<string, Rule> = {
  'a room looks at itself and to its left': {
    about: /^src\/.*(?<!\.test)\.ts$/,
    complaints: (file) =>
      relativeImports(file)
        .filter((target) => roomOf(target) !== roomOf(file.path))
        .filter((target) => !sees[roomOf(file.path)]?.includes(roomOf(target)))
        .map((target) => `imports ${target}`),
    bad: [
      a('src/foundation/a.ts', `import { b } from '../database/b.ts'`),
      a('src/database/a.ts', `import { b } from '../domains/users/b.ts'`),
      a('src/domains/users/a.ts', `import { b } from '../../operations/seed/b.ts'`),
      a('src/operations/seed/a.ts', `export { b } from '../../domains/users/b.ts'`),
      a('src/http/a.ts', `const b = await import('../cli/b.ts')`),
      a('src/cli/a.ts', `import type {\n  B,\n} from '../testing/b.ts'`),
      a('src/testing/a.ts', `import '../cli/b.ts'`),
      a('src/library/a.ts', `import { b } from '../reeve.ts'`),
      a('src/http/a.ts', `import { b } from '../library/b.ts'`),
      a('src/domains/users/a.ts', `import { b } from '../../../client/src/b.ts'`),
      a('src/attic/a.ts', `import { b } from '../foundation/b.ts'`),
    ],
    good: [
      a('src/http/a.ts', `import { b } from '../domains/users/b.ts'`),
      a('src/domains/users/a.ts', `// as in: import { b } from '../../cli/b.ts'`),
      a('src/domains/users/a.ts', `export const b = '../cli/b.ts'`),
    ],
  },

  'the browser side stays in its own workspace': {
    about: /^(client|console)\/.*\.tsx?$/,
    complaints: (file) =>
      relativeImports(file)
        .filter((target) => roomOf(target) !== roomOf(file.path))
        .map((target) => `imports ${target}`),
    bad: [
      a('console/src/a.tsx', `import { refusals } from '../../src/foundation/refusal.ts'`),
      a('console/src/a.tsx', `import { createClient } from '../../client/src/client.ts'`),
      a('client/src/a.ts', `import type { B } from '../../src/http/b.ts'`),
    ],
    good: [a('console/src/pages/A.tsx', `import { paths } from '../paths.ts'`)],
  },

  'what runs needs only what its own package.json promises': {
    about: /^(src|client\/src|console\/src)\/.*\.tsx?$/,
    complaints: (file) =>
      packageImports(file)
        .filter((name) => !mayNeed(file.path, name))
        .map((name) => `imports ${name}`),
    bad: [
      a('src/http/a.ts', `import { chromium } from 'playwright-core'`),
      a('src/http/a.ts', `import { useState } from 'react'`),
      a('src/http/a.ts', `import { readFile } from 'fs/promises'`),
      a('client/src/a.ts', `import { readFile } from 'node:fs/promises'`),
      a('client/src/a.ts', `import { z } from 'zod'`),
      a('console/src/a.tsx', `import pg from 'pg'`),
      a('console/src/a.tsx', `import { createReeve } from 'reeve'`),
      a('console/src/a.tsx', `const fs = await import('node:fs')`),
    ],
    good: [
      a('src/http/a.ts', `import fastify from 'fastify'\nimport { join } from 'node:path'`),
      a('src/http/a.test.ts', `import { chromium } from 'playwright-core'`),
      a('src/testing/a.ts', `import { inject } from 'vitest'`),
      a('console/src/a.tsx', `import { createClient } from '@reeve/client'\nimport 'react-dom/client'`),
    ],
  },

  'one imports the file one means, for there are no barrels': {
    about: /(^|\/)index\.[cm]?[jt]sx?$/,
    complaints: () => ['is a barrel'],
    bad: [a('src/domains/users/index.ts'), a('console/src/pages/index.tsx')],
    good: [a('console/index.html')],
  },

  'nothing is left in a comment to do later': {
    about: /^(?!package-lock\.json$)/,
    complaints: (file) => found(file, leftover),
    // spelt in halves, so that this file keeps its own rule
    bad: [
      a('src/http/a.ts', `// TO${'DO'}: later`),
      a('docs/a.md', `FIX${'ME'}`),
      a('bench/a.sql', `-- XX${'X'}`),
    ],
    good: [a('scripts/a.sh', 'mktemp -d /tmp/reeve.XXXXXX')],
  },

  'no test is skipped, and none keeps the others from running': {
    about: /\.test\.tsx?$/,
    complaints: (file) => found(file, /\b(?:test|it|describe)\b[\w.]*\.(?:only|skip|todo)\b/),
    bad: ['only', 'skip', 'concurrent.skip', 'todo'].map((how) =>
      a('src/http/a.test.ts', `test.${how}('people sign in', () => {})`),
    ),
    good: [a('src/http/a.test.ts', `test.runIf(isRoot)('a link to skip the menu comes first', () => {})`)],
  },

  'a migration opens by saying why': {
    about: /^prisma\/migrations\/[^/]+\/migration\.sql$/,
    complaints: (file) => opensAndActs(file, /^-- \S/),
    bad: [
      a('prisma/migrations/20260101000000_a/migration.sql', 'create table a ();'),
      a('prisma/migrations/20260101000000_a/migration.sql', '-- Nothing follows.\n'),
    ],
    good: [a('prisma/migrations/20260101000000_a/migration.sql', '-- A table.\ncreate table a ();')],
  },

  'the way back opens by saying what is lost': {
    about: /^prisma\/migrations\/[^/]+\/rollback\.sql$/,
    complaints: (file) => opensAndActs(file, /^-- Loses: \S/),
    bad: [
      a('prisma/migrations/20260101000000_a/rollback.sql', ''),
      a('prisma/migrations/20260101000000_a/rollback.sql', '-- drops a\ndrop table a;'),
      a('prisma/migrations/20260101000000_a/rollback.sql', '-- Loses: everything.\n'),
    ],
    good: [a('prisma/migrations/20260101000000_a/rollback.sql', '-- Loses: nothing.\ndrop view a;')],
  },

  'package.json asks for exact versions': {
    about: /(^|\/)package\.json$/,
    complaints: (file) =>
      versionsIn(JSON.parse(file.text))
        .filter((version) => !/^(npm:(@[\w-]+\/)?[\w.-]+@)?\d+\.\d+\.\d+(-[\w.-]+)?$/.test(version))
        .map((version) => `asks for ${version}`),
    bad: ['^8.23.1', '~8.23.1', '8', '*', 'latest', 'github:a/pg', 'npm:pg@^8.0.0'].flatMap((pg) => [
      a('package.json', JSON.stringify({ dependencies: { pg } })),
      a('tools/prisma/package.json', JSON.stringify({ overrides: { prisma: { pg } } })),
    ]),
    good: [
      a('package.json', JSON.stringify({ engines: { node: '>=20.19' }, dependencies: { pg: '8.23.1' } })),
      a('package.json', JSON.stringify({ devDependencies: { old: 'npm:@a/pg@8.23.1-beta.1' } })),
    ],
  },

  'the lock file holds one copy of pg, for Prisma knows a pool by instanceof': {
    about: /^package-lock\.json$/,
    complaints: (file) => {
      const copies = Object.keys(JSON.parse(file.text).packages).filter((path) =>
        /(^|\/)node_modules\/pg$/.test(path),
      )
      return copies.length === 1 ? [] : [`holds ${copies.length}: ${copies.join(', ')}`]
    },
    bad: [lock({}), lock({ 'node_modules/pg': {}, 'node_modules/b/node_modules/pg': {} })],
    good: [lock({ 'node_modules/pg': {}, 'node_modules/pg-pool': {} })],
  },

  'the lock file sends nobody to a registry of ours: everybody installs from their own': {
    about: /(^|\/)package-lock\.json$/,
    complaints: (file) => found(file, /"resolved": "[a-z+]+:.*/),
    bad: [a('package-lock.json', '"resolved": "http://localhost:4873/pg/-/pg-8.23.1.tgz"')],
    good: [a('package-lock.json', '"resolved": "client"')],
  },
}

const leftover = new RegExp(`\\b(TO${'DO'}|FIX${'ME'}|XX${'X'}|HA${'CK'})\\b`)
const home = fileURLToPath(new URL('..', import.meta.url))
const files = filesOfTheHouse()
const promised = { src: promises('.'), client: promises('client'), console: promises('console') }

for (const [sentence, { about, complaints, bad, good }] of Object.entries(rules)) {
  const complain = (file: File) =>
    about.test(file.path) ? complaints(file).map((complaint) => `${file.path} ${complaint}`) : []

  test(sentence, () => {
    expect(files.flatMap(complain)).toEqual([])
  })

  test(`it would be noticed if not: ${sentence}`, () => {
    expect(bad.filter((file) => complain(file).length === 0)).toEqual([])
    expect(good.flatMap(complain)).toEqual([])
  })
}

test('every migration has a way back', () => {
  expect(withoutWayBack(files.map((file) => file.path))).toEqual([])

  const path = 'prisma/migrations/20260101000000_a'
  expect(withoutWayBack([`${path}/migration.sql`, `${path}/rollback.sql`])).toEqual([])
  expect(withoutWayBack([`${path}/migration.sql`])).toEqual([`${path}/rollback.sql`])
})

test('the rules were shown the house', () => {
  expect(files.map((file) => file.path)).toEqual(
    expect.arrayContaining([
      'package.json',
      'src/tidy.test.ts',
      'client/src/client.ts',
      'console/src/main.tsx',
    ]),
  )
})

/** What git would keep: tracked or new, still there, not ignored; without what a generator wrote. */
function filesOfTheHouse(): File[] {
  return execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: home })
    .toString()
    .split('\0')
    .filter((path) => path !== '' && existsSync(join(home, path)))
    .filter((path) => !/^(src\/database|examples\/prisma)\/generated\//.test(path))
    .map((path) => ({ path, text: readFileSync(join(home, path), 'utf8') }))
}

/** The room of src/ that a file is in; outside of src/, its workspace or folder. */
function roomOf(path: string): string {
  const [top = '', room = '', ...rest] = path.split('/')
  return top === 'src' && rest.length > 0 ? room : top
}

function relativeImports(file: File): string[] {
  return imports(file)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => join(dirname(file.path), specifier))
}

/** `node:fs/promises` is `node:`, `@mantine/core/styles.css` is `@mantine/core`; what begins with a slash, a page loads. */
function packageImports(file: File): string[] {
  return imports(file)
    .filter((specifier) => !/^[./]/.test(specifier))
    .map((specifier) => /^(node:|@[^/]+\/[^/]+|[^/]+)/.exec(specifier)![0])
}

/** Static imports begin a line, or end one that begins with a brace; `import(…)` may stand anywhere in code. */
function imports(file: File): string[] {
  const code = file.text.replace(/^\s*(\/\/|\/?\*).*$|`[^`\n]*`/gm, '')
  const specifiers = /^(?:(?:import|export|\})[^'\n]*\bfrom|import) '([^'\n]+)'|\bimport\(\s*'([^'\n]+)'/gm
  return [...code.matchAll(specifiers)].map(([, always, whenReached]) => (always ?? whenReached)!)
}

/** What runs on a server needs node: and the run-time dependencies; what runs in a browser is built into one bundle. */
function mayNeed(path: string, name: string): boolean {
  const { src, client, console } = promised
  if (/\.test\.tsx?$/.test(path) || path.startsWith('src/testing/')) {
    const everything = Object.values(promised).flatMap(({ running, building }) => [...running, ...building])
    return ['node:', ...everything].includes(name)
  }
  if (path.startsWith('src/')) return ['node:', ...src.running].includes(name)
  return (path.startsWith('client/') ? client.running : [...console.running, ...console.building]).includes(
    name,
  )
}

function promises(workspace: string) {
  const manifest = JSON.parse(readFileSync(join(home, workspace, 'package.json'), 'utf8'))
  const names = (needs: object | undefined) => Object.keys(needs ?? {})
  return { running: names(manifest.dependencies), building: names(manifest.devDependencies) }
}

function opensAndActs(file: File, opening: RegExp): string[] {
  const acts = /^\s*[a-z]/im.test(file.text)
  return [
    ...(opening.test(file.text) ? [] : ['does not open as it should']),
    ...(acts ? [] : ['does nothing']),
  ]
}

function versionsIn(manifest: Record<string, unknown>): string[] {
  const inside = (needs: unknown): string[] =>
    typeof needs === 'string' ? [needs] : Object.values(needs ?? {}).flatMap(inside)
  return ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies', 'overrides']
    .map((kind) => manifest[kind])
    .flatMap(inside)
}

function withoutWayBack(paths: string[]): string[] {
  return paths
    .filter((path) => /^prisma\/migrations\/[^/]+\/migration\.sql$/.test(path))
    .map((path) => join(dirname(path), 'rollback.sql'))
    .filter((path) => !paths.includes(path))
}

function found(file: File, what: RegExp): string[] {
  return file.text
    .split('\n')
    .flatMap((line, at) => (what.test(line) ? [`line ${at + 1}: ${line.trim()}`] : []))
}

function a(path: string, text = ''): File {
  return { path, text }
}

function lock(packages: object): File {
  return a('package-lock.json', JSON.stringify({ packages }))
}
