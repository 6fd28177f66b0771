import type { Command, CommanderError } from 'commander'
import { Refusal } from '../foundation/refusal.ts'
import { namesTo } from './help.ts'

/** A wrong word on the command line, in our words. Undefined where somebody only asked for help or the version. */
export function usageRefusal(program: Command, argv: string[], error: CommanderError): Refusal | undefined {
  if (error.exitCode === 0) return undefined
  const command = commandMeant(program, argv[0] === 'help' ? argv.slice(1) : argv)
  const help = `"${[...namesTo(command), '--help'].join(' ')}" shows how`
  const isGroup = commandMeant(program, argv).commands.length > 0
  if (isGroup && ['commander.help', 'commander.unknownOption'].includes(error.code)) {
    const names = command.commands.map((one) => one.name()).join(', ')
    return new Refusal('invalid_request', `${namesTo(command).join(' ')} needs a command`, `one of: ${names}`)
  }
  const [what = '', guess] = error.message.replace(/^error: /, '').split('\n')
  const meant = guess === undefined ? '' : `${guess.replace(/^\(D/, 'd').replace(/\)$/, '')} `
  return new Refusal('invalid_request', what.replace(/\.$/, ''), meant + help)
}

/**
 * The words up to the first that names no command, if there is one: with `--help` behind it commander would show the
 * help of something else.
 */
export function unknownPath(program: Command, words: string[]): string[] | undefined {
  let command = program
  for (const [at, word] of words.entries()) {
    if (word.startsWith('-') || command.commands.length === 0) return undefined
    const next = command.commands.find((one) => one.name() === word)
    if (!next) return words.slice(0, at + 1)
    command = next
  }
  return undefined
}

/** The deepest command that the words lead to. */
export function commandMeant(program: Command, words: string[]): Command {
  let command = program
  for (const word of words) {
    const next = command.commands.find((one) => one.name() === word)
    if (!next) break
    command = next
  }
  return command
}
