import { Command, CommanderError } from 'commander'
import { version } from '../foundation/package.ts'
import { Refusal } from '../foundation/refusal.ts'
import { accessCommands } from './access.ts'
import { accountCommands } from './account.ts'
import { withJson, type Json } from './administer.ts'
import { auditCommands } from './audit.ts'
import { answerShell, completionCommand } from './completion.ts'
import { entityCommands } from './entity.ts'
import { describe, layout, writeHelp } from './help.ts'
import { invitationCommands } from './invitation.ts'
import { migrateCommands } from './migrate.ts'
import { perfCommand } from './perf.ts'
import { permissionCommands } from './permission.ts'
import { policyCommands } from './policy.ts'
import { proveCommands } from './prove.ts'
import { reportFailure, reportTo } from './report.ts'
import { resetCommand } from './reset.ts'
import { roleCommands } from './role.ts'
import { seedCommand } from './seed.ts'
import { separationCommands } from './separation.ts'
import { serveCommands } from './serve.ts'
import { sessionCommands } from './session.ts'
import { statusCommand } from './status.ts'
import { tenantCommands } from './tenant.ts'
import { commandMeant, unknownPath, usageRefusal } from './usage.ts'
import { userCommands } from './user.ts'

const groups = {
  'Run:': [serveCommands, statusCommand],
  'The database:': [migrateCommands, seedCommand, resetCommand, perfCommand, proveCommands],
  'Administer:': [
    tenantCommands,
    userCommands,
    invitationCommands,
    roleCommands,
    separationCommands,
    permissionCommands,
    accountCommands,
    sessionCommands,
    auditCommands,
    accessCommands,
    policyCommands,
    entityCommands,
  ],
}

const firstSteps = `
Example:
  reeve up                              everything, on http://127.0.0.1:3000
  reeve tenant list                     in the same folder, beside it
  reeve user list --tenant blue-lantern
  psql "$(reeve status --url)"

More about a command, with examples: reeve <command> --help
`

/** All commands. Every file of commands is listed above. */
export function buildProgram(version: string): Command {
  const program = new Command('reeve')
    .description('Users, tenants, roles and audit in your own PostgreSQL, and the care of that database.')
    .version(version, '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show this')
    .helpCommand(false)
    .configureHelp(layout)
    .configureOutput({ writeOut: writeHelp })
    .showSuggestionAfterError()
    .exitOverride()
  for (const [heading, adding] of Object.entries(groups)) {
    program.commandsGroup(heading)
    for (const add of adding) add(program)
  }
  program.commandsGroup('Help:')
  helpCommand(program)
  completionCommand(program)
  for (const group of program.commands) {
    group.helpCommand(false) // "reeve help user list" and --help say it all
    if (group.commands.length > 0)
      group.addHelpText('after', `\nMore about one, with examples: reeve ${group.name()} <command> --help\n`)
  }
  program.addHelpText('after', firstSteps)
  return program
}

/** Does what the words say and returns the exit code: 0 done, 1 failed, 2 bad usage, 3 refused. */
export async function run(words: string[]): Promise<number> {
  const json = words.includes('--json')
  const program = buildProgram(await version())
  if (words[0] === '__complete') {
    await answerShell(program, words.slice(1))
    return 0
  }
  quieten(program, json)
  process.exitCode = 0 // a command that has an answer, and it is no, sets another
  try {
    await program.parseAsync(unknownPath(program, words) ?? words, { from: 'user' })
    return Number(process.exitCode)
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportFailure(error, { json, more: moreOf(error) })
    const refusal = usageRefusal(program, words, error)
    if (!refusal) return 0
    if (error.code === 'commander.help' && !json) return 2 // the help was shown
    reportFailure(refusal, { json })
    return 2
  }
}

function helpCommand(program: Command): void {
  withJson(program.command('help'))
    .argument('[command...]', 'such as user import')
    .description('how to use a command')
    .addHelpText('after', '\nExample:\n  reeve help user import\n')
    .action(async (words: string[], options: Json) => {
      const unknown = unknownPath(program, words)
      if (unknown) await program.parseAsync(unknown, { from: 'user' })
      const command = commandMeant(program, words)
      if (options.json) reportTo(options).done(describe(command), () => '')
      else command.outputHelp()
    })
}

/** What is wrong with the words is told by us; and a program that reads JSON is shown no help. */
function quieten(command: Command, json: boolean): void {
  command.configureOutput({ outputError: () => {}, ...(json ? { writeErr: () => {} } : {}) })
  for (const one of command.commands) quieten(one, json)
}

/** A refusal may have more to tell a program than its sentence. */
function moreOf(error: unknown): object {
  return error instanceof Refusal && 'report' in error ? { report: error.report } : {}
}
