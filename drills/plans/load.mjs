// A million people in a thousand tenants, with what they leave behind: what `reeve perf` loads, kept between two runs.
import pg from 'pg'
import { load as fill, sizeOf } from '../../dist/operations/perf/load.js'

export const size = sizeOf(1_000_000)

const marker = `loaded for the drill of the plans: ${JSON.stringify(size)}`

/** Fills a migrated database, unless it is full already. */
export async function load(url, say) {
  const client = new pg.Client(url)
  await client.connect()
  try {
    const { rows } = await client.query(
      `select shobj_description(oid, 'pg_database') as said from pg_database where datname = current_database()`,
    )
    if (rows[0].said === marker) return say('the database is there already')
    await fill({ connectionString: url }, size, ({ message, done, total }) =>
      say(`${message} (${done} of ${total})`),
    )
    await client.query(`comment on database ${client.database} is '${marker}'`)
  } finally {
    await client.end()
  }
}
