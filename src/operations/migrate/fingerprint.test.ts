import { expect, test } from 'vitest'
import { aWorkshop, type Workshop } from '../../testing/migrations.ts'
import { deploy } from './deploy.ts'
import { differences, fingerprint } from './fingerprint.ts'

const schema = `
  create schema lab;
  create type lab.mood as enum ('sad', 'glad');
  create domain lab.short as text constraint short check (length(value) < 9);
  create sequence lab.counter;
  create table lab.people (id int generated always as identity, name text not null, mood lab.mood);
  create table lab.events (at timestamptz not null, note text) partition by range (at);
  create table lab.events_2026 partition of lab.events for values from ('2026-01-01Z') to ('2027-01-01Z');
  create view lab.names with (security_barrier) as select name from lab.people;
  create function lab.one() returns int language sql immutable return 1;
  create function lab.touch() returns trigger language plpgsql as $$ begin return new; end $$;
  create aggregate lab.total (int) (sfunc = int4pl, stype = int);
  create index people_by_name on lab.people (name);
  alter table lab.people enable row level security;
  create policy own on lab.people using (name = current_user);
  create trigger touch before update on lab.people for each row execute function lab.touch();
  alter table lab.people add constraint named check (name <> '') not valid;
  create statistics lab.pairs on name, mood from lab.people;
  comment on column lab.people.name is 'What they are called.'`

async function theLab(): Promise<Workshop> {
  const workshop = await aWorkshop()
  await workshop.client.query(schema)
  return workshop
}

const changes = [
  ['a column', 'alter table lab.people add phone text', 'column lab.people.phone'],
  ['a type', 'alter table lab.events alter note type varchar(9)', 'column lab.events.note'],
  ['a default', `alter table lab.people alter name set default 'x'`, 'column lab.people.name'],
  ['a nullable column', 'alter table lab.people alter name drop not null', 'column lab.people.name'],
  ['a label of an enum', `alter type lab.mood add value 'mad' before 'glad'`, 'type lab.mood'],
  ['a check of a domain', `alter domain lab.short drop constraint short`, 'constraint short on lab.short'],
  [
    'a validated constraint',
    'alter table lab.people validate constraint named',
    'constraint named on lab.people',
  ],
  ['an index', 'drop index lab.people_by_name', 'index lab.people_by_name'],
  [
    'an index in another order',
    'drop index lab.people_by_name; create index people_by_name on lab.people (name desc)',
    'index lab.people_by_name',
  ],
  ['row security switched off', 'alter table lab.people disable row level security', 'relation lab.people'],
  ['row security forced', 'alter table lab.people force row level security', 'relation lab.people'],
  ['a policy', 'alter policy own on lab.people using (true)', 'policy own on lab.people'],
  ['whom a policy is for', 'alter policy own on lab.people to pg_monitor', 'policy own on lab.people'],
  ['a trigger', 'drop trigger touch on lab.people', 'trigger touch on lab.people'],
  ['a disabled trigger', 'alter table lab.people disable trigger touch', 'trigger touch on lab.people'],
  ['a rule', 'create rule never as on delete to lab.people do instead nothing', 'rule never on lab.people'],
  [
    'a body',
    'create or replace function lab.one() returns int language sql immutable return 2',
    'function lab.one()',
  ],
  ['who a function runs as', 'alter function lab.one() security definer', 'function lab.one()'],
  [
    'an aggregate',
    `drop aggregate lab.total (int); create aggregate lab.total (int) (sfunc = int4mul, stype = int)`,
    'function lab.total(integer)',
  ],
  [
    'a view',
    `create or replace view lab.names with (security_barrier) as select name || '' as name from lab.people`,
    'relation lab.names',
  ],
  ['an option of a view', 'alter view lab.names reset (security_barrier)', 'relation lab.names'],
  ['a partition', 'alter table lab.events detach partition lab.events_2026', 'relation lab.events_2026'],
  ['a sequence', 'alter sequence lab.counter cycle', 'sequence lab.counter'],
  ['statistics', 'drop statistics lab.pairs', 'statistics lab.pairs'],
  ['a comment', `comment on column lab.people.name is 'Another.'`, 'comment table column lab.people.name'],
  ['a comment on a function', `comment on function lab.one() is 'Uno.'`, 'comment function lab.one()'],
  ['an owner', 'alter table lab.people owner to pg_monitor', 'owner relation lab.people'],
  [
    'a grant on a table',
    'grant select on lab.people to pg_monitor',
    'grant relation lab.people to pg_monitor',
  ],
  [
    'a grant on a column',
    'grant update (name) on lab.people to pg_monitor',
    'grant column lab.people.name to pg_monitor',
  ],
  ['a grant on a schema', 'grant usage on schema lab to public', 'grant schema lab to public'],
  [
    'a grant on a function',
    'revoke execute on function lab.one() from public',
    'grant function lab.one() to public',
  ],
  [
    'a grant that may be passed on',
    'grant usage on sequence lab.counter to pg_monitor with grant option',
    'grant sequence lab.counter to pg_monitor',
  ],
  [
    'a default grant',
    'alter default privileges in schema lab grant select on tables to pg_monitor',
    'default grant r by postgres in lab',
  ],
  ['an extension', 'create extension pg_trgm', 'extension pg_trgm'],
  ['a schema', 'create schema other', 'schema other'],
  ['a publication', 'create publication news for table lab.people', 'publication news'],
  [
    'an event trigger',
    `create function lab.heard() returns event_trigger language plpgsql as $$ begin end $$; create event trigger heard on sql_drop execute function lab.heard()`,
    'event trigger heard',
  ],
  [
    'a setting',
    `do $$ begin execute format('alter database %I set work_mem = 1024', current_database()); end $$`,
    'setting everyone',
  ],
] as const

