import type pg from 'pg'
import type { Mutant } from './mutant.ts'

type Routine = { signature: string; name: string; definer: boolean; text: string; ours: boolean }

/** Functions that forget to ask, act for more than their caller, or belong to the wrong role. */
export async function ofFunctions(client: pg.ClientBase): Promise<Mutant[]> {
  const { rows: routines } = await client.query<Routine>(`
    select p.oid::regprocedure::text as signature, n.nspname || '.' || p.proname as name, p.prosecdef as definer,
           pg_get_functiondef(p.oid) as text, n.nspname = 'reeve' as ours
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname in ('reeve', 'public') and p.prokind = 'f'
      and not exists (select from pg_depend where objid = p.oid and deptype = 'e')
    order by 1`)
  return [...routines.flatMap(powers), ...forgetful.flatMap((one) => forgetting(one, routines)), ...leaks]
}

function powers({ signature, definer }: Routine): Mutant[] {
  const mutant = (what: string, change: string): Mutant => ({
    name: `${signature} ${what}`,
    about: 'functions',
    sql: `alter function ${signature} ${change}`,
  })
  const owned = mutant('is owned by the server', 'owner to reeve_app')
  if (!definer) return [owned, mutant('has the powers of its owner', 'security definer')]
  return [
    owned,
    mutant('is owned by a superuser', 'owner to postgres'),
    mutant('looks anywhere', 'reset search_path'),
    mutant('looks where others may put something', 'set search_path = public, pg_catalog'),
    {
      name: `${signature} is for everybody`,
      about: 'functions',
      sql: `grant execute on function ${signature} to public`,
    },
  ]
}

type Forgetful = [name: string, from: string, to: string, commits?: true]

/** What each asks, and no longer asks. */
const forgetful: Forgetful[] = [
  [
    'reeve.tenant_id',
    `nullif(current_setting('reeve.tenant_id', true), '')::uuid`,
    `coalesce(nullif(current_setting('reeve.tenant_id', true), '')::uuid, (select max(tenant_id::text)::uuid from public.tenant_guards))`,
  ],
  ['reeve.tenant_id', `nullif(current_setting('reeve.tenant_id', true), '')::uuid`, `null::uuid`],
  [
    'reeve.set_context',
    `'reeve.tenant_id', coalesce(tenant::text, ''), true`,
    `'reeve.tenant_id', coalesce(tenant::text, ''), false`,
    true,
  ],
  ['reeve.set_context', `coalesce(tenant::text, '')`, `''`],
  ['reeve.is_operator', `is not null`, `is not null or true`],
  ['reeve.stay_declared', `if tenant is distinct`, `if false and tenant is distinct`],
  ['reeve.users_search', `where u.tenant_id = tenant and`, `where`],
  ['reeve.users_by_email', `and decided.allowed is not false`, ``],
  ['reeve.users_by_email', `u.tenant_id = asked.tenant_id and`, ``],
  ['reeve.tenants_of', `where u.account_id = account and`, `where`],
  ['reeve.roles_told', `r.tenant_id = wanted.tenant_id and`, ``],
  ['reeve.sessions_who', `where u.account_id = s.account_id and`, `where`],
  ['reeve.sessions_who', `s.token_hash = wanted.token_hash`, `true`],
  ['reeve.sessions_check', `u.account_id = s.account_id and`, ``],
  ['reeve.sessions_check', `s.token_hash = wanted.token_hash`, `true`],
  ['reeve.sessions_of', `s.account_id = account and`, ``],
  ['reeve.sessions_revoke', `s.account_id = account and`, ``],
  ['reeve.sessions_touch', `s.id = any (ids) and`, ``],
  ['reeve.session_open', `u.account_id = account and`, ``],
  ['reeve.account_by_email', `e.email = address`, `true`],
  ['reeve.account_by_id', `a.id = wanted`, `true`],
  ['reeve.account_rename', `where id = wanted`, ``],
  ['reeve.account_disable', `where id = wanted and`, `where`],
  ['reeve.account_disable', `where account_id = wanted and`, `where`],
  ['reeve.account_enable', `where id = wanted and`, `where`],
  ['reeve.password_replace', `where account_id = wanted and`, `where`],
]

function forgetting([name, from, to, commits]: Forgetful, routines: Routine[]): Mutant[] {
  const found = routines.find((one) => one.name === name)
  if (!found?.text.includes(from)) throw new Error(`${name} does not say: ${from}`)
  return [
    {
      name: `${name} without: ${from}${to === '' ? '' : `, but ${to.slice(0, 40)}`}`,
      about: name === 'reeve.tenant_id' ? 'public.users' : name,
      sql: found.text.replaceAll(from, to),
      ...(commits ? { commits } : {}),
    },
  ]
}

/** What a user of ours might write beside our tables, meaning well. */
const leaks: Mutant[] = [
  [
    'a function that lists',
    `returns setof text language sql stable as 'select email::text from public.users'`,
  ],
  [
    'a function that knows an address',
    `(address text) returns boolean language sql stable as 'select exists (select from public.users where email = address)'`,
  ],
  [
    'a function that counts for a tenant',
    `(tenant uuid) returns bigint language sql stable as 'select count(*) from public.users where tenant_id = tenant'`,
  ],
  [
    'a function that deletes',
    `(tenant uuid) returns void language sql as 'delete from public.comments where tenant_id = tenant'`,
  ],
].map(([name, body]) => {
  const [head, rest] = body!.startsWith('(')
    ? [/^\([^)]*\)/.exec(body!)![0], body!.replace(/^\([^)]*\)/, '')]
    : ['()', ` ${body}`]
  const signature = `public.mutant(${head === '()' ? '' : head.replace(/^\(\w+ |\)$/g, '')})`
  return {
    name: name!,
    about: 'mutant',
    sql: `create function public.mutant${head}${rest.replace(' language', ' security definer set search_path = pg_catalog, public, pg_temp language')}; alter function ${signature} owner to reeve_owner; grant execute on function ${signature} to reeve_app`,
  }
})
