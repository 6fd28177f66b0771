import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { removeInside } from '../foundation/guard.ts'
import { processOf } from '../operations/embedded/processes.ts'
import { follow } from './document.ts'
import { openShell } from './shell.ts'
import { snippetsIn } from './snippets.ts'

const folder = await mkdtemp(join(tmpdir(), 'reeve-document-'))
afterAll(() => removeInside(tmpdir(), folder))

test('what one block leaves behind, the next one finds', async () => {
  await read(['bash', 'name=Ada; cd /'], ['bash', 'echo "$name in $PWD"'], ['text', 'Ada in /'])
})

test('a block with a name becomes that file', async () => {
  await read(['js deep/greet.js', 'console.log("hello")'], ['bash', 'node deep/greet.js'], ['text', 'hello'])
  expect(await readFile(join(folder, 'deep/greet.js'), 'utf8')).toBe('console.log("hello")\n')
})

test('times, widths and logins may differ, and an ellipsis stands for anything', async () => {
  const printed = 'when     who\\n2026-11-22 09:30 UTC  root at the command line\\na\\nb\\nid 42\\n'
  const shown = 'when  who\n2025-01-01 00:00 UTC  kim at the command line\n…\nid …'
  await read(['bash', `printf '${printed}'`], ['text', shown])
})

test('addresses are those of here', async () => {
  await read(['bash', 'echo localhost:3000'], ['text', 'localhost:3000'])
  await expect(read(['bash', '[ localhost:3000 = elsewhere ]'])).resolves.toBeUndefined()
})

test('text that stands by itself is only to be read', async () => {
  await read(
    ['text', 'git clone …'],
    ['bash', 'echo one'],
    ['', '\nSomething in between.\n'],
    ['text', 'two'],
  )
})

test.each<[string, [string, string][], RegExp]>([
  ['a command that fails', [['bash', 'echo said; ls /nowhere']], /line 1[^]*said\n[^]*nowhere/],
  ['a command that fails in a pipe', [['bash', 'false | cat']], /failed/],
  [
    'an output that is another',
    [
      ['bash', 'echo one'],
      ['text', 'two'],
    ],
    /to match/,
  ],
  [
    'more output than is shown',
    [
      ['bash', 'echo one; echo two'],
      ['text', 'one'],
    ],
    /to match/,
  ],
  [
    'an answer of another shape',
    [
      ['bash', `echo '{"a":1}'`],
      ['json', '{"a":"1"}'],
    ],
    /deeply equal/,
  ],
  [
    'another code',
    [
      ['bash', `echo '{"code":"a"}'`],
      ['json', '{"code":"b"}'],
    ],
    /to be/,
  ],
  ['a refusal that is not shown', [['bash', `echo '{"remedy":"…"}'`]], /remedy/],
  ['an error that is not announced', [['bash', 'echo "ERROR:  no"']], /ERROR/],
  ['an announced error that does not come', [['bash', 'echo fine # ERROR: no']], /to match/],
  ['another number than announced', [['bash', 'echo 3 # 4: all of them']], /to match/],
  ['a language that nothing executes', [['python', 'print(1)']], /"python"/],
  ['an answer to nothing', [['json', '{}']], /no command/],
])('it is noticed: %s', async (_what, blocks, complaint) => {
  await expect(read(...blocks)).rejects.toThrow(complaint)
})

test('what still runs in it ends with it', async () => {
  const shell = await openShell(folder, { PATH: process.env['PATH']! })
  const pid = Number(await shell.bash('sleep 600 > /dev/null & echo $!'))
  expect(processOf(pid)).toBeDefined()
  await shell.close()
  await expect.poll(() => processOf(pid)).toBeUndefined()
})

/** Follows a document with these blocks. */
async function read(...blocks: [lang: string, text: string][]): Promise<void> {
  const markdown = blocks
    .map(([lang, text]) => (lang === '' ? text : `\`\`\`${lang}\n${text}\n\`\`\`\n`))
    .join('\n')
  const shell = await openShell(folder, { PATH: process.env['PATH']! })
  onTestFinished(() => shell.close())
  const here = { 'localhost:3000': 'elsewhere' }
  await follow({ page: 'a page', snippets: snippetsIn(markdown), folder, shell, here })
}
