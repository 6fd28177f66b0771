import type { Command } from 'commander'
import { createUser } from '../domains/users/create.ts'
import { deleteUser } from '../domains/users/delete.ts'
import { listUsers } from '../domains/users/list.ts'
import { readUser } from '../domains/users/read.ts'
import { resumeUser, suspendUser } from '../domains/users/suspend.ts'
import { updateUser, type UserChanges } from '../domains/users/update.ts'
import type { User } from '../domains/users/user.ts'
import { Refusal } from '../foundation/refusal.ts'
import {
  administerTenant,
  atDesk,
  inOneTenant,
  inTenantOf,
  more,
  paged,
  roleIdOf,
  userIdOf,
  type InTenant,
  type Paged,
} from './administer.ts'
import { refuseWithout } from './ask.ts'
import { importCommand } from './import.ts'
import { paint } from './paint.ts'
import { reportTo } from './report.ts'
import { facts, table, type Cell } from './table.ts'

/** `reeve user …` */
export function userCommands(program: Command): void {
  const user = program.command('user').description('the people of a tenant')
  listCommand(user)
  showCommand(user)
  addCommand(user)
  updateCommand(user)
  suspendCommands(user)
  deleteCommand(user)
  importCommand(user)
}

function listCommand(user: Command): void {
  paged(inOneTenant(user.command('list')))
    .option('--search <text>', 'part of a name, user name or address')
    .option('--suspended', 'only those who are suspended')
    .option('--role <role>', 'only those who have this role')
    .description('people, the newest first')
    .addHelpText(
      'after',
      '\nExample:\n  reeve user list --tenant blue-lantern --search müller\n  reeve user list --tenant blue-lantern --role editor --json\n',
    )
    .action(async (options: InTenant & Paged & { search?: string; suspended?: boolean; role?: string }) => {
      const page = await administerTenant(options, async (tx) => {
        const { limit, after, search: q, suspended, role } = options
        const roleId = role === undefined ? undefined : await roleIdOf(tx, role)
        return listUsers(tx, { limit, after, q, roleId, isActive: suspended ? false : undefined })
      })
      reportTo(options).done(page, () => {
        const rows = page.items.map((one) => [one.name, one.email, rolesOf(one) || null, stateOf(one)])
        const empty = 'nobody here answers to this'
        return (
          table(['name', 'address', 'roles', 'state'], rows, { empty, gives: ['name', 'address', 'roles'] }) +
          more(page.next)
        )
      })
    })
}

function showCommand(user: Command): void {
  inOneTenant(user.command('show'))
    .argument('<person>', 'address or id')
    .description('one person')
    .addHelpText('after', '\nExample:\n  reeve user show zoe@example.com --tenant blue-lantern\n')
    .action(async (person: string, options: InTenant) => {
      const found = await administerTenant(options, async (tx) => readUser(tx, await userIdOf(tx, person)))
      reportTo(options).done(found, () =>
        facts({
          name: found.name,
          address: found.email,
          'user name': found.username,
          phone: found.phone,
          roles: rolesOf(found) || null,
          state: stateOf(found),
          ...(found.isActive ? {} : { because: found.suspensionReason }),
          'signs in': found.accountId === null ? 'not yet: to be invited' : 'with an account',
          'last sign-in': found.lastLoginAt,
          id: found.id,
        }),
      )
    })
}

function addCommand(user: Command): void {
  inOneTenant(user.command('add'))
    .argument('<email>', 'how the tenant knows them')
    .argument('<name>', 'what people call them')
    .option('--role <role>', 'give them this role')
    .description('add somebody, who signs in after an invitation')
    .addHelpText(
      'after',
      '\nExample:\n  reeve user add mina@example.com "Mina Park" --role member -t blue-lantern\n',
    )
    .action(async (email: string, name: string, options: InTenant & { role?: string }) => {
      const made = await administerTenant(options, async (tx) => {
        const roleIds = options.role === undefined ? [] : [await roleIdOf(tx, options.role)]
        return createUser(tx, { email, name, roleIds })
      })
      reportTo(options).done(made, () => `added ${made.name} (${made.email})`)
    })
}

