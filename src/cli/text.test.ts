import { expect, test } from 'vitest'
import { clip, pad, visible, width } from './text.ts'

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

test('what somebody wrote can neither steer the terminal nor turn the line around', () => {
  expect(visible('a\x1b[31mb\x07')).toBe('a�[31mb�')
  expect(visible('kim\u202Egpj.exe')).toBe('kim�gpj.exe')
  expect(visible('two\r\nlines')).toBe('two lines')
  expect(visible('ليلى حداد 王 👩‍👩‍👧')).toBe('ليلى حداد 王 👩‍👩‍👧')
})
