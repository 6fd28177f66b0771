import { connect, createServer, type AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { Pool } from 'pg'
import type { Access } from '../database/pool.ts'
import { requestBudget } from '../database/retry.ts'

/** Everything that PostgreSQL is asked to do waits until this is released. */
export async function lockEverything(admin: Pool): Promise<() => Promise<void>> {
  const client = await admin.connect()
  const { rows } = await client.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'public' order by 1`,
  )
  await client.query(`begin; lock table ${rows.map(({ name }) => name).join(', ')} in access exclusive mode`)
  return async () => {
    await client.query('rollback')
    client.release()
  }
}

/** From now on a database says to new connections that it only reads. */
export async function makeReadOnly(admin: Pool): Promise<void> {
  await alterDatabase(admin, 'set default_transaction_read_only = on')
}

/** There is no room for another line in the audit log, and no change without one. */
export async function fillUp(admin: Pool): Promise<void> {
  await admin.query(`do $$
    declare ids text := pg_get_serial_sequence('audit_logs', 'id');
    begin
      execute format('alter sequence %s maxvalue 1000000', ids);
      perform setval(ids, 1000000);
    end $$`)
}

/** The process that serves a connection ends while it commits a change, so that its answer is lost. */
export async function loseAnswers(admin: Pool): Promise<void> {
  await admin.query(`create function die() returns trigger language plpgsql security definer as
    $$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$`)
  await admin.query(`create constraint trigger die after insert on audit_logs deferrable initially deferred
    for each row execute function die()`)
}

/** A way to a database that is cut when a transaction is to be committed: nobody hears whether it was. */
export async function cutAtCommit(access: Access): Promise<Access> {
  const between = createServer((client) => {
    const server = connect(access.port, access.host)
    const cut = () => void [client, server].forEach((socket) => socket.destroy())
    for (const socket of [client, server]) socket.on('error', cut).on('close', cut)
    server.pipe(client)
    client.on('data', (bytes) => (bytes.includes('rv.commit') ? cut() : server.write(bytes)))
  })
  between.unref()
  await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve))
  return { ...access, port: (between.address() as AddressInfo).port }
}

/** Our own functions are elsewhere: what we ask makes no sense any more. */
export async function breakApart(admin: Pool): Promise<void> {
  await admin.query('alter schema reeve rename to elsewhere')
}

/** Whoever waits longer than a moment for somebody who waits for them is given up, in new connections. */
export async function noticeDeadlocks(admin: Pool): Promise<void> {
  await alterDatabase(admin, `set deadlock_timeout = '250ms'`)
}

/**
 * Changes the same at the same moment as `work` does, each waiting for the other, so that PostgreSQL gives up the one
 * of `work`, for it is the first to look; and so again as often as that is tried again.
 */
export async function crossing<T>(admin: Pool, work: () => Promise<T>): Promise<T> {
  spendRetries()
  const client = await admin.connect()
  try {
    await client.query(`set deadlock_timeout = '1h'; begin; lock table audit_logs in share mode`)
    const done = work()
    const over = done.then(
      () => true,
      () => true,
    )
    while (!(await Promise.race([over, pause(5, false)]))) {
      const { rows } = await admin.query<{ name: string }>(writtenByWhoeverWaits)
      const [table] = rows
      if (table)
        await client.query(`savepoint so_far; lock table ${table.name} in share mode; rollback to so_far`)
    }
    return await done
  } finally {
    await client.query('rollback; reset deadlock_timeout')
    client.release()
  }
}

const writtenByWhoeverWaits = `
  select held.relation::regclass::text as name
  from pg_locks waiting
  join pg_locks held on held.pid = waiting.pid and held.granted and held.mode = 'RowExclusiveLock'
  join pg_class c on c.oid = held.relation and c.relkind in ('r', 'p') and c.relname not like 'audit_logs%'
  where not waiting.granted and waiting.relation = 'audit_logs'::regclass
    and waiting.database = (select oid from pg_database where datname = current_database())
  limit 1`

/** The reserve of retries is used up, as it is when a database has been sick for a while. */
export function spendRetries(): void {
  while (requestBudget.allowance.spend());
}

async function alterDatabase(admin: Pool, how: string): Promise<void> {
  const { rows } = await admin.query<{ name: string }>('select quote_ident(current_database()) as name')
  await admin.query(`alter database ${rows[0]!.name} ${how}`)
}
