import { InvalidArgumentError, type Command } from 'commander'
import { assignRole, unassignRole } from '../domains/roles/assign.ts'
import { createRole } from '../domains/roles/create.ts'
import { deleteRole } from '../domains/roles/delete.ts'
import { listRoles } from '../domains/roles/list.ts'
import { setRolePermissions } from '../domains/roles/permissions.ts'
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
import { reportTo } from './report.ts'
import { table } from './table.ts'

/** `reeve role …` */
export function roleCommands(program: Command): void {
  const role = program.command('role').description('roles, what they permit, and who has them')

  paged(inOneTenant(role.command('list')))
    .description('the roles of a tenant')
    .addHelpText('after', '\nExample:\n  reeve role list --tenant acme\n')
    .action(async (options: InTenant & Paged) => {
      const page = await administerTenant(options, (tx) => listRoles(tx, options))
      reportTo(options).done(page, () => {
        const rows = page.items.map(({ name, isSystem, permissions }) => [
          ...[name, isSystem ? 'system' : 'own', permissions.join(' ') || null],
        ])
        return table(['role', 'made', 'permits'], rows, { gives: ['permits'] }) + more(page.next)
      })
    })

  inOneTenant(role.command('create'))
    .argument('<name>', 'free in the tenant')
    .argument('[permissions...]', 'such as posts:read posts:update:own')
    .option('--description <text>', 'what it is for')
    .description('make a role')
    .addHelpText('after', '\nExample:\n  reeve role create editor posts:\\* comments:read --tenant acme\n')
    .action(async (name: string, permissions: string[], options: InTenant & { description?: string }) => {
      const { description } = options
      const made = await administerTenant(options, (tx) => createRole(tx, { name, permissions, description }))
      reportTo(options).done(
        made,
        () => `made the role ${made.name}, which permits ${made.permissions.join(' ') || 'nothing yet'}`,
      )
    })

  inOneTenant(role.command('permit'))
    .argument('<role>', 'name or id')
    .argument('[permissions...]', 'all that it shall permit; nothing takes everything away')
    .description('say what a role permits from now on')
    .addHelpText('after', '\nExample:\n  reeve role permit editor posts:read posts:update --tenant acme\n')
    .action(async (name: string, permissions: string[], options: InTenant) => {
      const role = await administerTenant(options, async (tx) =>
        setRolePermissions(tx, await roleIdOf(tx, name), permissions),
      )
      reportTo(options).done(role, () => `${role.name} permits ${role.permissions.join(' ') || 'nothing'}`)
    })

  inOneTenant(role.command('delete'))
    .argument('<role>', 'name or id')
    .option('--yes', 'without being asked')
    .description('delete a role that nobody has')
    .addHelpText('after', '\nExample:\n  reeve role delete editor --tenant acme --yes\n')
    .action(async (name: string, options: InTenant & { yes?: boolean }) => {
      await atDesk(options, async ({ database }) => {
        const roleId = await inTenantOf(database, options.tenant, (tx) => roleIdOf(tx, name))
        await refuseWithout(`This deletes the role ${name} of ${options.tenant}.`, name, options.yes ?? false)
        await inTenantOf(database, options.tenant, (tx) => deleteRole(tx, roleId))
      })
      reportTo(options).done({ deleted: name }, () => `deleted the role ${name}`)
    })

  inOneTenant(role.command('assign'))
    .argument('<role>', 'name or id')
    .argument('<person>', 'address or id')
    .option('--until <time>', 'ISO 8601; for good without it', time)
    .description('give somebody a role')
    .addHelpText(
      'after',
      '\nExample:\n  reeve role assign editor kim@example.com --until 2027-01-01T00:00:00Z --tenant acme\n',
    )
    .action(async (role: string, person: string, options: InTenant & { until?: Date }) => {
      const given = await administerTenant(options, async (tx) =>
        assignRole(tx, {
          userId: await userIdOf(tx, person),
          roleId: await roleIdOf(tx, role),
          validUntil: options.until,
        }),
      )
      reportTo(options).done(given, () => `${person} has the role ${role}`)
    })

  inOneTenant(role.command('unassign'))
    .argument('<role>', 'name or id')
    .argument('<person>', 'address or id')
    .description('take a role away from somebody')
    .addHelpText('after', '\nExample:\n  reeve role unassign editor kim@example.com --tenant acme\n')
    .action(async (role: string, person: string, options: InTenant) => {
      await administerTenant(options, async (tx) =>
        unassignRole(tx, { userId: await userIdOf(tx, person), roleId: await roleIdOf(tx, role) }),
      )
      reportTo(options).done({ role, person }, () => `${person} no longer has the role ${role}`)
    })
}

function time(text: string): Date {
  const at = new Date(text)
  if (!Number.isNaN(at.getTime()) && /^\d{4}-\d\d-\d\d/.test(text)) return at
  throw new InvalidArgumentError('It must be a time such as 2027-01-01T00:00:00Z.')
}