test('everything that can be changed is seen', async () => {
  const { client } = await theLab()
  const before = await fingerprint(client)
  for (const [what, change, object] of changes) {
    await client.query(`begin; ${change}`)
    const found = differences(before, await fingerprint(client)).map((line) => line.slice(2).split(': ')[0])
    expect(found, what).toContain(object)
    await client.query('rollback')
  }
  expect(differences(before, await fingerprint(client))).toEqual([])
})

test('it is not empty, and the same wherever and however it is read', async () => {
  const [one, other] = [await theLab(), await theLab()]
  await other.client.query(`set search_path = lab; set timezone = 'Asia/Tokyo'; set datestyle = 'German'`)
  const [first, second] = [await fingerprint(one.client), await fingerprint(other.client)]
  expect(first.size).toBeGreaterThan(50)
  expect(first.get('relation lab.events_2026')).toContain("FROM ('2026-01-01 00:00:00+00')")
  expect(differences(first, second)).toEqual([])
  expect(await other.column('show search_path')).toEqual(['lab'])
  expect(await other.column('show timezone')).toEqual(['Asia/Tokyo'])
})

test('what extensions brought and the history of migrations are not part of it', async () => {
  const workshop = await aWorkshop()
  const empty = await fingerprint(workshop.client)
  await workshop.client.query('create extension pg_trgm')
  await workshop.write('20260101000000_nothing', 'do $$ begin end $$', '-- Loses: nothing.')
  await deploy(workshop)
  expect(differences(empty, await fingerprint(workshop.client))).toEqual([
    expect.stringMatching(/^\+ extension pg_trgm: 1\.\d in public$/),
    '+ owner extension pg_trgm: postgres',
  ])
})

test('it can be taken inside a transaction', async () => {
  const { client } = await theLab()
  const before = await fingerprint(client)
  await client.query('begin; drop schema lab cascade')
  expect(differences(before, await fingerprint(client)).length).toBeGreaterThan(30)
  await client.query('rollback')
  expect(differences(before, await fingerprint(client))).toEqual([])
})

test('a difference says what was and what is', () => {
  const before = new Map([
    ['column a', 'int'],
    ['column b', 'int'],
  ])
  const after = new Map([
    ['column b', 'text'],
    ['column c', 'int'],
  ])
  expect(differences(before, after)).toEqual(['- column a: int', '~ column b: int → text', '+ column c: int'])
})
