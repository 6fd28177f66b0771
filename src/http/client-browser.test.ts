import { mkdtemp, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { removeInside } from '../foundation/guard.ts'
import { hasBrowser, openBrowser } from '../testing/browser.ts'
import { testApp } from '../testing/http.ts'

const ada = { email: 'ada@example.com', password: 'correct horse battery' }

describe.runIf(hasBrowser)('the client in a page of the server’s own', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'reeve-page-'))
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>A page</title>')
  await bundle(folder)
  const { app, ask } = await testApp({ console: folder })
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    await app.listen({ host: '127.0.0.1', port: 0 })
    await ask('POST', '/v1/sign-up', { body: { ...ada, name: 'Ada', tenantName: 'Engines' } })
    browser = await openBrowser()
    page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`)
  })
  afterAll(async () => {
    await browser?.close()
    removeInside(tmpdir(), folder)
  })

  test('Ada signs in with a cookie that no script can read, and is known from then on', async () => {
    const seen = await inPage(`
      const signedIn = await reeve.signIn({ ...${JSON.stringify(ada)}, cookie: true })
      const { tenants } = await reeve.whoAmI()
      return { token: signedIn.token, cookie: document.cookie, tenants: tenants.map(({ name }) => name) }`)

    expect(seen).toEqual({ cookie: '', tenants: ['Engines'] })
  })

  test('she adds people and walks through all of them', async () => {
    const seen = await inPage(`
      for (const name of ['Kim', 'Lee', '佐藤 花子']) {
        await reeve.createUser({ tenantId }, { email: Math.random() + '@example.com', name })
      }
      const names = []
      for await (const { name } of each(reeve.listUsers, { tenantId, limit: 2 })) names.push(name)
      return names`)

    expect(seen).toEqual(['佐藤 花子', 'Lee', 'Kim', 'Ada'])
  })

  test('what is refused is told by its code', async () => {
    const seen = await inPage(`
      const role = { name: 'editor' }
      await reeve.createRole({ tenantId }, role)
      const twice = await reeve.createRole({ tenantId }, role).catch((error) => error)
      return [isProblem(twice, 'name_taken'), isProblem(twice, 'not_found'), twice.status, twice.message]`)

    expect(seen).toEqual([true, false, 409, 'this tenant already has a role of that name'])
  })

  test('a post whose answer is lost on the way is written once', async () => {
    const answers: number[] = []
    await page.route('**/posts', async (route) => {
      if (route.request().method() !== 'POST' || answers.length === 2) return route.continue()
      answers.push((await route.fetch()).status())
      await route.abort('connectionreset')
    })

    const seen = await inPage(`
      const { id } = await reeve.createPost({ tenantId }, { title: 'Once', content: '…' })
      const { items } = await reeve.listPosts({ tenantId })
      return [items.length, items[0].id === id]`)

    expect([answers, seen]).toEqual([
      [201, 201],
      [1, true],
    ])
  })

  test('whoever leaves is let go', async () => {
    await page.route('**/audit-logs', () => {}) // never answered

    const seen = await inPage(`
      const signal = AbortSignal.timeout(100)
      return reeve.listAudit({ tenantId }, { signal }).catch((error) => error === signal.reason && error.name)`)

    expect(seen).toBe('TimeoutError')
  })

  test('she signs out, and is nobody', async () => {
    const seen = await inPage(`
      await reeve.signOut()
      return reeve.whoAmI().catch((error) => isProblem(error, 'not_signed_in'))`)

    expect(seen).toBe(true)
  })

  /** Runs a program in the page, over the bundle; as text, because it is for the browser alone. */
  async function inPage(program: string): Promise<unknown> {
    return page.evaluate(`(async () => {
      const { createClient, each, isProblem } = await import('/client.js')
      const reeve = createClient()
      const tenantId = await reeve.whoAmI().then(({ tenants }) => tenants[0].tenantId, () => undefined)
      ${program}
    })()`)
  }
})

/** The client as one file, as it would be in anybody's page. */
async function bundle(outDir: string): Promise<void> {
  const entry = fileURLToPath(new URL('../../client/src/client.ts', import.meta.url))
  const lib = { entry, formats: ['es' as const], fileName: () => 'client.js' }
  await build({ configFile: false, logLevel: 'error', build: { outDir, lib, emptyOutDir: false } })
}
