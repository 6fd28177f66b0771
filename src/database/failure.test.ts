import { randomBytes } from 'node:crypto'
import { Pool, type ClientBase } from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { Refusal } from '../foundation/refusal.ts'
import { DatabaseFailure, toFailure, type Stage } from './failure.ts'

const url = inject('postgresUrl')
const schema = `failure_${randomBytes(4).toString('hex')}`
const pool = new Pool({ connectionString: url, max: 4, options: `-c search_path=${schema}` })
pool.on('error', () => {})

beforeAll(async () => {
  await pool.query(`
    create schema ${schema};
    create table teams (id int constraint teams_pkey primary key);
    create table people (
      id    int constraint people_pkey primary key,
      email varchar(20) not null constraint users_tenant_email_key unique,
      team  int constraint people_team_fkey references teams,
      born  int constraint people_born_check check (born > 1900),
      away  int4range,
      constraint people_away_excl exclude using gist (away with &&)
    );
    insert into teams values (1), (2);
    insert into people values (1, 'kim@example.com', 1, 1990, '[1,5)');
    create table years (year int) partition by list (year);
    create table notes (text text);
    alter table notes enable row level security;
    create role ${schema} nologin;
    grant usage on schema ${schema} to ${schema};
    grant insert, select on notes to ${schema};
    create function rule(code text, message text, hint text) returns void language plpgsql as $$
      begin raise exception using errcode = code, message = message, hint = hint, detail = 'Failing row contains (hush)'; end $$`)
})

afterAll(async () => {
  await pool.query(`drop schema ${schema} cascade; drop role ${schema}`)
  await pool.end()
})

// title, statements, kind, code
const provoked: [string, string, DatabaseFailure['kind'], DatabaseFailure['code']][] = [
  ['a word that is no SQL', 'selec 1', 'query_syntax', 'internal'],
  ['a table that is not there', 'select * from nobody', 'query_schema', 'internal'],
  ['a column that is not there', 'select nobody from people', 'query_schema', 'internal'],
  ['a function that is not there', 'select nobody(1)', 'query_schema', 'internal'],
  [
    'a table that is not for us',
    `set local role ${schema}; select * from people`,
    'query_permission',
    'not_allowed',
  ],
  [
    'a row that is not for us',
    `set local role ${schema}; insert into notes values ('hush')`,
    'query_permission',
    'not_allowed',
  ],
  ['an id that is none', `select 'hush'::uuid`, 'query_invalid_value', 'invalid_request'],
  ['a number out of range', `select '99999999999'::int`, 'query_invalid_value', 'invalid_request'],
  ['a day that never was', `select '2026-02-30'::date`, 'query_invalid_value', 'invalid_request'],
  ['a division by zero', 'select 1 / 0', 'bug', 'internal'],
  [
    'a text too long',
    `insert into people values (9, 'hush${'x'.repeat(20)}')`,
    'query_too_long',
    'invalid_request',
  ],
  ['JSON too deep', `select repeat('[', 200000)::json`, 'query_too_large', 'too_large'],
  [
    'an address that is taken',
    `insert into people values (9, 'kim@example.com')`,
    'constraint_unique',
    'email_taken',
  ],
  ['an id that is taken', `insert into people values (1, 'other')`, 'constraint_unique', 'already_exists'],
  [
    'a team that is not there',
    `insert into people values (9, 'hush', 77)`,
    'constraint_foreign_key',
    'not_found',
  ],
  ['a team that has people', 'delete from teams where id = 1', 'constraint_in_use', 'still_in_use'],
  [
    'a birth before 1900',
    `insert into people values (9, 'hush', 1, 1800)`,
    'constraint_check',
    'invalid_request',
  ],
  ['no address', 'insert into people values (9)', 'constraint_not_null', 'invalid_request'],
  [
    'days that overlap',
    `insert into people values (9, 'hush', 1, 1990, '[4,9)')`,
    'constraint_exclusion',
    'already_exists',
  ],
  ['a year without a partition', 'insert into years values (2026)', 'bug', 'internal'],
  [
    'a write where one only reads',
    'set transaction read only; delete from people',
    'transaction_read_only',
    'database_read_only',
  ],
  [
    'a statement that takes too long',
    'set local statement_timeout = 20; select pg_sleep(5)',
    'statement_timeout',
    'database_timeout',
  ],
  ['a savepoint that is not there', 'rollback to savepoint nobody', 'transaction_rollback', 'internal'],
  [
    'more temporary files than allowed',
    'set local temp_file_limit = 64; set local work_mem = 64; select count(*) from (select g from generate_series(1, 100000) g order by -g offset 1) s',
    'resource_limit',
    'database_full',
  ],
  ['the last owner', `select rule('RV001', 'm', 'h')`, 'rule', 'last_owner'],
  ['what one may not do', `select rule('RV002', 'm', 'h')`, 'rule', 'not_allowed'],
  ['what one may not know of', `select rule('RV003', 'm', 'h')`, 'rule', 'not_found'],
  ['a system role', `select rule('RV004', 'm', 'h')`, 'rule', 'system_role'],
  ['the audit log', `select rule('RV005', 'm', 'h')`, 'rule', 'append_only'],
  ['a context that is missing', `select rule('RV006', 'm', 'h')`, 'rule', 'internal'],
  ['an address of an account', `select rule('RV007', 'm', 'h')`, 'rule', 'email_taken'],
  ['a plain exception of somebody else', `select rule('P0001', 'hush', 'hush')`, 'bug', 'internal'],
]

