import { expect, test } from 'vitest'
import { initials } from './names.ts'

test.each([
  ['Kim Larsen', 'KL'],
  ['ana maría de la cruz', 'AC'],
  ['Ólafur', 'Ó'],
  ['王小明', '王'],
  ['𠮷田 花子', '𠮷花'],
  ['محمد علي', 'مع'],
  ['अनिल कुमार', 'अकु'],
  ['(Dr.) Žofie “Žo” Nováková', 'DN'],
  ['🎩', ''],
  ['', ''],
])('%s is %s in short', (name, short) => {
  expect(initials(name)).toBe(short)
})
