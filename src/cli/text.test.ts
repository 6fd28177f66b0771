import { expect, test } from 'vitest'
import { clip, fold, pad, visible, width } from './text.ts'

test.each([
  ['Kim', 3],
  ['Łukasz', 6],
  ['王小明', 6],
  ['김민준', 6],
  ['スズキ ケン', 11],
  ['ﾊﾝｶｸ', 4],
  ['ศิริพร', 4],
  ['e\u0301', 1],
  ['ليلى', 4],
  ['💐', 2],
  ['👩‍👩‍👧', 2],
  ['❤\ufe0f', 2],
  ['🇺🇦', 2],
  ['', 0],
])('%s takes %i cells of a terminal', (text, cells) => {
  expect(width(text)).toBe(cells)
  expect(width(pad(text, 20))).toBe(20)
})

test('what is cut off leaves an ellipsis, and no letter loses its marks', () => {
  expect(clip('王小明', 6)).toBe('王小明')
  expect(clip('王小明', 5)).toBe('王小…')
  expect(clip('王小明', 4)).toBe('王…')
  expect(clip('noe\u0301l', 4)).toBe('noe\u0301l')
  expect(clip('noe\u0301ls', 4)).toBe('noe\u0301…')
})

test('a long text goes on in lines that are broken between words', () => {
  expect(fold('posts:read posts:update users:read', 22)).toEqual(['posts:read', 'posts:update', 'users:read'])
  expect(fold('posts:read posts:update users:read', 23)).toEqual(['posts:read posts:update', 'users:read'])
  expect(fold('王小明 李思琪 陳美玲', 13)).toEqual(['王小明 李思琪', '陳美玲'])
  expect(fold('0199f3a2-1c5e-7d10-8a44-0c2f6b1d9e77', 10)).toEqual(['0199f3a2-1c5e-7d10-8a44-0c2f6b1d9e77'])
  expect(fold('', 10)).toEqual([''])
})

test('what somebody wrote can neither steer the terminal nor turn the line around', () => {
  expect(visible('a\x1b[31mb\x07')).toBe('a�[31mb�')
  expect(visible('kim\u202Egpj.exe')).toBe('kim�gpj.exe')
  expect(visible('two\r\nlines')).toBe('two lines')
  expect(visible('ليلى حداد 王 👩‍👩‍👧')).toBe('ليلى حداد 王 👩‍👩‍👧')
})
