import { randomUUID } from 'node:crypto'
import { userInfo } from 'node:os'
import { InvalidArgumentError, type Command } from 'commander'
import { asOperator, type Database, type Transaction } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import { Refusal } from '../foundation/refusal.ts'
import { reportTo, type Report } from './report.ts'
import { withDatabase, type World } from './world.ts'

export type Json = { json?: boolean }
export type InTenant = Json & { tenant: string }
export type Paged = { limit: number; after?: string }

/** Adds `--json`, which every command has. */
export function withJson(command: Command): Command {
  return command.option('--json', 'answer for programs')
}

/** Adds `--tenant` to a command about what is in one tenant. */
export function inOneTenant(command: Command): Command {
  return withJson(command).requiredOption('-t, --tenant <slug or id>', 'the tenant that is meant')
}

/** Adds what a list needs to be read page by page. */
export function paged(command: Command): Command {
  return command
    .option('--limit <n>', 'so many at most (1 to 100)', upToHundred, 20)
    .option('--after <key>', 'behind the key that the page before ended with')
}

/** Work as the operator, in one transaction, outside of any tenant. */
export function administer<T>(options: Json, work: (tx: Transaction, report: Report) => Promise<T>): Promise<T> {
  const report = reportTo(options)
  return withDatabase(report, (database) => asOperator(database, operator(), (tx) => work(tx, report)))
}

/** Work as the operator in one tenant, named by its short name or its id. */
export function administerTenant<T>(
  options: InTenant,
  work: (tx: Transaction, world: { database: Database; world: World; report: Report }) => Promise<T>,
): Promise<T> {
  const report = reportTo(options)
  return withDatabase(report, async (database, world) => {
    const tenantId = await tenantIdOf(database, options.tenant)
    return asOperator(database, { ...operator(), tenantId }, (tx) => work(tx, { database, world, report }))
  })
}

const findTenant = sql(
  'cli.find_tenant',
  { id: 'uuid' },
  'select id from tenants where (slug = $1 or id::text = $1) and deleted_at is null',
)

export async function tenantIdOf(database: Database, named: string): Promise<string> {
  const found = await asOperator(database, operator(), (tx) => tx.row(findTenant, [named]))
  if (found) return found.id
  throw new Refusal('not_found', `there is no tenant ${named}`, '"reeve tenant list" shows them')
}

const findUser = sql('cli.find_user', { id: 'uuid' }, 'select id from users where tenant_id = $1 and (email = lower($2) or id::text = $2)')
const findRole = sql('cli.find_role', { id: 'uuid' }, 'select id from roles where tenant_id = $1 and (name = $2 or id::text = $2)')

/** A person named by address or id. */
export async function userIdOf(tx: Transaction, named: string): Promise<string> {
  const found = await tx.row(findUser, [tx.context.tenantId, named])
  if (found) return found.id
  throw new Refusal('not_found', `there is nobody here called ${named}`, '"reeve user list" shows the people of the tenant')
}

/** A role named by name or id. */
export async function roleIdOf(tx: Transaction, named: string): Promise<string> {
  const found = await tx.row(findRole, [tx.context.tenantId, named])
  if (found) return found.id
  throw new Refusal('not_found', `there is no role ${named}`, '"reeve role list" shows the roles of the tenant')
}

/** The last line of a list that goes on. */
export function more(next: string | null): string {
  return next === null ? '' : `\n\nmore with --after ${next}`
}

/** As who the audit log will know what is done here. */
export function operator(): { name: string; requestId: string } {
  return { name: `${loginName()} at the command line`, requestId: randomUUID() }
}

function loginName(): string {
  try {
    return userInfo().username
  } catch {
    return 'somebody'
  }
}

function upToHundred(text: string): number {
  if (/^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= 100) return Number(text)
  throw new InvalidArgumentError('It must be a whole number from 1 to 100.')
}
