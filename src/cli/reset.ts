import type { Command } from 'commander'
import { Refusal } from '../foundation/refusal.ts'
import { makePartitionsAsOwner } from '../operations/partition/partition.ts'
import { beforeReset, reset } from '../operations/reset/reset.ts'
import { migratingBoth, withApplication, type OfApplication } from './application.ts'
import { confirm } from './ask.ts'
import { reportTo } from './report.ts'
import { seedWorld } from './seed.ts'
import { openWorld } from './world.ts'

/** `reeve reset` */
export function resetCommand(program: Command): void {
  withApplication(program.command('reset'))
    .description('empty the database of this machine, and begin again with demo data')
    .option('--no-seed', 'leave it empty')
    .option('--yes', 'without being asked')
    .option('--json', 'answer for programs')
    .addHelpText(
      'after',
      '\nExample:\n  reeve reset --yes\n\nOnly in development, and only on this machine.\n',
    )
    .action(async (options: { seed: boolean; yes?: boolean; json?: boolean } & OfApplication) => {
      const report = reportTo(options)
      const world = await openWorld(report)
      try {
        const to = { ...migratingBoth(world, report, options), environment: world.config.environment }
        const { database, tenants, users } = await beforeReset(to)
        const loss = `This deletes ${tenants} tenants with ${users} users from the database ${database}.`
        if (!(await confirm(loss, database, options.yes ?? false))) {
          throw new Refusal('consent_needed', 'nothing was deleted', `type ${database} to confirm`)
        }
        report.progress({ message: 'emptying the database' })
        await reset(to)
        await makePartitionsAsOwner(world.admin)
        if (options.seed) report.progress({ message: 'seeding demo data' })
        const seeded = options.seed ? await seedWorld(world) : undefined
        report.done({ deleted: { tenants, users }, seeded: seeded?.seeded ?? false }, () =>
          seeded
            ? `begun again, with ${seeded.tenants} tenants and ${seeded.users} users`
            : 'begun again, empty',
        )
      } finally {
        await world.close()
      }
    })
}
