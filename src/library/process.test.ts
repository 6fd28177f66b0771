import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { testDatabase } from '../testing/database.ts'
import { urlOf } from '../testing/library.ts'
import { translated } from '../testing/program.ts'

const { access } = await testDatabase()
const program = await translated()
afterAll(() => program.remove())
const folder = join(dirname(program.main), '../..')

test('a program that closes it ends by itself, with everything used and nothing printed', async () => {
  const { code, said, ms } = await run(`
    import { createServer } from 'node:http'
    import { createReeve } from 'reeve'
    import { reeveFastify } from 'reeve/fastify'
    import { reeveExpress } from 'reeve/express'
    import { reeveForNext } from 'reeve/next'
    const reeve = await createReeve()
    const { session, tenant } = await reeve.signUp({ email: 'p@example.net', password: 'correct horse battery', name: 'P' })
    const user = await reeve.user(session.token, tenant.id)
    await user.posts.create({ title: 'News', content: '…' })
    const server = createServer(reeve.handler).listen(0)
    await new Promise((resolve) => server.once('listening', resolve))
    const answer = await fetch('http://127.0.0.1:' + server.address().port + '/v1/session', {
      headers: { authorization: 'Bearer ' + session.token },
    })
    if ((await answer.json()).account.name !== 'P') throw new Error('who?')
    server.close()
    server.closeAllConnections()
    process.send({ closing: performance.now() })
    await reeve.close()
  `)
  expect({ code, said }).toEqual({ code: 0, said: '' })
  expect(ms).toBeLessThan(3_000)
})

test('one that is not wanted anymore before it was used is closed as well', async () => {
  const { code, said } = await run(`
    import { createReeve } from 'reeve'
    const reeve = await createReeve()
    process.send({ closing: performance.now() })
    await reeve.close()
  `)
  expect({ code, said }).toEqual({ code: 0, said: '' })
})

test('one that is refused leaves nothing behind that would keep the program running', async () => {
  const { code, said } = await run(`
    import { createReeve, Refusal } from 'reeve'
    const refused = await createReeve({ databaseUrl: 'postgresql://me:secret@127.0.0.1:1/app' }).catch((error) => error)
    if (!(refused instanceof Refusal) || refused.code !== 'database_unreachable') throw refused
    process.send({ closing: performance.now() })
  `)
  expect({ code, said }).toEqual({ code: 0, said: '' })
})

/** A program beside the package as it is installed. `ms`: how long it took from its last deed to its end. */
async function run(text: string): Promise<{ code: number | null; said: string; ms: number }> {
  const file = join(folder, `program-${Math.random()}.mjs`)
  await writeFile(file, text)
  const child = spawn(process.execPath, [file], {
    cwd: folder,
    env: { PATH: process.env['PATH'], NODE_ENV: 'test', DATABASE_URL: urlOf(access) },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let said = ''
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding('utf8').on('data', (text: string) => (said += text))
  }
  let closing = Number.NaN
  child.on('message', () => (closing = performance.now()))
  const killer = setTimeout(() => child.kill('SIGKILL'), 25_000)
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  clearTimeout(killer)
  return { code, said, ms: performance.now() - closing }
}
