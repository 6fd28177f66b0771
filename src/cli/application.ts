import type { Command } from 'commander'
import { applicationFolder } from '../operations/migrate/application.ts'
import type { Migrating } from '../operations/migrate/session.ts'
import type { Report } from './report.ts'
import { migrating, type World } from './world.ts'

/** Where the migrations of the application are, as it was said. */
export type OfApplication = { folder?: string; reeveOnly?: boolean }

/** Adds what says which migrations come behind Reeve's. */
export function withApplication(command: Command): Command {
  return command
    .option('--folder <folder>', 'your own migrations, behind Reeve’s (prisma/migrations)')
    .option('--reeve-only', 'Reeve’s migrations alone, not your own')
}

/** What the migrator is told where the application's migrations count too: those of the folder where we stand. */
export function migratingBoth(
  world: World,
  report: Report,
  { folder, reeveOnly }: OfApplication = {},
): Migrating {
  return { ...migrating(world, report), application: reeveOnly ? null : applicationFolder(folder) }
}
