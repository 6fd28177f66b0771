import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The superuser's password, from its file in the directory; undefined when there is none. */
export async function readPassword(directory: string): Promise<string | undefined> {
  const text = await readFile(join(directory, 'postgres.password'), 'utf8').catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return ''
      throw error
    },
  )
  return text.trim() || undefined
}

/** A new password. Keep it only after the server knows it: a missing file is repaired at the next start. */
export function makePassword(): string {
  return randomBytes(24).toString('base64url')
}

/** Keeps the password for the next start, readable by this user alone. */
export async function keepPassword(directory: string, password: string): Promise<void> {
  const file = join(directory, 'postgres.password')
  const draft = `${file}.${randomBytes(4).toString('hex')}`
  await writeFile(draft, `${password}\n`, { mode: 0o600 })
  await rename(draft, file)
}

/**
 * What PostgreSQL stores in the place of a password (RFC 5803). Handing it this instead keeps the password itself
 * out of every file, statement and log but our own.
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(16), iterations = 4096): string {
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256')
  const sign = (text: string) => createHmac('sha256', salted).update(text).digest()
  const stored = createHash('sha256').update(sign('Client Key')).digest('base64')
  const server = sign('Server Key').toString('base64')
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${stored}:${server}`
}
