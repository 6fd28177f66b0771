import { identifier } from '../../operations/prove/attack.ts'
import type { Catalogue } from '../../operations/prove/catalogue.ts'
import { signIn } from '../../operations/prove/families/standing.ts'
import type { Mutant } from './mutant.ts'

/** Too much given: to the server, to who reads, to everybody. */
export function ofPrivileges({ relations, schemas }: Catalogue): Mutant[] {
  const mutant = (about: string, what: string, sql: string): Mutant => ({
    name: `${about}: ${what}`,
    about,
    sql,
  })
  const grant = (name: string, privilege: string, to = 'reeve_app') =>
    mutant(name, `${privilege} for ${to}`, `grant ${privilege} on ${name} to ${to}`)
  const tables = relations.filter(({ kind }) => /table|partitioned/.test(kind))
  return [
    ...tables
      .filter(({ tenant }) => tenant)
      .flatMap(({ name, partition, columns }) =>
        partition
          ? [
              ...[
                'select',
                'insert',
                'update',
                'delete',
                'truncate',
                `select (${identifier(columns[0]!.name)})`,
              ].map((one) => grant(name, one)),
              grant(name, 'select', 'reeve_readonly'),
              mutant(name, 'owned by the server', `alter table ${name} owner to reeve_app`),
            ]
          : [
              ...['truncate', 'trigger', 'references'].map((one) => grant(name, one)),
              ...['insert', 'update', 'delete', 'truncate'].map((one) => grant(name, one, 'reeve_readonly')),
              grant(name, 'select', 'public'),
            ],
      ),
    ...tables
      .filter(({ tenant }) => !tenant)
      .flatMap(({ name, columns }) => {
        const secret = signIn.includes(name)
        const some = identifier(columns.at(-1)!.name)
        const reading = secret ? ['select', `select (${some})`] : []
        return [
          ...[
            ...reading,
            'insert',
            `insert (${some})`,
            'update',
            `update (${some})`,
            'delete',
            'truncate',
            'trigger',
          ].map((one) => grant(name, one)),
          ...(secret ? [grant(name, 'select', 'reeve_readonly')] : []),
          grant(name, secret ? 'select' : 'update', 'public'),
          mutant(name, 'owned by the server', `alter table ${name} owner to reeve_app`),
          ...(secret && name !== 'public._prisma_migrations'
            ? [mutant(name, 'row-level security off', `alter table ${name} disable row level security`)]
            : []),
        ]
      }),
    ...ofRoles(),
    ...schemas.flatMap((name) => [
      mutant(name, 'anything for the server', `grant create on schema ${name} to reeve_app`),
      mutant(name, 'anything for everybody', `grant create on schema ${name} to public`),
      mutant(name, 'owned by the server', `alter schema ${name} owner to reeve_app`),
    ]),
  ]
}

/** Of the whole cluster, so never committed. */
function ofRoles(): Mutant[] {
  const given = [
    'reeve_owner',
    'reeve_auth',
    'reeve_backup',
    'pg_read_all_data',
    'pg_write_all_data',
    'pg_read_server_files',
    'pg_execute_server_program',
  ]
  const powers = ['superuser', 'bypassrls', 'createrole', 'createdb', 'replication']
  const database = (what: string, sql: string): Mutant => ({
    name: `database: ${what}`,
    about: 'database',
    sql: `do $$ begin execute format('${sql}', current_database()); end $$`,
  })
  return [
    ...['reeve_app', 'reeve_readonly'].flatMap((role) => [
      ...given.map((one): Mutant => ({
        name: `${role} in ${one}`,
        about: 'roles',
        sql: `grant ${one} to ${role}`,
      })),
      ...powers.map((one): Mutant => ({
        name: `${role} ${one}`,
        about: 'roles',
        sql: `alter role ${role} ${one}`,
      })),
    ]),
    database('temporary tables for the server', 'grant temporary on database %I to reeve_app'),
    database('temporary tables for everybody', 'grant temporary on database %I to public'),
    database('schemas by the server', 'grant create on database %I to reeve_app'),
    database('owned by the server', 'alter database %I owner to reeve_app'),
  ]
}
