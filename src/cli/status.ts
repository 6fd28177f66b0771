import type { Command } from 'commander'
import { lookForPooler, noteOf, type Pooler } from '../database/pooler.ts'
import { pgSettings } from '../foundation/database-address.ts'
import { version } from '../foundation/package.ts'
import { Refusal } from '../foundation/refusal.ts'
import { status } from '../operations/migrate/status.ts'
import { paint } from './paint.ts'
import { reportTo, type Report } from './report.ts'
import { facts } from './table.ts'
import { counted } from './text.ts'
import { embeddedDatabase, migrating, openWorld, type World } from './world.ts'

/** `reeve status` */
export function statusCommand(program: Command): void {
  program
    .command('status')
    .description('where the database is, and whether its schema fits this version')
    .option('--url', 'only the connection string of the embedded PostgreSQL, with its password')
    .option('--json', 'answer for programs')
    .addHelpText('after', '\nExample:\n  reeve status\n  psql "$(reeve status --url)"\n')
    .action(async (options: { json?: boolean; url?: boolean }) => {
      const report = reportTo(options)
      const world = await openWorld(report, { make: false })
      try {
        if (options.url) return tellUrl(world, report)
        const { upToDate, applied, pending } = await status(migrating(world, report))
        const { embedded, directory } = world
        const database = whereIs(world)
        const note = noteOf(await poolerOf(world))
        const found = {
          version: await version(),
          database,
          ...(note ? { pooler: note } : {}),
          migrations: { upToDate, applied: applied.length, pending: pending.length },
        }
        report.done(found, () =>
          facts({
            Reeve: found.version,
            PostgreSQL: embedded
              ? `${embedded.version} in ${directory}, ${embedded.joined ? `up on port ${embedded.port}` : 'not up'}`
              : `${database.name} on ${database.host}`,
            ...(note ? { pooler: [note, paint.yellow] as const } : {}),
            schema: upToDate
              ? [`up to date (${counted(applied.length, 'migration')})`, paint.green]
              : [`not up to date: ${counted(pending.length, 'migration')} pending`, paint.yellow],
          }),
        )
        if (!upToDate) process.exitCode = 1
      } finally {
        await world.close()
      }
    })
}

/** What stands between the server and PostgreSQL; the login that migrates may go another way. */
async function poolerOf({ config, embedded }: World): Promise<Pooler | undefined> {
  if (embedded) return undefined
  return lookForPooler(
    pgSettings(config.database!, { connectionTimeoutMillis: config.pool.connectTimeoutMs }),
  )
}

/** `version` and `directory` are those of the embedded PostgreSQL; of another one we know where it is. */
function whereIs({ embedded, directory, config }: World) {
  if (embedded) {
    const { host, port, version } = embedded
    return { kind: 'embedded', host, port, name: embeddedDatabase, version, directory }
  }
  const { hosts, name } = config.database!
  return { kind: 'external', ...hosts[0], name, version: null, directory: null }
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
