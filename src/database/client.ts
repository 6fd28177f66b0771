import pg from 'pg'
import { toFailure } from './failure.ts'

/**
 * One connection beside the pool, for work that is done once or with another login. It waits for a server no longer
 * than ten seconds, unless the settings say otherwise, and is closed however the work ends. `warned` hears what PostgreSQL
 * warns of, also while it lets us in.
 */
export async function withClient<T>(
  settings: pg.ClientConfig,
  work: (client: pg.Client) => Promise<T>,
  warned: (message: string) => void = () => {},
): Promise<T> {
  const client = new pg.Client({ connectionTimeoutMillis: 10_000, keepAlive: true, ...settings })
  // One that breaks between two statements says so here; the next statement fails, and that is what is reported.
  client.on('error', () => {})
  client.on('notice', ({ severity, message }) => {
    if (severity === 'WARNING') warned(message ?? '')
  })
  try {
    await client.connect().catch((error: unknown) => {
      throw toFailure(error, 'connect')
    })
    return await work(client)
  } finally {
    await client.end().catch(() => {})
  }
}
