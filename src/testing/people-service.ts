import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Reeve } from '../reeve.ts'
import { hasBrowser, openBrowser } from './browser.ts'
import type { Service } from './example.ts'
import { testReeve, urlOf } from './library.ts'
import { send } from './service.ts'

const password = 'correct horse battery'

/**
 * What every example does: people sign in with a form, see who is in their tenant, and add somebody if they may; a member
 * may not. Starts it on a database of its own, and says to each test where it is.
 */
export async function testPeopleService(start: (databaseUrl: string) => Promise<Service>): Promise<{
  reeve: Reeve
  at: () => string
  owner: { email: string; token: string; tenantId: string }
}> {
  const { reeve, access } = await testReeve()
  const signUp = { email: 'ada@example.net', password, name: 'Ada', tenantName: 'Engines & Sons' }
  const { tenant, session } = await reeve.signUp(signUp)
  const ada = (await reeve.user(session.token, tenant.id))!
  const { items: roles } = await ada.roles.list()
  const invitation = await ada.invitations.create({
    email: 'lee@example.net',
    roleId: roles.find(({ name }) => name === 'member')!.id,
  })
  const lee = await reeve.acceptInvitation({ token: invitation.token, name: 'Lee', password })

  let service: Service
  let browser: Browser | undefined
  beforeAll(async () => {
    service = await start(urlOf(access))
    if (hasBrowser) browser = await openBrowser()
  }, 600_000)
  afterAll(async () => {
    await browser?.close()
    // Next does not say 0 when it was told to stop
    if (service) expect((await service.stop()).code).toBeOneOf([0, 143])
  })

  test.runIf(hasBrowser)('in a browser Ada signs in, adds somebody, sees them, and signs out', async () => {
    const page = await (await browser!.newContext()).newPage()
    page.setDefaultTimeout(10_000)
    await page.goto(service.url)
    await page.getByPlaceholder('E-mail').fill('ada@example.net')
    await page.getByPlaceholder('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: 'Engines & Sons' }).waitFor()

    await page.getByPlaceholder('Name').fill('佐藤 <b>花子</b>')
    await page.getByPlaceholder('E-mail').fill('hanako@example.net')
    await page.getByRole('button', { name: 'Add' }).click()
    await page.getByText('佐藤 <b>花子</b>, hanako@example.net').waitFor()
    expect(new URL(page.url()).pathname).toBe(`/${tenant.id}/people`)

    const [cookie] = await page.context().cookies()
    expect(cookie).toMatchObject({
      name: '__Host-reeve_session',
      httpOnly: true,
      secure: true,
      sameSite: 'Lax',
    })
    await page.getByRole('button', { name: 'Sign out Ada' }).click()
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    expect(await reeve.session(cookie!.value)).toBeUndefined()
    await page.context().close()
  })

  test('a member sees the people, and is not offered what they may not do', async () => {
    const headers = { cookie: `__Host-reeve_session=${lee.session!.token}` }
    const { status, text } = await send(`${service.url}/${tenant.id}/people`, { headers })
    expect(status).toBe(200)
    expect(text).toContain('ada@example.net')
    expect(text).not.toContain('Add')
  })

  test('the API is there too', async () => {
    const headers = { authorization: `Bearer ${lee.session!.token}` }
    const { body } = await send(`${service.url}/v1/session`, { headers })
    expect(body).toMatchObject({ account: { email: 'lee@example.net' } })
    const refused = await send(`${service.url}/v1/tenants/${tenant.id}/users`, {
      method: 'POST',
      json: { email: 'x@example.net', name: 'X' },
      headers,
    })
    expect(refused.body).toMatchObject({ code: 'not_allowed' })
  })

  return { reeve, at: () => service.url, owner: { ...signUp, token: session.token, tenantId: tenant.id } }
}
