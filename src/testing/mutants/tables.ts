import type pg from 'pg'
import { identifier } from '../../operations/prove/attack.ts'
import type { Catalogue, Relation } from '../../operations/prove/catalogue.ts'
import { tenantTables } from '../../operations/prove/plant.ts'
import type { Mutant } from './mutant.ts'

type Policy = {
  on: string
  name: string
  command: string
  seen: string | null
  written: string | null
  permissive: boolean
}

/** Policies, row-level security, keys, references and owners of tenants' tables, each gone or weaker. */
export async function ofTables(client: pg.ClientBase, catalogue: Catalogue): Promise<Mutant[]> {
  const { rows: policies } = await client.query<Policy>(`
    select format('%I.%I', n.nspname, c.relname) as on, p.polname as name, p.polcmd as command,
           pg_get_expr(p.polqual, p.polrelid) as seen, pg_get_expr(p.polwithcheck, p.polrelid) as written,
           p.polpermissive as permissive
    from pg_policy p join pg_class c on c.oid = p.polrelid join pg_namespace n on n.oid = c.relnamespace
    where p.polroles && array[0, 'reeve_app'::regrole::oid, 'reeve_readonly'::regrole::oid]
    order by 1, 2`)
  const { rows: granted } = await client.query<{ name: string }>(`
    select format('%s %I.%I', may, relnamespace::regnamespace, relname) as name
    from pg_class, unnest(array['select', 'insert', 'update', 'delete', 'read']) as may
    where relkind in ('r', 'p')
      and case may when 'read' then has_any_column_privilege('reeve_readonly', pg_class.oid, 'select')
                   when 'delete' then has_table_privilege('reeve_app', pg_class.oid, 'delete')
                   else has_any_column_privilege('reeve_app', pg_class.oid, may) end`)
  const may = (table: Relation) => (what: string) =>
    granted.some(({ name }) => name === `${what} ${table.name}`)
  return tenantTables(catalogue).flatMap((table) => [
    ...policies.filter(({ on }) => on === table.name).flatMap(weaker),
    ...opened(table, may(table)),
    ...references(table, catalogue),
    ...keys(table),
  ])
}

function weaker({ on, name, seen, written, permissive }: Policy): Mutant[] {
  const policy = `policy ${identifier(name)} on ${on}`
  const mutants: [string, string][] = [['dropped', `drop ${policy}`]]
  const change = (what: string, using: string, check: string) => {
    const parts = [seen && ` using (${using})`, written && ` with check (${check})`]
      .map((part) => part ?? '')
      .join('')
    mutants.push([what, `alter ${policy}${parts}`])
  }
  const tenant = on === 'public.tenants' ? 'id' : 'tenant_id'
  if (seen) {
    change('sees all', 'true', written ?? 'true')
    // Where one is only narrower than another, the other stands.
    if (permissive)
      change('sees all while nothing is declared', `${seen} or reeve.tenant_id() is null`, written ?? 'true')
    change('sees whoever has a tenant', `${tenant} is not null`, written ?? 'true')
    mutants.push(['is for the owner', `alter ${policy} to reeve_auth`])
  }
  if (written && seen) {
    change('writes all', seen, 'true')
    change('writes all while nothing is declared', seen, `${written} or reeve.tenant_id() is null`)
    change('writes whatever is declared', seen, 'reeve.tenant_id() is not null')
  } else if (written) mutants.push(['writes all', `alter ${policy} with check (true)`])
  return mutants.map(([what, sql]) => ({ name: `policy ${on}.${name} ${what}`, about: on, sql }))
}

function opened({ name }: Relation, may: (what: string) => boolean): Mutant[] {
  const policies = ['select', 'insert', 'update', 'delete'].map((command): [string, string] => {
    const clause = {
      select: 'using (true)',
      insert: 'with check (true)',
      update: 'using (true) with check (true)',
      delete: 'using (true)',
    }[command]!
    return [
      `another policy for ${command}`,
      `create policy mutant on ${name} for ${command} to reeve_app ${clause}`,
    ]
  })
  const all: [string, string][] = [
    ['row-level security off', `alter table ${name} disable row level security`],
    ...policies,
    [
      'another policy for who reads',
      `create policy mutant on ${name} for select to reeve_readonly using (true)`,
    ],
    ['owned by the server', `alter table ${name} owner to reeve_app`],
    [
      'a view of the owner’s',
      `create view public.mutant as select * from ${name}; alter view public.mutant owner to reeve_owner; grant select on public.mutant to reeve_app`,
    ],
    [
      'a view that counts',
      `create view public.mutant as select count(*) as n from ${name}; alter view public.mutant owner to reeve_owner; grant select on public.mutant to reeve_app`,
    ],
    [
      'a copy of it',
      `create materialized view public.mutant as select * from ${name}; grant select on public.mutant to reeve_readonly`,
    ],
  ]
  return all
    .filter(
      ([what]) =>
        !what.startsWith('another policy') ||
        may(what === 'another policy for who reads' ? 'read' : what.split(' ').at(-1)!),
    )
    .map(([what, sql]) => ({
      name: `${name}: ${what}`,
      about: /view|copy/.test(what) ? 'public.mutant' : name,
      sql,
    }))
}

function references({ name, references: all }: Relation, catalogue: Catalogue): Mutant[] {
  const tenants = tenantTables(catalogue).filter((one) => one.name !== 'public.tenants')
  return all
    .filter(({ to }) => tenants.some((one) => one.name === to))
    .flatMap(({ name: key, columns, to, theirs }): Mutant[] => {
      const drop = `alter table ${name} drop constraint ${identifier(key)}`
      const [ours, other] = [columns, theirs].map((names) =>
        names
          .filter((column) => column !== 'tenant_id')
          .map(identifier)
          .join(', '),
      )
      return [
        { name: `reference ${key} dropped`, about: name, sql: drop },
        {
          name: `reference ${key} without the tenant`,
          about: name,
          sql: `${drop}; create unique index mutant on ${to} (${other}); alter table ${name} add constraint ${identifier(key)} foreign key (${ours}) references ${to} (${other})`,
        },
      ]
    })
}

function keys({ name, uniques, columns }: Relation): Mutant[] {
  return uniques.flatMap(({ name: key, columns: all }): Mutant[] => {
    const rest = all.filter((column) => column !== 'tenant_id')
    if (rest.length === 0 || rest.length === all.length) return []
    // What comes from a sequence is nobody's to choose.
    if (rest.some((column) => columns.find((one) => one.name === column)!.identity)) return []
    return [
      {
        name: `key ${key} without the tenant`,
        about: name,
        sql: `create unique index mutant on ${name} (${rest.map(identifier).join(', ')})`,
      },
    ]
  })
}
