import { InvalidArgumentError, type Command } from 'commander'
import { assignRole, unassignRole } from '../domains/roles/assign.ts'
import { createRole } from '../domains/roles/create.ts'
import { deleteRole } from '../domains/roles/delete.ts'
import { disinheritRole, inheritRole } from '../domains/roles/inherit.ts'
import { listRoles } from '../domains/roles/list.ts'
import { setRolePermissions } from '../domains/roles/permissions.ts'
import { readRole } from '../domains/roles/read.ts'
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
import { facts, table } from './table.ts'

/** `reeve role …` */
export function roleCommands(program: Command): void {
  const role = program.command('role').description('roles, what they permit, and who has them')

  paged(inOneTenant(role.command('list')))
    .description('the roles of a tenant')
    .addHelpText('after', '\nExample:\n  reeve role list --tenant blue-lantern\n')
    .action(async (options: InTenant & Paged) => {
      const page = await administerTenant(options, (tx) => listRoles(tx, options))
      reportTo(options).done(page, () => {
        const rows = page.items.map(({ name, isSystem, permissions }) => [
          ...[name, isSystem ? 'system' : 'own', permissions.join(' ') || null],
        ])
        return table(['role', 'made', 'permits'], rows, { gives: ['permits'] }) + more(page.next)
      })
    })

  inOneTenant(role.command('show'))
    .argument('<role>', 'name or id')
    .description('one role, with all that it permits')
    .addHelpText('after', '\nExample:\n  reeve role show editor --tenant blue-lantern\n')
    .action(async (named: string, options: InTenant) => {
      const found = await administerTenant(options, async (tx) => readRole(tx, await roleIdOf(tx, named)))
      reportTo(options).done(found, () => {
        const { name, description, isSystem, permissions, inheritedPermissions, id } = found
        const made = isSystem ? 'with every tenant' : 'by this tenant'
        const inherits = inheritedPermissions.join(' ') || null
        return facts({ role: name, description, made, permits: permissions.join(' ') || null, inherits, id })
      })
    })

  inOneTenant(role.command('create'))
    .argument('<name>', 'free in the tenant')
    .argument('[permissions...]', 'such as posts:read posts:update:own')
    .option('--description <text>', 'what it is for')
    .description('make a role')
    .addHelpText(
      'after',
      "\nExample:\n  reeve role create reviewer posts:read posts:update:own --tenant blue-lantern\n  reeve role create guide 'posts:*' --tenant blue-lantern\n",
    )
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
    .addHelpText(
      'after',
      '\nExample:\n  reeve role permit editor posts:read posts:update --tenant blue-lantern\n',
    )
    .action(async (name: string, permissions: string[], options: InTenant) => {
      const role = await administerTenant(options, async (tx) =>
        setRolePermissions(tx, await roleIdOf(tx, name), permissions),
      )
      reportTo(options).done(role, () => `${role.name} permits ${role.permissions.join(' ') || 'nothing'}`)
    })

  inOneTenant(role.command('inherit'))
    .argument('<role>', 'name or id')
    .argument('<junior>', 'name or id of the role whose permissions it shall have, too')
    .description('lay a role above another')
    .addHelpText('after', '\nExample:\n  reeve role inherit proofreader viewer --tenant blue-lantern\n')
    .action(async (above: string, below: string, options: InTenant) => {
      const role = await administerTenant(options, async (tx) =>
        inheritRole(tx, { roleId: await roleIdOf(tx, above), juniorId: await roleIdOf(tx, below) }),
      )
      reportTo(options).done(role, () => `${role.name} has all that ${below} permits`)
    })

  inOneTenant(role.command('disinherit'))
    .argument('<role>', 'name or id')
    .argument('<junior>', 'name or id')
    .description('take a role from above another')
    .addHelpText('after', '\nExample:\n  reeve role disinherit editor viewer --tenant blue-lantern\n')
    .action(async (above: string, below: string, options: InTenant) => {
      const role = await administerTenant(options, async (tx) =>
        disinheritRole(tx, { roleId: await roleIdOf(tx, above), juniorId: await roleIdOf(tx, below) }),
      )
      reportTo(options).done(role, () => `${role.name} no longer inherits from ${below}`)
    })

  inOneTenant(role.command('delete'))
    .argument('<role>', 'name or id')
    .option('--yes', 'without being asked')
    .description('delete a role that nobody has')
    .addHelpText('after', '\nExample:\n  reeve role delete "on call" --tenant operator --yes\n')
    .action(async (name: string, options: InTenant & { yes?: boolean }) => {
      const deleted = await atDesk(options, async ({ database }) => {
        const roleId = await inTenantOf(database, options.tenant, (tx) => roleIdOf(tx, name))
        await refuseWithout(`This deletes the role ${name} of ${options.tenant}.`, name, options.yes ?? false)
        await inTenantOf(database, options.tenant, (tx) => deleteRole(tx, roleId))
        return roleId
      })
      reportTo(options).done({ deleted }, () => `deleted the role ${name}`)
    })

  inOneTenant(role.command('assign'))
    .argument('<role>', 'name or id')
    .argument('<person>', 'address or id')
    .option('--until <time>', 'ISO 8601; for good without it', time)
    .description('give somebody a role')
    .addHelpText(
      'after',
      '\nExample:\n  reeve role assign editor zoe@example.com --tenant blue-lantern\n  reeve role assign editor zoe@example.com --until 2030-01-01 -t blue-lantern\n',
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
    .addHelpText('after', '\nExample:\n  reeve role unassign member zoe@example.com --tenant blue-lantern\n')
    .action(async (role: string, person: string, options: InTenant) => {
      const taken = await administerTenant(options, async (tx) => {
        const assignment = { userId: await userIdOf(tx, person), roleId: await roleIdOf(tx, role) }
        await unassignRole(tx, assignment)
        return assignment
      })
      reportTo(options).done(taken, () => `${person} no longer has the role ${role}`)
    })
}

function time(text: string): Date {
  const at = new Date(text)
  if (!Number.isNaN(at.getTime()) && /^\d{4}-\d\d-\d\d/.test(text)) return at
  throw new InvalidArgumentError('It must be a time such as 2027-01-01T00:00:00Z.')
}
