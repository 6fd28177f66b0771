import type { Command } from 'commander'
import { Refusal } from '../foundation/refusal.ts'
import { usualFolder } from '../operations/migrate/application.ts'
import { create } from '../operations/migrate/create.ts'
import { createGuard } from '../operations/migrate/existing-table.ts'
import { createTenantTable } from '../operations/migrate/tenant-table.ts'
import { withJson, type Json } from './administer.ts'
import { paint } from './paint.ts'
import { reportTo } from './report.ts'
import { migrating, openWorld } from './world.ts'

/** `reeve migrate new` */
export function migrateNewCommand(migrate: Command): void {
  withJson(migrate.command('new'))
    .argument('[sentence...]', 'what the migration does, in a few words')
    .description('begin a migration: a folder with the way forward and the way back')
    .option('--tenant-table <table>', 'make a table whose rows belong to tenants')
    .option('--belongs-to <table>', 'its rows refer to this one, such as users (again for more)', several, [])
    .option('--existing', 'the table is there: add isolation, log and permissions')
    .option('--folder <folder>', 'the folder of migrations', usualFolder)
    .addHelpText(
      'after',
      '\nExample:\n  reeve migrate new people have a birthday\n' +
        '  reeve migrate new --tenant-table invoices --belongs-to users\n' +
        '  reeve migrate new --tenant-table invoices --existing\n',
    )
    .action(async (words: string[], options: NewOptions) => {
      const sentence = words.length > 0 ? words.join(' ') : undefined
      refuseOdd(options, sentence)
      if (options.tenantTable === undefined) return writeDown(options, sentence!)
      if (options.existing) return guardTable(options, options.tenantTable, sentence)
      return makeTable(options, options.tenantTable, sentence)
    })
}

type NewOptions = Json & { folder: string; tenantTable?: string; belongsTo: string[]; existing?: boolean }

async function writeDown(options: NewOptions, sentence: string): Promise<void> {
  const made = await create({ folder: options.folder, sentence, now: new Date() })
  reportTo(options).done(made, () => `write the SQL, and the way back, in\n${list(made.files)}`)
}

async function makeTable(options: NewOptions, table: string, sentence: string | undefined): Promise<void> {
  const { folder, belongsTo } = options
  const made = await createTenantTable({ folder, table, belongsTo, sentence, now: new Date() })
  reportTo(options).done(made, () =>
    [
      `put your columns in, then "reeve migrate deploy"\n${list(made.files)}`,
      paint.dim('its model, for your schema.prisma:'),
      made.model.trimEnd(),
      ...(made.others.length > 0
        ? [paint.dim('and, in the models that it refers to:'), made.others.join('\n')]
        : []),
    ].join('\n\n'),
  )
}

async function guardTable(options: NewOptions, table: string, sentence: string | undefined): Promise<void> {
  const report = reportTo(options)
  const world = await openWorld(report, { make: false })
  try {
    const { connect, roles } = migrating(world, report)
    const { folder } = options
    const made = await createGuard({ connect, roles, folder, table, sentence, now: new Date() })
    const left = made.left.length > 0 ? `\n\nwhat it does not mend\n${list(made.left)}` : ''
    report.done(made, () => `read it, then "reeve migrate deploy"\n${list(made.files)}${left}`)
  } finally {
    await world.close()
  }
}

function refuseOdd({ tenantTable, belongsTo, existing }: NewOptions, sentence: string | undefined): void {
  const aboutTable = existing || belongsTo.length > 0
  if (tenantTable === undefined && aboutTable) throw odd('--existing and --belongs-to need a --tenant-table')
  if (tenantTable === undefined && sentence === undefined) throw odd('it is not said what the migration does')
  if (existing && belongsTo.length > 0) throw odd('a table that is there has its references already')
}

function odd(message: string): Refusal {
  return new Refusal(
    'invalid_request',
    message,
    'such as: reeve migrate new people have a birthday, or: reeve migrate new --tenant-table invoices',
  )
}

function several(one: string, others: string[]): string[] {
  return [...others, one]
}

function list(lines: string[]): string {
  return lines.map((line) => `  ${line}`).join('\n')
}
