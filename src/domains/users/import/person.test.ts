import { expect, test } from 'vitest'
import { columnsOf } from './columns.ts'
import { PersonReader } from './person.ts'

const headers = [
  'email',
  'name',
  'username',
  'phone',
  'picture',
  'roles',
  'password_hash',
  'verified',
  'created',
]
const people = new PersonReader(columnsOf(headers), {
  roles: new Map([
    ['member', 'm'],
    ['viewer', 'v'],
  ]),
  defaultRoleIds: ['d'],
  now: new Date('2026-11-20T12:00:00Z'),
})

const argon2 = `$argon2id$v=19$m=65536,t=3,p=4$${'A'.repeat(22)}$${'A'.repeat(43)}`
const bcrypt = `$2y$10$${'a'.repeat(21)}e${'a'.repeat(30)}e`

test('a row is a person, spelt as the house spells', () => {
  const row = [
    ' Zoe\u0308@Example.COM ',
    '\u00a0Zoe\u0308 ',
    'ZOE\u0308',
    '+1 (2) 3',
    'https://x.example/é',
    'viewer | member|viewer|',
    argon2,
    'Yes',
    '1546300800',
  ]

  expect(read(row)).toEqual({
    email: 'zoë@example.com',
    name: 'Zoë',
    username: 'zoë',
    phone: '+1 (2) 3',
    avatarUrl: 'https://x.example/é',
    roleIds: ['v', 'm'],
    passwordHash: argon2,
    isVerified: true,
    createdAt: new Date('2019-01-01T00:00:00Z'),
  })
})

test('what is left empty is left open', () => {
  expect(read(['a@b.example', 'A', '', '', '', '', '', '', ''])).toMatchObject({
    username: null,
    phone: null,
    avatarUrl: null,
    roleIds: ['d'],
    passwordHash: null,
    isVerified: false,
    createdAt: null,
  })
})

test('everything that is wrong with a row is said at once, and a hash is not shown', () => {
  expect(
    faults(['x', 'a\u0007b', 'a b', 'abc', 'ftp://x', 'member|king', '$1$md5', 'maybe', '2021-02-30']),
  ).toEqual([
    ['email', 'not_an_email', '"x" is not an e-mail address'],
    ['name', 'control_character', 'there is a control character in it: "\\u{7}"'],
    ['username', 'not_a_username', '"a b" has a space or an @ in it'],
    ['phone', 'not_a_phone_number', '"abc" is not a phone number'],
    ['picture', 'not_a_url', '"ftp://x" does not begin with http:// or https://, or has a space in it'],
    ['roles', 'unknown_role', 'the tenant has no role "king"'],
    [
      'password_hash',
      'unusable_hash',
      'it is neither argon2 in PHC form nor bcrypt, or it costs too much to check',
    ],
    ['verified', 'not_yes_or_no', '"maybe" is neither yes nor no'],
    ['created', 'not_a_time', '"2021-02-30" is not a time like 2026-01-31T08:30:00Z'],
  ])
})

test('every field has its limit, counted in characters', () => {
  const most = [
    'a'.repeat(249) + '@b.com',
    '😀'.repeat(120),
    'u'.repeat(60),
    '+'.padEnd(20, '1'),
    'https://'.padEnd(500, 'x'),
  ]
  expect(read([...most, '', '', '', ''])).toMatchObject({ name: '😀'.repeat(120) })

  const more = most.map((cell) => cell.replace(/.$/u, '$&$&'))
  expect(faults([...more, '', '', '', '']).map(([column, code, reason]) => [column, code, reason])).toEqual([
    ['email', 'too_long', 'it is longer than 255 characters'],
    ['name', 'too_long', 'it is longer than 120 characters'],
    ['username', 'too_long', 'it is longer than 60 characters'],
    ['phone', 'too_long', 'it is longer than 20 characters'],
    ['picture', 'too_long', 'it is longer than 500 characters'],
  ])
})

test('a value cannot turn a report around or move the cursor in it', () => {
  expect(faults(['a\u202eb@', 'N', '', '', '', '', '', '', ''])[0]![2]).toBe(
    '"a\\u{202e}b@" is not an e-mail address',
  )
  expect(faults(['x'.repeat(100), 'N', '', '', '', '', '', '', ''])[0]![2]).toBe(
    `"${'x'.repeat(40)}…" is not an e-mail address`,
  )
})

test.for([
  [argon2, true],
  [argon2.replace('argon2id', 'argon2i'), true],
  [bcrypt, true],
  [bcrypt.replace('$10$', '$31$'), false],
  [argon2.replace('m=65536', 'm=4194304'), false],
  [argon2.slice(0, 40), false],
  [bcrypt.slice(0, 50), false],
  ['$5$rounds=5000$salt$hash', false],
  ['5f4dcc3b5aa765d61d8327deb882cf99', false],
] as const)('%s is a hash that we can check: %s', ([hash, usable]) => {
  expect(faults(['a@b.example', 'A', '', '', '', '', hash, '', '']).map(([, code]) => code)).toEqual(
    usable ? [] : ['unusable_hash'],
  )
})

test.for([
  ['2026-11-20', '2026-11-20T00:00:00.000Z'],
  ['2024-02-29 23:59:59', '2024-02-29T23:59:59.000Z'],
  ['2024-02-29T23:59:59.123456+01:00', '2024-02-29T22:59:59.123Z'],
  ['2024-02-29 23:59:59.5-0830', '2024-03-01T08:29:59.500Z'],
  ['2024-02-29 23:59:59+00', '2024-02-29T23:59:59.000Z'],
  ['1700000000123', '2023-11-14T22:13:20.123Z'],
  ['2023-02-29', 'not_a_time'],
  ['2024-01-01T24:00:00', 'not_a_time'],
  ['2024-01-01T10:00:00+15:00', 'not_a_time'],
  ['31/12/2020', 'not_a_time'],
  ['yesterday', 'not_a_time'],
  ['2026-11-21', 'in_the_future'],
] as const)('%s is %s', ([text, expected]) => {
  const person = people.read(['a@b.example', 'A', '', '', '', '', '', '', text], 2, 2)
  expect(Array.isArray(person) ? person[0]!.code : person.createdAt!.toISOString()).toBe(expected)
})

test('a name of two parts is one name, of at most 120 characters', () => {
  const parted = new PersonReader(columnsOf(['email', 'surname', 'given name']), {
    roles: new Map(),
    defaultRoleIds: [],
    now: new Date(),
  })
  expect(parted.read(['a@b.example', 'Lovelace', 'Ada'], 2, 2)).toMatchObject({ name: 'Ada Lovelace' })
  expect(parted.read(['a@b.example', '', 'Plato'], 2, 2)).toMatchObject({ name: 'Plato' })
  expect(parted.read(['a@b.example', 'x'.repeat(60), 'y'.repeat(60)], 3, 3)).toMatchObject([
    {
      line: 3,
      column: 'given name',
      code: 'too_long',
      reason: 'the whole name is longer than 120 characters',
    },
  ])
  expect(parted.read(['a@b.example', '', '\u200b'], 4, 4)).toMatchObject([
    { column: 'given name', code: 'missing' },
  ])
})

function read(cells: string[]) {
  const person = people.read(cells, 2, 2)
  expect(person).not.toBeInstanceOf(Array)
  return person
}

function faults(cells: string[]): string[][] {
  const found = people.read(cells, 2, 2)
  return Array.isArray(found) ? found.map(({ column, code, reason }) => [column!, code, reason]) : []
}
