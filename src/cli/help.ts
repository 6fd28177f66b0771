import { Help, type Command, type HelpConfiguration, type Option } from 'commander'
import { paint } from './paint.ts'

/** The heading of options without which a command does not know what to do. */
export const required = 'Required:'

/** How help is laid out. What a reader needs to begin comes first; what every command has comes last. */
export const layout: HelpConfiguration = {
  commandUsage: usage,
  commandDescription: (command) => sentence(command.description()),
  subcommandTerm: (command) => [command.name(), ...placesOf(command)].join(' '),
  subcommandDescription: (command) => command.description(),
  optionDescription: (option) => new Help().optionDescription(option).replace(' (default: [])', ''),
  visibleOptions: (command) => new Help().visibleOptions(command).toSorted((a, b) => order(a) - order(b)),
}

/** `reeve user show <person> --tenant <tenant> [options]` */
export function usage(command: Command): string {
  const needed = command.options.filter(isRequired).map((one) => `${one.long} <${valueName(one)}>`)
  const subcommand = command.commands.length > 0 ? ['<command>'] : []
  return [...namesTo(command), ...subcommand, ...placesOf(command), ...needed, '[options]'].join(' ')
}

/** The same as data, for programs. */
export function describe(command: Command): object {
  const help = command.createHelp()
  return {
    command: namesTo(command).join(' '),
    description: command.description(),
    usage: usage(command),
    commands: help
      .visibleCommands(command)
      .map((one) => ({ name: one.name(), description: one.description() })),
    arguments: command.registeredArguments.map((one) => ({
      name: one.name(),
      description: one.description,
      required: one.required,
      variadic: one.variadic,
      choices: one.argChoices ?? null,
    })),
    options: help.visibleOptions(command).map((one) => ({
      flags: one.flags,
      description: one.description,
      required: isRequired(one),
      choices: one.argChoices ?? null,
      default: one.defaultValue ?? null,
    })),
  }
}

/** Headings in bold, where there is somebody to see it. */
export function writeHelp(text: string): void {
  process.stdout.write(text.replace(/^[A-Z][a-z ]*:(?=$| reeve)/gm, paint.bold))
}

/** A description as it stands alone: beginning with a capital, ending with a stop. */
export function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.?]$/.test(text) ? '' : '.'}`
}

/** The words that lead to a command, beginning with the program. */
export function namesTo(command: Command | null): string[] {
  return command ? [...namesTo(command.parent), command.name()] : []
}

/** What an option wants behind it: `tenant` of `-t, --tenant <tenant>`; undefined where it wants nothing. */
export function valueName({ flags }: Option): string | undefined {
  return /[<[]([^>\]]+?)(?:\.\.\.)?[>\]]/.exec(flags)?.[1]
}

export function isRequired({ helpGroupHeading }: Option): boolean {
  return helpGroupHeading === required
}

function placesOf(command: Command): string[] {
  return command.registeredArguments.map((one) => {
    const name = `${one.name()}${one.variadic ? '...' : ''}`
    return one.required ? `<${name}>` : `[${name}]`
  })
}

function order(option: Option): number {
  if (option.long === '--help') return 3
  if (option.long === '--json') return 2
  return isRequired(option) ? 0 : 1
}
