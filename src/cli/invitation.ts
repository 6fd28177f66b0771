import type { Command } from 'commander'
import { invite } from '../domains/invitations/invite.ts'
import { listInvitations } from '../domains/invitations/list.ts'
import { revokeInvitation } from '../domains/invitations/revoke.ts'
import {
  administerTenant,
  inOneTenant,
  invitationIdOf,
  more,
  paged,
  roleIdOf,
  type InTenant,
  type Paged,
} from './administer.ts'
import { paint } from './paint.ts'
import { reportTo } from './report.ts'
import { minute, table } from './table.ts'

/** `reeve invitation …` */
export function invitationCommands(program: Command): void {
  const invitation = program.command('invitation').description('asking people into a tenant')

  paged(inOneTenant(invitation.command('list')))
    .description('who was asked in and what became of it, the newest first')
    .addHelpText('after', '\nExample:\n  reeve invitation list --tenant blue-lantern\n')
    .action(async (options: InTenant & Paged) => {
      const page = await administerTenant(options, (tx) => listInvitations(tx, options))
      reportTo(options).done(page, () => {
        const rows = page.items.map((one) => [one.email, one.role?.name ?? null, one.state, one.id])
        const empty = 'nobody was asked in yet'
        return (
          table(['address', 'role', 'state', 'id'], rows, { empty, gives: ['address', 'role'] }) +
          more(page.next)
        )
      })
    })

  inOneTenant(invitation.command('create'))
    .argument('<email>', 'whom to ask')
    .option('--role <role>', 'the role they will have')
    .description('ask somebody in; the token is shown this once, and is for you to send')
    .addHelpText(
      'after',
      '\nExample:\n  reeve invitation create mina@example.com --role member --tenant blue-lantern\n',
    )
    .action(async (email: string, options: InTenant & { role?: string }) => {
      const made = await administerTenant(options, async (tx) => {
        const roleId = options.role === undefined ? undefined : await roleIdOf(tx, options.role)
        return invite(tx, { email, roleId })
      })
      reportTo(options).done(made, () =>
        [
          `asked ${made.email} in, until ${minute(made.expiresAt)}, with this token:`,
          made.token,
          paint.dim('It is shown this once, and whoever has it comes in, by'),
          paint.dim('POST /v1/invitations/accept {"token", "name", "password"}'),
        ].join('\n'),
      )
    })

  inOneTenant(invitation.command('revoke'))
    .argument('<invitation>', 'the address that was asked in, or an id')
    .description('take an invitation back')
    .addHelpText(
      'after',
      '\nExample:\n  reeve invitation revoke newcomer@example.org --tenant blue-lantern\n',
    )
    .action(async (named: string, options: InTenant) => {
      const found = await administerTenant(options, async (tx) =>
        revokeInvitation(tx, { invitationId: await invitationIdOf(tx, named) }),
      )
      reportTo(options).done(found, () => `the invitation of ${found.email} is ${found.state}`)
    })
}
