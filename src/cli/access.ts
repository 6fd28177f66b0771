import type { Command } from 'commander'
import type { Transaction } from '../database/database.ts'
import { decide, type Because, type Permission } from '../domains/access/access.ts'
import { listPermissions } from '../domains/permissions/list.ts'
import { Refusal } from '../foundation/refusal.ts'
import { administerTenant, inOneTenant, userIdOf, type InTenant } from './administer.ts'
import { paint } from './paint.ts'
import { reportTo } from './report.ts'

/** `reeve access …` */
export function accessCommands(program: Command): void {
  const access = program.command('access').description('who may do what, and why')

  inOneTenant(access.command('check'))
    .argument('<person>', 'address or id')
    .argument('<permission>', 'resource:action')
    .option('--owner <person>', 'of an object that this person made')
    .description('may this person do this? Exits with 3 when not')
    .addHelpText(
      'after',
      '\nExample:\n  reeve access check zoe@example.com posts:read --tenant blue-lantern\n',
    )
    .action(async (person: string, permission: Permission, options: InTenant & { owner?: string }) => {
      const decision = await administerTenant(options, async (tx) => {
        await refuseUnknown(tx, permission)
        const userId = await userIdOf(tx, person)
        const owner = options.owner === undefined ? undefined : await userIdOf(tx, options.owner)
        return decide(tx, { userId, permission, owner })
      })
      reportTo(options).done(decision, () => {
        const verdict = decision.allowed ? paint.green('yes') : paint.red('no')
        return `${verdict}: ${sentence(decision.because)}`
      })
      if (!decision.allowed) process.exitCode = 3
    })
}

async function refuseUnknown(tx: Transaction, permission: string): Promise<void> {
  const known = await listPermissions(tx)
  if (known.some(({ name }) => name === permission)) return
  throw new Refusal(
    'invalid_request',
    `there is no permission ${permission}`,
    '"reeve permission list" shows them',
  )
}

function sentence(because: Because): string {
  switch (because.kind) {
    case 'granted':
      return `${roleIn(because)} permits ${because.permission}${because.scope === 'own' ? ' of their own' : ''}`
    case 'not_own':
      return `${roleIn(because)} permits ${because.permission} of their own, and this is not theirs`
    case 'not_granted':
      return `none of their roles permits ${because.permission}`
    case 'suspended':
      return 'they are suspended, or the tenant is closed'
    case 'no_such_user':
      return 'nobody here has this id'
  }
}

function roleIn({ role, inheritedFrom }: { role: string; inheritedFrom?: string }): string {
  return inheritedFrom === undefined
    ? `the role ${role}`
    : `the role ${role}, by the role ${inheritedFrom} below it,`
}
