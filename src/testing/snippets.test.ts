import { expect, test } from 'vitest'
import { snippetsIn, snippetsOf } from './snippets.ts'

const document = [
  '# How to',
  '',
  '```ts db.ts and more',
  'const a = `b`',
  '',
  '```',
  'Inline ```code``` is none.',
  '~~~~',
  '```bash',
  'not a block of its own',
  '```',
  '~~~~',
  '1. In a list:',
  '',
  '   ```bash',
  '   echo one',
  '     echo two',
  '   ```',
  '```',
  'to the end',
].join('\n')

test('the blocks of a document come out with their language, title, text and line', () => {
  expect(snippetsIn(document)).toEqual([
    { lang: 'ts', title: 'db.ts and more', text: 'const a = `b`\n\n', line: 3 },
    { lang: '', title: '', text: '```bash\nnot a block of its own\n```\n', line: 8 },
    { lang: 'bash', title: '', text: 'echo one\n  echo two\n', line: 15 },
    { lang: '', title: '', text: 'to the end\n', line: 19 },
  ])
})

test('a document without blocks has none', () => {
  expect(snippetsIn('just `words`')).toEqual([])
})

test('of a file of this repository, those of one language', async () => {
  const bash = await snippetsOf('docs/getting-started.md', 'bash')
  expect(bash.length).toBeGreaterThan(5)
  expect(new Set(bash.map(({ lang }) => lang))).toEqual(new Set(['bash']))
})
