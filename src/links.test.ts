/** Whatever a document points to is there. */
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'
import { home } from './foundation/package.ts'
import { anchorsOf, linksOf } from './testing/links.ts'

const documents = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'],
  ...(await markdownBelow('docs')),
  ...['examples/README.md', 'examples/prisma/README.md'],
]
const texts = new Map<string, string>()
for (const path of documents) texts.set(path, await readFile(join(home, path), 'utf8'))

test.each(documents)('every link of %s leads somewhere', (path) => {
  expect(linksOf(texts.get(path)!).filter((link) => !leadsSomewhere(path, link))).toEqual([])
})

test('they are many, and one that leads nowhere would be noticed', () => {
  expect(documents.length).toBeGreaterThan(20)
  expect(documents.flatMap((path) => linksOf(texts.get(path)!)).length).toBeGreaterThan(100)
  for (const link of ['nowhere.md', '../nowhere/', '#nowhere', 'http.md#nowhere', '/docs/http.md']) {
    expect(leadsSomewhere('docs/library.md', link), link).toBe(false)
  }
})

test('the scripts of npm that they name are there', async () => {
  const { scripts } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8')) as { scripts: object }
  const named = [...texts].flatMap(([path, text]) =>
    path.startsWith('examples/') // which have scripts of their own
      ? []
      : [...text.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, script]) => `${path}: ${script}`),
  )
  expect(named.length).toBeGreaterThan(5)
  expect(named.filter((one) => !Object.keys(scripts).includes(one.split(': ')[1]!))).toEqual([])
})

/** Addresses of other places are not asked: the tests need no network. */
function leadsSomewhere(from: string, link: string): boolean {
  if (/^(https?|mailto):/.test(link)) return true
  const [file = '', anchor] = link.split('#')
  const path = file === '' ? from : normalize(join(dirname(from), file))
  if (link.startsWith('/') || path.startsWith('..') || !existsSync(join(home, path))) return false
  return anchor === undefined || anchorsOf(texts.get(path) ?? '').includes(anchor)
}

async function markdownBelow(folder: string): Promise<string[]> {
  const names = await readdir(join(home, folder), { recursive: true })
  return names
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name))
    .toSorted()
}
