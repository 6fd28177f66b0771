import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CsvReader, longestRecord, type CsvFormat, type CsvRecord } from './records.ts'

const commas: CsvFormat = { delimiter: ',', lineEnd: 'lf' }

test('a quoted field keeps commas, quotes and line breaks, and the lines are still counted right', () => {
  expect(read('a,"b, ""c""",d\r\n\r\n1,"x\r\ny\nz",2\r\n"",last,""')).toEqual([
    { line: 1, lastLine: 1, fields: ['a', 'b, "c"', 'd'] },
    { line: 3, lastLine: 5, fields: ['1', 'x\r\ny\nz', '2'] },
    { line: 6, lastLine: 6, fields: ['', 'last', ''] },
  ])
})

test('a quote that is never closed costs one row, not the rest of the file', () => {
  expect(read('1,"Bob\n2,Carol\n3,Dan\n')).toEqual([
    { line: 1, lastLine: 1, damage: 'quote_unbalanced', at: 1 },
    { line: 2, lastLine: 2, fields: ['2', 'Carol'] },
    { line: 3, lastLine: 3, fields: ['3', 'Dan'] },
  ])
})

test('a quote that is closed in the middle of a later row costs no other row either', () => {
  expect(read('1,"Bob\n2,Carol\n3,"Dan"\n4,"Eve"x\n5,Fay')).toEqual([
    { line: 1, lastLine: 1, damage: 'quote_unbalanced', at: 1 },
    { line: 2, lastLine: 2, fields: ['2', 'Carol'] },
    { line: 3, lastLine: 3, fields: ['3', 'Dan'] },
    { line: 4, lastLine: 4, damage: 'quote_unbalanced', at: 1 },
    { line: 5, lastLine: 5, fields: ['5', 'Fay'] },
  ])
})

test('a forgotten quote that happens to be closed makes one row of the lines between, and they are named', () => {
  expect(read('1,"Bob\n2,Carol",x\n3,Dan')).toEqual([
    { line: 1, lastLine: 2, fields: ['1', 'Bob\n2,Carol', 'x'] },
    { line: 3, lastLine: 3, fields: ['3', 'Dan'] },
  ])
})

test('a quote within an unquoted field is damage, and so is one behind a space', () => {
  expect(read('1,5" tall\n2, "Bob"\n"3",ok\n"a\nb",c"d\n4,ok')).toEqual([
    { line: 1, lastLine: 1, damage: 'quote_stray', at: 1 },
    { line: 2, lastLine: 2, damage: 'quote_stray', at: 1 },
    { line: 3, lastLine: 3, fields: ['3', 'ok'] },
    { line: 4, lastLine: 5, damage: 'quote_stray', at: 1 },
    { line: 6, lastLine: 6, fields: ['4', 'ok'] },
  ])
})

test('bytes that are no UTF-8 are damage of their field, and a zero byte is a character like any other', () => {
  const latin1 = Buffer.concat([Buffer.from('1,Zo'), Buffer.from([0xeb]), Buffer.from(',x\n"2",ok,"')])
  const bytes = Buffer.concat([latin1, Buffer.from([0xff]), Buffer.from('"\n3,a\0b,"c"\n')])

  expect(readAll([bytes], commas)).toEqual([
    { line: 1, lastLine: 1, damage: 'not_utf8', at: 1 },
    { line: 2, lastLine: 2, damage: 'not_utf8', at: 2 },
    { line: 3, lastLine: 3, fields: ['3', 'a\0b', 'c'] },
  ])
})

test('a file of carriage returns alone has lines too', () => {
  expect(readAll([Buffer.from('a,b\r\r"1\r2",3\r')], { delimiter: ',', lineEnd: 'cr' })).toEqual([
    { line: 1, lastLine: 1, fields: ['a', 'b'] },
    { line: 3, lastLine: 4, fields: ['1\r2', '3'] },
  ])
})

test('a record without end is given up, and what it held is not kept in memory', () => {
  const long = 'x'.repeat(longestRecord)
  const records = [
    { line: 1, lastLine: 1, fields: [long] },
    { line: 2, lastLine: 2, damage: 'record_too_long', at: 0 },
    { line: 3, lastLine: 3, damage: 'record_too_long', at: 1 },
    { line: 4, lastLine: 4, damage: 'quote_unbalanced', at: 0 },
    { line: 5, lastLine: 5, fields: ['ok'] },
  ]
  const file = Buffer.from(`${long}\n${long}x\n"a",${long}\n"${long}\nok\n`)

  expect(readAll([file], commas)).toEqual(records)
  expect(readAll(pieces(file, 65_536), commas)).toEqual(records)
  expect(readAll(pieces(file, 999), commas)).toEqual(records)
})

test('how the bytes were cut on their way changes nothing', () => {
  const text = fc.array(
    fc.constantFrom('"', '""', ',', '\n', '\r\n', '\r', 'a', 'é', '漢', '😀', '\0', ' '),
    { maxLength: 40 },
  )
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 7 }), (parts, size) => {
      const file = Buffer.from(parts.join(''))
      expect(readAll(pieces(file, size), commas)).toEqual(readAll([file], commas))
    }),
    { numRuns: 2_000 },
  )
})

test('every line is in one record, or empty', () => {
  const text = fc.array(fc.constantFrom('"', '""', ',', '\n', '\r\n', 'a', 'b'), { maxLength: 40 })
  fc.assert(
    fc.property(text, (parts) => {
      const file = parts.join('')
      const records = read(file)
      const told = records.flatMap(({ line, lastLine }) =>
        Array.from({ length: lastLine - line + 1 }, (_, i) => line + i),
      )
      const filled = file.split('\n').flatMap((line, at) => (line.replace(/\r$/, '') === '' ? [] : [at + 1]))
      expect(told).toEqual([...new Set(told)].toSorted((a, b) => a - b))
      expect(filled.filter((line) => !told.includes(line))).toEqual([])
    }),
    { numRuns: 2_000 },
  )
})

test('what is written well is read as csv-parse reads it', () => {
  const cell = fc.string({
    unit: fc.constantFrom('"', ',', ';', '\n', '\r\n', 'a', 'é', '漢', '😀', ' '),
    maxLength: 8,
  })
  const table = fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(table, fc.constantFrom('\n', '\r\n'), (rows, end) => {
      const file = rows.map((row) => row.map(written).join(',')).join(end)
      const ours = read(file).map((record) => ('fields' in record ? record.fields : record))
      expect(ours).toEqual(parse(file, { record_delimiter: end }))
      expect(ours).toEqual(rows)
    }),
    { numRuns: 2_000 },
  )
})

function written(cell: string): string {
  return /["\n\r,]/.test(cell) || cell === '' ? `"${cell.replaceAll('"', '""')}"` : cell
}

function read(text: string): CsvRecord[] {
  return readAll([Buffer.from(text)], commas)
}

function readAll(chunks: Buffer[], format: CsvFormat): CsvRecord[] {
  const reader = new CsvReader(format)
  return [...chunks.flatMap((chunk) => reader.push(chunk)), ...reader.end()]
}

function pieces(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  )
}
