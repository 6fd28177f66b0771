/** Completion as people meet it: TAB, in a real shell at a real terminal (util-linux's `script` makes one). */
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inTenant } from '../database/database.ts'
import { createRole } from '../domains/roles/create.ts'
import { removeInside } from '../foundation/guard.ts'
import { testDatabase } from '../testing/database.ts'
import { aTenant } from '../testing/people.ts'
import { translated } from '../testing/program.ts'
import { atTerminal, hasTerminal, isCommand } from '../testing/terminal.ts'

const shells: Record<string, { start: string; load: string }> = {
  bash: { start: 'bash --norc --noprofile -i', load: 'source <(reeve completion bash)' },
  zsh: { start: 'zsh -f -i', load: 'autoload -Uz compinit; compinit -D; source <(reeve completion zsh)' },
  fish: { start: 'fish --no-config -i', load: 'reeve completion fish | source' },
}
const present = Object.keys(shells).filter((name) => hasTerminal && isCommand(name))

const { database, adminUrl } = await testDatabase()
const acme = await aTenant(database)
const slug = `acme-${acme.tenantId.slice(-12)}`

let folder: string
let program: { main: string; remove: () => Promise<void> }
beforeAll(async () => {
  await inTenant(database, acme.owner.context, async (tx) => {
    await createRole(tx, { name: 'on $(touch call) "1"', permissions: [] })
  })
  program = await translated()
  folder = await mkdtemp(join(tmpdir(), 'reeve-shells-'))
  const answering = `case "$1" in __complete|completion) exec ${process.execPath} ${program.main} "$@";; esac`
  const noting = `for word; do printf '<%s>' "$word"; done >> called; echo >> called`
  await writeFile(join(folder, 'reeve'), `#!/bin/sh\n${answering}\n${noting}\n`, { mode: 0o755 })
  await writeFile(join(folder, 'people.csv'), '')
})
afterAll(async () => {
  await program.remove()
  await removeInside(tmpdir(), folder)
})

test.runIf(process.env['CI'])('all shells are here, and a terminal to type at', () => {
  expect(present).toEqual(Object.keys(shells))
})

test.each(present)(
  'TAB in %s completes words, files and names, and runs nothing',
  { timeout: 120_000 },
  async (name) => {
    const called = await typed(name, [
      'reeve us\tlis\t--ten\tacme\t--susp\t',
      'reeve role create x --tenant=acme\tposts:pub\t',
      `reeve role show -t ${slug} on\t`,
      `reeve role show -t ${slug} "on\t`,
      'reeve user import peo\t',
    ])
    expect(called).toEqual([
      `<user><list><--tenant><${slug}><--suspended>`,
      `<role><create><x><--tenant=${slug}><posts:publish>`,
      `<role><show><-t><${slug}><on $(touch call) "1">`,
      `<role><show><-t><${slug}><on $(touch call) "1">`,
      '<user><import><people.csv>',
    ])
    expect([existsSync(join(folder, 'call)')), existsSync(join(folder, 'typed'))]).toEqual([false, false])
  },
)

/** Types lines at a shell and returns what `reeve` was called with for each. */
async function typed(name: string, lines: string[]): Promise<string[]> {
  const { start, load } = shells[name]!
  const path = [folder, process.env['PATH']].join(delimiter)
  const env = { PATH: path, HOME: folder, TERM: 'xterm', LANG: 'C.UTF-8', DATABASE_URL: adminUrl }
  const file = join(folder, 'called')
  const called = async () => (await readFile(file, 'utf8')).split('\n').slice(0, -1)
  await writeFile(file, '')
  const shell = atTerminal(start, folder, env)
  shell.type(`${load}; echo rea''dy\r`)
  await shell.until('ready')
  for (const [n, line] of lines.entries()) {
    shell.type(`${line}\r`)
    while (shell.isOpen() && (await called()).length <= n) await pause(50)
  }
  shell.type('reeve usr $(touch typed) \t\x15exit\r') // Ctrl-U takes the line back
  await shell.closed
  return called()
}
