import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'vite'
import { afterAll, expect, test } from 'vitest'
import { removeInside } from '../foundation/guard.ts'
import { hasBrowser, openBrowser } from '../testing/browser.ts'
import { testApp } from '../testing/http.ts'
import { snippetsOf } from '../testing/snippets.ts'

const home = fileURLToPath(new URL('../..', import.meta.url))
const snippets = await snippetsOf('docs/client.md')
const textOf = (lang: string) => snippets.filter((one) => one.lang === lang).map(({ text }) => text)

// somebody's project, with Reeve installed in it
const folder = await mkdtemp(join(tmpdir(), 'reeve-docs-'))
afterAll(() => removeInside(tmpdir(), folder))
await mkdir(join(folder, 'node_modules'))
await symlink(home, join(folder, 'node_modules/reeve'), 'dir')
await mkdir(join(folder, 'page'))
await writeFile(
  join(folder, 'page/index.html'),
  '<!doctype html><script type="module" src="/program.js"></script>',
)
await writeFile(join(folder, 'page.js'), textOf('js').join('\n'))
const lib = { entry: join(folder, 'page.js'), formats: ['es' as const], fileName: () => 'program.js' }
await build({
  root: folder,
  configFile: false,
  logLevel: 'error',
  build: { outDir: 'page', lib, emptyOutDir: false },
})

const { app } = await testApp({ console: join(folder, 'page') })
await app.listen({ host: '127.0.0.1', port: 0 })
const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`

test('what docs/client.md does in Node runs from top to bottom, and prints what stands there', async () => {
  const program = textOf('ts').join('\n').replaceAll('http://127.0.0.1:3000', url)
  await writeFile(join(folder, 'program.mts'), program)
  await writeFile(join(folder, 'program.mjs'), program)

  const { stdout } = await run(process.execPath, ['program.mjs'])

  expect(stdout).toBe(textOf('text').join(''))
})

test('and it has the types that it should', async () => {
  const tsc = join(home, 'node_modules/typescript/bin/tsc')
  const options = [
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    '--module',
    'nodenext',
    '--lib',
    'esnext,dom',
    '--types',
    '',
  ]
  await run(process.execPath, [tsc, ...options, 'program.mts'])
})

test.runIf(hasBrowser)('what it does in a browser works there', async () => {
  const browser = await openBrowser()
  try {
    const page = await browser.newPage()
    await page.goto(url)
    await expect.poll(() => page.title(), { timeout: 10_000 }).toBe('Signed in as Ada')
  } finally {
    await browser.close()
  }
})

test('all of it was run', () => {
  expect([...new Set(snippets.map(({ lang }) => lang))].toSorted()).toEqual(['js', 'text', 'ts'])
})

async function run(program: string, args: string[]) {
  const ran = promisify(execFile)(program, args, { cwd: folder, timeout: 60_000 })
  return ran.catch(({ stdout, stderr }: { stdout: string; stderr: string }) => {
    throw new Error(`${stdout}\n${stderr}`)
  })
}
