import type pg from 'pg'
import { withClient } from '../../database/client.ts'
import { asOperator, type Database } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'

/** So many months are ready before they begin, this one included. */
const monthsAhead = 4

const ensure = sql(
  'partition.ensure',
  { made: 'int4' },
  "select reeve.audit_partitions_ensure((now() at time zone 'utc')::date, $1) as made",
)

/**
 * Makes the monthly partitions of the audit log that will be needed; returns how many were missing. Rows that came
 * before their month was made waited in the default partition and move.
 */
export async function makePartitions(database: Database): Promise<number> {
  return asOperator(database, { name: 'reeve', requestId: 'partition' }, async (tx) => {
    const row = await tx.row(ensure, [monthsAhead])
    return row!.made
  })
}

/**
 * Makes them now and once a day, for a month begins whether or not a server was restarted in the one before. Returns how
 * to stop; nothing waits for it to be stopped.
 */
export async function keepPartitions(
  database: Database,
  failed: (error: unknown) => void,
): Promise<() => void> {
  await makePartitions(database)
  const daily = setInterval(() => void makePartitions(database).catch(failed), day)
  daily.unref()
  return () => clearInterval(daily)
}

const day = 24 * 60 * 60 * 1000

/**
 * The same for whoever migrates: as the owner of the schema, with the login of the migrator. The server's own may not be
 * able to log in yet when the schema is new.
 */
export async function makePartitionsAsOwner(connect: () => pg.ClientConfig): Promise<number> {
  return withClient(connect(), async (client) => {
    await client.query("set role reeve_owner; set lock_timeout = '5s'; set timezone = 'UTC'")
    const { rows } = await client.query<{ made: number }>(ensure.text, [monthsAhead])
    return rows[0]!.made
  })
}
