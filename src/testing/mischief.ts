import type { Schema } from './openapi.ts'

/** Text that is nobody's mistake to send, and that must never be taken for anything but text. */
export const cunning = [
  `'; drop table users; --`,
  `x' or '1'='1`,
  'a_b%c\\d',
  '$1 $2',
  '${7*7}{{7*7}}',
  '<script>alert(1)</script>',
  'x\r\nSet-Cookie: a=b',
  '\u202eright to left',
  '👩‍👩‍👧‍👦'.repeat(5),
  '__proto__',
  'constructor',
  '1e309',
  ' ',
]

/** Values that do not fit a schema, as they stand in a body. */
export function misfitsOf(schema: Schema): unknown[] {
  if (schema.anyOf) return schema.anyOf.flatMap(misfitsOf).filter((value) => value !== null)
  switch (schema.type) {
    case 'string':
      return [1, true, null, [], {}, ['text'], ...textMisfitsOf(schema)]
    case 'boolean':
      return ['true', 1, 0, null, [], {}]
    case 'array':
      return [
        'text',
        1,
        null,
        {},
        [null],
        [{}],
        [[]],
        Array.from({ length: 1000 }, () => 'x:y'),
        ...misfitsOf(schema.items ?? {}).map((item) => [item]),
      ]
    case 'object':
      return ['text', 1, true, null, [], [{}], ...(takesAnything(schema) ? [] : [{ unknown: 1 }])]
    default:
      return []
  }
}

/** Whether an object may have what it likes in it. */
function takesAnything({ additionalProperties: others }: Schema): boolean {
  return typeof others === 'object' && Object.keys(others).length === 0
}

function textMisfitsOf({ format, maxLength, enum: words }: Schema): string[] {
  const broken = ['a\0b', 'a\ud800b', '\udfff']
  if (format === 'uuid')
    return [
      ...broken,
      '',
      'x',
      '0'.repeat(36),
      `${'0'.repeat(8)}-0000-0000-0000-${'0'.repeat(11)}g`,
      `' or 1=1 --`,
    ]
  if (format === 'date-time')
    return [
      ...broken,
      '',
      'yesterday',
      '2026-02-30T00:00:00Z',
      '2026-01-01',
      '2026-01-01T25:00:00Z',
      '1',
      '2026-01-01T00:00:00',
      '0000-01-01T00:00:00Z',
      '9999-12-31T23:59:59-23:59',
    ]
  if (words) return [...broken, '', 'other', String(words[0]).toUpperCase(), `${String(words[0])} `]
  return maxLength === undefined ? broken : [...broken, 'x'.repeat(maxLength + 1), '𝄞'.repeat(maxLength + 1)]
}

/** The same for a query, where everything is text. */
export function queryMisfitsOf(schema: Schema): string[] {
  if (schema.type === 'integer')
    return [
      'NaN',
      '-1',
      '0',
      '101',
      '1e999',
      '1.5',
      '',
      'x',
      'Infinity',
      '٣',
      '9'.repeat(400),
      '1;drop',
      '[]',
    ]
  if (schema.type === 'boolean') return ['', '1', 'yes', 'TRUE', 'null']
  return ['', ...textMisfitsOf(schema)].filter((text) => !/\p{Cs}/u.test(text))
}

/** Bodies that are no object in JSON, or not only that. */
export const noObjects: (string | Uint8Array)[] = [
  '[]',
  '[{}]',
  '"text"',
  '1',
  'true',
  '{',
  '{"a":',
  '{]',
  'undefined',
  'NaN',
  "{'a': 1}",
  '{"a": 1,}',
  '\u0000',
  '{"__proto__": {"isAdmin": true}}',
  '{"x": {"__proto__": {}}}',
  '{"constructor": {"prototype": {}}}',
  '{"constructor": 1}',
  '{"toString": 1, "hasOwnProperty": 1}',
  '['.repeat(20_000),
  `${'['.repeat(10_000)}${']'.repeat(10_000)}`,
  `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`,
  Buffer.from('{"name":"caf\xe9"}', 'latin1'),
  Buffer.from([0x7b, 0xff, 0xfe, 0x7d]),
  Buffer.from('{"name":"x"}', 'utf16le'),
]

/** What may stand where an id belongs in a path, as it is written there. */
export const noIds = [
  'x',
  'null',
  '%00',
  '%zz',
  '%',
  '%ff%fe',
  '%e2%80%ae',
  '..%2f..%2fhealth',
  `'%20or%20'1'='1`,
  '*',
  '%7B%7D',
  '-1',
  '0',
  '00000000-0000-0000-0000-000000000000',
  '00000000-0000-0000-0000-00000000000g',
  'ffffffff-ffff-ffff-ffff-ffffffffffff%00',
  'x'.repeat(300),
]
