import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { home } from '../foundation/package.ts'

/** A fenced block of a document: what stands behind the fence, what is in it, and where it begins. */
export type Snippet = {
  /** The first word behind the fence: `ts`, `bash`, … Empty where there is none. */
  lang: string
  /** The words behind that one, which a reader does not see: the file that it is to be, for instance. */
  title: string
  text: string
  /** The line of its fence, from 1 on. */
  line: number
}

/** The fenced blocks of a document of this repository (`docs/prisma.md`), in their order; of one language, if it is said. */
export async function snippetsOf(document: string, lang?: string): Promise<Snippet[]> {
  const found = snippetsIn(await readFile(join(home, document), 'utf8'))
  return lang === undefined ? found : found.filter((snippet) => snippet.lang === lang)
}

/** The fenced blocks of a text in Markdown. One that is not closed goes on to the end, as in CommonMark. */
export function snippetsIn(markdown: string): Snippet[] {
  const lines = markdown.split(/\r?\n/)
  const found: Snippet[] = []
  for (let at = 0; at < lines.length; at++) {
    const opening = /^( {0,3})(`{3,}|~{3,})\s*([^\s`]*)\s*([^`]*)$/.exec(lines[at]!)
    if (!opening) continue
    const [, indent = '', fence = '', lang = '', title = ''] = opening
    const closing = new RegExp(`^ {0,3}${fence[0]}{${fence.length},}\\s*$`)
    const end = lines.findIndex((line, i) => i > at && closing.test(line))
    const body = lines.slice(at + 1, end === -1 ? undefined : end)
    const unindented = body.map((line) => line.replace(new RegExp(`^ {0,${indent.length}}`), ''))
    found.push({
      lang,
      title: title.trim(),
      text: unindented.map((line) => `${line}\n`).join(''),
      line: at + 1,
    })
    at = end === -1 ? lines.length : end
  }
  return found
}
