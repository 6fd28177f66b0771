import type { Command } from 'commander'
import { vi } from 'vitest'

export type Heard = { out: string; err: string; exit: number }

/** Runs the command line in this process and hears what it says. */
export async function heard(run: (words: string[]) => Promise<number>, words: string[]): Promise<Heard> {
  const said = { out: '', err: '' }
  const hear = (to: 'out' | 'err') => (text: string | Uint8Array) =>
    Boolean((said[to] += String(text))) || true
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(hear('out')),
    vi.spyOn(process.stderr, 'write').mockImplementation(hear('err')),
  ]
  try {
    const exit = await run(words)
    return { ...said, exit }
  } finally {
    process.exitCode = undefined
    for (const spy of spies) spy.mockRestore()
  }
}

/** Every command that does something, by the words that lead to it. */
export function leavesOf(command: Command, path: string[] = []): Map<string, Command> {
  if (command.commands.length === 0) return new Map([[path.join(' '), command]])
  return new Map(command.commands.flatMap((one) => [...leavesOf(one, [...path, one.name()])]))
}

/** The lines under "Example:" in the help of a command. */
export function examplesOf(command: Command): string[] {
  let help = ''
  command.configureOutput({ writeOut: (text) => (help += text) })
  command.outputHelp()
  const [, lines = ''] = /\nExample:\n((?: {2}\S.*\n)+)/.exec(help) ?? []
  return lines.split('\n').flatMap((line) => (line === '' ? [] : [line.trim()]))
}

/**
 * What JSON documents of one kind are made of: their keys, and the types of the values that were seen. Text that is an
 * id or a time is called so. What stands under `free` is anybody's, and not looked into.
 */
export function shapeOf(seen: unknown[], free: string[] = [], indent = ''): string {
  const objects = seen.filter((one) => typeof one === 'object' && one !== null && !Array.isArray(one))
  const lists = seen.filter((one) => Array.isArray(one))
  const kinds = new Set(
    seen.filter((one) => one !== null && typeof one !== 'object').map((one) => kindOf(one as string)),
  )
  if (lists.length > 0) kinds.add(`${lists.flat().length > 0 ? shapeOf(lists.flat(), free, indent) : ''}[]`)
  if (objects.length > 0) kinds.add(shapeOfObjects(objects as Record<string, unknown>[], free, indent))
  if (seen.includes(null)) kinds.add('null')
  return [...kinds].join(' | ')
}

function shapeOfObjects(objects: Record<string, unknown>[], free: string[], indent: string): string {
  const inner = `${indent}  `
  const keys = [...new Set(objects.flatMap((one) => Object.keys(one)))]
  const lines = keys.map((key) => {
    const having = objects.filter((one) => key in one)
    const values = having.map((one) => one[key])
    const shape = free.includes(key) ? anything(values) : shapeOf(values, free, inner)
    return `${inner}${key}${having.length < objects.length ? '?' : ''}: ${shape}\n`
  })
  return `{\n${lines.join('')}${indent}}`
}

function anything(values: unknown[]): string {
  return values.includes(null) ? 'object | null' : 'object'
}

function kindOf(value: string | number | boolean): string {
  if (typeof value !== 'string') return typeof value
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)) return 'id'
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value) ? 'time' : 'text'
}
