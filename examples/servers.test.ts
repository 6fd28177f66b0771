import { describe, expect, test } from 'vitest'
import { startExample } from '../src/testing/example.ts'
import { testPeopleService } from '../src/testing/people-service.ts'
import { send } from '../src/testing/service.ts'

const form = { 'content-type': 'application/x-www-form-urlencoded' }

describe.each(['fastify', 'express'])('the example of %s', async (name) => {
  const { at, owner } = await testPeopleService((databaseUrl) => startExample(name, [name], databaseUrl))
  const mine = { cookie: `__Host-reeve_session=${owner.token}` }

  test('what is not so is told as a problem, by its code', async () => {
    const people = `${at()}/${owner.tenantId}/people`
    const add = async (email: string, headers: Record<string, string>) => {
      const body = new URLSearchParams({ name: 'Kim', email }).toString()
      return (await send(people, { method: 'POST', body, headers: { ...form, ...mine, ...headers } })).body[
        'code'
      ]
    }
    const here = { 'sec-fetch-site': 'same-origin' }

    expect((await send(people)).body).toMatchObject({ status: 401, code: 'not_signed_in' })
    expect(await add('kim@example.net', { 'sec-fetch-site': 'cross-site' })).toBe('cross_site')
    expect(await add('no address', here)).toBe('invalid_request')
    expect(await add('ada@example.net', here)).toBe('email_taken')
    const elsewhere = `${at()}/01890000-0000-7000-8000-000000000000/people`
    expect((await send(elsewhere, { headers: mine })).body).toMatchObject({ code: 'not_found' })
  })

  test('a wrong password is refused', async () => {
    const body = new URLSearchParams({ email: owner.email, password: 'wrong' }).toString()
    const { body: told } = await send(`${at()}/sign-in`, { method: 'POST', body, headers: form })
    expect(told).toMatchObject({ status: 401, code: 'sign_in_failed' })
  })
})
