import { spawn } from 'node:child_process'
import { closeSync, fchownSync, openSync } from 'node:fs'
import { open, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { environment, identity } from './account.ts'
import type { Binaries } from './binaries.ts'
import type { Place } from './place.ts'
import { commandOf, isRunning, processOf, type Process } from './processes.ts'

export type Postmaster = { process: Process; port: number; stopping: boolean }

/**
 * The server that lives in a data directory, from its `postmaster.pid`. Undefined when nobody does: there is no file,
 * its process has ended, or its number now belongs to something else.
 */
export async function findPostmaster(data: string): Promise<Postmaster | undefined> {
  const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
  const process = processOf(Number(lines[0]))
  if (!process || !mayLiveIn(data, process.pid)) return undefined
  return { process, port: Number(lines[3]) || 0, stopping: lines[7]?.trim() === 'stopping' }
}

/**
 * A process that is no PostgreSQL, is a child of one, or names another data directory, does not live here.
 * What a relative path means to it we cannot know, so that one counts as living here.
 */
function mayLiveIn(data: string, pid: number): boolean {
  const command = `${commandOf(pid)} `
  if (!/(^|\/)postgres /.test(command)) return false // its children are called `postgres: …`
  return command.includes(` -D ${data} `) || !command.includes(' -D /')
}

/**
 * Clears a pid file of a number that PostgreSQL would take for a living server: it was given to another process since,
 * or its owner has ended and nobody buries it (a container whose first process does not). Our own number takes its
 * place: PostgreSQL takes that of its parent for a stale one, and through the rest of the file it still finds
 * surviving children of a killed server. Call only with the lease, and after `findPostmaster` found nobody.
 */
export async function clearPidFile(data: string): Promise<void> {
  const file = join(data, 'postmaster.pid')
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return
  const pid = Number.parseInt(text, 10)
  if (!(pid > 0)) await unlink(file) // a crash may have left it empty
  else if (isTaken(pid)) await writeFile(file, text.replace(/^\s*\d+/, String(process.pid)))
}

/** Whether the number belongs to a process, be it one that waits for its burial. */
function isTaken(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Starts the server: loopback only, no socket file, its output appended to the log. */
export async function launch(place: Place, binaries: Binaries, port: number) {
  const log = await openLog(place)
  if (place.account) fchownSync(log, place.account.uid, place.account.gid)
  const from = (await stat(logFile(place))).size
  const program = join(binaries.folder, 'bin', 'postgres')
  const args = [
    '-D',
    place.data,
    '-p',
    String(port),
    '-c',
    'listen_addresses=127.0.0.1',
    '-c',
    'unix_socket_directories=',
  ]
  const child = spawn(program, args, {
    ...identity(place.account),
    cwd: '/',
    env: environment(),
    stdio: ['ignore', log, log],
    detached: true, // Ctrl-C in a terminal reaches us alone: we drain first, then stop the server
  })
  closeSync(log)
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject))
  child.unref()
  const process = processOf(child.pid!) ?? { pid: child.pid!, start: 'ended' }
  return { postmaster: { process, port, stopping: false } as Postmaster, said: () => saidSince(place, from) }
}

/** Fast shutdown; when that takes too long, immediate. Says which, or that even that failed. */
export async function shutDown(
  process: Process,
  patience: { fast: number; immediate: number } = { fast: 30_000, immediate: 10_000 },
): Promise<'stopped' | 'forced' | 'stuck'> {
  signal(process, 'SIGINT')
  if (await hasEnded(process, patience.fast)) return 'stopped'
  signal(process, 'SIGQUIT')
  return (await hasEnded(process, patience.immediate)) ? 'forced' : 'stuck'
}

/** Sends a signal to exactly this process, if it still runs. */
export function signal(target: Process, name: 'SIGINT' | 'SIGQUIT'): void {
  try {
    if (isRunning(target)) process.kill(target.pid, name)
  } catch {
    // it ended between the two
  }
}

export async function hasEnded(process: Process, within: number): Promise<boolean> {
  const until = Date.now() + within
  while (isRunning(process)) {
    if (Date.now() > until) return false
    await sleep(20)
  }
  return true
}

function logFile(place: Place): string {
  return join(place.directory, 'postgres.log')
}

async function openLog(place: Place): Promise<number> {
  const file = logFile(place)
  const size = (await stat(file).catch(() => undefined))?.size ?? 0
  if (size > 10_000_000) await rename(file, `${file}.1`)
  return openSync(file, 'a', 0o600)
}

async function saidSince(place: Place, from: number): Promise<string> {
  const file = await open(logFile(place), 'r')
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(64_000), position: from })
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await file.close()
  }
}
