import { expect, test } from 'vitest'
import { statementNames } from './prisma-statement-names.ts'

test('a statement is named when it comes again, and keeps its name', () => {
  const nameOf = statementNames()

  expect(nameOf('select 1')).toBeUndefined()
  const name = nameOf('select 1')
  expect(name).toMatch(/^prisma\.[\w-]{22}$/)
  expect(nameOf('select 1')).toBe(name)
})

test('two statements never share a name', () => {
  const nameOf = statementNames()
  const texts = Array.from({ length: 300 }, (_, i) => `select ${i}`)

  texts.forEach(nameOf)
  expect(new Set(texts.map(nameOf)).size).toBe(300)
})

test('two that name statements on the same connections mean the same by a name', () => {
  const [one, other] = [statementNames(), statementNames()]
  for (const text of ['select 1', 'select 2', 'select 1', 'select 2']) one(text)
  for (const text of ['select 2', 'select 1', 'select 2', 'select 1']) other(text)

  expect(one('select 1')).toBe(other('select 1'))
  expect(one('select 1')).not.toBe(one('select 2'))
})

test('statements that come once do not take the places of those that come again', () => {
  const nameOf = statementNames()
  for (let i = 0; i < 5_000; i++) nameOf(`select ${i}`)

  nameOf('select often')
  expect(nameOf('select often')).toBeDefined()
})

test('there are only so many names', () => {
  const nameOf = statementNames()
  const texts = Array.from({ length: 600 }, (_, i) => `select ${i}`)

  texts.forEach(nameOf)
  expect(texts.map(nameOf).filter((name) => name !== undefined)).toHaveLength(500)
})

test.each(['savepoint a', 'rollback to savepoint a', 'set local x = 1'])(
  '%s has no plan, and so no name',
  (text) => {
    const nameOf = statementNames()
    nameOf(text)

    expect(nameOf(text)).toBeUndefined()
  },
)
