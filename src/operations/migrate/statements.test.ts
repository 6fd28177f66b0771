import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { aWorkshop } from '../../testing/migrations.ts'
import { lineAt, statementsOf } from './statements.ts'

const texts = (script: string) => statementsOf(script).map(({ text }) => text)

test('a semicolon ends a statement, and what has no words is none', () => {
  expect(texts(' select 1;\n\n;; select 2 ; -- and no more\n/* really */')).toEqual(['select 1', 'select 2'])
  expect(texts('-- nothing here;\n')).toEqual([])
})

test.each([
  ['a string', `select 'a;''b;'`],
  ['a string with backslashes that mean themselves', String.raw`select '\'`],
  ['a string with backslashes that escape', String.raw`select E'\';\\', e'a''\';'`],
  ['a quoted name', `select 1 as "a;""b;"`],
  ['a dollar quote', `do $$ begin perform 1; end $$`],
  ['a dollar quote within another', `do $a$ begin execute $b$ ; $$ ; $b$; end $a$`],
  ['a comment', `select 1 -- ; '\n + 1`],
  ['a comment within another', `select /* ; /* ; ' */ ; */ 1`],
  ['parentheses', `create rule r as on insert to t do also (delete from u; select 1)`],
  [
    'the body of a function in SQL',
    `create or replace function f() returns int begin atomic; select case when true then 1 end; select 2; end`,
  ],
])('a semicolon in %s ends nothing', (_, statement) => {
  expect(texts(`${statement};\nselect 2;`)).toEqual([statement, 'select 2'])
})

test('a dollar in a name, a parameter or a price begins no quote', () => {
  expect(texts(`select a$b$ from t; select $1; select 'it costs 1$'; select 2$ ; $`)).toHaveLength(5)
})

test('"end" ends only the body of a function', () => {
  expect(
    texts('select case when true then 1 end; create function f() returns int return 1; end'),
  ).toHaveLength(3)
})

test('what never ends reaches to the end, for the server to refuse', () => {
  for (const open of [`select 'a; b`, `select "a; b`, `do $$ a; b`, `select e'a;\\`, `select /* a; b`]) {
    expect(texts(open)).toEqual([open])
  }
})

test('a statement knows its first words and its line', () => {
  const [first, second] = statementsOf('-- why\nCreate "x" Table;\n\n  /* two\nlines */ start\ntransaction')
  expect(first).toMatchObject({ line: 2, words: ['create', 'table'] })
  expect(second).toMatchObject({ line: 5, words: ['start', 'transaction'] })
})

test('lines are counted from one, and the newline belongs to the line it ends', () => {
  expect([0, 1, 2, 3].map((offset) => lineAt('a\nb\n', offset))).toEqual([1, 1, 2, 2])
})

test('every text is cut into pieces that stand in it, in order, without overlap', () => {
  const sqlish = fc
    .array(
      fc.constantFrom(
        ';',
        "'",
        '"',
        '$$',
        '$a$',
        '--',
        '\n',
        '/*',
        '*/',
        '(',
        ')',
        'e',
        'begin',
        'end',
        ' ',
        'é',
        '\\',
      ),
    )
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(sqlish, (script) => {
      let at = 0
      for (const { text, start } of statementsOf(script)) {
        expect(start).toBeGreaterThanOrEqual(at)
        expect(script.slice(start, start + text.length)).toBe(text)
        at = start + text.length
      }
    }),
  )
})

test('in a long script nothing is slow', () => {
  const script = `select '${"it''s; ".repeat(200_000)}';\n`.repeat(2) + 'select 1;\n'.repeat(20_000)
  const started = performance.now()
  expect(statementsOf(script)).toHaveLength(20_002)
  expect(performance.now() - started).toBeLessThan(5_000)
})

test("PostgreSQL counts as many statements in Reeve's own migrations as we do", async () => {
  const { client } = await aWorkshop()
  const prisma = fileURLToPath(new URL('../../../prisma/', import.meta.url))
  const folder = `${prisma}migrations/`
  const scripts = readdirSync(folder)
    .filter((name) => /^\d/.test(name))
    .map((name) => readFileSync(`${folder}${name}/migration.sql`, 'utf8'))
  expect(scripts.length).toBeGreaterThan(5)

  await client.query(readFileSync(`${prisma}roles.sql`, 'utf8'))
  await client.query('set role reeve_owner')
  for (const script of scripts) {
    let counted = 0
    const count = () => counted++
    client.connection.on('commandComplete', count)
    await client.query(script)
    client.connection.off('commandComplete', count)
    expect(statementsOf(script)).toHaveLength(counted)
  }
})
