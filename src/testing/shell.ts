import { spawn } from 'node:child_process'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { removeInside } from '../foundation/guard.ts'

/** A bash that somebody works in: what one line leaves behind, the next one finds. */
export type Shell = {
  /** Runs commands and returns what they printed. Rejects with all that was said when one of them fails. */
  bash: (commands: string) => Promise<string>
  /** Begins psql with this command line; `sql` then goes to it, as if typed. */
  psql: (commandLine: string) => Promise<string>
  /** What psql printed, its errors too: after one of them it goes on. */
  sql: (statements: string) => Promise<string>
  /** Ends it and what was left running in it. */
  close: () => Promise<void>
}

const end = '\u001e'

/** Opens one in a folder. Whatever takes longer than a minute there has failed. */
export async function openShell(folder: string, env: Record<string, string>): Promise<Shell> {
  const own = await mkdtemp(join(tmpdir(), 'reeve-shell-'))
  const child = spawn('bash', ['--norc', '-euo', 'pipefail', '-s'], {
    cwd: folder,
    env: { ...env, PSQLRC: join(own, 'none'), PAGER: 'cat' },
    detached: true, // a process group of its own, so that its background jobs can be ended with it
  })
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  child.stdin.on('error', () => {}) // it has ended: whoever waits is told
  let [printed, complained] = ['', '']
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complained += text))

  const said = (line: string) =>
    new Promise<string>((resolve, reject) => {
      const done = (settle: () => void) => {
        clearTimeout(timer)
        child.stdout.off('data', hear)
        child.off('exit', ended)
        settle()
      }
      const failed = (why: string) => done(() => reject(new Error(`${why}\n${printed}${complained}`)))
      const hear = (text: string) => {
        printed += text
        const at = printed.indexOf(`${end}\n`)
        if (at === -1) return
        const whole = printed.slice(0, at).replaceAll('\r', '')
        printed = printed.slice(at + 2)
        done(() => resolve(whole))
      }
      const ended = () => setTimeout(failed, 100, 'a command failed') // what it said last is still under way
      const timer = setTimeout(failed, 60_000, 'not done within a minute')
      complained = ''
      child.stdout.on('data', hear)
      child.once('exit', ended)
      child.stdin.write(line)
    })
  child.stdout.setEncoding('utf8')

  let files = 0
  const written = async (text: string) => {
    const file = join(own, String(++files))
    await writeFile(file, text)
    return file
  }
  const bash = async (commands: string) =>
    said(`. ${await written(commands)} < /dev/null; printf '${end}\\n'\n`)
  const sql = async (statements: string) =>
    said(`cat ${await written(`${statements}\n\\! printf '${end}\\n'\n`)} >&9\n`)
  return {
    bash,
    sql,
    psql: async (commandLine) => {
      // a quiet psql does not repeat SET and BEGIN; what it prints goes where the shell prints
      const opening = `exec 9> >(. ${await written(`${commandLine} 2>&1\n`)})`
      await bash(opening)
      return sql('\\set QUIET on')
    },
    close: async () => {
      child.stdin.end()
      endGroup(child.pid!)
      await closed
      await removeInside(tmpdir(), own)
    },
  }
}

/** Ends a process and its jobs; where it has ended by itself, there may be none. */
function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGTERM')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
