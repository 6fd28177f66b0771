import { expect, test } from 'vitest'
import { statementNames } from './prisma-statement-names.ts'

test('a statement is named when it comes again, and keeps its name', () => {
  const nameOf = statementNames()

  expect(nameOf('select 1')).toBeUndefined()
  expect(nameOf('select 1')).toBe('prisma.1')
  expect(nameOf('select 1')).toBe('prisma.1')
})

test('two statements never share a name', () => {
  const nameOf = statementNames()
  const texts = Array.from({ length: 300 }, (_, i) => `select ${i}`)

  texts.forEach(nameOf)
  expect(new Set(texts.map(nameOf)).size).toBe(300)
})

test('statements that come once do not take the places of those that come again', () => {
  const nameOf = statementNames()
  for (let i = 0; i < 5_000; i++) nameOf(`select ${i}`)

  nameOf('select often')
  expect(nameOf('select often')).toBe('prisma.1')
})

test('there are only so many names', () => {
  const nameOf = statementNames()
  const texts = Array.from({ length: 600 }, (_, i) => `select ${i}`)

  texts.forEach(nameOf)
  expect(texts.map(nameOf).filter((name) => name !== undefined)).toHaveLength(500)
})

test.each(['savepoint a', 'rollback to savepoint a', 'set local x = 1'])('%s has no plan, and so no name', (text) => {
  const nameOf = statementNames()
  nameOf(text)

  expect(nameOf(text)).toBeUndefined()
})
