import type { Command } from 'commander'
import { asOperator } from '../database/database.ts'
import { disableAccount, enableAccount, readAccount, type Account } from '../domains/accounts/accounts.ts'
import { createAccountFor } from '../domains/accounts/create.ts'
import { setPassword } from '../domains/accounts/set-password.ts'
import { accountIdOf, administer, atDesk, needs, operator, withJson, type Json } from './administer.ts'
import { newPassword } from './ask.ts'
import { paint } from './paint.ts'
import { reportTo } from './report.ts'
import { facts } from './table.ts'
import { counted } from './text.ts'

type PasswordFile = { passwordFile?: string }
const passwordFile = [
  '--password-file <file>',
  'take it from the first line of a file; - is standard input',
] as const

/** `reeve account …` */
export function accountCommands(program: Command): void {
  const account = program.command('account').description('how people sign in, whatever tenants know them')
  showCommand(account)
  createCommand(account)
  passwordCommand(account)
  disableCommands(account)
}

function showCommand(account: Command): void {
  withJson(account.command('show'))
    .argument('<email>', 'the address they sign in with')
    .description('one account')
    .addHelpText('after', '\nExample:\n  reeve account show zoe@example.com\n')
    .action(async (email: string, options: Json) => {
      const found = await administer(options, async (tx) =>
        readAccount(tx, { accountId: await accountIdOf(tx, email) }),
      )
      reportTo(options).done(found, () => describe(found))
    })
}

function createCommand(account: Command): void {
  withJson(account.command('create'))
    .argument('<email>', 'the address they will sign in with')
    .argument('<name>', 'what they call themselves')
    .option(...passwordFile)
    .description('make an account, with a password that is typed and not shown')
    .addHelpText(
      'after',
      '\nExample:\n  reeve account create mina@example.com "Mina Park"\n  reeve account create mina@example.com "Mina Park" --password-file password\n',
    )
    .action(async (email: string, name: string, options: Json & PasswordFile) => {
      const made = await atDesk(options, async ({ database }) => {
        const password = await newPassword(options.passwordFile)
        return createAccountFor(database, operator(), { email, name, password })
      })
      reportTo(options).done(made, () => `made the account ${made.email}; it belongs to no tenant yet`)
    })
}

function passwordCommand(account: Command): void {
  withJson(account.command('password'))
    .argument('<email>', 'the address they sign in with')
    .option(...passwordFile)
    .description('set the password of somebody who forgot theirs; signs them out everywhere')
    .addHelpText(
      'after',
      '\nExample:\n  reeve account password zoe@example.com\n  reeve account password zoe@example.com --password-file password\n',
    )
    .action(async (email: string, options: Json & PasswordFile) => {
      const ended = await atDesk(options, async ({ database }) => {
        const accountId = await asOperator(database, operator(), (tx) => accountIdOf(tx, email))
        const password = await newPassword(options.passwordFile)
        return setPassword(database, operator(), { accountId, password })
      })
      reportTo(options).done(
        { ended },
        () => `${email} has a new password; ended ${counted(ended, 'session')}`,
      )
    })
}

function disableCommands(account: Command): void {
  const reason: [string, string] = ['--reason <text>', 'why, for those who come after you']
  withJson(needs(account.command('disable'), reason, 'say why: --reason <text>'))
    .argument('<email>', 'the address they sign in with')
    .description('shut an account out of every tenant, at once')
    .addHelpText('after', '\nExample:\n  reeve account disable zoe@example.com --reason "stolen laptop"\n')
    .action(async (email: string, options: Json & { reason: string }) => {
      const { reason } = options
      const found = await administer(options, async (tx) =>
        disableAccount(tx, { accountId: await accountIdOf(tx, email), reason }),
      )
      reportTo(options).done(found, () => `${found.email} cannot sign in, and was signed out everywhere`)
    })

  withJson(account.command('enable'))
    .argument('<email>', 'the address they sign in with')
    .description('let a disabled account sign in again')
    .addHelpText('after', '\nExample:\n  reeve account enable zoe@example.com\n')
    .action(async (email: string, options: Json) => {
      const found = await administer(options, async (tx) =>
        enableAccount(tx, { accountId: await accountIdOf(tx, email) }),
      )
      reportTo(options).done(found, () => `${found.email} can sign in`)
    })
}

function describe({ name, email, isVerified, isDisabled, createdAt, id }: Account): string {
  return facts({
    name,
    address: email,
    verified: isVerified ? 'yes' : 'no',
    state: isDisabled ? ['disabled', paint.yellow] : 'can sign in',
    since: createdAt,
    id,
  })
}
