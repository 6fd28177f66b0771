import { expect, test } from 'vitest'
import { testApp, type Made } from '../testing/http.ts'

const { ask } = await testApp()

type SignedUp = { tenant: Made; session: { token: string } }
type Log = { items: { action: string; userName: string }[] }

test('Ada signs up, makes a role, gives it to Kim, and reads who did what', async () => {
  const ada = { email: 'Ada@Example.com', password: 'correct horse battery' }
  const signedUp = await ask<SignedUp>('POST', '/v1/sign-up', {
    body: { ...ada, name: 'Ada', tenantName: 'Analytical Engines' },
  })
  expect(signedUp).toMatchObject({
    status: 201,
    body: { account: { email: 'ada@example.com' }, tenant: { slug: 'analytical-engines' } },
  })
  const { tenant, session } = signedUp.body
  const as = { token: session.token }
  const at = `/v1/tenants/${tenant.id}`

  const kim = await ask<Made>('POST', `${at}/users`, {
    ...as,
    body: { email: 'kim@example.com', name: 'Kim Ünal' },
  })
  const editor = await ask<Made>('POST', `${at}/roles`, {
    ...as,
    body: { name: 'editor', permissions: ['posts:*', 'comments:read'] },
  })
  expect([kim.status, editor.status]).toEqual([201, 201])
  const held = { userId: kim.body.id, roleId: editor.body.id }
  expect(await ask('PUT', `${at}/users/${held.userId}/roles/${held.roleId}`, as)).toMatchObject({
    status: 200,
    body: held,
  })

  const log = await ask<Log>('GET', `${at}/audit-logs?limit=3`, as)
  expect(log.body.items.map(({ action, userName }) => [action, userName])).toEqual([
    ['user_role.created', 'Ada'],
    ['role_permission.created', 'Ada'],
    ['role_permission.created', 'Ada'],
  ])

  const signedIn = await ask<{ token: string }>('POST', '/v1/sessions', { body: ada })
  expect(signedIn).toMatchObject({
    status: 201,
    body: { tenants: [{ tenantId: tenant.id, slug: 'analytical-engines' }] },
  })
  const again = { token: signedIn.body.token }
  expect(await ask('GET', '/v1/session', again)).toMatchObject({
    body: { tenants: [{ roles: ['owner'], permissions: ['*:*'] }] },
  })

  expect(await ask('DELETE', '/v1/session', again)).toMatchObject({ status: 204, body: '' })
  expect(await ask('GET', '/v1/session', again)).toMatchObject({
    status: 401,
    body: { code: 'not_signed_in' },
  })
})
