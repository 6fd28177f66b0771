import { identifier, type Attack, type Family } from '../attack.ts'

/** To change what keeps tenants apart, table by table and for the database as a whole. */
export const shape: Family = {
  name: 'reshape',
  about: 'DDL, truncate, lock: changing what keeps tenants apart',
  attacks: ({ catalogue }) => {
    const attack = { role: 'reeve_app', context: 'own', harm: 'succeeds' } as const
    const tables = catalogue.relations.filter(({ kind }) => /table|partitioned/.test(kind))
    const perTable = tables.flatMap(({ name, columns, tenant, secured, references }): Attack[] => {
      const bare = name.split('.').at(-1)!
      const statements: [string, string][] = [
        ['truncate', `truncate ${name}`],
        ['truncate, cascading', `truncate ${name} cascade`],
        ['disable row-level security', `alter table ${name} disable row level security`],
        ['a policy of its own', `create policy prover on ${name} using (true)`],
        ['disable triggers', `alter table ${name} disable trigger all`],
        ['disable user triggers', `alter table ${name} disable trigger user`],
        [
          'a trigger of its own',
          `create trigger prover after insert on ${name} execute function reeve.touch_updated_at()`,
        ],
        ['a rule of its own', `create rule prover as on delete to ${name} do also nothing`],
        ['become its owner', `alter table ${name} owner to current_user`],
        ['change its columns', `alter table ${name} add column prover integer`],
        ['drop', `drop table ${name} cascade`],
        ['rename', `alter table ${name} rename to prover`],
        ['an index of its own', `create index prover on ${name} ((1))`],
        ['a table that inherits', `create table prover () inherits (${name})`],
        [
          'grant itself more',
          `do $$ begin grant all on ${name} to reeve_app; if not has_table_privilege('reeve_app', '${name.replaceAll("'", "''")}', 'truncate') then raise insufficient_privilege using message = 'permission denied: nothing was granted'; end if; end $$`,
        ],
        ['a comment', `comment on table ${name} is 'prover'`],
        [
          'statistics',
          `create statistics prover on ${columns
            .slice(0, 2)
            .map((one) => identifier(one.name))
            .join(', ')} from ${name}`,
        ],
        ...references.map(({ name: key }): [string, string] => [
          'drop a foreign key',
          `alter table ${name} drop constraint ${identifier(key)}`,
        ]),
      ]
      if (tenant) statements.push(['lock', `lock table ${name} in access exclusive mode nowait`])
      if (secured)
        statements.push([
          'read with row_security off',
          `set local row_security = off; select 1 from ${name} limit 1`,
        ])
      return statements.map(([what, sql]): Attack => ({
        ...attack,
        on: bare === name ? name : name,
        name: what,
        sql,
      }))
    })
    const functions = catalogue.routines.map(({ signature }): Attack => ({
      ...attack,
      on: signature,
      name: 'own a function',
      sql: `alter function ${signature} security definer`,
    }))
    const inSchemas = catalogue.schemas.flatMap((schema): Attack[] =>
      [
        ['create a table', `create table ${schema}.prover (id integer)`],
        ['create a function', `create function ${schema}.prover() returns integer language sql return 1`],
        ['create a view', `create view ${schema}.prover as select 1`],
        ['take a schema', `alter schema ${schema} rename to prover`],
        ['own a schema', `alter schema ${schema} owner to current_user`],
      ].map(([what, sql]): Attack => ({ ...attack, on: schema, name: what!, sql: sql! })),
    )
    return [...perTable, ...functions, ...inSchemas]
  },
}
