import { existsSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasBrowser, openBrowser } from '../testing/browser.ts'
import { testApp } from '../testing/http.ts'

const console = fileURLToPath(new URL('../../console/dist/index.html', import.meta.url))
const inCi = process.env['CI'] !== undefined

describe.runIf(hasBrowser && (existsSync(console) || inCi))('the console in a browser', async () => {
  const { app, ask } = await testApp()
  let browser: Browser
  let url: string

  beforeAll(async () => {
    await app.listen({ host: '127.0.0.1', port: 0 })
    url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
    browser = await openBrowser()
  })
  afterAll(() => browser?.close())

  test('Ada signs in with a cookie, sees her people, finds one, and signs out', async () => {
    const ada = {
      email: 'ada@example.com',
      password: 'correct horse battery',
      name: 'Ada',
      tenantName: 'Engines',
    }
    const { tenant, session } = (await ask('POST', '/v1/sign-up', { body: ada })).body as {
      tenant: { id: string }
      session: { token: string }
    }
    const someone = { email: 'hanako@example.com', name: '佐藤 花子' }
    await ask('POST', `/v1/tenants/${tenant.id}/users`, { token: session.token, body: someone })

    const context = await browser.newContext()
    const page = await context.newPage()
    page.setDefaultTimeout(8_000)
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (line) => line.type() === 'error' && complaints.push(line.text()))

    await page.goto(url)
    await page.getByLabel('E-mail').fill(ada.email)
    await page.getByLabel('Password', { exact: true }).fill('wrong password')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('alert').waitFor()
    complaints.length = 0 // the browser itself remarks on a 401

    await page.getByLabel('Password', { exact: true }).fill(ada.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('佐藤 花子').waitFor()

    const [cookie] = await context.cookies()
    expect(cookie).toMatchObject({
      name: '__Host-reeve_session',
      httpOnly: true,
      secure: true,
      sameSite: 'Lax',
      path: '/',
    })

    await page.getByLabel('Search people by name or address').fill('花子')
    await page.getByText('Ada', { exact: true }).waitFor({ state: 'hidden' })
    expect(await page.getByText('佐藤 花子').isVisible()).toBe(true)

    await page.getByRole('button', { name: /account/i }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    expect(await context.cookies()).toEqual([])
    expect(complaints).toEqual([])
    await context.close()
  })
})
