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

    ['POST /v1/tenants/:tenantId/users', 'duties_separated', wantedTogether],
    ['PUT /v1/tenants/:tenantId/users/:userId/roles/:roleId', 'duties_separated', oneAndThenTheOther],
    ['PUT /v1/tenants/:tenantId/roles/:roleId/inherits/:juniorId', 'duties_separated', oneAboveTheOther],
    ['PUT /v1/tenants/:tenantId/roles/:roleId/inherits/:juniorId', 'role_circle', theOtherWayRound],
    [
      'POST /v1/tenants/:tenantId/separation-sets',
      'name_taken',
      async (scene) => ({ body: { name: 'taken', roleIds: await bothTaken(scene, 'taken') } }),
    ],
    ['POST /v1/tenants/:tenantId/separation-sets', 'duties_separated', hadTogether],
    [
      'PATCH /v1/tenants/:tenantId/separation-sets/:setId',
      'name_taken',
      async (scene) => (await bothTaken(scene, 'taken'), { body: { name: 'taken' } }),
    ],
    ['PATCH /v1/tenants/:tenantId/separation-sets/:setId', 'duties_separated', twoOfThree],
    ['PUT /v1/tenants/:tenantId/separation-sets/:setId/roles/:roleId', 'duties_separated', theSecondOfTwo],
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
    ['POST /v1/invitations/accept', 'duties_separated', whoHasTheOther],
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

  async function leftAndRight(scene: Scene): Promise<[string, string]> {
    return [await roleOf(scene, 'left'), await roleOf(scene, 'right')]
  }

  async function separate({ tenantId, token }: Scene, body: object): Promise<Made> {
    const made = await ask<Made>('POST', `/v1/tenants/${tenantId}/separation-sets`, { token, body })
    return made.body
  }

  function assign({ tenantId, token, ids }: Scene, roleId: string) {
    return ask('PUT', `/v1/tenants/${tenantId}/users/${ids.userId}/roles/${roleId}`, { token })
  }

  async function bothTaken(scene: Scene, name: string): Promise<[string, string]> {
    const roleIds = await leftAndRight(scene)
    await separate(scene, { name, roleIds })
    return roleIds
  }

  async function wantedTogether(scene: Scene): Promise<Trial> {
    const roleIds = await bothTaken(scene, 'apart')
    return { body: { email: 'mia@example.com', name: 'Mia', roleIds } }
  }

  async function oneAndThenTheOther(scene: Scene): Promise<Trial> {
    const [left, right] = await bothTaken(scene, 'apart')
    await assign(scene, left)
    return { ids: { roleId: right }, body: {} }
  }

  async function oneAboveTheOther(scene: Scene): Promise<Trial> {
    const [left, right] = await bothTaken(scene, 'apart')
    await assign(scene, left)
    return { ids: { roleId: left, juniorId: right } }
  }

  async function theOtherWayRound(scene: Scene): Promise<Trial> {
    return { ids: { roleId: scene.ids.juniorId, juniorId: await roleOf(scene, 'helper') } }
  }

  async function hadTogether(scene: Scene): Promise<Trial> {
    const roleIds = await leftAndRight(scene)
    for (const role of roleIds) await assign(scene, role)
    return { body: { name: 'apart', roleIds } }
  }

  /** Kim has two of three, which is allowed until two are too many. */
  async function twoOfThree(scene: Scene): Promise<Trial> {
    const roleIds = await leftAndRight(scene)
    for (const role of roleIds) await assign(scene, role)
    const { id } = await separate(scene, {
      name: 'three',
      cardinality: 3,
      roleIds: [...roleIds, scene.ids.juniorId],
    })
    return { ids: { setId: id }, body: { cardinality: 2 } }
  }

  async function theSecondOfTwo(scene: Scene): Promise<Trial> {
    const [left, right] = await leftAndRight(scene)
    for (const role of [left, right]) await assign(scene, role)
    const { id } = await separate(scene, { name: 'apart', roleIds: [left, scene.ids.juniorId] })
    return { ids: { setId: id, roleId: right } }
  }

  /** Somebody waits in Acme with one role, and is asked in for the other. */
  async function whoHasTheOther(): Promise<Trial> {
    const [left, right] = await leftAndRight(acme)
    const email = 'both@example.net'
    const at = `/v1/tenants/${acme.tenantId}`
    const { token } = acme
    await ask('POST', `${at}/users`, { token, body: { email, name: 'Bo', roleIds: [left] } })
    const asked = await ask<{ token: string }>('POST', `${at}/invitations`, {
      token,
      body: { email, roleId: right },
    })
    await separate(acme, { name: 'both', roleIds: [left, right] })
    return withBody('POST /v1/invitations/accept', { token: asked.body.token })
  }
}
