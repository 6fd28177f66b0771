import { InvalidArgumentError, type Command } from 'commander'
import { deploy } from '../operations/migrate/deploy.ts'
import { rollback } from '../operations/migrate/rollback.ts'
import { status, type Status } from '../operations/migrate/status.ts'
import { makePartitionsAsOwner } from '../operations/partition/partition.ts'
import type { Json } from './administer.ts'
import { migratingBoth, withApplication, type OfApplication } from './application.ts'
import { confirm } from './ask.ts'
import { migrateNewCommand } from './migrate-new.ts'
import { paint } from './paint.ts'
import { reportTo, type Report } from './report.ts'
import { minute, table, type Cell } from './table.ts'
import { openWorld, type World } from './world.ts'

/** `reeve migrate …`: the schema, forward and back. */
export function migrateCommands(program: Command): void {
  const migrate = program.command('migrate').description('bring the schema forward, and back')

  withApplication(migrate.command('status'))
    .description('what is applied, what is pending, and what does not fit')
    .option('--json', 'answer for programs')
    .addHelpText(
      'after',
      '\nExample:\n  reeve migrate status\n\nExits with 1 when the schema is not up to date.\n',
    )
    .action(async (options: Json & OfApplication) => {
      const found = await withWorld(options, { make: false }, (world, report) =>
        status(migratingBoth(world, report, options)),
      )
      reportTo(options).done(found, () => describe(found))
      if (!found.upToDate) process.exitCode = 1
    })

  withApplication(migrate.command('deploy'))
    .description('apply what is pending, each migration in one transaction')
    .option('--to <migration>', 'only as far as this one')
    .option('--dry-run', 'say what would be applied, and apply nothing')
    .option('--json', 'answer for programs')
    .addHelpText('after', '\nExample:\n  DATABASE_ADMIN_URL=postgresql://admin@db/app reeve migrate deploy\n')
    .action(async (options: Json & OfApplication & { to?: string; dryRun?: boolean }) => {
      const { to, dryRun } = options
      const done = await withWorld(options, { make: dryRun !== true }, async (world, report) => {
        const done = await deploy({ ...migratingBoth(world, report, options), to, dryRun })
        if (!dryRun && done.pending.length === 0) await makePartitionsAsOwner(world.admin)
        return done
      })
      reportTo(options).done(done, () => {
        if (dryRun)
          return done.pending.length === 0 ? 'nothing to apply' : `would apply\n${list(done.pending)}`
        if (done.applied.length === 0) return `up to date: ${done.already} migrations`
        return `applied\n${list(done.applied.map(({ name, ms }) => `${name} ${paint.dim(`${ms} ms`)}`))}`
      })
    })

  withApplication(migrate.command('rollback'))
    .description('take back the last migration; says what is lost, and asks')
    .option('--steps <n>', 'so many migrations', wholeNumber, 1)
    .option('--to <migration>', 'as far as this one, which stays')
    .option('--all', 'all of them')
    .option('--yes', 'accept the loss without being asked')
    .option('--json', 'answer for programs')
    .addHelpText(
      'after',
      '\nExample:\n  reeve migrate rollback\n  reeve migrate rollback --to 20261120100500 --yes\n',
    )
    .action(async (options: Json & OfApplication & Reaching) => {
      const reach =
        options.to === undefined
          ? { steps: options.all ? ('all' as const) : options.steps }
          : { to: options.to }
      const done = await withWorld(options, { make: false }, (world, report) =>
        rollback({
          ...migratingBoth(world, report, options),
          reach,
          consent: (loss, name) =>
            confirm(`Rolling back ${name} loses ${loss}`, 'lose it', options.yes ?? false),
        }),
      )
      reportTo(options).done(done, () => `rolled back\n${list(done.rolledBack.map(({ name }) => name))}`)
    })

  migrateNewCommand(migrate)
}

type Reaching = { steps: number; to?: string; all?: boolean; yes?: boolean }

async function withWorld<T>(
  options: Json,
  { make }: { make: boolean },
  work: (world: World, report: Report) => Promise<T>,
): Promise<T> {
  const report = reportTo(options)
  const world = await openWorld(report, { make })
  try {
    return await work(world, report)
  } finally {
    await world.close()
  }
}

function describe(found: Status): string {
  const { history, upToDate, applied, pending, failed, edited, missing, ahead, elsewhere } = found
  if (history === 'unreadable') return 'there is a history of migrations, and this login may not read it'
  const { green, yellow, red } = paint
  const rows: Cell[][] = [
    ...applied.map(({ name, at }) => [
      ['applied', green] as const,
      name,
      elsewhere.includes(name) ? `${minute(at)}, of an application` : minute(at),
    ]),
    ...pending.map(({ name, reversible }) => [
      ['pending', yellow] as const,
      name,
      reversible ? '' : 'no way back',
    ]),
    ...failed.map(({ name, at }) => [['failed', red] as const, name, minute(at)]),
    ...edited.map((name) => [['edited', red] as const, name, 'changed after it was applied']),
    ...missing.map((name) => [
      ['missing', red] as const,
      name,
      ahead ? 'database ahead of the code' : 'not in the folder',
    ]),
  ]
  const amiss = failed.length + edited.length + missing.length > 0
  const verdict = upToDate
    ? green('up to date')
    : amiss
      ? red('something does not fit; "reeve migrate deploy" says what to do about it')
      : yellow('not up to date; "reeve migrate deploy" applies what is pending')
  return `${table(['state', 'migration', ''], rows, { gives: ['migration'] })}\n\n${verdict}`
}

function list(lines: string[]): string {
  return lines.map((line) => `  ${line}`).join('\n')
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a whole number from 1 on.')
}
