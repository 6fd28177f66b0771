import type { Command } from 'commander'
import { listPermissions } from '../domains/permissions/list.ts'
import { administer, withJson, type Json } from './administer.ts'
import { reportTo } from './report.ts'
import { table } from './table.ts'

/** `reeve permission …` */
export function permissionCommands(program: Command): void {
  const permission = program.command('permission').description('what there is to be allowed')

  withJson(permission.command('list'))
    .description('the catalogue that roles choose from; ":own" behind one limits it to what somebody made')
    .addHelpText('after', '\nExample:\n  reeve permission list\n')
    .action(async (options: Json) => {
      const items = await administer(options, listPermissions)
      reportTo(options).done({ items, next: null }, () =>
        table(
          ['permission', 'allows'],
          items.map(({ name, description }) => [name, description]),
        ),
      )
    })
}
