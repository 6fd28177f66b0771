/** Errors of Prisma 7.10 as they really came, with the values in them; `hush` stands for what nobody may see. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { toFailure, type DatabaseFailure } from './failure.ts'
import { symptomOf } from './symptom.ts'

test('Prisma: a value that is taken', () => {
  const failure = fromAdapter('P2002', {
    originalCode: '23505',
    originalMessage: 'duplicate key value violates unique constraint "users_tenant_email_key"',
    kind: 'UniqueConstraintViolation',
    constraint: { index: 'users_tenant_email_key' },
    table: 'users',
  })

  expect(failure).toMatchObject({
    kind: 'constraint_unique',
    code: 'email_taken',
    sqlstate: '23505',
    constraint: 'users_tenant_email_key',
    prismaCode: 'P2002',
  })
})

test('Prisma: on Citus the name of the constraint is in the message alone', () => {
  const failure = fromAdapter('P2002', {
    originalCode: '23505',
    originalMessage: 'duplicate key value violates unique constraint "users_tenant_email_key_102087"',
    kind: 'UniqueConstraintViolation',
  })

  expect(failure).toMatchObject({ code: 'email_taken', constraint: 'users_tenant_email_key' })
})

test('Prisma: something missing, and something still in use', () => {
  const missing = fromAdapter('P2003', {
    originalCode: '23503',
    originalMessage: 'insert or update on table "posts" violates foreign key constraint "posts_author_fkey"',
    kind: 'ForeignKeyConstraintViolation',
    constraint: { index: 'posts_author_fkey' },
  })
  const inUse = fromAdapter('P2003', {
    originalCode: '23001',
    originalMessage:
      'update or delete on table "users" violates RESTRICT setting of foreign key constraint "posts_author_fkey" on table "posts"',
    kind: 'RestrictViolation',
    constraint: { index: 'posts_author_fkey' },
  })

  expect(missing).toMatchObject({ kind: 'constraint_foreign_key', code: 'not_found' })
  expect(inUse).toMatchObject({ kind: 'constraint_in_use', code: 'still_in_use', prismaCode: 'P2003' })
})

test('Prisma: a check, with the whole row in its detail, of which nothing stays', () => {
  const failure = fromAdapter('P2039', {
    originalCode: '23514',
    originalMessage: 'new row for relation "tenants" violates check constraint "tenants_slug_shape"',
    kind: 'postgres',
    code: '23514',
    severity: 'ERROR',
    message: 'new row for relation "tenants" violates check constraint "tenants_slug_shape"',
    detail: 'Failing row contains (5, hush, null).',
  })

  expect(failure).toMatchObject({
    kind: 'constraint_check',
    constraint: 'tenants_slug_shape',
    prismaCode: 'P2039',
  })
  expect(inFull(failure)).not.toContain('hush')
})

test('Prisma: a value of the wrong kind, which its message repeats and ours does not', () => {
  const uuid = fromAdapter('P2007', {
    originalCode: '22P02',
    originalMessage: 'invalid input syntax for type uuid: "hush"',
    kind: 'InvalidInputValue',
    message: 'invalid input syntax for type uuid: "hush"',
  })
  const number = fromAdapter('P2020', {
    originalCode: '22003',
    originalMessage: 'value "hush" is out of range for type integer',
    kind: 'ValueOutOfRange',
    cause: 'value "hush" is out of range for type integer',
  })
  const long = fromAdapter('P2000', {
    originalCode: '22001',
    originalMessage: 'value too long for type character varying(10)',
    kind: 'LengthMismatch',
  })

  expect(uuid).toMatchObject({ kind: 'query_invalid_value', code: 'invalid_request' })
  expect(number).toMatchObject({ kind: 'query_invalid_value', code: 'invalid_request' })
  expect(long).toMatchObject({ kind: 'query_too_long', code: 'invalid_request' })
  expect(inFull(uuid) + inFull(number)).not.toContain('hush')
})

test('Prisma: a rule of ours, raised by a function', () => {
  const failure = fromAdapter('P2010', {
    originalCode: 'RV001',
    originalMessage: 'last',
    kind: 'postgres',
    code: 'RV001',
    severity: 'ERROR',
    message: 'last',
    hint: 'do x',
  })

  expect(failure).toMatchObject({ kind: 'rule', code: 'last_owner', prismaCode: 'P2010' })
})

test('Prisma: two at once', () => {
  const failure = fromAdapter('P2034', {
    originalCode: '40001',
    originalMessage: 'could not serialize access due to read/write dependencies among transactions',
    kind: 'TransactionWriteConflict',
  })

  expect(failure).toMatchObject({ kind: 'transaction_serialization', retry: 'safe', prismaCode: 'P2034' })
})

test('Prisma: the way to the database, in its own words', () => {
  const refused = { kind: 'DatabaseNotReachable', host: '127.0.0.1', port: 15549 }

  expect(fromAdapter('P1001', refused)).toMatchObject({ kind: 'connection_refused', retry: 'safe' })
  expect(fromAdapter('P2010', refused)).toMatchObject({ kind: 'connection_refused', prismaCode: 'P2010' })
  expect(fromAdapter('P1011', { kind: 'TlsConnectionError', reason: 'r' })).toMatchObject({
    kind: 'connection_tls',
  })
  expect(fromAdapter('P1017', { kind: 'ConnectionClosed' })).toMatchObject({ kind: 'connection_lost' })
  expect(
    fromAdapter('P1000', {
      originalCode: '28P01',
      originalMessage: 'm',
      kind: 'AuthenticationFailed',
      user: 'u',
    }),
  ).toMatchObject({ kind: 'connection_authentication', code: 'database_refused_us' })
  expect(
    fromAdapter('P1003', {
      originalCode: '3D000',
      originalMessage: 'm',
      kind: 'DatabaseDoesNotExist',
      db: 'd',
    }),
  ).toMatchObject({ kind: 'connection_no_database' })
})

test('Prisma: a line that broke while it committed', () => {
  const error = known('P1017', { driverAdapterError: { cause: { kind: 'ConnectionClosed' } } })

  expect(toFailure(error, 'commit')).toMatchObject({ kind: 'outcome_unknown', retry: 'unknown' })
  expect(toFailure(error)).toMatchObject({ kind: 'outcome_unknown', retry: 'unknown' })
})

test('Prisma: no such record, told without the database', () => {
  for (const code of ['P2025', 'P2018']) {
    const failure = toFailure(known(code, { modelName: 'posts', operation: 'an update' }), 'statement')
    expect(failure).toMatchObject({ kind: 'record_missing', code: 'not_found', prismaCode: code })
  }
})

test('Prisma: one code for three troubles with a transaction', () => {
  const told = (message: string) =>
    toFailure(known('P2028', {}, `Transaction API error: ${message}`), 'statement')

  expect(told('Unable to start a transaction in the given time.')).toMatchObject({
    kind: 'pool_exhausted',
    retry: 'safe',
  })
  expect(told('A query cannot be executed on an expired transaction. The timeout was 50 ms')).toMatchObject({
    kind: 'transaction_timeout',
    retry: 'never',
  })
  expect(
    told('Transaction already closed: A query cannot be executed on a committed transaction.'),
  ).toMatchObject({
    kind: 'transaction_rollback',
    code: 'internal',
  })
})

test('Prisma: arguments that its types forbid are our mistake, and nothing of them is kept', () => {
  const message =
    '\nInvalid `prisma.tenant.create()` invocation:\n\n{\n  data: {\n    id: "hush",\n  }\n}\n\nArgument `slug` is missing.'
  const failure = toFailure(
    Object.assign(new Error(message), { name: 'PrismaClientValidationError' }),
  ) as DatabaseFailure

  expect(failure).toMatchObject({ kind: 'bug', code: 'internal' })
  expect((failure.cause as Error).message).toBe('Argument `slug` is missing.')
  expect(inFull(failure)).not.toContain('hush')
})

test('Prisma: a client that cannot begin, and one that broke', () => {
  const begin = Object.assign(new Error('m'), { name: 'PrismaClientInitializationError', errorCode: 'P1001' })
  const broken = Object.assign(new Error('m'), { name: 'PrismaClientRustPanicError' })

  expect(toFailure(begin)).toMatchObject({ kind: 'connection_refused', prismaCode: 'P1001' })
  expect(toFailure(broken)).toMatchObject({ kind: 'bug', code: 'internal' })
})

test('Prisma: the adapter itself, without a client around it', () => {
  const cause = { originalCode: '57014', originalMessage: 'canceling statement due to statement timeout' }
  const error = Object.assign(new Error('postgres'), { name: 'DriverAdapterError', cause })

  expect(toFailure(error)).toMatchObject({ kind: 'statement_timeout', code: 'database_timeout' })
})

test('every code that this Prisma can say is understood, or known to be a bug', () => {
  const runtime = createRequire(import.meta.url).resolve('@prisma/client/runtime/client')
  const codes = new Set(
    [...readFileSync(runtime, 'utf8').matchAll(/"(P[126]\d{3})"/g)].map(([, code]) => code!),
  )
  const kindOf = (code: string) => (toFailure(known(code, {}), 'statement') as DatabaseFailure).kind

  expect(codes.size).toBeGreaterThan(30)
  expect([...codes].filter((code) => kindOf(code) === 'bug').toSorted()).toEqual([
    'P1009', // a database of that name exists
    'P2009', // a query that the client itself built wrongly
    'P2010', // a raw query, when the adapter had nothing to say
    'P2012',
    'P2030', // full text search of MySQL
    'P2036', // an error of a driver that is not ours
    'P2038', // no SQL comment where one was needed
    'P2039',
    'P6000', // the hosted service
    'P6001',
  ])
})

test('a five-letter code of Node is not taken for a SQLSTATE', () => {
  const broken = Object.assign(new Error('write EPIPE'), { code: 'EPIPE', syscall: 'write' })

  expect(symptomOf(broken)).toMatchObject({ kind: 'connection_lost' })
  expect(symptomOf(broken)).not.toHaveProperty('sqlstate')
})

test('an unknown adapter code is not taken for one either', () => {
  expect(fromAdapter('P2039', { kind: 'postgres', code: 'N/A', message: 'm' })).toMatchObject({ kind: 'bug' })
})

test('nonsense is about nothing', () => {
  for (const nonsense of [undefined, null, 0, '', 'PrismaClientError', [], {}, { code: 42 }, () => {}]) {
    expect(symptomOf(nonsense)).toBeUndefined()
  }
})

function fromAdapter(code: string, cause: object): DatabaseFailure {
  return toFailure(
    known(code, { modelName: 'm', driverAdapterError: { cause } }),
    'statement',
  ) as DatabaseFailure
}

function known(code: string, meta: object, message = 'hush: what the client would print'): Error {
  return Object.assign(new Error(message), {
    name: 'PrismaClientKnownRequestError',
    code,
    meta,
    clientVersion: '7.10.0',
  })
}

/** Everything that a careless log line could show. */
function inFull(failure: DatabaseFailure): string {
  const cause = failure.cause as Error
  return JSON.stringify([failure, failure.stack, failure.message, cause, cause.message, cause.stack])
}
