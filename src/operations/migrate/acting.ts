import { DatabaseError, escapeIdentifier, type Client } from 'pg'

/** A database role to act as; `null` is the login itself. */
export type Role = string | null

/** Acts as a role for the rest of the session, or as the login again. */
export async function actAs(client: Client, role: Role): Promise<void> {
  await client.query(role === null ? 'reset role' : `set role ${escapeIdentifier(role)}`)
}

/** Whether the login may act as a role: what membership means differs between versions, so it tries. */
export async function mayActAs(client: Client, role: Role): Promise<boolean> {
  try {
    await actAs(client, role)
    await actAs(client, null)
    return true
  } catch (error) {
    if (error instanceof DatabaseError && (error.code === '42501' || error.code === '22023')) return false
    throw error
  }
}
