import type { Command } from 'commander'
import type { AuditEntry, Values } from '../domains/audit/entry.ts'
import { listAudit, type AuditFilter } from '../domains/audit/list.ts'
import {
  administerTenant,
  inOneTenant,
  more,
  paged,
  userIdOf,
  type InTenant,
  type Paged,
} from './administer.ts'
import { reportTo } from './report.ts'
import { table } from './table.ts'

/** `reeve audit …` */
export function auditCommands(program: Command): void {
  const audit = program.command('audit').description('who did what')

  paged(inOneTenant(audit.command('list')), String)
    .option('--person <person>', 'only what this person did: address or id')
    .option('--action <action>', 'only this, such as user.created')
    .option('--type <type>', 'only about this sort of thing, such as role')
    .description('the audit log of a tenant, the latest first; --json has the values in full')
    .addHelpText(
      'after',
      '\nExample:\n  reeve audit list --tenant blue-lantern --limit 5\n  reeve audit list --tenant blue-lantern --action user_role.created\n',
    )
    .action(async (options: InTenant & Paged & { person?: string; action?: string; type?: string }) => {
      const page = await administerTenant(options, async (tx) => {
        const { limit, after, action, type: entityType, person } = options
        const userId = person === undefined ? undefined : await userIdOf(tx, person)
        const filter: AuditFilter = { action, entityType, userId }
        return listAudit(tx, { limit, after, ...filter })
      })
      reportTo(options).done(page, () => {
        const rows = page.items.map((entry) => [entry.createdAt, actorOf(entry), entry.action, brief(entry)])
        const columns = ['when', 'who', 'what', 'values']
        return (
          table(columns, rows, { empty: 'nothing in the log answers to this', gives: ['who', 'values'] }) +
          more(page.next)
        )
      })
    })
}

/** Who signs up acts as an account. Where nobody was declared, it was done with psql: then the login is all there is. */
function actorOf({ userName, userId, accountId, operator, dbRole }: AuditEntry): string {
  if (userName ?? operator) return (userName ?? operator)!
  if (userId) return 'somebody deleted since'
  return accountId ? `account …${accountId.slice(-12)}` : `login ${dbRole}`
}

/** What a person looks for first: names and addresses; of a change what it was and what it became. */
function brief({ oldValues, newValues }: AuditEntry): string {
  const shown = (values: Values | null) =>
    Object.entries(values ?? {}).filter(
      ([name, value]) => value !== null && !/(^|_)id$|_at$|_by$|^is_/.test(name),
    )
  if (oldValues && newValues) {
    return Object.keys(newValues)
      .map((name) => `${name}: ${said(oldValues[name])} → ${said(newValues[name])}`)
      .join(', ')
  }
  return shown(newValues ?? oldValues)
    .map(([name, value]) => `${name}=${said(value)}`)
    .join(' ')
}

function said(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null)
}
