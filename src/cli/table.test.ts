import { afterEach, expect, test } from 'vitest'
import { facts, table } from './table.ts'
import { width } from './text.ts'

const { isTTY, columns } = process.stdout
afterEach(() => Object.assign(process.stdout, { isTTY, columns }))

const people = [
  ['王小明', 'xiaoming@example.com', 'member'],
  ['Maria 💐 Kowalska', 'maria@example.com', null],
  ['ศิริพร วงศ์สวัสดิ์', 'siriporn@example.com', 'member'],
]

test('columns stand under each other, whatever the script', () => {
  const lines = table(['name', 'address', 'role'], people).split('\n')

  const at = lines.map((line) => width(line.slice(0, line.search(/address|xiaoming|maria|siriporn/))))
  expect(new Set(at).size).toBe(1)
  expect(lines[2]).toMatch(/–$/)
})

test('on a terminal the widest column gives way; what is piped is whole', () => {
  const long = [['x'.repeat(200), '0199f3a2-1c5e-7d10-8a44-0c2f6b1d9e77']]
  Object.assign(process.stdout, { isTTY: true, columns: 80 })
  const [, clipped] = table(['text', 'id'], long, { gives: ['text'] }).split('\n')
  expect(clipped).toHaveLength(80)
  expect(clipped).toMatch(/x…  0199f3a2-1c5e-7d10-8a44-0c2f6b1d9e77$/)

  Object.assign(process.stdout, { isTTY: false })
  expect(table(['text', 'id'], long)).toContain('x'.repeat(200))
})

test.each([80, 40, 20])('on a terminal of %i columns no line is longer, whatever the script', (columns) => {
  Object.assign(process.stdout, { isTTY: true, columns })
  const long = people.map(([name, address, role]) => [
    `${name} ${name}`,
    address!,
    role!,
    'active',
    '👩‍👩‍👧 e\u0301',
  ])
  const lines = table(['name', 'address', 'role', 'state', 'note'], long).split('\n')
  expect(lines.filter((line) => width(line) > Math.max(columns, 30))).toEqual([])
})

test('where the columns do not fit, each row is told fact by fact', () => {
  Object.assign(process.stdout, { isTTY: true, columns: 30 })
  expect(table(['name', 'address', 'role'], people.slice(0, 2))).toBe(
    [
      'name     王小明',
      'address  xiaoming@example.com',
      'role     member',
      '',
      'name     Maria 💐 Kowalska',
      'address  maria@example.com',
      'role     –',
    ].join('\n'),
  )
})

test('on a terminal a long fact goes on below itself', () => {
  Object.assign(process.stdout, { isTTY: true, columns: 24 })
  expect(facts({ permits: 'posts:read posts:update', id: 'x' })).toBe(
    'permits  posts:read\n         posts:update\nid       x',
  )
})

test('a line is no longer than what stands in it', () => {
  const lines = table(
    ['name', 'note'],
    [
      ['Kim', ''],
      ['Robin', 'new'],
    ],
  ).split('\n')
  expect(lines).toEqual(['name   note', 'Kim', 'Robin  new'])
})

test('an empty table says so in words', () => {
  expect(table(['name'], [], { empty: 'nobody here' })).toBe('nobody here')
})

test('facts name what is not known', () => {
  expect(facts({ name: 'Kim', phone: null, since: new Date('2026-11-20T12:00:00Z') })).toBe(
    'name   Kim\nphone  –\nsince  2026-11-20 12:00 UTC',
  )
})
