import { uuidV7 } from '../foundation/id.ts'
import type { ToldCode } from '../http/problem-codes.ts'
import type { Made, TestApp } from './http.ts'
import { aTenant } from './people.ts'
import type { Scene, Trial } from './scene.ts'

/**
 * What verbs themselves refuse: the operation, the code, and what is asked, in a scene, that is refused so. `acme` is a
 * place where somebody else is.
 */
export function refusedTrials(
  { ask, admin, database }: TestApp,
  acme: Scene,
): [string, ToldCode, (scene: Scene) => Trial | Promise<Trial>][] {
  return [
    ['POST /v1/sign-up', 'email_taken', ({ owner }) => withBody('POST /v1/sign-up', { email: owner.email })],
    [
      'POST /v1/sign-up',
      'name_taken',
      async () => withBody('POST /v1/sign-up', { slug: await aSlug(), email: 'eve@example.com' }),
    ],
    [
      'POST /v1/sessions',
      'sign_in_failed',
      ({ owner }) => ({ body: { email: owner.email, password: 'wrong' } }),
    ],
    [
      'PUT /v1/account/password',
      'wrong_password',
      () => ({ body: { current: 'wrong', next: 'tvqk zmwp hxrd' } }),
    ],
    ['DELETE /v1/account/sessions/:sessionId', 'not_found', () => ({ ids: { sessionId: uuidV7() } })],
    ['POST /v1/tenants', 'name_taken', async () => ({ body: { name: 'Another', slug: await aSlug() } })],
    ['POST /v1/tenants', 'too_many_tenants', inAHundredTenants],
    ['PATCH /v1/tenants/:tenantId', 'name_taken', async () => ({ body: { slug: await aSlug() } })],

    [
      'POST /v1/tenants/:tenantId/users',
      'email_taken',
      () => ({ body: { name: 'Kim', email: 'kim@example.com' } }),
    ],
    [
      'POST /v1/tenants/:tenantId/users',
      'name_taken',
      (scene) => namedAs(scene, { email: 'mia@example.com', name: 'Mia' }),
    ],
    [
      'PATCH /v1/tenants/:tenantId/users/:userId',
      'email_taken',
      () => ({ body: { email: 'max@example.com' } }),
    ],
    ['PATCH /v1/tenants/:tenantId/users/:userId', 'name_taken', (scene) => namedAs(scene, {})],
    ['DELETE /v1/tenants/:tenantId/users/:userId', 'last_owner', theOwner],
    ['PUT /v1/tenants/:tenantId/users/:userId/suspension', 'last_owner', theOwner],

    ['POST /v1/tenants/:tenantId/roles', 'name_taken', () => ({ body: { name: 'helper' } })],
    ['PATCH /v1/tenants/:tenantId/roles/:roleId', 'name_taken', () => ({ body: { name: 'helper' } })],
    ['PATCH /v1/tenants/:tenantId/roles/:roleId', 'system_role', theRole('admin')],
    ['DELETE /v1/tenants/:tenantId/roles/:roleId', 'still_in_use', theRole('helper')],
    ['DELETE /v1/tenants/:tenantId/roles/:roleId', 'system_role', theRole('viewer')],
    ['PUT /v1/tenants/:tenantId/roles/:roleId/permissions', 'system_role', theRole('owner')],
    ['PUT /v1/tenants/:tenantId/users/:userId/roles/:roleId', 'last_owner', theOwnersRole],
    ['DELETE /v1/tenants/:tenantId/users/:userId/roles/:roleId', 'last_owner', theOwnersRole],

    [
      'POST /v1/tenants/:tenantId/invitations',
      'already_exists',
      ({ owner }) => ({ body: { email: owner.email } }),
    ],
    ['POST /v1/invitations/accept', 'invitation_unusable', () => withBody('POST /v1/invitations/accept', {})],
    ['POST /v1/invitations/accept', 'not_signed_in', (scene) => invitedByAcme(scene)],
    [
      'POST /v1/invitations/accept',
      'not_allowed',
      async (scene) => ({ ...(await invitedByAcme(scene)), token: acme.token }),
    ],
    ['POST /v1/invitations/accept', 'already_exists', whoGoesByAnotherAddress],
  ]

  function withBody(route: string, changed: object): Trial {
    return { body: { ...(acme.wanting(route).request.body as object), ...changed } }
  }

  async function aSlug(): Promise<string> {
    const { body } = await ask<{ slug: string }>('GET', `/v1/tenants/${acme.tenantId}`, acme)
    return body.slug
  }

  /** Max has a user name, and somebody else wants it. */
  async function namedAs({ ids, token, wanting }: Scene, body: object): Promise<Trial> {
    const route = 'DELETE /v1/tenants/:tenantId/users/:userId/suspension'
    const max = wanting(route).url.replace('/suspension', '')
    await ask('PATCH', max, { token, body: { username: 'max' } })
    return { ids, body: { ...body, username: 'max' } }
  }

  function theOwner({ owner }: Scene): Trial {
    return { ids: { userId: owner.userId } }
  }

  function theRole(name: string) {
    return async (scene: Scene): Promise<Trial> => ({ ids: { roleId: await roleOf(scene, name) } })
  }

  async function theOwnersRole(scene: Scene): Promise<Trial> {
    return { ids: { userId: scene.owner.userId, roleId: await roleOf(scene, 'owner') } }
  }

  async function roleOf({ tenantId }: Scene, name: string): Promise<string> {
    const { rows } = await admin.query<Made>('select id from roles where tenant_id = $1 and name = $2', [
      tenantId,
      name,
    ])
    return rows[0]!.id
  }

  async function inAHundredTenants({ owner }: Scene): Promise<Trial> {
    for (let n = 1; n < 100; n++) {
      const { tenantId } = await aTenant(database, `Tenant-${n}`)
      await admin.query(
        `insert into users (tenant_id, account_id, email, name) values ($1, $2, $3, 'Olive')`,
        [tenantId, owner.accountId, owner.email],
      )
    }
    return {}
  }

  function invite({ tenantId, token }: Scene, email: string) {
    return ask<{ token: string }>('POST', `/v1/tenants/${tenantId}/invitations`, { token, body: { email } })
  }

  /** The owner of another place is asked in by Acme. */
  async function invitedByAcme({ owner }: Scene): Promise<Trial> {
    const { body } = await invite(acme, owner.email)
    return { body: { token: body.token } }
  }

  /** They belong already, but Acme knows them by another address since; under the old one they are asked in again. */
  async function whoGoesByAnotherAddress(scene: Scene): Promise<Trial> {
    const { token, owner } = scene
    const first = await invitedByAcme(scene)
    const { body } = await ask<{ userId: string }>('POST', '/v1/invitations/accept', { ...first, token })
    const there = `/v1/tenants/${acme.tenantId}/users/${body.userId}`
    await ask('PATCH', there, { token: acme.token, body: { email: `new-${owner.email}` } })
    return { ...(await invitedByAcme(scene)), token }
  }
}
