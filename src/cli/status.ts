import type { Command } from 'commander'
import { status } from '../operations/migrate/status.ts'
import { reportTo } from './report.ts'
import { migrating, openWorld, version } from './world.ts'

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
      const world = await openWorld(report)
      try {
        if (options.url && world.embedded) {
          process.stdout.write(`${world.embedded.url('reeve')}\n`)
          return
        }
        const { upToDate, applied, pending } = await status(migrating(world, report))
        const { embedded, directory } = world
        const database = embedded
          ? { kind: 'embedded', version: embedded.version, port: embedded.port, directory }
          : { kind: 'external', host: world.config.database!.hosts[0].host, name: world.config.database!.name }
        const found = { version: await version(), database, migrations: { upToDate, applied: applied.length, pending: pending.length } }
        report.done(found, () =>
          [
            `Reeve ${found.version}`,
            embedded
              ? `PostgreSQL ${embedded.version}, embedded in ${directory}, port ${embedded.port}${embedded.joined ? ', running' : ''}`
              : `PostgreSQL ${world.config.database!.name} on ${world.config.database!.hosts[0].host}`,
            upToDate ? `schema up to date (${applied.length} migrations)` : `schema not up to date: ${pending.length} migrations pending`,
          ].join('\n'),
        )
        if (!upToDate) process.exitCode = 1
      } finally {
        await world.close()
      }
    })
}
