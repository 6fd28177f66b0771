import pg from 'pg'
import { withClient } from '../../../database/client.ts'
import { toFailure } from '../../../database/failure.ts'
import { Refusal } from '../../../foundation/refusal.ts'

export type ImportAccess = {
  /** The login that may act as the schema's owner (DATABASE_ADMIN_URL): the server's own may neither copy nor stage. */
  connect: () => pg.ClientConfig
  tenantId: string
  /** Who imports, for the audit log. */
  operator: string
  requestId: string
  signal?: AbortSignal | undefined
}

const owner = 'reeve_owner'

/** Every wait has a bound; the longest one is for a file that comes slowly through a pipe. */
const bounds = `
  set local statement_timeout = '30min';
  set local lock_timeout = '10s';
  set local idle_in_transaction_session_timeout = '5min';
  set local work_mem = '64MB';
  set local gin_pending_list_limit = '64MB';
  set local jit = off`

/**
 * Opens one connection and runs one transaction on it, as the owner of the schema and in the name of the operator.
 * `keep` says whether what was done stays. Only one import at a time works in a tenant.
 */
export async function inImportTransaction<T>(
  access: ImportAccess,
  work: (client: pg.Client) => Promise<{ result: T; keep: boolean }>,
  afterwards: (client: pg.Client, result: T) => Promise<void>,
): Promise<T> {
  const settings = { ...access.connect(), application_name: 'reeve import' }
  return withClient(settings, async (client) => {
    const { result, keep } = await transact(client, access, work)
    if (keep) await afterwards(client, result)
    return result
  })
}

async function transact<T>(
  client: pg.Client,
  access: ImportAccess,
  work: (client: pg.Client) => Promise<{ result: T; keep: boolean }>,
): Promise<{ result: T; keep: boolean }> {
  let done: { result: T; keep: boolean }
  try {
    await client.query('begin')
    await client.query(bounds)
    await declare(client, access)
    done = await work(client)
    if (!done.keep) await client.query('rollback')
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error instanceof pg.DatabaseError && error.code === '23505'
      ? overtaken()
      : toFailure(error, 'statement')
  }
  if (done.keep) {
    await client.query('commit').catch((error: unknown) => {
      throw toFailure(error, 'commit')
    })
  }
  return done
}

async function declare(client: pg.Client, { tenantId, operator, requestId }: ImportAccess): Promise<void> {
  await client.query(`set local timezone = 'UTC'; set local role ${owner}`).catch((error: unknown) => {
    if (!(error instanceof pg.DatabaseError) || !['42501', '22023'].includes(error.code ?? '')) throw error
    throw new Refusal(
      'unsafe_role',
      `the login ${client.user} may not act as ${owner}, who owns the tables`,
      'import with DATABASE_ADMIN_URL, the login that also migrates',
    )
  })
  await client.query('select from reeve.set_context($1, $2)', [
    tenantId,
    JSON.stringify({ operator, request: requestId }),
  ])

  const { rows: tenants } = await client.query(
    'select from public.tenants where id = $1 and deleted_at is null',
    [tenantId],
  )
  if (tenants.length === 0) {
    throw new Refusal('not_found', 'there is no such tenant', '"reeve tenant list" names those there are')
  }
  const { rows } = await client.query<{ alone: boolean }>(
    `select pg_try_advisory_xact_lock(hashtextextended('reeve.import:' || $1::text, 0)) as alone`,
    [tenantId],
  )
  if (rows[0]!.alone) return
  throw new Refusal('still_in_use', 'another import into this tenant is under way', 'wait for its end')
}

function overtaken(): Refusal {
  return new Refusal(
    'transaction_conflict',
    'somebody in the file was added by others while the import ran; nothing of it was kept',
    'run it again: it will say who',
  )
}
