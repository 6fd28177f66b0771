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
/** What a command is done with: more than one transaction where somebody is asked in between. */
export type Desk = { database: Database; world: World; report: Report }

/** Adds `--json`, which every command has. */
export function withJson(command: Command): Command {
  return command.option('--json', 'answer for programs')
}

/** Adds `--tenant` to a command about what is in one tenant. */
export function inOneTenant(command: Command): Command {
  withJson(command).option(
    '-t, --tenant <tenant>',
    'the tenant that is meant, by short name or id (required)',
  )
  return insistOn(command, 'tenant', 'say which tenant is meant: --tenant <short name or id>')
}

/** An option without which a command does not know what to do. A word that no option has is told before its absence. */
export function insistOn(command: Command, option: string, sentence: string): Command {
  return command.hook('preAction', (command) => {
    if (command.opts()[option] === undefined) command.error(sentence, { exitCode: 2 })
  })
}

/** Adds what a list needs to be read page by page. */
export function paged(command: Command, key: (text: string) => string = id): Command {
  return command
    .option('--limit <n>', 'so many at most (1 to 100)', upToHundred, 20)
    .option('--after <key>', 'go on behind the key that the page before ended with', key)
}

/** Work at the desk of the operator. */
export function atDesk<T>(options: Json, work: (desk: Desk) => Promise<T>): Promise<T> {
  const report = reportTo(options)
  return withDatabase(report, (database, world) => work({ database, world, report }))
}

/** Work as the operator, in one transaction, outside of any tenant. */
export function administer<T>(options: Json, work: (tx: Transaction) => Promise<T>): Promise<T> {
  return atDesk(options, ({ database }) => asOperator(database, operator(), work))
}

/** Work as the operator in one transaction in one tenant, named by its short name or its id. */
export function administerTenant<T>(options: InTenant, work: (tx: Transaction) => Promise<T>): Promise<T> {
  return atDesk(options, ({ database }) => inTenantOf(database, options.tenant, work))
}

/** The same, at a desk that is open already. */
export async function inTenantOf<T>(
  database: Database,
  named: string,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const { id: tenantId, closed } = await findTenantOf(database, named)
  if (closed) {
    throw new Refusal(
      'not_found',
      `the tenant ${named} is deleted`,
      `"reeve tenant show ${named}" says since when`,
    )
  }
  return asOperator(database, { ...operator(), tenantId }, work)
}

const findTenant = sql(
  'cli.find_tenant',
  { id: 'uuid', closed: 'bool' },
  'select id, deleted_at is not null as closed from tenants where slug = $1 or id = $2',
)

/** A tenant named by short name or id; a deleted one too. */
export async function findTenantOf(
  database: Database,
  named: string,
): Promise<{ id: string; closed: boolean }> {
  const found = await asOperator(database, operator(), (tx) =>
    tx.row(findTenant, [named.toLowerCase(), idIn(named)]),
  )
  if (found) return found
  throw new Refusal('not_found', `there is no tenant ${named}`, '"reeve tenant list" shows them')
}

const findUser = sql(
  'cli.find_user',
  { id: 'uuid' },
  'select id from users where tenant_id = $1 and (email = lower($2) or id = $3)',
)
const findRole = sql(
  'cli.find_role',
  { id: 'uuid' },
  'select id from roles where tenant_id = $1 and (name = $2 or id = $3)',
)
const findAccount = sql(
  'cli.find_account',
  { accountId: 'uuid' },
  'select account_id from reeve.account_by_email(lower($1))',
)

/** A person named by address or id. */
export async function userIdOf(tx: Transaction, named: string): Promise<string> {
  const found = await tx.row(findUser, [tx.context.tenantId, named.trim().normalize('NFC'), idIn(named)])
  if (found) return found.id
  throw new Refusal(
    'not_found',
    `there is nobody here called ${named}`,
    '"reeve user list" shows the people of the tenant',
  )
}

/** A role named by name or id. */
export async function roleIdOf(tx: Transaction, named: string): Promise<string> {
  const found = await tx.row(findRole, [tx.context.tenantId, named.trim().normalize('NFC'), idIn(named)])
  if (found) return found.id
  throw new Refusal(
    'not_found',
    `there is no role ${named}`,
    '"reeve role list" shows the roles of the tenant',
  )
}

/** An account named by the address it signs in with. */
export async function accountIdOf(tx: Transaction, email: string): Promise<string> {
  const found = await tx.row(findAccount, [email.trim().normalize('NFC')])
  if (found) return found.accountId
  throw new Refusal('not_found', `no account signs in with ${email}`, 'check the address')
}

/** Compared as the id that it is, it is found by the key; compared as text, by reading everybody. */
function idIn(named: string): string | null {
  return idForm.test(named) ? named : null
}

const idForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Something that has no other name. */
export function id(text: string): string {
  if (idForm.test(text)) return text.toLowerCase()
  throw new InvalidArgumentError('It must be an id, as lists show it.')
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
    return 'somebody' // this user has no name, as happens in containers
  }
}

function upToHundred(text: string): number {
  if (/^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= 100) return Number(text)
  throw new InvalidArgumentError('It must be a whole number from 1 to 100.')
}
