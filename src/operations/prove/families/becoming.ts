import { literal, type Attack, type Family } from '../attack.ts'

/** To become somebody who may more, or to switch off what stands in the way. */
export const becoming: Family = {
  name: 'become',
  about: 'another role, more powers, switches of the session, the server behind it',
  attacks: ({ catalogue: { roles }, other }) => {
    const attack = { role: 'reeve_app', context: 'own', harm: 'succeeds' } as const
    const asRole = roles.flatMap((role): Attack[] => [
      { ...attack, on: role, name: 'set role', sql: `set local role ${role}`, ownSession: true },
      {
        ...attack,
        on: role,
        name: 'grant itself a role',
        sql: `do $$ begin execute 'grant ${role} to reeve_app'; if not pg_has_role('reeve_app', ${literal(role.replaceAll('"', ''))}, 'member') then raise insufficient_privilege using message = 'permission denied: nothing was granted'; end if; end $$`,
      },
      { ...attack, on: role, name: 'give a role powers', sql: `alter role ${role} superuser` },
    ])
    const known = [
      'pg_read_all_data',
      'pg_write_all_data',
      'pg_read_server_files',
      'pg_write_server_files',
      'pg_execute_server_program',
      'pg_monitor',
    ]
    const builtIn = known.map((role): Attack => ({
      ...attack,
      on: role,
      name: 'set role',
      sql: `set local role ${role}`,
      ownSession: true,
    }))
    const database: [string, string][] = [
      ['itself a superuser', 'alter role reeve_app superuser'],
      ['itself above row-level security', 'alter role reeve_app bypassrls'],
      ['a lasting context', `alter role reeve_app set reeve.tenant_id = ${literal(other.tenantId)}`],
      ['a lasting default', `alter role reeve_app set row_security = off`],
      ['a password', `alter role reeve_app password 'prover'`],
      ['a new role', 'create role prover superuser'],
      ['a role to make roles', 'create role prover'],
      ['silence triggers', 'set local session_replication_role = replica'],
      ['a schema', 'create schema prover'],
      ['a temporary table', 'create temporary table prover (id integer)'],
      ['an extension', 'create extension file_fdw'],
      ['a foreign server', 'create foreign data wrapper prover'],
      ['a file of the server', `select pg_read_file('PG_VERSION')`],
      ['a folder of the server', `select pg_ls_dir('.')`],
      ['a program on the server', `copy (select 1) to program 'true'`],
      [
        'a file to read from',
        `do $$ begin create table prover (t text); copy prover from '/etc/passwd'; end $$`,
      ],
      [
        'a setting for everybody',
        `do $$ begin execute format('alter database %I set row_security = off', current_database()); end $$`,
      ],
      ['a large object', `select lo_import('/etc/passwd')`],
      ['the passwords of roles', 'select rolpassword from pg_authid limit 1'],
      ['what statistics keep', 'select stavalues1 from pg_statistic limit 1'],
      [
        'the code of a trigger',
        'create or replace function reeve.touch_updated_at() returns trigger language plpgsql as $$ begin return new; end $$',
      ],
      [
        'what says which tenant',
        'create or replace function reeve.tenant_id() returns uuid language sql stable as $$ select null::uuid $$',
      ],
      [
        'an event trigger',
        'create event trigger prover on ddl_command_start execute function reeve.touch_updated_at()',
      ],
      ['a publication', 'create publication prover for all tables'],
      [
        'all privileges',
        'alter default privileges in schema public grant all on tables to reeve_app; create table public.prover (id integer)',
      ],
    ]
    return [
      ...asRole,
      ...builtIn,
      ...database.map(([what, sql]): Attack => ({ ...attack, on: 'database', name: what, sql })),
    ]
  },
}
