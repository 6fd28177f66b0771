import { execFile } from 'node:child_process'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { expectAlike, expectShown } from '../../testing/document.ts'
import { testApp } from '../../testing/http.ts'
import { snippetsOf, type Snippet } from '../../testing/snippets.ts'

const { app } = await testApp({ console: 'nowhere' })
await app.listen({ host: '127.0.0.1', port: 0 })
const { port } = app.server.address() as AddressInfo

const snippets = await snippetsOf('docs/authzen.md')
const commands = snippets.filter(({ lang }) => lang === 'bash')
const said = await outputsOf(
  commands.map(({ text }) => text.replace('http://127.0.0.1:3000', `http://127.0.0.1:${port}`)),
)

test('all that the page shows is what its commands print', () => {
  expect(commands.length).toBeGreaterThan(5)
  for (const [at, { lang, line }] of snippets.entries()) {
    expect(['bash', 'json', 'text'], `line ${line}`).toContain(lang)
    if (lang !== 'bash') expect(snippets[at - 1]?.lang, `line ${line}`).toBe('bash')
  }
})

test.each(commands.map((command, nth): [number, string, Snippet] => [command.line, said[nth]!, command]))(
  'the commands at line %i do what the page says, one after the other',
  (line, output, command) => {
    const shown = snippets[snippets.indexOf(command) + 1]
    if (shown?.lang === 'json') return expectAlike(output, shown.text, `line ${line}`)
    expect(output).not.toContain('"remedy":')
    if (shown?.lang === 'text') expectShown(output, shown.text, `line ${line}`)
  },
)

/** What each prints, all in one shell. Whatever fails in it, fails. */
async function outputsOf(texts: string[]): Promise<string[]> {
  const end = '\u001e'
  const script = ['set -euo pipefail', ...texts.map((text) => `${text}\nprintf '${end}'`)].join('\n')
  const { stdout } = await promisify(execFile)('bash', ['-c', script], { timeout: 60_000 })
  return stdout.replaceAll('\r', '').split(end)
}
