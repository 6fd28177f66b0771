import type { Command } from 'commander'
import { Refusal } from '../foundation/refusal.ts'
import { makePartitionsAsOwner } from '../operations/partition/partition.ts'
import { beforeReset, reset } from '../operations/reset/reset.ts'
import { confirm } from './ask.ts'
import { reportTo } from './report.ts'
import { seedWorld } from './seed.ts'
import { migrating, openWorld } from './world.ts'

/** `reeve reset` */
export function resetCommand(program: Command): void {
  program
    .command('reset')
    .description('empty the database of this machine, and begin again with demo data')
    .option('--no-seed', 'leave it empty')
    .option('--yes', 'without being asked')
    .option('--json', 'answer for programs')
    .addHelpText(
      'after',
      '\nExample:\n  reeve reset --yes\n\nOnly in development, and only on this machine.\n',
    )
    .action(async (options: { seed: boolean; yes?: boolean; json?: boolean }) => {
      const report = reportTo(options)
      const world = await openWorld(report)
      try {
        const to = { ...migrating(world, report), environment: world.config.environment }
        const { database, tenants, users } = await beforeReset(to)
        const loss = `This deletes ${tenants} tenants with ${users} users from the database ${database}.`
        if (!(await confirm(loss, database, options.yes ?? false))) {
          throw new Refusal('consent_needed', 'nothing was deleted', `type ${database} to confirm`)
        }
        await reset(to)
        await makePartitionsAsOwner(world.admin)
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
