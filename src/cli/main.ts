#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { accessCommands } from './access.ts'
import { auditCommands } from './audit.ts'
import { migrateCommands } from './migrate.ts'
import { reportFailure } from './report.ts'
import { resetCommand } from './reset.ts'
import { roleCommands } from './role.ts'
import { seedCommand } from './seed.ts'
import { serveCommands } from './serve.ts'
import { sessionCommands } from './session.ts'
import { statusCommand } from './status.ts'
import { tenantCommands } from './tenant.ts'
import { userCommands } from './user.ts'
import { version } from './world.ts'

/** The command line door. Every file of commands is listed here. */
async function main(argv: string[]): Promise<number> {
  const program = new Command('reeve')
    .description('Users, tenants, roles and audit in your own PostgreSQL, and the care of that database.')
    .version(await version())
    .showSuggestionAfterError()
    .showHelpAfterError('(add --help for what there is)')
    .exitOverride()
  program.addHelpText('after', '\nMore about a command:  reeve <command> --help\n')

  for (const add of [
    serveCommands,
    statusCommand,
    migrateCommands,
    seedCommand,
    resetCommand,
    tenantCommands,
    userCommands,
    roleCommands,
    sessionCommands,
    auditCommands,
    accessCommands,
  ]) {
    add(program)
  }

  const json = argv.includes('--json')
  try {
    await program.parseAsync(argv)
    return Number(process.exitCode ?? 0)
  } catch (error) {
    // commander has said already what is wrong with the words
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    return reportFailure(error, json)
  }
}

process.exitCode = await main(process.argv)
