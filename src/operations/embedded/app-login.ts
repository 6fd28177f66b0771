import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import pg from 'pg'
import type { Embedded } from './embedded.ts'

/**
 * Lets reeve_app log in to an embedded server and returns its password: derived from the superuser's, so that every
 * process of this directory arrives at the same one and none has to be stored.
 */
export async function appLogin(server: Embedded, database: string): Promise<string> {
  const password = createHmac('sha256', server.password).update('reeve_app').digest('base64url')
  const client = new pg.Client(server.url(database))
  await client.connect()
  try {
    // The verifier goes over, not the password: statements are kept by pg_stat_statements.
    if (!(await logsIn(server, database, password)))
      await client.query(`alter role reeve_app login password '${scramVerifier(password)}'`)
  } finally {
    await client.end()
  }
  return password
}

/** Not if it never could, nor if somebody has given the role another password since. */
async function logsIn({ host, port }: Embedded, database: string, password: string): Promise<boolean> {
  const client = new pg.Client({ host, port, database, user: 'reeve_app', password })
  client.on('error', () => {})
  try {
    await client.connect()
    return true
  } catch (error) {
    if ((error as { code?: string }).code?.startsWith('28')) return false
    throw error
  } finally {
    await client.end().catch(() => {})
  }
}

/** What PostgreSQL stores of a password (RFC 5802, RFC 7677): from it nobody can log in. */
function scramVerifier(password: string): string {
  const iterations = 4096
  const salt = randomBytes(16)
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256')
  const hmac = (text: string) => createHmac('sha256', salted).update(text).digest()
  const storedKey = createHash('sha256').update(hmac('Client Key')).digest('base64')
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${hmac('Server Key').toString('base64')}`
}
