import type pg from 'pg'

/** So many people are written at once: few enough to tell how it goes, and to stop soon when asked to. */
const slice = 5_000

export type Written = {
  users: number
  created: number
  linked: number
  without: number
  withoutRole: number
  hashesUnused: number
}

/** Writes the staged people. Triggers record each of them; the rules of the schema are judged as always. */
export async function write(
  client: pg.Client,
  tenantId: string,
  ordinals: number,
  signal: AbortSignal | undefined,
  progress: (done: number) => void,
): Promise<Written> {
  await client.query('create index on pg_temp.import_people (ordinal)')
  for (let after = 0; after < ordinals; after += slice) {
    signal?.throwIfAborted()
    const range = [after, after + slice]
    await client.query(accounts, range)
    await client.query(addresses, range)
    await client.query(credentials, range)
    await client.query(users, [...range, tenantId])
    await client.query(assignments, [...range, tenantId])
    progress(Math.min(after + slice, ordinals))
  }
  const { rows } = await client.query<Written>(totals)
  return rows[0]!
}

const accounts = `
  insert into public.accounts (id, name, created_at)
  select account_id, name, coalesce(created_at, now())
  from pg_temp.import_people
  where ordinal > $1 and ordinal <= $2 and password_hash is not null`

const addresses = `
  insert into public.account_emails (email, account_id, verified_at)
  select email, account_id, case when is_verified then now() end
  from pg_temp.import_people
  where ordinal > $1 and ordinal <= $2 and password_hash is not null`

const credentials = `
  insert into public.credentials (id, account_id, hash)
  select reeve.uuid_v7(), account_id, password_hash
  from pg_temp.import_people
  where ordinal > $1 and ordinal <= $2 and password_hash is not null`

const users = `
  insert into public.users
    (tenant_id, id, account_id, email, username, name, phone, avatar_url, is_verified, created_at)
  select $3, user_id, account_id, email, username, name, phone, avatar_url, is_verified or linked, coalesce(created_at, now())
  from pg_temp.import_people
  where ordinal > $1 and ordinal <= $2`

const assignments = `
  insert into public.user_roles (tenant_id, user_id, role_id)
  select $3, user_id, role_id
  from pg_temp.import_people, unnest(role_ids) role_id
  where ordinal > $1 and ordinal <= $2`

const totals = `
  select count(*)::int as users,
         count(password_hash)::int as created,
         count(*) filter (where linked)::int as linked,
         count(*) filter (where account_id is null)::int as without,
         count(*) filter (where role_ids = '{}')::int as "withoutRole",
         count(*) filter (where hash_unused)::int as "hashesUnused"
  from pg_temp.import_people`
