import type { Command } from 'commander'
import { listSessions, revokeAllSessions, revokeSession } from '../domains/sessions/sessions.ts'
import { accountIdOf, administer, id, withJson, type Json } from './administer.ts'
import { reportTo } from './report.ts'
import { table } from './table.ts'
import { counted } from './text.ts'

/** `reeve session …` */
export function sessionCommands(program: Command): void {
  const session = program.command('session').description('where people are signed in')

  withJson(session.command('list'))
    .argument('<email>', 'the address they sign in with')
    .description('the live sessions of an account, a hundred at most; --json has their ids')
    .addHelpText('after', '\nExample:\n  reeve session list ingrid@example.com\n')
    .action(async (email: string, options: Json) => {
      const items = await administer(options, async (tx) =>
        listSessions(tx, { accountId: await accountIdOf(tx, email) }),
      )
      reportTo(options).done({ items, next: null }, () => {
        const rows = items.map(({ createdAt, lastSeenAt, ip, userAgent }) => [
          createdAt,
          lastSeenAt,
          ip,
          userAgent,
        ])
        return table(['since', 'last seen', 'from', 'with'], rows, {
          empty: `${email} is signed in nowhere`,
          gives: ['with'],
        })
      })
    })

  withJson(session.command('revoke'))
    .argument('<email>', 'the address they sign in with')
    .option('--session <id>', 'only this session', id)
    .description('sign an account out, everywhere or in one place')
    .addHelpText('after', '\nExample:\n  reeve session revoke ingrid@example.com\n')
    .action(async (email: string, options: Json & { session?: string }) => {
      const ended = await administer(options, async (tx) => {
        const accountId = await accountIdOf(tx, email)
        if (options.session === undefined) return revokeAllSessions(tx, { accountId })
        await revokeSession(tx, { accountId, sessionId: options.session })
        return 1
      })
      reportTo(options).done({ ended }, () => `ended ${counted(ended, 'session')} of ${email}`)
    })
}
