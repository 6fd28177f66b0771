import { randomUUID } from 'node:crypto'
import { userInfo } from 'node:os'
import { InvalidArgumentError, Option, type Command } from 'commander'
import { asOperator, type Database, type Transaction } from '../database/database.ts'
import { findAccount } from '../domains/accounts/find.ts'
import { findInvitation } from '../domains/invitations/find.ts'
import { findRole } from '../domains/roles/find.ts'
import { findTenant } from '../domains/tenants/find.ts'
import { findUser } from '../domains/users/find.ts'
import { isId } from '../foundation/id.ts'
import { Refusal } from '../foundation/refusal.ts'
import { required } from './help.ts'
import { reportTo, type Report } from './report.ts'
import { withDatabase, type World } from './world.ts'

export type Json = { json?: boolean }
export type InTenant = Json & { tenant: string }
export type Paged = { limit: number; after?: string }
/** What a command is done with: more than one transaction where somebody is asked in between. */
export type Desk = { database: Database; world: World; report: Report }

/** Adds `--json`, which every command has. */
export function withJson(command: Command): Command {
  return command.option('--json', 'answer for programs: one JSON document')
}

/** Adds `--tenant` to a command about what is in one tenant. */
export function inOneTenant(command: Command): Command {
  const tenant: [string, string] = ['-t, --tenant <tenant>', 'the tenant that is meant: short name or id']
  return withJson(needs(command, tenant, 'say which tenant is meant: --tenant <short name or id>'))
}

/** Adds an option that must be given. A word that no option has is told before the absence of this one. */
export function needs(command: Command, [flags, about]: [string, string], sentence: string): Command {
  const option = new Option(flags, about).helpGroup(required)
  return command.addOption(option).hook('preAction', (command) => {
    if (command.opts()[option.attributeName()] === undefined) command.error(sentence, { exitCode: 2 })
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

/** A tenant named by short name or id; a deleted one too. */
export async function findTenantOf(
  database: Database,
  named: string,
): Promise<{ id: string; closed: boolean }> {
  const found = await asOperator(database, operator(), (tx) => findTenant(tx, named))
  return found ?? unknown(`there is no tenant ${named}`, '"reeve tenant list" shows them')
}

/** A person named by address or id. */
export async function userIdOf(tx: Transaction, named: string): Promise<string> {
  const there = '"reeve user list" shows the people of the tenant'
  return (await findUser(tx, named)) ?? unknown(`there is nobody here called ${named}`, there)
}

/** A role named by name or id. */
export async function roleIdOf(tx: Transaction, named: string): Promise<string> {
  const there = '"reeve role list" shows the roles of the tenant'
  return (await findRole(tx, named)) ?? unknown(`there is no role ${named}`, there)
}

/** An account named by the address it signs in with. */
export async function accountIdOf(tx: Transaction, email: string): Promise<string> {
  return (await findAccount(tx, email)) ?? unknown(`no account signs in with ${email}`, 'check the address')
}

/** An invitation named by id, or by the address that it was sent to while it waits for an answer. */
export async function invitationIdOf(tx: Transaction, named: string): Promise<string> {
  const there = '"reeve invitation list" shows who was asked in'
  return (await findInvitation(tx, named)) ?? unknown(`no invitation of ${named} is pending`, there)
}

function unknown(message: string, remedy: string): never {
  throw new Refusal('not_found', message, remedy)
}

/** Something that has no other name. */
export function id(text: string): string {
  if (isId(text)) return text.toLowerCase()
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