type Details = { name?: string; email?: string; username?: string; phone?: string }

function updateCommand(user: Command): void {
  inOneTenant(user.command('update'))
    .argument('<person>', 'address or id')
    .option('--name <name>', 'what people call them')
    .option('--email <email>', 'how the tenant knows them; they sign in as before')
    .option('--username <name>', 'an empty one takes it away')
    .option('--phone <number>', 'an empty one takes it away')
    .description("change somebody's details")
    .addHelpText(
      'after',
      '\nExample:\n  reeve user update zoe@example.com --name "Zoë Müller" --tenant blue-lantern\n  reeve user update zoe@example.com --phone "" --tenant blue-lantern\n',
    )
    .action(async (person: string, options: InTenant & Details) => {
      const { name, email, username, phone } = options
      if ([name, email, username, phone].every((detail) => detail === undefined)) {
        throw new Refusal(
          'invalid_request',
          'nothing was said to change',
          'give --name, --email, --username or --phone',
        )
      }
      const changes: UserChanges = {
        name,
        email,
        username: username === '' ? null : username,
        phone: phone === '' ? null : phone,
      }
      const changed = await administerTenant(options, async (tx) =>
        updateUser(tx, await userIdOf(tx, person), changes),
      )
      reportTo(options).done(changed, () => `changed ${changed.name} (${changed.email})`)
    })
}

function suspendCommands(user: Command): void {
  inOneTenant(user.command('suspend'))
    .argument('<person>', 'address or id')
    .option('--reason <text>', 'why')
    .description('shut somebody out, at once')
    .addHelpText(
      'after',
      '\nExample:\n  reeve user suspend zoe@example.com --reason "on leave" --tenant blue-lantern\n',
    )
    .action(async (person: string, options: InTenant & { reason?: string }) => {
      const found = await administerTenant(options, async (tx) =>
        suspendUser(tx, await userIdOf(tx, person), options.reason),
      )
      reportTo(options).done(found, () => `${found.name} is suspended`)
    })

  inOneTenant(user.command('resume'))
    .argument('<person>', 'address or id')
    .description('let somebody back in')
    .addHelpText('after', '\nExample:\n  reeve user resume olha@example.com --tenant blue-lantern\n')
    .action(async (person: string, options: InTenant) => {
      const found = await administerTenant(options, async (tx) => resumeUser(tx, await userIdOf(tx, person)))
      reportTo(options).done(found, () => `${found.name} is active`)
    })
}

function deleteCommand(user: Command): void {
  inOneTenant(user.command('delete'))
    .argument('<person>', 'address or id')
    .option('--yes', 'without being asked')
    .description('delete somebody for good; what they wrote stays, unsigned')
    .addHelpText('after', '\nExample:\n  reeve user delete olha@example.com --tenant blue-lantern --yes\n')
    .action(async (person: string, options: InTenant & { yes?: boolean }) => {
      const { tenant, yes = false } = options
      const deleted = await atDesk(options, async ({ database }) => {
        const { id, name, email } = await inTenantOf(database, tenant, async (tx) =>
          readUser(tx, await userIdOf(tx, person)),
        )
        await refuseWithout(`This deletes ${name} (${email}) from ${tenant} for good.`, email, yes)
        await inTenantOf(database, tenant, (tx) => deleteUser(tx, id))
        return id
      })
      reportTo(options).done({ deleted }, () => `deleted ${person}`)
    })
}

function rolesOf({ roles }: User): string {
  return roles
    .filter(({ inForce }) => inForce)
    .map(({ name }) => name)
    .join(', ')
}

function stateOf({ isActive }: User): Cell {
  return isActive ? 'active' : ['suspended', paint.yellow]
}
