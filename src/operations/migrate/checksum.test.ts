import { expect, test } from 'vitest'
import { checksumOf, isUnedited } from './checksum.ts'

test('the checksum is what sha256sum says of the file', () => {
  expect(checksumOf('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  expect(checksumOf('select «é»;\n')).toBe(checksumOf(Buffer.from('select «é»;\n').toString('utf8')))
})

test('line ends that git swapped are no edit, everything else is', () => {
  const unix = 'create table a (i int);\nselect 1;\n'
  const windows = unix.replaceAll('\n', '\r\n')
  expect(isUnedited(windows, checksumOf(unix))).toBe(true)
  expect(isUnedited(unix, checksumOf(windows))).toBe(true)
  expect(isUnedited(`${unix} `, checksumOf(unix))).toBe(false)
  expect(isUnedited('\uFEFF' + unix, checksumOf(unix))).toBe(false)
})

test('the unpadded checksums of early Prisma versions are understood', () => {
  const content = Array.from({ length: 50 }, (_, i) => `select ${i};`).find((text) =>
    /^(..)*0/.test(checksumOf(text)),
  )!
  const unpadded = Buffer.from(checksumOf(content), 'hex').reduce(
    (text, byte) => text + byte.toString(16),
    '',
  )
  expect(unpadded.length).toBeLessThan(64)
  expect(isUnedited(content, unpadded)).toBe(true)
})
