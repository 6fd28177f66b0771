import { literal, type Attack, type Family } from '../attack.ts'

/** What no single statement shows: whom the roles of the server stand for, and what was given to whom. */
export const standing: Family = {
  name: 'stand',
  about: 'roles, owners and grants, as the catalogue has them',
  attacks: ({ catalogue }) => {
    const attack = { role: 'catalogue', context: 'none', harm: 'reads' } as const
    const questions: [string, string, string][] = [
      [
        'roles',
        'is above row-level security',
        `select rolname from pg_roles where rolname in (${served}) and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)`,
      ],
      [
        'roles',
        'acts for others',
        `select member::regrole, roleid::regrole from pg_auth_members where member in (select oid from pg_roles where rolname in (${served}))`,
      ],
      [
        'schemas',
        'may be created in',
        `select n.nspname, r.rolname from pg_namespace n, pg_roles r where r.rolname in (${served}) and n.nspname !~ '^pg_' and has_schema_privilege(r.oid, n.oid, 'create')`,
      ],
      [
        'schemas',
        'is owned by the server',
        `select nspname from pg_namespace where nspowner in (select oid from pg_roles where rolname in (${served}))`,
      ],
      [
        'database',
        'may be created in',
        `select rolname from pg_roles where rolname in (${served}) and has_database_privilege(rolname, current_database(), 'create, temporary')`,
      ],
      [
        'database',
        'is owned by the server',
        `select datname from pg_database where datname = current_database() and datdba in (select oid from pg_roles where rolname in (${served}))`,
      ],
      [
        'functions',
        'is owned by the server',
        `select oid::regprocedure from pg_proc where proowner in (select oid from pg_roles where rolname in ('reeve_app', 'reeve_readonly'))`,
      ],
      [
        'functions',
        'has the powers of a superuser',
        `select p.oid::regprocedure from pg_proc p join pg_roles r on r.oid = p.proowner where p.prosecdef and (r.rolsuper or r.rolbypassrls) and ${mayBeCalled}`,
      ],
      [
        'functions',
        'looks where others may put something',
        `select p.oid::regprocedure from pg_proc p where p.prosecdef and ${mayBeCalled} and not coalesce(p.proconfig::text ~ 'search_path=[^"]*pg_temp"?[,}]', false)`,
      ],
      [
        'functions',
        'has its owner’s powers and is for everybody',
        `select p.oid::regprocedure from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) where p.prosecdef and grantee = 0 and ${ofUsers('p.pronamespace')}`,
      ],
    ]
    const tables = catalogue.relations.flatMap(
      ({ oid, name, tenant, partition, kind, secured }): [string, string, string][] => {
        const found: [string, string, string][] = [
          [
            name,
            'is owned by the server',
            `select relname from pg_class where oid = ${oid} and relowner in (select oid from pg_roles where rolname in (${served}))`,
          ],
          [
            name,
            'lets the server do more than rows',
            `select rolname from pg_roles where rolname in (${served}) and (has_table_privilege(oid, ${oid}::oid, 'truncate, trigger') or has_any_column_privilege(oid, ${oid}::oid, 'references'))`,
          ],
          [
            name,
            'is for everybody',
            `select 1 from pg_class, aclexplode(relacl) where pg_class.oid = ${oid} and grantee = 0 union all select 1 from pg_attribute, aclexplode(attacl) where attrelid = ${oid} and grantee = 0`,
          ],
          [
            name,
            'is written by who reads',
            `select 1 where has_any_column_privilege('reeve_readonly', ${oid}::oid, 'insert, update') or has_table_privilege('reeve_readonly', ${oid}::oid, 'delete')`,
          ],
        ]
        if (tenant && /table|partitioned/.test(kind) && !partition)
          found.push([
            name,
            'has no row-level security',
            `select relname from pg_class where oid = ${oid} and not relrowsecurity`,
          ])
        if (!tenant && secured === false && signIn.includes(name) && name !== 'public._prisma_migrations')
          found.push([
            name,
            'has no second lock: row-level security',
            `select relname from pg_class where oid = ${oid} and not relrowsecurity`,
          ])
        if (partition && !secured)
          found.push([
            name,
            'is granted, and knows no policy',
            `select rolname from pg_roles where rolname in (${served}) and has_any_column_privilege(oid, ${oid}::oid, 'select, insert, update')`,
          ])
        return found
      },
    )
    return [...questions, ...tables].map(([on, name, sql]): Attack => ({
      ...attack,
      on,
      name,
      sql: `${sql} limit 5`,
    }))
  },
}

/** What people sign in with. The server has no privilege on them, and functions of `reeve_auth` are the only way in. */
export const signIn = ['accounts', 'account_emails', 'credentials', 'sessions', '_prisma_migrations'].map(
  (name) => `public.${name}`,
)

const served = ['reeve_app', 'reeve_readonly'].map((role) => literal(role)).join(', ')
const ofUsers = (column: string) =>
  `${column} in (select oid from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema') and not exists (select from pg_depend where objid = p.oid and deptype = 'e')`
const mayBeCalled = `${ofUsers('p.pronamespace')} and (has_function_privilege('reeve_app', p.oid, 'execute') or has_function_privilege('reeve_readonly', p.oid, 'execute') or p.prorettype = 'trigger'::regtype)`
