import { InvalidArgumentError, type Command } from 'commander'
import type { Transaction } from '../database/database.ts'
import { listRoles } from '../domains/roles/list.ts'
import { findSet } from '../domains/separation/find.ts'
import { addToSet, takeFromSet } from '../domains/separation/members.ts'
import { createSet, deleteSet, listSets } from '../domains/separation/sets.ts'
import { Refusal } from '../foundation/refusal.ts'
import {
  administerTenant,
  atDesk,
  inOneTenant,
  inTenantOf,
  more,
  paged,
  roleIdOf,
  type InTenant,
  type Paged,
} from './administer.ts'
import { refuseWithout } from './ask.ts'
import { reportTo } from './report.ts'
import { table } from './table.ts'

/** `reeve separation …` */
export function separationCommands(program: Command): void {
  const separation = program.command('separation').description('roles that nobody may have together')

  paged(inOneTenant(separation.command('list')))
    .description('the sets of separated roles')
    .addHelpText('after', '\nExample:\n  reeve separation list --tenant blue-lantern\n')
    .action(async (options: InTenant & Paged) => {
      const { page, names } = await administerTenant(options, async (tx) => ({
        page: await listSets(tx, options),
        names: await namesOf(tx),
      }))
      reportTo(options).done(page, () => {
        const rows = page.items.map(({ name, cardinality, roleIds }) => [
          ...[name, String(cardinality), roleIds.map((id) => names.get(id) ?? id).join(', ')],
        ])
        return table(['set', 'too many', 'roles'], rows, { gives: ['roles'] }) + more(page.next)
      })
    })

  inOneTenant(separation.command('create'))
    .argument('<name>', 'free in the tenant')
    .argument('<role...>', 'names or ids, two at least')
    .option('--cardinality <n>', 'so many of them are too many for one person', whole, 2)
    .description('say which roles nobody may have together')
    .addHelpText(
      'after',
      '\nExample:\n  reeve separation create writing proofreader viewer --tenant blue-lantern\n',
    )
    .action(async (name: string, roles: string[], options: InTenant & { cardinality: number }) => {
      const made = await administerTenant(options, async (tx) => {
        const roleIds: string[] = []
        for (const role of roles) roleIds.push(await roleIdOf(tx, role))
        return createSet(tx, { name, cardinality: options.cardinality, roleIds })
      })
      reportTo(options).done(made, () => `nobody may have ${made.cardinality} of the roles of ${made.name}`)
    })

  inOneTenant(separation.command('add'))
    .argument('<set>', 'name or id')
    .argument('<role>', 'name or id')
    .description('put a role into a set')
    .addHelpText('after', '\nExample:\n  reeve separation add publishing owner --tenant blue-lantern\n')
    .action(async (set: string, role: string, options: InTenant) => {
      const changed = await administerTenant(options, async (tx) =>
        addToSet(tx, { setId: await setIdOf(tx, set), roleId: await roleIdOf(tx, role) }),
      )
      reportTo(options).done(changed, () => `${role} is in the set ${changed.name}`)
    })

  inOneTenant(separation.command('take'))
    .argument('<set>', 'name or id')
    .argument('<role>', 'name or id')
    .description('take a role out of a set')
    .addHelpText('after', '\nExample:\n  reeve separation take publishing admin --tenant blue-lantern\n')
    .action(async (set: string, role: string, options: InTenant) => {
      const changed = await administerTenant(options, async (tx) =>
        takeFromSet(tx, { setId: await setIdOf(tx, set), roleId: await roleIdOf(tx, role) }),
      )
      reportTo(options).done(changed, () => `${role} is no longer in the set ${changed.name}`)
    })

  inOneTenant(separation.command('delete'))
    .argument('<set>', 'name or id')
    .option('--yes', 'without being asked')
    .description('separate these roles no longer')
    .addHelpText('after', '\nExample:\n  reeve separation delete publishing --tenant blue-lantern --yes\n')
    .action(async (set: string, options: InTenant & { yes?: boolean }) => {
      const deleted = await atDesk(options, async ({ database }) => {
        const setId = await inTenantOf(database, options.tenant, (tx) => setIdOf(tx, set))
        await refuseWithout(`This deletes the set ${set} of ${options.tenant}.`, set, options.yes ?? false)
        await inTenantOf(database, options.tenant, (tx) => deleteSet(tx, setId))
        return setId
      })
      reportTo(options).done({ deleted }, () => `the roles of ${set} are no longer separated`)
    })
}

async function setIdOf(tx: Transaction, named: string): Promise<string> {
  const found = await findSet(tx, named)
  if (found !== undefined) return found
  throw new Refusal('not_found', `there is no set ${named}`, '"reeve separation list" shows them')
}

/** The first hundred roles by their ids; beyond that a list shows ids. */
async function namesOf(tx: Transaction): Promise<Map<string, string>> {
  const { items } = await listRoles(tx, { limit: 100 })
  return new Map(items.map(({ id, name }) => [id, name]))
}

function whole(text: string): number {
  const number = Number(text)
  if (Number.isInteger(number) && number >= 2 && number <= 100) return number
  throw new InvalidArgumentError('It must be a whole number from 2 to 100.')
}