test.each(provoked)(
  '%s: PostgreSQL refuses, and says nothing of the row',
  async (_, statements, kind, code) => {
    const failure = await failureOf(() => inTransaction(statements))

    expect(failure).toMatchObject({ kind, code })
    expect(inFull(failure)).not.toMatch(/hush|Failing row|kim@example/)
  },
)

test('a NUL character in a text is the mistake of the one who sent it', async () => {
  const failure = await failureOf(() => pool.query('select $1::text', ['a\0b']))

  expect(failure).toMatchObject({ kind: 'query_invalid_value', code: 'invalid_request', retry: 'never' })
})

test('a rule gives its own reason and remedy, whether or not we know it yet', async () => {
  const known = await failureOf(() =>
    inTransaction(`select rule('RV002', 'this needs posts:write', 'ask an editor')`),
  )
  const unknown = await failureOf(() =>
    inTransaction(`select rule('RV099', 'seats are taken', 'buy another seat')`),
  )

  expect(known).toMatchObject({
    code: 'not_allowed',
    message: 'this needs posts:write',
    remedy: 'ask an editor',
  })
  expect(unknown).toMatchObject({
    code: 'not_allowed',
    message: 'seats are taken',
    remedy: 'buy another seat',
  })
})

test('a rule that gives no remedy gets ours, and so does one that says nothing to people', () => {
  const raised = (code: string) => toFailure({ severity: 'ERROR', code, message: 'cryptic' }, 'statement')

  expect(raised('RV001')).toMatchObject({
    code: 'last_owner',
    message: 'a tenant always keeps at least one owner',
    remedy: 'make somebody else an owner first',
  })
  expect(raised('RV099')).toMatchObject({ code: 'not_allowed', message: 'cryptic' })
})

test('a violated constraint is named, with the code that Prisma would give', async () => {
  const failure = await failureOf(() => inTransaction(`insert into people values (9, 'kim@example.com')`))

  expect(failure).toMatchObject({
    constraint: 'users_tenant_email_key',
    sqlstate: '23505',
    prismaCode: 'P2002',
  })
})

test('a constraint has the same name on Citus, where the shard is part of it and the field is empty', () => {
  const message = 'duplicate key value violates unique constraint "users_tenant_email_key_102087"'
  const failure = toFailure({ severity: 'ERROR', code: '23505', message }, 'statement')

  expect(failure).toMatchObject({ constraint: 'users_tenant_email_key', code: 'email_taken' })
})

test('a constraint may end in a small number, and may be called like something that every object has', () => {
  const named = (constraint: string) =>
    toFailure({ severity: 'ERROR', code: '23505', message: 'm', constraint }, 'statement')

  expect(named('people_email_key_2')).toMatchObject({
    constraint: 'people_email_key_2',
    code: 'already_exists',
  })
  expect(named('constructor')).toMatchObject({ constraint: 'constructor', code: 'already_exists' })
})

