import { expect, test } from 'vitest'
import { anchorsOf, linksOf } from './links.ts'

test('links are found in text, and not in code', () => {
  const text = [
    'See [one](a.md), [`two`](b.md#x "Two") and ![three](<c.png>).',
    'Not `[this](d.md)`.',
    '',
    '```text',
    '[nor](e.md)',
    '```',
    '[six]: f.md',
  ].join('\n')
  expect(linksOf(text)).toEqual(['a.md', 'b.md#x', 'c.png', 'f.md'])
})

test('headings are named as GitHub names them, the second of a name by its number', () => {
  const text =
    '# What --json answers\n\n## `tenant list`\n\n## Good to know!\n\n```\n# no heading\n```\n\n## Good to know\n'
  expect(anchorsOf(text)).toEqual(['what---json-answers', 'tenant-list', 'good-to-know', 'good-to-know-1'])
})
