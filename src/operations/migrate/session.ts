import type { Client, ClientConfig } from 'pg'
import { withClient as withConnection } from '../../database/client.ts'
import { toFailure } from '../../database/failure.ts'
import type { HouseRoles } from './roles.ts'

/** What every verb of the migrator is told. */
export type Migrating = {
  /** The login that may change the schema (DATABASE_ADMIN_URL). Directly, not through a transaction pooler. */
  connect: () => ClientConfig
  /** The folder of migrations: prisma/migrations. */
  folder: string
  /**
   * Whose migrations may stand in the history beside those: the ones of another folder, which belong to the application
   * and come behind, or null for those of an application that is elsewhere. Without it, nobody's.
   */
  application?: string | null | undefined
  /** The roles that own and use the schema (`houseRoles`), or null to migrate as the login itself. */
  roles: HouseRoles | null
  progress?: Progress | undefined
  /** How long to wait for another migrator, in milliseconds. A minute, if nothing is said. */
  waitMs?: number | undefined
}

/** Hears of long work as it goes on: what happens now, and how much of how much is done. */
export type Progress = (step: { message: string; done?: number; total?: number }) => void

/** Opens the one connection of a verb, and closes it however the verb ends. */
export async function withClient<T>(to: Migrating, work: (client: Client) => Promise<T>): Promise<T> {
  const warned = (message: string) => to.progress?.({ message: `PostgreSQL warns: ${message}` })
  const settled = async (client: Client) => {
    await settle(client)
    return work(client)
  }
  return withConnection(to.connect(), settled, warned).catch((error: unknown) => {
    throw toFailure(error, 'statement')
  })
}

/**
 * Puts the session into the state in which a migration begins, whatever the one before it has set.
 * Waiting for a lock stops everyone behind us, so it is short; the work itself may last.
 * A server that notices the death of its client does not go on alone.
 */
export async function settle(client: Client): Promise<void> {
  await client.query(`
    reset role;
    reset all;
    select set_config(s.name, case s.name when 'search_path' then concat_ws(', ', 'public', nullif(s.setting, '')) else v.value end, false)
      from (values ('application_name', 'reeve migrate'),
                   ('search_path', ''),
                   ('timezone', 'UTC'),
                   ('lock_timeout', '3s'),
                   ('statement_timeout', '0'),
                   ('transaction_timeout', '0'),
                   ('idle_session_timeout', '0'),
                   ('idle_in_transaction_session_timeout', '60s'),
                   ('client_connection_check_interval', '5s')) v (name, value)
      join pg_settings s on lower(s.name) = v.name
     where not (s.name = 'client_connection_check_interval' and version() ~* 'visual c|mingw|windows')`)
}
