import type { Command } from 'commander'
import { listAllTenants } from '../domains/tenants/list.ts'
import { administer, more, paged, withJson, type Json, type Paged } from './administer.ts'
import { reportTo, table } from './report.ts'

/** `reeve tenant …` */
export function tenantCommands(program: Command): void {
  const tenant = program.command('tenant').description('the tenants of the installation')

  paged(withJson(tenant.command('list')))
    .description('all tenants, the newest first')
    .addHelpText('after', '\nExample:\n  reeve tenant list --limit 50\n')
    .action(async (options: Json & Paged) => {
      const page = await administer(options, (tx) => listAllTenants(tx, options))
      reportTo(options).done(page, () => {
        const rows = page.items.map(({ slug, name, id, deletedAt }) => [slug, name, deletedAt ? 'deleted' : 'open', id])
        return table(['short name', 'name', '', 'id'], rows) + more(page.next)
      })
    })
}
