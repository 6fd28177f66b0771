import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { home } from '../foundation/package.ts'
import { testDatabase } from '../testing/database.ts'
import { startService } from '../testing/example.ts'
import { urlOf } from '../testing/library.ts'
import { aProject } from '../testing/project.ts'
import { send } from '../testing/service.ts'
import { snippetsOf } from '../testing/snippets.ts'

const { access } = await testDatabase()
const DATABASE_URL = urlOf(access)
const project = await aProject({ DATABASE_URL }, ['fastify', 'express'])
afterAll(() => project.remove())

const snippets = await snippetsOf('docs/library.md')
const programs = snippets.filter(({ lang, title }) => lang === 'ts' && /^\w+\.ts$/.test(title))
const quoted = snippets.filter(({ title }) => title.startsWith('examples/'))
const servers = ['fastify.ts', 'express.ts', 'api.ts']

test('every program of the document compiles in a project in which Reeve is installed', async () => {
  expect(programs.map(({ title }) => title)).toEqual([
    ...['reeve.ts', 'people.ts', 'together.ts', 'nightly.ts', 'refused.ts'],
    ...servers,
  ])
  for (const { title, text } of programs) await project.write(title, text)
  expect(await project.bash('npx tsc')).toBe('')
}, 120_000)

test('each says what stands behind it, one after the other', async () => {
  for (const { title, line } of programs.filter((one) => ![...servers, 'reeve.ts'].includes(one.title))) {
    const said = await project.bash(`node dist/${title.replace('.ts', '.js')}`)
    const told = snippets.find((snippet) => snippet.lang === 'text' && snippet.line > line)!.text
    expect(`${title}\n${said}`).toBe(`${title}\n${told}`)
  }
}, 120_000)

describe.each(servers)('%s', (file) => {
  test('serves what it says, and the API', async () => {
    const main = join(project.folder, 'dist', file.replace('.ts', '.js'))
    const { url, stop } = await startService([main], project.folder, { DATABASE_URL }, '/openapi.json')
    try {
      const ada = { email: 'ada@example.net', password: 'correct horse battery' }
      const signedIn = await send<{ token: string; tenants: { tenantId: string }[] }>(`${url}/v1/sessions`, {
        method: 'POST',
        json: ada,
      })
      const headers = { authorization: `Bearer ${signedIn.body.token}` }
      expect((await send(`${url}/v1/session`, { headers })).body).toMatchObject({ account: { name: 'Ada' } })
      if (file === 'api.ts') return
      const at = `${url}/${signedIn.body.tenants[0]!.tenantId}`
      const { body } = await send<{ items: { name: string }[] }>(`${at}/people`, { headers })
      expect(body.items.map(({ name }) => name)).toEqual(['Robot', 'Kim', 'Ada'])
      expect((await send(`${at}/reports`, { method: 'POST', headers })).body).toEqual({ ready: true })
      expect((await send(`${at}/reports`, { method: 'POST' })).body).toMatchObject({ code: 'not_signed_in' })
    } finally {
      await stop()
    }
  }, 60_000)
})

test('what it quotes of the examples is what stands there', async () => {
  expect(quoted.length).toBeGreaterThan(5)
  for (const { title, text } of quoted) expect(text).toBe(await readFile(join(home, title), 'utf8'))
})

test('every block of code is one of these', () => {
  const others = snippets.filter(
    (one) => one.lang !== 'text' && !programs.includes(one) && !quoted.includes(one),
  )
  expect(others).toEqual([])
})
