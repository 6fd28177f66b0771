import type { Command } from 'commander'
import { asOperator } from '../database/database.ts'
import { foundTenantFor } from '../domains/accounts/tenants.ts'
import { deleteTenant } from '../domains/tenants/delete.ts'
import { listAllTenants } from '../domains/tenants/list.ts'
import { readTenant } from '../domains/tenants/read.ts'
import type { Tenant } from '../domains/tenants/tenant.ts'
import { updateTenant } from '../domains/tenants/update.ts'
import { Refusal } from '../foundation/refusal.ts'
import {
  accountIdOf,
  administer,
  atDesk,
  findTenantOf,
  inTenantOf,
  more,
  needs,
  operator,
  paged,
  withJson,
  type Json,
  type Paged,
} from './administer.ts'
import { refuseWithout } from './ask.ts'
import { paint } from './paint.ts'
import { reportTo } from './report.ts'
import { facts, table, type Cell } from './table.ts'

/** `reeve tenant …` */
export function tenantCommands(program: Command): void {
  const tenant = program.command('tenant').description('the tenants of the installation')
  listCommand(tenant)
  showCommand(tenant)
  createCommand(tenant)
  renameCommand(tenant)
  deleteCommand(tenant)
}

function listCommand(tenant: Command): void {
  paged(withJson(tenant.command('list')))
    .description('all tenants, the newest first, the deleted ones too')
    .addHelpText('after', '\nExample:\n  reeve tenant list\n  reeve tenant list --limit 50 --json\n')
    .action(async (options: Json & Paged) => {
      const page = await administer(options, (tx) => listAllTenants(tx, options))
      reportTo(options).done(page, () => {
        const rows = page.items.map((one) => [one.slug, one.name, stateOf(one), one.createdAt])
        const empty = 'there is no tenant yet; "reeve tenant create" makes one'
        return (
          table(['short name', 'name', 'state', 'since'], rows, { empty, gives: ['name', 'short name'] }) +
          more(page.next)
        )
      })
    })
}

function showCommand(tenant: Command): void {
  withJson(tenant.command('show'))
    .argument('<tenant>', 'short name or id')
    .description('one tenant')
    .addHelpText('after', '\nExample:\n  reeve tenant show blue-lantern\n')
    .action(async (named: string, options: Json) => {
      const found = await atDesk(options, async ({ database }) => {
        const { id: tenantId } = await findTenantOf(database, named)
        return asOperator(database, { ...operator(), tenantId }, readTenant)
      })
      reportTo(options).done(found, () => {
        const { name, slug, createdAt, deletedAt, id } = found
        const since = deletedAt === null ? {} : { 'deleted at': deletedAt }
        return facts({ name, 'short name': slug, state: stateOf(found), since: createdAt, ...since, id })
      })
    })
}

function createCommand(tenant: Command): void {
  const owner: [string, string] = ['--owner <email>', 'the address with which its owner signs in']
  withJson(needs(tenant.command('create'), owner, 'say whose it will be: --owner <email>'))
    .argument('<name>', 'what people call it')
    .option('--slug <short name>', 'for addresses; made from the name without it')
    .description('make a tenant for somebody who has an account')
    .addHelpText('after', '\nExample:\n  reeve tenant create "North Star" --owner ingrid@example.com\n')
    .action(async (name: string, options: Json & { owner: string; slug?: string }) => {
      const { owner, slug } = options
      const made = await atDesk(options, async ({ database }) => {
        const accountId = await asOperator(database, operator(), (tx) => accountIdOf(tx, owner)).catch(
          noAccount,
        )
        return foundTenantFor(database, operator(), { accountId, name, slug })
      })
      reportTo(options).done(made, () => `made the tenant ${made.name} (${made.slug}), owned by ${owner}`)
    })
}

function renameCommand(tenant: Command): void {
  withJson(tenant.command('rename'))
    .argument('<tenant>', 'short name or id')
    .argument('[name]', 'what people shall call it')
    .option('--slug <short name>', 'for addresses; the old one is free then')
    .description('give a tenant another name, another short name, or both')
    .addHelpText(
      'after',
      '\nExample:\n  reeve tenant rename blue-lantern "Blue Lantern Books"\n  reeve tenant rename blue-lantern --slug lantern\n',
    )
    .action(async (named: string, name: string | undefined, options: Json & { slug?: string }) => {
      const { slug } = options
      if (name === undefined && slug === undefined) {
        throw new Refusal('invalid_request', 'nothing was said to change', 'give a name, or --slug')
      }
      const changed = await atDesk(options, ({ database }) =>
        inTenantOf(database, named, (tx) => updateTenant(tx, { name, slug })),
      )
      reportTo(options).done(changed, () => `it is ${changed.name} (${changed.slug}) now`)
    })
}

function deleteCommand(tenant: Command): void {
  withJson(tenant.command('delete'))
    .argument('<tenant>', 'short name or id')
    .option('--yes', 'without being asked')
    .description('close a tenant to everybody at once; its rows remain')
    .addHelpText('after', '\nExample:\n  reeve tenant delete kestrel-logistics --yes\n')
    .action(async (named: string, options: Json & { yes?: boolean }) => {
      const closed = await atDesk(options, async ({ database }) => {
        const found = await inTenantOf(database, named, readTenant)
        const { name, slug } = found
        await refuseWithout(
          `This closes ${name} (${slug}) to all its people at once.`,
          slug,
          options.yes ?? false,
        )
        await inTenantOf(database, found.id, deleteTenant)
        return found
      })
      reportTo(options).done(
        { deleted: closed.id },
        () => `deleted ${closed.name}; nobody reaches it any more`,
      )
    })
}

function stateOf({ deletedAt, isOperator }: Tenant): Cell {
  if (deletedAt) return ['deleted', paint.yellow]
  return isOperator ? 'operator' : 'open'
}

function noAccount(error: unknown): never {
  if (!(error instanceof Refusal) || error.code !== 'not_found') throw error
  throw new Refusal('not_found', error.message, '"reeve account create" makes an account for them first')
}
