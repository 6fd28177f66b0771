import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { text as readToTheEnd } from 'node:stream/consumers'
import { Refusal } from '../foundation/refusal.ts'

/**
 * Lets a person confirm by typing a word. Without a terminal nobody can: then it takes `--yes`, and is refused
 * (`consent_needed`) without.
 */
export async function confirm(question: string, word: string, yes: boolean): Promise<boolean> {
  if (yes) return true
  if (!process.stdin.isTTY) {
    throw new Refusal(
      'consent_needed',
      `not done without consent. ${question}`,
      'say --yes if this is what you want',
    )
  }
  process.stderr.write(`${question}\n`)
  return (await answerTo(`Type "${word}" to go on: `, process.stderr)).trim() === word
}

/** The same, for commands that have nothing else to say to a no. */
export async function refuseWithout(question: string, word: string, yes: boolean): Promise<void> {
  if (await confirm(question, word, yes)) return
  throw new Refusal('consent_needed', 'nothing was done', `type ${word} to confirm`)
}

/** A new password: typed twice and not shown, or the first line of a file (`-` is standard input). Never an argument. */
export async function newPassword(file: string | undefined): Promise<string> {
  if (file !== undefined)
    return firstLine(file === '-' ? await readToTheEnd(process.stdin) : await contentOf(file))
  if (!process.stdin.isTTY) {
    throw new Refusal(
      'invalid_request',
      'there is no terminal to type the password on',
      'give it in a file: --password-file <file>, or --password-file - for standard input',
    )
  }
  const password = await secret('New password: ')
  if (password === (await secret('The same again: '))) return password
  throw new Refusal('invalid_request', 'the two were not the same', 'try again')
}

async function secret(question: string): Promise<string> {
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() })
  const answer = await answerTo(question, unseen)
  process.stderr.write('\n')
  return answer
}

/** What somebody types; nothing when they end it with Ctrl-D. Ctrl-C ends the program, with the terminal as it was. */
async function answerTo(question: string, output: NodeJS.WritableStream): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output, terminal: true })
  // Only now: from here on the terminal itself shows nothing of what is typed.
  if (output !== process.stderr) process.stderr.write(question)
  try {
    return await new Promise<string>((resolve, reject) => {
      let interrupted = false
      terminal.on('SIGINT', () => {
        interrupted = true
        terminal.close()
        process.stderr.write('\n')
        process.kill(process.pid, 'SIGINT') // to the terminal's driver it was a letter like any other
      })
      terminal.once('close', () => interrupted || resolve(''))
      terminal.question(question).then(resolve, reject)
    })
  } finally {
    terminal.close()
  }
}

async function contentOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => {
    throw new Refusal(
      'invalid_request',
      `${file} cannot be read`,
      'give the path of a file with the password in it',
    )
  })
}

function firstLine(text: string): string {
  return text.split(/\r?\n/, 1)[0]!
}
