import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import { withClient } from '../../database/client.ts'
import { openPool, type Access } from '../../database/pool.ts'
import { identifier, literal, type Attack } from './attack.ts'
import type { Cast } from './cast.ts'
import { readCatalogue, type Catalogue } from './catalogue.ts'
import type { Judged } from './judge.ts'
import { acceptedBecause } from './known.ts'
import { plant, tenantTables } from './plant.ts'
import type { Tried } from './prove.ts'

const family = { name: 'leftover', about: 'what a pooled connection keeps of the tenant before' }
const endings = ['commit', 'rollback', 'error', 'cancel', 'one error alone'] as const

/**
 * What one connection of a pool keeps of the tenant it served before. That shows only between transactions, so two tenants
 * are really made, and removed afterwards whatever happens.
 */
export async function tryLeftovers(admin: pg.ClientConfig, access: Access): Promise<Tried[]> {
  return withClient(admin, async (client) => {
    const catalogue = await readCatalogue(client)
    const casts: Cast[] = []
    try {
      await client.query('begin')
      for (let i = 0; i < 2; i++) casts.push((await plant(client, catalogue)).cast)
      await client.query('commit')
      return await onOneConnection(client, access, catalogue, casts[1]!)
    } finally {
      await client.query('rollback')
      await remove(client, catalogue, casts)
    }
  })
}

async function onOneConnection(
  admin: pg.Client,
  access: Access,
  catalogue: Catalogue,
  other: Cast,
): Promise<Tried[]> {
  const pool = openPool({ ...access, poolSize: 1 })
  try {
    const tried: Tried[] = []
    for (const ending of endings) {
      await serve(pool, admin, other, ending)
      for (const { name, tenant } of tenantTables(catalogue)) {
        const sql = `select 1 from ${name} where ${identifier(tenant!)} = ${literal(other.tenantId)} limit 5`
        tried.push(await ask(pool, name, `select, after ${ending}`, sql))
      }
      tried.push(
        await ask(
          pool,
          'database',
          `a context, after ${ending}`,
          `select 1 where reeve.tenant_id() is not null`,
        ),
      )
      tried.push(await ask(pool, 'database', `what was prepared, after ${ending}`, 'execute prover'))
    }
    const hold = `declare prover cursor with hold for select 1 from public.users`
    await pool.query(`begin; ${declare(other)}; ${hold}; commit`)
    tried.push(await ask(pool, 'database', 'a cursor held open', 'fetch 1 from prover'))
    return tried
  } finally {
    await pool.end()
  }
}

const declare = ({ tenantId, userId }: Cast) =>
  `select from reeve.set_context(${literal(tenantId)}, ${literal(JSON.stringify({ user: userId }))})`

/** Serves the victim, who sees its rows, and ends in one of the ways in which things end. */
async function serve(
  pool: pg.Pool,
  admin: pg.Client,
  other: Cast,
  ending: (typeof endings)[number],
): Promise<void> {
  await pool.query('deallocate all')
  if (ending === 'one error alone') {
    await pool.query(
      `prepare prover as select 1 from public.users where tenant_id = ${literal(other.tenantId)}`,
    )
    await pool.query(`${declare(other)}; select 1 / 0`).catch(() => {})
    return
  }
  await pool.query(`begin; ${declare(other)}`)
  await pool.query(
    `prepare prover as select 1 from public.users where tenant_id = ${literal(other.tenantId)}`,
  )
  const { rowCount } = await pool.query('execute prover')
  if (!rowCount) throw new Error('the victim does not see its own rows')
  if (ending === 'error') await pool.query('select 1 / 0').catch(() => {})
  if (ending === 'cancel') await cancelled(pool, admin)
  // The end of a transaction that failed undoes what was prepared in none: it stays, as with a driver that prepares by itself.
  await pool.query(ending === 'commit' ? 'commit' : 'rollback')
}

async function cancelled(pool: pg.Pool, admin: pg.Client): Promise<void> {
  const { rows } = await pool.query<{ pid: number }>('select pg_backend_pid() as pid')
  const sleeping = pool.query('select pg_sleep(10)').catch(() => {})
  await pause(50)
  await admin.query('select pg_cancel_backend($1)', [rows[0]!.pid])
  await sleeping
}

async function ask(pool: pg.Pool, on: string, name: string, sql: string): Promise<Tried> {
  const attack: Attack = { on, name, role: 'reeve_app', context: 'none', harm: 'reads', sql }
  const judged = await pool.query(sql).then(
    ({ rowCount }): Judged =>
      rowCount
        ? { verdict: 'through', by: '', detail: `${rowCount} rows` }
        : { verdict: 'blocked', by: 'policy', detail: '' },
    ({ code, message }: pg.DatabaseError): Judged => ({
      verdict: 'blocked',
      by: code === '42501' ? 'privilege' : `SQLSTATE ${code}`,
      detail: message,
    }),
  )
  const accepted = judged.verdict === 'blocked' ? undefined : acceptedBecause(family.name, attack, [])
  return { family, attack, judged, accepted, replay: judged.verdict === 'through' ? [sql] : [] }
}

/** Children before parents, in rounds; of a log only what speaks of these two. */
async function remove(client: pg.Client, catalogue: Catalogue, casts: Cast[]): Promise<void> {
  const ids = casts.map(({ tenantId }) => literal(tenantId)).join(', ')
  const accounts = casts.flatMap(({ accountId, formerId, rows }) => [
    accountId,
    formerId,
    rows.get('public.accounts')?.['id'] ?? accountId,
  ])
  const people = [...new Set(accounts)].map(literal).join(', ')
  const nonces = casts
    .map(({ nonce }) => `concat(old_values, new_values) like ${literal(`%${nonce}%`)}`)
    .join(' or ')
  const statements = [
    ...tenantTables(catalogue).map(
      ({ name, tenant }) => `delete from ${name} where ${identifier(tenant!)} in (${ids})`,
    ),
    ...['sessions', 'credentials', 'account_emails'].map(
      (name) => `delete from public.${name} where account_id in (${people})`,
    ),
    `delete from public.accounts where id in (${people})`,
    `delete from public.audit_logs where tenant_id in (${ids})`,
    `delete from public.audit_logs where tenant_id = '00000000-0000-0000-0000-000000000000' and created_at > now() - interval '1 hour' and (entity_id in (${people}) or ${nonces})`,
  ]
  await client.query(`begin; set local reeve.retention = 'on'`)
  const { rows } = await client.query<{ it: boolean }>(
    'select rolsuper as it from pg_roles where rolname = current_user',
  )
  if (rows[0]!.it) await client.query('set local session_replication_role = replica')
  else await client.query('set local role reeve_owner')
  for (const statement of statements) await client.query(statement)
  await client.query('commit')
}
