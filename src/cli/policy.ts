import type { Command } from 'commander'
import { deletePolicy, listPolicies, readPolicy, setPolicy } from '../domains/authzen/policies.ts'
import { administerTenant, inOneTenant, more, paged, type InTenant, type Paged } from './administer.ts'
import { refuseWithout } from './ask.ts'
import { jsonIn } from './json-file.ts'
import { reportTo } from './report.ts'
import { table } from './table.ts'

/** `reeve policy …` */
export function policyCommands(program: Command): void {
  const policy = program.command('policy').description('who may do what to things of an application')

  paged(inOneTenant(policy.command('list')), (type) => type)
    .description('the types of things of which a tenant has declared who may do what')
    .addHelpText('after', '\nExample:\n  reeve policy list --tenant blue-lantern\n')
    .action(async (options: InTenant & Paged) => {
      const page = await administerTenant(options, (tx) => listPolicies(tx, options))
      reportTo(options).done(page, () => {
        const rows = page.items.map(({ type, actions, description }) => [
          type,
          actions.join(' '),
          description,
        ])
        const empty = 'no policy is declared yet'
        return (
          table(['type', 'actions', 'description'], rows, { empty, gives: ['actions', 'description'] }) +
          more(page.next)
        )
      })
    })

  inOneTenant(policy.command('show'))
    .argument('<type>', 'of things')
    .description('what a policy says, as a file for "reeve policy set" has it')
    .addHelpText('after', '\nExample:\n  reeve policy show record --tenant blue-lantern\n')
    .action(async (type: string, options: InTenant) => {
      const found = await administerTenant(options, (tx) => readPolicy(tx, type))
      reportTo(options).done(found, () => JSON.stringify(found.definition, null, 2))
    })

  inOneTenant(policy.command('set'))
    .argument('<type>', 'of things')
    .argument('<file>', 'what is declared, as JSON (docs/authzen.md); - is standard input')
    .description('declare who may do what to things of a type, from now on')
    .addHelpText('after', '\nExample:\n  reeve policy set todo policy.json --tenant blue-lantern\n')
    .action(async (type: string, file: string, options: InTenant) => {
      const definition = await jsonIn(file)
      const declared = await administerTenant(options, (tx) => setPolicy(tx, type, definition))
      reportTo(options).done(declared, () => `declared who may do what to things of type ${declared.type}`)
    })

  inOneTenant(policy.command('delete'))
    .argument('<type>', 'of things')
    .option('--yes', 'without being asked')
    .description('take a policy back; nobody may do anything to things of that type then')
    .addHelpText('after', '\nExample:\n  reeve policy delete record --tenant blue-lantern --yes\n')
    .action(async (type: string, options: InTenant & { yes?: boolean }) => {
      await administerTenant(options, (tx) => readPolicy(tx, type))
      await refuseWithout(
        `This deletes the policy for ${type} of ${options.tenant}.`,
        type,
        options.yes ?? false,
      )
      await administerTenant(options, (tx) => deletePolicy(tx, type))
      reportTo(options).done({ deleted: type }, () => `deleted the policy for ${type}`)
    })
}
