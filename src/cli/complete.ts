import type { Argument, Command, Option } from 'commander'
import { valueName } from './help.ts'

/** What may stand where somebody is writing. */
export type Candidate = { value: string; about: string }
/** What has been written so far: the values of options, and the beginning of the word that is being written. */
export type Written = { options: Record<string, string>; begun: string }
/** Looks up what only the database knows, such as the names of roles. */
export type Live = (what: string, written: Written) => Promise<Candidate[]>

/** A file is meant; shells know how to complete those. */
export const files = 'files'

/**
 * What may stand in place of the last of these words, the first of which follows the name of the program. Candidates
 * begin with what is there of it.
 */
export async function complete(
  program: Command,
  words: string[],
  live: Live,
): Promise<Candidate[] | typeof files> {
  const begun = words.at(-1) ?? ''
  const there = read(program, words.slice(0, -1))
  if (!there) return []
  const { command, options, awaited, places } = there
  const [, flag, value] = /^(--[^=]+)=(.*)$/s.exec(begun) ?? []
  const named = flag === undefined ? undefined : optionCalled(command, flag)
  if (named) {
    const found = await meant(named, { options, begun: value! }, live)
    return found === files ? files : found.map((one) => ({ ...one, value: `${flag}=${one.value}` }))
  }
  if (awaited) return meant(awaited, { options, begun }, live)
  if (begun.startsWith('-')) return beginning(begun, flagsOf(command, options))
  if (command.commands.length > 0) return beginning(begun, commandsOf(command))
  if (command.name() === 'help') return beginning(begun, commandsOf(atWords(program, places)))
  const place = command.registeredArguments[places.length] ?? command.registeredArguments.at(-1)
  const isLeft = place && (place.variadic || places.length < command.registeredArguments.length)
  if (isLeft) return meant(place, { options, begun }, live)
  return beginning(begun, flagsOf(command, options))
}

type Read = {
  command: Command
  options: Record<string, string>
  /** The option whose value comes next. */
  awaited: Option | undefined
  places: string[]
}

/** Undefined where the words lead to no command. */
function read(program: Command, words: string[]): Read | undefined {
  const found: Read = { command: program, options: {}, awaited: undefined, places: [] }
  for (const word of words) {
    const { command, awaited } = found
    if (awaited) {
      found.options[awaited.attributeName()] = word
      found.awaited = undefined
    } else if (word.startsWith('-')) {
      const [flag, value] = word.split(/=(.*)/s)
      const option = optionCalled(command, flag!)
      if (option) found.options[option.attributeName()] = value ?? ''
      if (option?.required && value === undefined) found.awaited = option
    } else if (command.commands.length > 0) {
      const next = command.commands.find((one) => one.name() === word)
      if (!next) return undefined
      found.command = next
    } else found.places.push(word)
  }
  return found
}

/** What an option or an argument may be: one of its choices, a file, or what the database has under its name. */
async function meant(
  one: Option | Argument,
  written: Written,
  live: Live,
): Promise<Candidate[] | typeof files> {
  if (one.argChoices) {
    return beginning(
      written.begun,
      one.argChoices.map((value) => ({ value, about: '' })),
    )
  }
  const what = 'flags' in one ? valueName(one) : one.name()
  if (what === 'file' || what === 'folder') return files
  return what === undefined ? [] : beginning(written.begun, await live(what, written))
}

function beginning(begun: string, candidates: Candidate[]): Candidate[] {
  return candidates.filter(({ value }) => value.startsWith(begun))
}

function commandsOf(command: Command): Candidate[] {
  const seen = command.createHelp().visibleCommands(command)
  return seen.map((one) => ({ value: one.name(), about: one.description() }))
}

/** Those that were not given yet; those that must be come first. */
function flagsOf(command: Command, given: Record<string, string>): Candidate[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .filter((option) => !(option.attributeName() in given))
    .map((option) => ({ value: option.long!, about: option.description }))
}

function optionCalled(command: Command, flag: string): Option | undefined {
  return command.options.find(({ long, short }) => long === flag || short === flag)
}

function atWords(program: Command, words: string[]): Command {
  return words.reduce(
    (command, word) => command.commands.find((one) => one.name() === word) ?? command,
    program,
  )
}
