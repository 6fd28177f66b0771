import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect } from 'vitest'
import type { Shell } from './shell.ts'
import { snippetsOf, type Snippet } from './snippets.ts'

/** A document that is followed from top to bottom, as somebody would who reads it. */
export type Document = {
  /** Where it is in this repository: `docs/import.md`. */
  page: string
  /** Its blocks, where they are not to be read from there. */
  snippets?: Snippet[]
  folder: string
  shell: Shell
  /** What stands there, and what it is here: addresses and ports. */
  here?: Record<string, string>
}

/**
 * Does what every block of a page says, in their order: `bash` runs, `sql` goes to the psql that a block before has begun,
 * whatever has a file name behind its language becomes that file. `json` behind commands is the shape of what they print,
 * `text` right behind them its last lines, where an ellipsis stands for anything, alone in a line for any lines; other
 * `text` is only to be read. What none of this executes is refused.
 */
export async function follow({ page, snippets, folder, shell, here = {} }: Document): Promise<void> {
  let last: { snippet: Snippet; told: string } | undefined
  const blocks = snippets ?? (await snippetsOf(page))
  for (const [at, snippet] of blocks.entries()) {
    const { lang, title, line } = snippet
    const where = `${page}, line ${line}`
    const text = Object.entries(here).reduce((all, [from, to]) => all.replaceAll(from, to), snippet.text)
    if (lang === 'text') {
      if (last && line === lineBehind(last.snippet)) expectShown(last.told, text, where)
    } else if (lang === 'json') {
      if (!last) throw new Error(`${where}: no command stands before it`)
      expectAlike(last.told, text, where)
    } else if (title !== '') {
      await place(folder, { ...snippet, text })
      last = undefined
    } else if (lang === 'bash' || lang === 'sql') {
      const told = await done(shell, lang, text).catch((cause: Error) => {
        throw new Error(`${where}: ${cause.message}`, { cause })
      })
      if (blocks[at + 1]?.lang !== 'json') expect(told, where).not.toContain('"remedy":')
      expectAnnounced(told, text, where)
      last = { snippet, told }
    } else throw new Error(`${where}: nothing executes a block of "${lang}"`)
  }
}

function done(shell: Shell, lang: 'bash' | 'sql', text: string): Promise<string> {
  if (lang === 'sql') return shell.sql(text)
  return interactive.test(text) ? shell.psql(text.replace(/#.*/, '').trim()) : shell.bash(text)
}
/** A psql that is given nothing to do waits for somebody to type. */
const interactive = /^psql (?!.* -[cf] )[^\n]*\n$/

/**
 * Puts a block where the words behind its language say: into a file, or into a migration of the project, which is called
 * by its sentence: `people_have_nicknames: rollback.sql`, or the part of a new table's that is the reader's to write,
 * `tenants_have_invoices: columns` and `… : at the end`.
 */
export async function place(folder: string, { title, text, line }: Snippet): Promise<void> {
  const [, sentence, part] = /^(\w+): (.+)$/.exec(title) ?? []
  const file = sentence === undefined ? title : await inMigration(folder, sentence, part!)
  if (file === '') throw new Error(`line ${line} does not say which file it is`)
  const path = join(folder, file)
  await mkdir(dirname(path), { recursive: true })
  if (part !== 'columns' && part !== 'at the end') return writeFile(path, text)
  const before = await readFile(path, 'utf8')
  const edited = part === 'columns' ? before.replace(/ {2}-- your columns.*\n/, () => text) : before + text
  expect(edited, `line ${line}`).not.toBe(before)
  await writeFile(path, edited)
}

async function inMigration(folder: string, sentence: string, part: string): Promise<string> {
  const there = await readdir(join(folder, 'prisma/migrations'))
  const name = there.find((one) => one.replace(/^\d+_/, '') === sentence)
  if (name === undefined) throw new Error(`there is no migration ${sentence}`)
  return join('prisma/migrations', name, part.endsWith('.sql') ? part : 'migration.sql')
}

/** The line of a fence that opens right behind a block, with one empty line between them. */
function lineBehind({ line, text }: Snippet): number {
  return line + text.split('\n').length + 2
}

/** That an output is JSON of the same shape as another, with the same code where it has one. */
export function expectAlike(output: string, shown: string, where: string): void {
  const [told, expected] = [JSON.parse(output) as unknown, JSON.parse(shown) as unknown]
  expect(shapeOf(told), where).toEqual(shapeOf(expected))
  expect((told as { code?: string } | null)?.code, where).toBe((expected as { code?: string } | null)?.code)
}

/** That an output ends with what is shown. Columns may be wider, and times are others. */
export function expectShown(output: string, shown: string, where: string): void {
  expect(plain(output), where).toMatch(patternOf(plain(shown)))
}

/** That what comments say of an output is so: `-- 40: all of them`, `-- ERROR:  permission denied`, `# 0: none`; and that there are no other errors. */
function expectAnnounced(output: string, commands: string, where: string): void {
  const announced = [...commands.matchAll(/(?:--|#) ((?:ERROR|HINT): .+|\d+)(?=:|$)/gm)].map(
    ([, text]) => text!,
  )
  const lines = plain(output).split('\n')
  const found = lines.filter((line) => /^(ERROR|HINT):/.test(line) || /^ ?\d+$/.test(line))
  if (announced.length === 0) return expect(found.join('\n'), where).not.toContain('ERROR:')
  const relevant = announced.some((text) => text.startsWith('HINT'))
    ? found
    : found.filter((line) => !line.startsWith('HINT'))
  expect(relevant.map((line) => line.trim()).join('\n'), where).toMatch(
    patternOf(plain(announced.join('\n'))),
  )
}

/** What a value is made of, whatever it says. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf)
  if (value === null || typeof value !== 'object') return value === null ? null : typeof value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, shapeOf(part)]))
}

/** Without what differs from one time to another: widths of columns, times, and the login at the command line. */
function plain(text: string): string {
  return text
    .replaceAll(/\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?/g, '<time>')
    .replaceAll(/\b\d{14}_/g, '<time>_')
    .replaceAll(/[\w.-]+ at the command line/g, '<login> at the command line')
    .replaceAll(/ {2,}|-{2,}/g, (run) => run[0]!)
    .replaceAll(/ +$/gm, '')
    .trim()
}

/** The text itself at the end of another; an ellipsis stands for anything in a line, alone in one for any lines. */
function patternOf(text: string): RegExp {
  const parts = text.split('…').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
  const joined = parts.reduce((all, part) =>
    /(^|\n)$/.test(all) && /^(\n|$)/.test(part) ? `${all}[^]*${part}` : `${all}.+${part}`,
  )
  return new RegExp(`(^|\\n)${joined}$`)
}