test('missing and still in use are told apart in whatever language the server speaks', () => {
  const told = (message: string) =>
    (toFailure({ severity: 'ERROR', code: '23503', message }) as DatabaseFailure).kind

  expect(told('insert or update on table "a" violates foreign key constraint "b"')).toBe(
    'constraint_foreign_key',
  )
  expect(told('Einfügen oder Aktualisieren in Tabelle „a“ verletzt Fremdschlüssel-Constraint „b“')).toBe(
    'constraint_foreign_key',
  )
  expect(
    told('une instruction insert ou update sur la table « a » viole la contrainte de clé étrangère « b »'),
  ).toBe('constraint_foreign_key')
  expect(told('update or delete on table "a" violates foreign key constraint "b" on table "c"')).toBe(
    'constraint_in_use',
  )
  expect(
    told('Aktualisieren oder Löschen in Tabelle „a“ verletzt Fremdschlüssel-Constraint „b“ von Tabelle „c“'),
  ).toBe('constraint_in_use')
  expect(
    told('UPDATE ou DELETE sur la table « a » viole la contrainte de clé étrangère « b » de la table « c »'),
  ).toBe('constraint_in_use')
})

test('of two who wait for each other one is given up, and may try again', async () => {
  const [one, other] = [await pool.connect(), await pool.connect()]
  await one.query(`set deadlock_timeout = '20ms'; begin; select from teams where id = 1 for update`)
  await other.query(`set deadlock_timeout = '20ms'; begin; select from teams where id = 2 for update`)
  const waiting = one.query('select from teams where id = 2 for update')
  const results = await Promise.allSettled([
    waiting,
    other.query('select from teams where id = 1 for update'),
  ])
  for (const client of [one, other]) client.release(true)

  const [refused] = results.filter((result) => result.status === 'rejected')
  expect(toFailure(refused!.reason, 'statement')).toMatchObject({
    kind: 'transaction_deadlock',
    code: 'transaction_conflict',
    retry: 'safe',
  })
})

test('of two who change the same at once one is told so, and may try again', async () => {
  const [one, other] = [await pool.connect(), await pool.connect()]
  const begin = 'begin isolation level repeatable read; select from teams'
  await one.query(begin)
  await other.query(begin)
  await one.query('update teams set id = 2 where id = 2; commit')
  const failure = await failureOf(() => other.query('update teams set id = 2 where id = 2'))
  for (const client of [one, other]) client.release(true)

  expect(failure).toMatchObject({ kind: 'transaction_serialization', retry: 'safe', prismaCode: 'P2034' })
})

test('whoever waits too long for a lock may try again, without a new connection', async () => {
  const holder = await pool.connect()
  await holder.query('begin; lock table teams')
  const failure = await failureOf(() => inTransaction(`set local lock_timeout = 20; select from teams`))
  holder.release(true)

  expect(failure).toMatchObject({ kind: 'transaction_lock_timeout', retry: 'safe', closesConnection: false })
})

test('a statement behind a failed one says that the transaction is lost', async () => {
  const client = await pool.connect()
  await client.query('begin; select 1 / 0').catch(() => {})
  const failure = await failureOf(() => client.query('select 1'))
  client.release(true)

  expect(failure).toMatchObject({ kind: 'transaction_rollback', code: 'internal', sqlstate: '25P02' })
})

test('a prepared statement that a migration outgrew is prepared anew on another connection', async () => {
  const client = await pool.connect()
  const query = { name: 'all', text: 'select * from mine' }
  await client.query('create temporary table mine (a int)')
  await client.query(query)
  await client.query('alter table mine add b int')
  const outgrown = await failureOf(() => client.query(query))
  await client.query('deallocate all')
  const forgotten = await failureOf(() => client.query(query))
  client.release(true)

  expect(outgrown).toMatchObject({ kind: 'query_plan_outdated', retry: 'safe', closesConnection: true })
  expect(forgotten).toMatchObject({ kind: 'query_plan_outdated', retry: 'safe', closesConnection: true })
})

