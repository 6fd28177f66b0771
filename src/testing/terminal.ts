import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'

/** A program at a terminal of its own. */
export type Terminal = {
  type: (keys: string) => void
  /** All that was on the screen. */
  shown: () => string
  /** Waits until something is on the screen. */
  until: (text: string) => Promise<void>
  isOpen: () => boolean
  /** The exit code. */
  closed: Promise<number | null>
}

/** Whether a terminal can be had here: the one of util-linux, in the form that Linux has it. */
export const hasTerminal = process.platform === 'linux' && isCommand('script')

/** Runs a command line of `sh` at a terminal, 80 columns wide unless it says otherwise (`stty cols 40`). Ctrl-C is for the program alone. */
export function atTerminal(command: string, cwd: string, env: NodeJS.ProcessEnv): Terminal {
  const child = spawn('script', ['-qefc', `trap : INT; stty cols 80 rows 24; ${command}`, '/dev/null'], {
    cwd,
    env,
  })
  onTestFinished(() => void child.kill())
  let shown = ''
  child.stdout.on('data', (text: Buffer) => (shown += text.toString()))
  const closed = once(child, 'close').then(() => child.exitCode)
  return {
    type: (keys) => void child.stdin.write(keys),
    shown: () => shown,
    until: async (text) => {
      while (!shown.includes(text)) {
        if ((await Promise.race([once(child.stdout, 'data'), closed])) === child.exitCode)
          throw new Error(`it ended:\n${shown}`)
      }
    },
    isOpen: () => child.exitCode === null && child.signalCode === null,
    closed,
  }
}

export function isCommand(name: string): boolean {
  try {
    execFileSync('sh', ['-c', 'command -v "$0"', name], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
