// Holds what people were told against what is there, and what is there against the audit log.
import pg from 'pg'

/** Everything that should not be so, in words; and what became of the requests that nobody was told about. */
export async function verify(url, ledger, tenantId) {
  const client = new pg.Client(url)
  await client.connect()
  try {
    const faults = [
      ...(await acknowledgedIsThere(client, ledger, tenantId)),
      ...(await nothingIsHalfDone(client, tenantId)),
      ...(await theLogAgrees(client)),
    ]
    return { faults, unknown: await whatBecameOf(client, ledger, tenantId), rows: await size(client) }
  } finally {
    await client.end()
  }
}

/** The indexes agree with their tables: all of them, every row. */
export async function indexesAreSound(url) {
  const client = new pg.Client(url)
  await client.connect()
  try {
    await client.query('create extension if not exists amcheck')
    const { rows } = await client.query(`
      select count(reeve_checked) as checked from (
        select bt_index_check(c.oid, true)::text as reeve_checked
        from pg_class c join pg_am a on a.oid = c.relam and a.amname = 'btree'
        where c.relnamespace = 'public'::regnamespace and c.relkind = 'i'
      ) all_of_them`)
    await client.query('drop extension amcheck')
    return Number(rows[0].checked)
  } finally {
    await client.end()
  }
}

const tables = {
  user: ['users', 'email', (mark) => `u${mark}@example.com`],
  role: ['roles', 'name', (mark) => `role ${mark}`],
  post: ['posts', 'title', (mark) => `Post ${mark}`],
  tenant: ['tenants', 'name', (mark) => `Tenant ${mark}`],
}

async function acknowledgedIsThere(client, { acknowledged, unknown }, tenantId) {
  const faults = []
  const maybeDeleted = new Set(unknown.filter(({ kind }) => kind === 'deleted').map(({ id }) => id))
  for (const [kind, [table, column, spelled]] of Object.entries(tables)) {
    const { rows } = await client.query(
      `select id, ${column} as name from ${table} ${kind === 'tenant' ? 'where $1::uuid is not null' : 'where tenant_id = $1'}`,
      [tenantId],
    )
    const found = new Map(rows.map(({ id, name }) => [id, name]))
    const deleted = kind === 'user' ? new Set([...acknowledged.deleted.values(), ...maybeDeleted]) : new Set()
    for (const [mark, id] of acknowledged[kind]) {
      if (deleted.has(id)) continue
      if (found.get(id) !== spelled(mark)) faults.push(`lost: ${kind} ${mark} (${id}) was acknowledged`)
    }
    const names = rows.map(({ name }) => name)
    if (new Set(names).size !== names.length) faults.push(`twice: some ${kind} has a twin`)
    if (kind === 'user')
      for (const [mark, id] of acknowledged.deleted)
        if (found.has(id)) faults.push(`back again: the deletion of ${mark} was acknowledged`)
  }
  const { rows } = await client.query(
    `select id from posts where tenant_id = $1 and status = 'published' and published_at is not null`,
    [tenantId],
  )
  const published = new Set(rows.map(({ id }) => id))
  for (const [mark, id] of acknowledged.published)
    if (!published.has(id)) faults.push(`lost: the publication of ${mark} was acknowledged`)
  return faults
}

const halfDone = {
  'a user without the profile that came along': `select email as what from users u where tenant_id = $1 and email like 'u%@example.com'
     and not exists (select from user_profiles p where p.tenant_id = u.tenant_id and p.user_id = u.id)`,
  'a user without the role that came along': `select email as what from users u where tenant_id = $1 and email like 'u%@example.com'
     and not exists (select from user_roles r where r.tenant_id = u.tenant_id and r.user_id = u.id)`,
  'a role without its three permissions': `select name as what from roles r where tenant_id = $1 and not is_system
     and (select count(*) from role_permissions p where p.tenant_id = r.tenant_id and p.role_id = r.id) <> 3`,
  'a tenant without its guard, four roles that permit something, and one owner': `select name as what from tenants t where $1::uuid is not null and not (
     exists (select from tenant_guards g where g.tenant_id = t.id)
     and (select count(*) from roles r where r.tenant_id = t.id and r.is_system) = 4
     and (select count(distinct r.id) from role_permissions p join roles r on r.tenant_id = p.tenant_id and r.id = p.role_id where r.tenant_id = t.id and r.is_system) = 4
     and (select count(*) from user_roles ur join roles r on r.tenant_id = ur.tenant_id and r.id = ur.role_id where r.tenant_id = t.id and r.is_system and r.name = 'owner') = 1)`,
  'an account without its address or password': `select name as what from accounts a where $1::uuid is not null
     and not (exists (select from account_emails e where e.account_id = a.id) and exists (select from credentials c where c.account_id = a.id))`,
  'a published post without its time': `select title as what from posts where tenant_id = $1 and status = 'published' and published_at is null`,
}

