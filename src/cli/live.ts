import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import type { Transaction } from '../database/database.ts'
import { listPermissions } from '../domains/permissions/list.ts'
import { listRoles } from '../domains/roles/list.ts'
import { listAllTenants } from '../domains/tenants/list.ts'
import { listUsers } from '../domains/users/list.ts'
import { readConfig } from '../foundation/config.ts'
import { findPostmaster } from '../operations/embedded/postmaster.ts'
import { administer, administerTenant } from './administer.ts'
import type { Candidate, Written } from './complete.ts'

type Look = (tx: Transaction, begun: string) => Promise<Candidate[]>

const limit = 100

/** What is the installation's, by the name that it has as an argument or as the value of an option. */
const everywhere: Record<string, Look> = {
  tenant: async (tx) => {
    const { items } = await listAllTenants(tx, { limit })
    return items
      .filter((one) => one.deletedAt === null)
      .map(({ slug, name }) => ({ value: slug, about: name }))
  },
  permission: async (tx) =>
    (await listPermissions(tx)).map(({ name, description }) => ({ value: name, about: description })),
}

/** What is in one tenant. */
const inside: Record<string, Look> = {
  role: async (tx) => {
    const { items } = await listRoles(tx, { limit })
    return items.map(({ name, description }) => ({ value: name, about: description ?? '' }))
  },
  person: async (tx, begun) => {
    const { items } = await listUsers(tx, { limit, q: begun === '' ? undefined : begun })
    return items.map(({ email, name }) => ({ value: email, about: name }))
  },
}

/** What the database knows, up to a hundred of a kind, where it is running already: TAB does not start one. */
export async function liveValues(what: string, { options, begun }: Written): Promise<Candidate[]> {
  const noun = what.replace(/s$/, '')
  const { tenant } = options
  if (!(noun in everywhere) && !(noun in inside && tenant !== undefined)) return []
  if (!(await isRunning())) return []
  if (noun in everywhere) return administer({ json: true }, (tx) => everywhere[noun]!(tx, begun))
  return administerTenant({ json: true, tenant: tenant! }, (tx) => inside[noun]!(tx, begun))
}

/** The database of DATABASE_URL is taken to be; else it is the one that "reeve up" runs in this folder. */
async function isRunning(): Promise<boolean> {
  if (readConfig(process.env).database) return true
  const data = await realpath(join(process.cwd(), '.reeve', 'postgres'))
  return (await findPostmaster(data)) !== undefined
}
