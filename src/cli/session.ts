import type { Command } from 'commander'
import type { Transaction } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import { listSessions, revokeAllSessions } from '../domains/sessions/sessions.ts'
import { normalizeEmail } from '../foundation/email.ts'
import { Refusal } from '../foundation/refusal.ts'
import { administer, withJson, type Json } from './administer.ts'
import { reportTo, table } from './report.ts'

/** `reeve session …` */
export function sessionCommands(program: Command): void {
  const session = program.command('session').description('where people are signed in')

  withJson(session.command('list'))
    .argument('<email>', 'the address they sign in with')
    .description('the live sessions of an account')
    .addHelpText('after', '\nExample:\n  reeve session list kim@example.com\n')
    .action(async (email: string, options: Json) => {
      const items = await administer(options, async (tx) => listSessions(tx, { accountId: await accountIdOf(tx, email) }))
      reportTo(options).done({ items }, () => {
        const rows = items.map(({ createdAt, lastSeenAt, expiresAt, ip, userAgent }) => [
          ...[createdAt, lastSeenAt, expiresAt].map((at) => at.toISOString().slice(0, 16).replace('T', ' ')),
          ip,
          userAgent,
        ])
        return table(['since', 'last seen', 'until', 'from', 'with'], rows)
      })
    })

  withJson(session.command('revoke'))
    .argument('<email>', 'the address they sign in with')
    .description('sign an account out everywhere')
    .addHelpText('after', '\nExample:\n  reeve session revoke kim@example.com\n')
    .action(async (email: string, options: Json) => {
      const ended = await administer(options, async (tx) => revokeAllSessions(tx, { accountId: await accountIdOf(tx, email) }))
      reportTo(options).done({ ended }, () => `ended ${ended} sessions of ${email}`)
    })
}

const find = sql('cli.find_account', { accountId: 'uuid' }, 'select account_id from reeve.account_by_email($1)')

async function accountIdOf(tx: Transaction, email: string): Promise<string> {
  const found = await tx.row(find, [normalizeEmail(email)])
  if (found) return found.accountId
  throw new Refusal('not_found', `no account signs in with ${email}`, 'check the address')
}
