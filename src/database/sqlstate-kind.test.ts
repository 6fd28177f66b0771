import { expect, test } from 'vitest'
import { refusals } from '../foundation/refusal.ts'
import { constraintRefusals, inUseRefusals } from './constraint-refusals.ts'
import { failureKinds, meaningOf, type FailureKind } from './failure-kinds.ts'
import { toFailure, type DatabaseFailure } from './failure.ts'
import { ruleRefusals } from './rule-refusals.ts'
import { kindOfSqlstate } from './sqlstate-kind.ts'
import { sqlstateClasses, sqlstates } from './sqlstates.ts'

const kinds = Object.keys(failureKinds) as FailureKind[]
const codes = Object.keys(sqlstates)
const classes = Object.keys(sqlstateClasses)

test('the table of PostgreSQL is whole: every code belongs to a class, every class has a code', () => {
  expect(codes.length).toBeGreaterThan(250)
  expect(new Set(codes.map((code) => code.slice(0, 2)))).toEqual(new Set(classes))
})

test('every code becomes a failure with a code that people may see, a sentence and a remedy', () => {
  for (const code of codes) {
    const error = { severity: 'ERROR', code, message: 'said the server' }
    const failure = toFailure(error, 'statement') as DatabaseFailure

    expect(failure).toMatchObject({ name: 'DatabaseFailure', sqlstate: code })
    expect(kinds).toContain(failure.kind)
    expect(Object.keys(refusals)).toContain(failure.code)
    expect(['safe', 'never', 'unknown']).toContain(failure.retry)
    expect(failure.message).toBe(meaningOf(failure.kind).message)
    expect(failure.remedy).toBe(meaningOf(failure.kind).remedy)
  }
})

test('a code that PostgreSQL will only invent tomorrow means what its class means', () => {
  expect(kindOfSqlstate('22ZZZ')).toBe('query_invalid_value')
  expect(kindOfSqlstate('53ZZZ')).toBe('resource_limit')
})

test('a class that no PostgreSQL knows is a bug, and so is a code that hides in a prototype', () => {
  expect(kindOfSqlstate('ZZ999')).toBe('bug')
  expect(kindOfSqlstate('__proto__')).toBe('bug')
  expect(kindOfSqlstate('')).toBe('bug')
})

test('what the caller can mend is a 4xx, what time mends a 503, what we must mend a 500', () => {
  const statusOf = (code: string) => refusals[meaningOf(kindOfSqlstate(code)).code].status

  const theirs = [
    '22001',
    '22003',
    '22007',
    '22021',
    '22P02',
    '23502',
    '23503',
    '23505',
    '23514',
    '23P01',
    '54000',
  ]
  const times = ['08006', '25006', '40001', '40P01', '53100', '53300', '55P03', '57014', '57P01', '57P03']
  const ours = ['0A000', '22012', '25P02', '42601', '42703', '42P01', 'P0001', 'XX000', 'XX001', '58030']

  expect(theirs.filter((code) => statusOf(code) < 400 || statusOf(code) > 499)).toEqual([])
  expect(times.filter((code) => statusOf(code) !== 503)).toEqual([])
  expect(ours.filter((code) => statusOf(code) !== 500)).toEqual([])
})

test('what may be done again is a short list, for it must be provable that nothing happened', () => {
  const safe = kinds.filter((kind) => meaningOf(kind).retry === 'safe')

  expect(safe.toSorted()).toEqual([
    'connection_lost',
    'connection_refused',
    'connection_timeout',
    'pool_exhausted',
    'query_plan_outdated',
    'resource_connections',
    'resource_in_use',
    'shutting_down',
    'transaction_deadlock',
    'transaction_idle_timeout',
    'transaction_lock_timeout',
    'transaction_read_only',
    'transaction_serialization',
  ])
  expect(safe.filter((kind) => refusals[meaningOf(kind).code].status !== 503)).toEqual([])
})

test('no kind is there for nothing: a SQLSTATE or an error of the way leads to each', () => {
  const byCode = new Set<string>(codes.map(kindOfSqlstate))
  const otherwise = [
    'connection_timeout', // by a socket
    'connection_tls',
    'connection_settings', // by the moment
    'pool_exhausted', // by the pool
    'pool_closed',
    'record_missing', // by Prisma
    'rule', // by our own codes
  ]

  expect(kinds.filter((kind) => !byCode.has(kind)).toSorted()).toEqual(otherwise.toSorted())
})

test('every sentence of ours is plain: it begins small, ends open, and names a code that exists', () => {
  const sentences = [
    ...Object.values(failureKinds),
    ...Object.values(ruleRefusals),
    ...Object.values(constraintRefusals),
    ...Object.values(inUseRefusals),
  ]

  for (const { code, message, remedy } of sentences) {
    expect(refusals[code]).toBeDefined()
    expect(message).toMatch(/^[a-z].*[^.!]$/)
    expect(remedy).toMatch(/^[a-z].*[^.!]$/)
  }
})
