import type { Command } from 'commander'
import { Refusal } from '../foundation/refusal.ts'
import { status } from '../operations/migrate/status.ts'
import { paint } from './paint.ts'
import { reportTo, type Report } from './report.ts'
import { facts } from './table.ts'
import { embeddedDatabase, migrating, openWorld, version, type World } from './world.ts'

/** `reeve status` */
export function statusCommand(program: Command): void {
  program
    .command('status')
    .description('where the database is, and whether its schema fits this version')
    .option('--url', 'only the connection string of the embedded PostgreSQL, with its password')
    .option('--json', 'answer for programs')
    .addHelpText('after', '\nExample:\n  psql "$(reeve status --url)"\n')
    .action(async (options: { json?: boolean; url?: boolean }) => {
      const report = reportTo(options)
      const world = await openWorld(report, { make: false })
      try {
        if (options.url) return tellUrl(world, report)
        const { upToDate, applied, pending } = await status(migrating(world, report))
        const { embedded, directory } = world
        const database = embedded
          ? { kind: 'embedded', version: embedded.version, port: embedded.port, directory }
          : {
              kind: 'external',
              host: world.config.database!.hosts[0].host,
              name: world.config.database!.name,
            }
        const found = {
          version: await version(),
          database,
          migrations: { upToDate, applied: applied.length, pending: pending.length },
        }
        report.done(found, () =>
          facts({
            Reeve: found.version,
            PostgreSQL: embedded
              ? `${embedded.version} in ${directory}, ${embedded.joined ? `up on port ${embedded.port}` : 'not up'}`
              : `${found.database.name} on ${found.database.host}`,
            schema: upToDate
              ? [`up to date (${applied.length} migrations)`, paint.green]
              : [`not up to date: ${pending.length} migrations pending`, paint.yellow],
          }),
        )
        if (!upToDate) process.exitCode = 1
      } finally {
        await world.close()
      }
    })
}

function tellUrl({ embedded }: World, report: Report): void {
  if (!embedded)
    throw new Refusal(
      'invalid_request',
      'the database is not the embedded one',
      'use DATABASE_URL, which names it',
    )
  if (!embedded.joined) {
    throw new Refusal(
      'database_unreachable',
      'PostgreSQL runs only while somebody uses it',
      'start it with "reeve up", then ask again',
    )
  }
  const url = embedded.url(embeddedDatabase)
  report.done({ url }, () => url)
}