test('somebody who is cancelled in the database is told so', async () => {
  const client = await pool.connect()
  const pid = await pidOf(client)
  const failing = failureOf(() => client.query('select pg_sleep(5)'))
  await until(() => pool.query(`select from pg_stat_activity where pid = ${pid} and wait_event = 'PgSleep'`))
  await pool.query(`select pg_cancel_backend(${pid})`)

  expect(await failing).toMatchObject({ kind: 'statement_cancelled', code: 'database_timeout' })
  client.release(true)
})

test('a table that somebody is reading in the same session cannot go; that mends itself', async () => {
  const failure = await failureOf(() =>
    inTransaction('declare reading cursor for select from people; fetch reading; drop table people'),
  )

  expect(failure).toMatchObject({ kind: 'resource_in_use', code: 'database_busy', retry: 'safe' })
})

test('a commit that PostgreSQL itself refuses is not unknown', async () => {
  const client = await pool.connect()
  await client.query(
    `begin; alter table people alter constraint people_team_fkey deferrable initially deferred`,
  )
  await client.query(`insert into people values (9, 'nine', 77)`)
  const failure = await failureOf(() => client.query('commit'), 'commit')
  client.release()

  expect(failure).toMatchObject({ kind: 'constraint_foreign_key', code: 'not_found', retry: 'never' })
})

test('a connection pooler has one code for everything, and is understood by its words', () => {
  const said = (message: string) => toFailure({ severity: 'FATAL', code: '08P01', message }, 'statement')

  expect(said('query_wait_timeout')).toMatchObject({ kind: 'pool_exhausted', retry: 'safe' })
  expect(said('no more connections allowed (max_client_conn)')).toMatchObject({ kind: 'pool_exhausted' })
  expect(said('server conn crashed?')).toMatchObject({ kind: 'connection_lost' })
  expect(said('bind message supplies 1 parameters')).toMatchObject({ kind: 'bug' })
})

test('a full disk in the middle of a commit may have come too late to stop it', () => {
  const said = (severity: string, during: Stage) =>
    (toFailure({ severity, code: '53100', message: 'm' }, during) as DatabaseFailure).kind

  expect(said('ERROR', 'statement')).toBe('resource_disk_full')
  expect(said('ERROR', 'commit')).toBe('resource_disk_full')
  expect(said('PANIC', 'commit')).toBe('outcome_unknown')
})

test('a failure remembers which statement of ours it was', async () => {
  const failure = await failureOf(() =>
    pool.query('select 1 / 0').catch((error: Error) => {
      throw Object.assign(error, { statement: 'users.find' })
    }),
  )

  expect(failure.statement).toBe('users.find')
})

test('what is not about the database is left as it is', () => {
  const mistakes = [
    new TypeError('x is not a function'),
    new Refusal('not_found', 'no such person', 'look again'),
    Object.assign(new Error('no such file'), { code: 'ENOENT', syscall: 'open' }),
    Object.assign(new Error('broken pipe'), { code: 'EPIPE' }),
    'a string',
    undefined,
    null,
  ]

  for (const mistake of mistakes) expect(toFailure(mistake, 'commit')).toBe(mistake)
})

async function failureOf(work: () => Promise<unknown>, during: Stage | 'unsaid' = 'statement') {
  const failure = await work().then(
    () => undefined,
    (error: unknown) => toFailure(error, during === 'unsaid' ? undefined : during),
  )
  expect(failure).toBeInstanceOf(DatabaseFailure)
  return failure as DatabaseFailure
}

async function inTransaction(statements: string): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query(statements)
  } finally {
    await client.query('rollback')
    client.release()
  }
}

/** Everything that a careless log line could show. */
function inFull(failure: DatabaseFailure): string {
  const { cause } = failure as { cause: Error }
  return JSON.stringify([failure, failure.stack, failure.message, cause, cause.message, cause.stack])
}

async function pidOf(client: ClientBase): Promise<number> {
  const { rows } = await client.query('select pg_backend_pid() as pid')
  return rows[0].pid
}

async function until(question: () => Promise<{ rowCount: number | null }>): Promise<void> {
  while (!(await question()).rowCount) await new Promise((resolve) => setTimeout(resolve, 5))
}
