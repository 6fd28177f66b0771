import { expect, test } from 'vitest'
import { testApp } from '../testing/http.ts'

const { ask, routes } = await testApp()

test('Ada signs up, makes a role, gives it to Kim, and reads who did what', async () => {
  const signedUp = await ask('POST', '/v1/sign-up', {
    body: { email: 'Ada@Example.com', password: 'correct horse battery', name: 'Ada', tenantName: 'Analytical Engines' },
  })
  expect(signedUp).toMatchObject({ status: 201, body: { account: { email: 'ada@example.com' }, tenant: { slug: 'analytical-engines' } } })
  const { tenant, session } = signedUp.body
  const as = { token: session.token as string }
  const at = `/v1/tenants/${tenant.id}`

  const kim = await ask('POST', `${at}/users`, { ...as, body: { email: 'kim@example.com', name: 'Kim Ünal' } })
  const editor = await ask('POST', `${at}/roles`, { ...as, body: { name: 'editor', permissions: ['posts:*', 'comments:read'] } })
  expect([kim.status, editor.status]).toEqual([201, 201])
  const given = await ask('PUT', `${at}/users/${kim.body.id}/roles/${editor.body.id}`, as)
  expect(given).toMatchObject({ status: 200, body: { userId: kim.body.id, roleId: editor.body.id } })

  const log = await ask('GET', `${at}/audit-logs?limit=3`, as)
  expect(log.body.items.map((line: { action: string; userName: string }) => [line.action, line.userName])).toEqual([
    ['user_role.created', 'Ada'],
    ['role_permission.created', 'Ada'],
    ['role_permission.created', 'Ada'],
  ])

  const signedIn = await ask('POST', '/v1/sessions', { body: { email: 'ada@example.com', password: 'correct horse battery' } })
  expect(signedIn).toMatchObject({ status: 201, body: { tenants: [{ tenantId: tenant.id, slug: 'analytical-engines' }] } })
  const me = await ask('GET', '/v1/session', { token: signedIn.body.token })
  expect(me.body.tenants).toMatchObject([{ roles: ['owner'], permissions: ['*:*'] }])

  expect(await ask('DELETE', '/v1/session', { token: signedIn.body.token })).toMatchObject({ status: 204, body: '' })
  expect(await ask('GET', '/v1/session', { token: signedIn.body.token })).toMatchObject({ status: 401, body: { code: 'not_signed_in' } })
  console.log(routes.map((r) => `${r.method} ${r.url}`).join('\n'))
})