async function nothingIsHalfDone(client, tenantId) {
  const faults = []
  for (const [what, query] of Object.entries(halfDone)) {
    const { rows } = await client.query(query, [tenantId])
    faults.push(...rows.map((row) => `half done: ${what}: ${row.what}`))
  }
  return faults
}

/** What the log calls a thing, its table, and what the log leaves out. */
const logged = [
  ['user', 'users', ['tenant_id', 'search', 'last_login_at', 'updated_at', 'is_active']],
  ['role', 'roles', ['tenant_id', 'updated_at']],
  ['post', 'posts', ['tenant_id', 'updated_at']],
  ['tenant', 'tenants', ['updated_at']],
  ['account', 'accounts', ['updated_at']],
]

async function theLogAgrees(client) {
  const faults = []
  for (const [entity, table, hidden] of logged) {
    // Whoever is there was made once and not deleted; whoever was deleted is not there, and was deleted once.
    const { rows: books } = await client.query(
      `select coalesce(l.entity_id, t.id) as id, l.made, l.gone, t.id is not null as there
       from (
         select entity_id, count(*) filter (where action = $1 || '.created') as made, count(*) filter (where action = $1 || '.deleted') as gone
         from audit_logs where entity_type = $1 group by entity_id
       ) l
       full join ${table} t on t.id = l.entity_id
       where l.made is distinct from 1 or l.gone is distinct from (case when t.id is null then 1 else 0 end)`,
      [entity],
    )
    faults.push(...books.map((row) => `the log disagrees: ${entity} ${JSON.stringify(row)}`))
    // The last that the log says about a column is what stands in it.
    const { rows: values } = await client.query(
      `with said as (
         select distinct on (a.entity_id, v.key) a.entity_id, v.key, v.value
         from audit_logs a, jsonb_each(a.new_values) v
         where a.entity_type = $1 and a.new_values is not null
         order by a.entity_id, v.key, a.id desc
       )
       select t.id, said.key from ${table} t
       join said on said.entity_id = t.id
       where not (said.key = any ($2)) and to_jsonb(t) -> said.key is distinct from said.value`,
      [entity, hidden],
    )
    faults.push(...values.map((row) => `the log disagrees: ${entity} ${row.id} about its ${row.key}`))
  }
  const { rows: grants } = await client.query(
    `select coalesce(l.id, t.id) as id, l.n as logged, t.n as there from
       (select entity_id as id, sum(case when action like '%.created' then 1 when action like '%.deleted' then -1 else 0 end) as n
        from audit_logs where entity_type = 'user_role' group by entity_id) l
     full join (select user_id as id, count(*) as n from user_roles group by user_id) t on t.id = l.id
     where coalesce(l.n, 0) <> coalesce(t.n, 0)`,
  )
  faults.push(...grants.map((row) => `the log disagrees about roles: ${JSON.stringify(row)}`))
  return faults
}

async function whatBecameOf(client, { unknown }, tenantId) {
  const became = { done: 0, notDone: 0 }
  for (const { kind, mark, id } of unknown) {
    became[(await isDone(client, kind, mark, id, tenantId)) ? 'done' : 'notDone']++
  }
  return became
}

async function isDone(client, kind, mark, id, tenantId) {
  const count = async (text, values) => (await client.query(text, values)).rowCount > 0
  if (kind === 'deleted')
    return !(await count('select from users where tenant_id = $1 and id = $2', [tenantId, id]))
  if (kind === 'published')
    return count(`select from posts where tenant_id = $1 and id = $2 and status = 'published'`, [
      tenantId,
      id,
    ])
  const [table, column, spelled] = tables[kind]
  if (kind === 'tenant') return count(`select from tenants where name = $1`, [spelled(mark)])
  return count(`select from ${table} where tenant_id = $1 and ${column} = $2`, [tenantId, spelled(mark)])
}

async function size(client) {
  const { rows } = await client.query(
    'select (select count(*) from users) as users, (select count(*) from audit_logs) as audit',
  )
  return { users: Number(rows[0].users), audit: Number(rows[0].audit) }
}
