import { createInterface } from 'node:readline/promises'
import { Refusal } from '../foundation/refusal.ts'

/**
 * Lets a person confirm by typing a word. Without a terminal nobody can: then it takes `--yes`, and is refused
 * (`consent_needed`) without.
 */
export async function confirm(question: string, word: string, yes: boolean): Promise<boolean> {
  if (yes) return true
  if (!process.stdin.isTTY) {
    throw new Refusal('consent_needed', question, 'say --yes if this is what you want')
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await terminal.question(`${question}\nType "${word}" to go on: `)
    return answer.trim() === word
  } finally {
    terminal.close()
  }
}
