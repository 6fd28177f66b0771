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
