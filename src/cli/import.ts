import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { InvalidArgumentError, type Command } from 'commander'
import { importPeople } from '../domains/users/import/import.ts'
import { ImportRefusal, type ImportReport } from '../domains/users/import/report.ts'
import { Refusal } from '../foundation/refusal.ts'
import { atDesk, findTenantOf, inOneTenant, operator, type InTenant } from './administer.ts'
import { paint } from './paint.ts'
import { reportTo } from './report.ts'
import { stopSignal } from './stop-signal.ts'
import { table } from './table.ts'
import { counted } from './text.ts'

type ImportOptions = InTenant & {
  map?: Record<string, string>
  dryRun?: boolean
  skipBad?: boolean
  role?: string
}

/** `reeve user import` */
export function importCommand(user: Command): void {
  inOneTenant(user.command('import'))
    .argument('<file>', 'people as CSV, with a line of headings; - is standard input')
    .option(
      '--map <heading=field>',
      'what a column is, where its heading does not say it; may be repeated',
      pair,
    )
    .option('--role <role>', 'for those who bring none')
    .option('--dry-run', 'do everything, then undo it')
    .option('--skip-bad', 'import the good rows and report the others; without it one bad row refuses all')
    .description('import people, with their password hashes if they have some')
    .addHelpText(
      'after',
      '\nExample:\n  reeve user import people.csv --tenant blue-lantern --dry-run\n  reeve user import people.csv --tenant blue-lantern --map "E-Mail=email"\n',
    )
    .action(async (file: string, options: ImportOptions) => {
      const report = reportTo(options)
      const done = await importFile(file, options).catch((error: unknown) => {
        // for programs the report is part of the refusal
        if (error instanceof ImportRefusal && !options.json)
          report.done(error.report, () => describe(error.report))
        throw error
      })
      report.done(done, () => describe(done))
    })
}

async function importFile(file: string, options: ImportOptions): Promise<ImportReport> {
  const { tenant, map: mapping, dryRun, skipBad, role: defaultRole } = options
  const size = await sizeOf(file)
  const { name, requestId } = operator()
  const { signal, release } = stopSignal('stopped: nothing was imported')
  try {
    return await atDesk(options, async ({ database, world, report }) =>
      importPeople({
        ...{ mapping, dryRun, skipBad, defaultRole, size, signal, progress: report.progress },
        connect: world.admin,
        tenantId: (await findTenantOf(database, tenant)).id,
        operator: name,
        requestId,
        input: file === '-' ? process.stdin : createReadStream(file),
      }),
    )
  } finally {
    release()
  }
}

async function sizeOf(file: string): Promise<number | undefined> {
  if (file === '-') return undefined
  const found = await stat(file).catch(() => undefined)
  if (found?.isFile()) return found.size
  if (found && !found.isDirectory()) return undefined // a pipe
  throw new Refusal('invalid_request', `there is no file ${file}`, 'give the path of a CSV file')
}

function describe(report: ImportReport): string {
  const { outcome, rows, imported, faults, faultsLeftOut, columns, accounts, withoutRole, ms } = report
  const unknown = columns.filter(({ field }) => field === null).map(({ header }) => header)
  const lines = faults.slice(0, 50).map(({ line, column, reason }) => [line, column, reason])
  const others = faults.length - lines.length + faultsLeftOut
  const seconds = Object.values(ms).reduce((sum, part) => sum + part, 0) / 1000
  const verb = outcome === 'rehearsed' ? 'would import' : 'imported'
  return [
    ...(unknown.length > 0 ? [paint.dim(`left out, for no field is called so: ${unknown.join(', ')}`)] : []),
    ...(lines.length > 0
      ? [table(['line', 'column', 'what is wrong'], lines, { gives: ['what is wrong'] })]
      : []),
    ...(others > 0 ? [paint.dim(`and ${others} more; --json has them`)] : []),
    ...(outcome === 'refused'
      ? []
      : [
          `${verb} ${imported} of ${counted(rows, 'row')} in ${seconds.toFixed(1)} s`,
          paint.dim(
            `accounts: ${accounts.created} new, ${accounts.linked} known, ${accounts.without} to be invited`,
          ),
          ...(withoutRole > 0
            ? [paint.yellow(`${withoutRole} have no role, and may do nothing yet; --role gives one`)]
            : []),
        ]),
  ].join('\n')
}

function pair(text: string, before: Record<string, string> = {}): Record<string, string> {
  const at = text.lastIndexOf('=')
  if (at < 1) throw new InvalidArgumentError('It must look like heading=field.')
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) }
}
