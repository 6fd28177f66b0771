import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { InvalidArgumentError, type Command } from 'commander'
import colors from 'picocolors'
import { importPeople } from '../domains/users/import/import.ts'
import { ImportRefusal, type ImportReport } from '../domains/users/import/report.ts'
import { createUser } from '../domains/users/create.ts'
import { deleteUser } from '../domains/users/delete.ts'
import { listUsers } from '../domains/users/list.ts'
import { readUser } from '../domains/users/read.ts'
import { resumeUser, suspendUser } from '../domains/users/suspend.ts'
import type { User } from '../domains/users/user.ts'
import { Refusal } from '../foundation/refusal.ts'
import { administerTenant, inOneTenant, more, operator, paged, roleIdOf, tenantIdOf, userIdOf, type InTenant, type Paged } from './administer.ts'
import { confirm } from './ask.ts'
import { reportTo, table } from './report.ts'
import { withDatabase } from './world.ts'

/** `reeve user …` */
export function userCommands(program: Command): void {
  const user = program.command('user').description('the people of a tenant')
  listCommand(user)
  showCommand(user)
  addCommand(user)
  suspendCommands(user)
  deleteCommand(user)
  importCommand(user)
}

function listCommand(user: Command): void {
  paged(inOneTenant(user.command('list')))
    .option('--search <text>', 'part of a name, user name or address')
    .option('--suspended', 'only those who are suspended')
    .option('--role <role>', 'only those who have this role')
    .description('people, the newest first')
    .addHelpText('after', '\nExample:\n  reeve user list --tenant acme --search müller\n')
    .action(async (options: InTenant & Paged & { search?: string; suspended?: boolean; role?: string }) => {
      const page = await administerTenant(options, async (tx) => {
        const { limit, after, search: q, suspended, role } = options
        const roleId = role === undefined ? undefined : await roleIdOf(tx, role)
        return listUsers(tx, { limit, after, q, roleId, isActive: suspended ? false : undefined })
      })
      reportTo(options).done(page, () => {
        const rows = page.items.map((one) => [one.name, one.email, rolesOf(one), one.isActive ? '' : colors.yellow('suspended')])
        return table(['name', 'address', 'roles', ''], rows) + more(page.next)
      })
    })
}

function showCommand(user: Command): void {
  inOneTenant(user.command('show'))
    .argument('<person>', 'address or id')
    .description('one person')
    .addHelpText('after', '\nExample:\n  reeve user show kim@example.com --tenant acme\n')
    .action(async (person: string, options: InTenant) => {
      const found = await administerTenant(options, async (tx) => readUser(tx, await userIdOf(tx, person)))
      reportTo(options).done(found, () => {
        const facts: [string, string | null][] = [
          ['name', found.name],
          ['address', found.email],
          ['user name', found.username],
          ['phone', found.phone],
          ['roles', rolesOf(found)],
          ['state', found.isActive ? 'active' : `suspended: ${found.suspensionReason ?? 'no reason given'}`],
          ['last sign-in', found.lastLoginAt?.toISOString() ?? null],
          ['id', found.id],
        ]
        return facts.map(([name, value]) => `${colors.dim(name.padEnd(14))}${value ?? colors.dim('–')}`).join('\n')
      })
    })
}

function addCommand(user: Command): void {
  inOneTenant(user.command('add'))
    .argument('<email>')
    .argument('<name>')
    .option('--role <role>', 'give them this role')
    .description('add somebody, who signs in after an invitation')
    .addHelpText('after', '\nExample:\n  reeve user add kim@example.com "Kim Lee" --role member --tenant acme\n')
    .action(async (email: string, name: string, options: InTenant & { role?: string }) => {
      const made = await administerTenant(options, async (tx) => {
        const roleIds = options.role === undefined ? [] : [await roleIdOf(tx, options.role)]
        return createUser(tx, { email, name, roleIds })
      })
      reportTo(options).done(made, () => `added ${made.name} (${made.email})`)
    })
}

