import type { Command } from 'commander'
import { listAudit, type AuditFilter } from '../domains/audit/list.ts'
import { administerTenant, inOneTenant, more, paged, userIdOf, type InTenant, type Paged } from './administer.ts'
import { reportTo, table } from './report.ts'

/** `reeve audit …` */
export function auditCommands(program: Command): void {
  const audit = program.command('audit').description('who did what')

  paged(inOneTenant(audit.command('list')))
    .option('--person <address or id>', 'only what this person did')
    .option('--action <action>', 'only this, such as user.created')
    .option('--type <type>', 'only about this sort of thing, such as role')
    .description('the audit log of a tenant, the latest first')
    .addHelpText('after', '\nExample:\n  reeve audit list --tenant acme --action user_role.created\n')
    .action(async (options: InTenant & Paged & { person?: string; action?: string; type?: string }) => {
      const page = await administerTenant(options, async (tx) => {
        const { limit, after, action, type: entityType, person } = options
        const userId = person === undefined ? undefined : await userIdOf(tx, person)
        const filter: AuditFilter = { action, entityType, userId }
        return listAudit(tx, { limit, after, ...filter })
      })
      reportTo(options).done(page, () => {
        const rows = page.items.map(({ createdAt, userName, operator, dbRole, action, newValues, oldValues }) => [
          createdAt.toISOString().slice(0, 19).replace('T', ' '),
          userName ?? operator ?? `(${dbRole})`,
          action,
          brief(newValues ?? oldValues),
        ])
        return table(['when', 'who', 'what', 'values'], rows) + more(page.next)
      })
    })
}

function brief(values: Record<string, unknown> | null): string {
  if (!values) return ''
  const known = Object.entries(values).filter(([, value]) => value !== null && typeof value !== 'object')
  return known.map(([name, value]) => `${name}=${String(value)}`).join(' ')
}
