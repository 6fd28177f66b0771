import type { Pool } from 'pg'

/**
 * The context is set for the session instead of the transaction: what one declares is there for the next one on its connection. Whoever looks for
 * leaks must find this one. Ask for it to be mended.
 */
export async function breakContext(admin: Pool): Promise<() => Promise<void>> {
  const { rows } = await admin.query<{ text: string }>(
    `select pg_get_functiondef('reeve.set_context(uuid, jsonb)'::regprocedure) as text`,
  )
  const { text } = rows[0]!
  const broken = text.replaceAll('set local ', 'set ').replaceAll("''), true)", "''), false)")
  if (/''\), true\)|set local/.test(broken) || broken === text)
    throw new Error('the context is declared in another way now')
  await admin.query(broken)
  return async () => {
    await admin.query(text)
    await admin.query(`select pg_terminate_backend(pid) from pg_stat_activity
                       where datname = current_database() and usename = 'reeve_app'`)
  }
}