function suspendCommands(user: Command): void {
  inOneTenant(user.command('suspend'))
    .argument('<person>', 'address or id')
    .option('--reason <text>', 'why')
    .description('shut somebody out, at once')
    .addHelpText('after', '\nExample:\n  reeve user suspend kim@example.com --reason "left the company" --tenant acme\n')
    .action(async (person: string, options: InTenant & { reason?: string }) => {
      const found = await administerTenant(options, async (tx) => suspendUser(tx, await userIdOf(tx, person), options.reason))
      reportTo(options).done(found, () => `${found.name} is suspended`)
    })

  inOneTenant(user.command('resume'))
    .argument('<person>', 'address or id')
    .description('let somebody back in')
    .addHelpText('after', '\nExample:\n  reeve user resume kim@example.com --tenant acme\n')
    .action(async (person: string, options: InTenant) => {
      const found = await administerTenant(options, async (tx) => resumeUser(tx, await userIdOf(tx, person)))
      reportTo(options).done(found, () => `${found.name} is active`)
    })
}

function deleteCommand(user: Command): void {
  inOneTenant(user.command('delete'))
    .argument('<person>', 'address or id')
    .option('--yes', 'without being asked')
    .description('delete somebody for good; what they wrote stays, unsigned')
    .addHelpText('after', '\nExample:\n  reeve user delete kim@example.com --tenant acme\n')
    .action(async (person: string, options: InTenant & { yes?: boolean }) => {
      if (!(await confirm(`This deletes ${person} from ${options.tenant} for good.`, person, options.yes ?? false))) {
        throw new Refusal('consent_needed', 'nothing was deleted', `type ${person} to confirm`)
      }
      await administerTenant(options, async (tx) => deleteUser(tx, await userIdOf(tx, person)))
      reportTo(options).done({ deleted: person }, () => `deleted ${person}`)
    })
}

type ImportOptions = InTenant & { map: Record<string, string>; dryRun?: boolean; skipBad?: boolean; role?: string }

function importCommand(user: Command): void {
  inOneTenant(user.command('import'))
    .argument('<file>', 'people as CSV, with a line of headings')
    .option('--map <heading=field>', 'what a column is, where its heading does not say it', pair, {})
    .option('--role <role>', 'for those who bring none')
    .option('--dry-run', 'do everything, then undo it')
    .option('--skip-bad', 'import the good rows and report the others; without it one bad row refuses all')
    .description('import people, with their password hashes if they have some')
    .addHelpText('after', '\nExample:\n  reeve user import people.csv --tenant acme --map "E-Mail=email" --dry-run\n')
    .action(async (file: string, options: ImportOptions) => {
      const report = reportTo(options)
      const { map: mapping, dryRun, skipBad, role: defaultRole } = options
      const { size } = await stat(file).catch(() => {
        throw new Refusal('invalid_request', `there is no file ${file}`, 'give the path of a CSV file')
      })
      const by = operator()
      const told = new AbortController()
      process.once('SIGINT', () => told.abort(new Refusal('shutting_down', 'stopped; nothing was imported', 'start again')))
      try {
        const done = await withDatabase(report, async (database, world) =>
          importPeople({
            ...{ mapping, dryRun, skipBad, defaultRole, size, signal: told.signal, progress: report.progress },
            connect: world.admin,
            tenantId: await tenantIdOf(database, options.tenant),
            operator: by.name,
            requestId: by.requestId,
            input: createReadStream(file),
          }),
        )
        report.done(done, () => describeImport(done))
      } catch (error) {
        if (!(error instanceof ImportRefusal)) throw error
        report.done(error.report, () => describeImport(error.report))
        throw error
      }
    })
}

function describeImport({ outcome, rows, imported, faulty, faults, accounts, ms }: ImportReport): string {
  const seconds = Object.values(ms).reduce((sum, part) => sum + part, 0) / 1000
  const verb = outcome === 'imported' ? 'imported' : outcome === 'rehearsed' ? 'would import' : 'imported'
  const lines = faults.slice(0, 50).map(({ line, column, reason }) => [line, column, reason])
  return [
    ...(lines.length > 0 ? [table(['line', 'column', 'what is wrong'], lines), ''] : []),
    ...(faults.length > 50 ? [colors.dim(`and ${faulty - 50} more; --json lists them`)] : []),
    `${verb} ${imported} of ${rows} people in ${seconds.toFixed(1)} s`,
    colors.dim(`accounts: ${accounts.created} new, ${accounts.linked} known, ${accounts.without} to be invited`),
  ].join('\n')
}

function rolesOf({ roles }: User): string {
  return roles.filter(({ inForce }) => inForce).map(({ name }) => name).join(', ')
}

function pair(text: string, before: Record<string, string>): Record<string, string> {
  const at = text.lastIndexOf('=')
  if (at < 1) throw new InvalidArgumentError('It must look like heading=field.')
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) }
}
