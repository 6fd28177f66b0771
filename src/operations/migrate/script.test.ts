import { expect, test } from 'vitest'
import { doesNothing, scriptOf, transactionControl } from './script.ts'

const script = (text: string) => scriptOf('1_x/migration.sql', text)

test('the head of a script says whether it runs outside of a transaction', () => {
  expect(script('-- no-transaction\nselect 1').noTransaction).toBe(true)
  expect(script('-- Why: speed.\n-- No-Transaction: create index concurrently\nselect 1').noTransaction).toBe(
    true,
  )
  expect(script('select 1;\n-- no-transaction').noTransaction).toBe(false)
  expect(script(`-- Why: it's no-transaction.\nselect 1`).noTransaction).toBe(false)
})

test('a rollback says what it loses, or why there is none', () => {
  expect(script('-- Loses: every phone number.\r\ndrop table phones').loses).toBe('every phone number.')
  expect(script('-- Loses: …\ndrop table phones').loses).toBeUndefined()
  expect(script('-- Loses:\n-- every phone\ndrop table phones').loses).toBeUndefined()
  expect(script('drop table phones; -- Loses: all').loses).toBeUndefined()
  expect(script('-- Irreversible: the plain text is gone.').irreversible).toBe('the plain text is gone.')
})

test('a byte order mark is not a word of SQL', () => {
  expect(script('\uFEFFselect 1').text).toBe('select 1')
})

test.each([
  'begin',
  'BEGIN;',
  'start transaction',
  'commit work',
  'end',
  'abort',
  'rollback',
  'rollback and chain',
  "prepare transaction 'a'",
])('%s is for the migrator to say', (statement) => {
  expect(transactionControl(script(`select 1;\n/* then */ ${statement}`))).toMatchObject({ line: 2 })
})

test.each([
  'savepoint a',
  'rollback to a',
  'rollback work to savepoint a',
  'release a',
  'prepare p as select 1',
  'do $$ begin commit; end $$',
])('%s is for a migration to say', (statement) => {
  expect(transactionControl(script(statement))).toBeUndefined()
})

test('a script of comments and settings does nothing', () => {
  expect(doesNothing(script(`-- Why: …\nset local lock_timeout = '3s';`))).toBe(true)
  expect(doesNothing(script(`set local lock_timeout = '3s'; select 1`))).toBe(false)
})
