import { hashPassword } from '../domains/accounts/passwords.ts'
import type { Made, Request, TestApp } from './http.ts'
import { operationsOf, type OpenApi } from './openapi.ts'
import { aPlace, pathOf, type Ids, type Place } from './place.ts'

const password = 'correct horse battery'
let hash: Promise<string> | undefined
let serial = 0

/** Where every operation has something to do; `wanting` is what is asked so that it does it, here or to other ids. */
export type Scene = Place & { wanting: (route: string, ids?: Partial<Ids>) => Wanting }
/** What else is asked of an operation than what it is for. */
export type Trial = Request & { ids?: Partial<Ids>; question?: string }
type Wanting = { method: string; url: string; request: Request; ids: Ids }

/**
 * A place whose owner has a password and is signed in twice, with a user who is suspended and has a role, and with an
 * invitation for somebody new. What is sent is what the document gives as an example.
 */
export async function aScene(world: TestApp, document: OpenApi): Promise<Scene> {
  const { ask, admin } = world
  const place = await aPlace(world, `Acme-${++serial}`)
  const { token, owner, ids } = place
  const at = `/v1/tenants/${ids.tenantId}`
  const make = async <Body = Made>(url: string, body: object) =>
    (await ask<Body>('POST', `${at}${url}`, { token, body })).body

  hash ??= hashPassword(password)
  await admin.query('insert into credentials (account_id, hash) values ($1, $2)', [
    owner.accountId,
    await hash,
  ])
  await world.signIn(owner)
  const { id: roleId } = await make('/roles', { name: 'helper' })
  await ask('PUT', `${at}/roles/${roleId}/inherits/${ids.juniorId}`, { token })
  const [left, right] = [await make('/roles', { name: 'left' }), await make('/roles', { name: 'right' })]
  const { id: fourth } = await make('/roles', { name: 'fourth' })
  await ask('PUT', `${at}/separation-sets/${ids.setId}/roles/${fourth}`, { token })
  const { id: userId } = await make('/users', { email: 'max@example.com', name: 'Max', roleIds: [roleId] })
  await ask('PUT', `${at}/users/${userId}/suspension`, { token })
  const invited = await make<{ token: string }>('/invitations', { email: `nia-${serial}@example.com` })

  const others: Record<string, Partial<Ids>> = {
    'DELETE /v1/tenants/:tenantId/users/:userId/suspension': { userId },
    'DELETE /v1/tenants/:tenantId/users/:userId/roles/:roleId': { userId, roleId },
    'DELETE /v1/tenants/:tenantId/roles/:roleId/inherits/:juniorId': { roleId },
    'DELETE /v1/tenants/:tenantId/separation-sets/:setId/roles/:roleId': { roleId: fourth },
  }
  const bodies: Record<string, object> = {
    'POST /v1/sign-up': { email: `ada-${serial}@example.net`, tenantName: `Engines ${serial}` },
    'POST /v1/sessions': { email: owner.email, password },
    'POST /v1/invitations/accept': { token: invited.token },
    'POST /v1/tenants/:tenantId/separation-sets': { roleIds: [left.id, right.id] },
    'POST /v1/tenants': { slug: `works-${serial}` },
  }
  const operations = operationsOf(document)
  const wanting = (route: string, other?: Partial<Ids>): Wanting => {
    const [method, path] = route.split(' ') as [string, string]
    const { requestBody, security } = operations[route]!
    const example = requestBody?.content?.['application/json']?.example as object | undefined
    const request: Request = {
      ...(security.length > 0 && security.every((way) => Object.keys(way).length > 0) ? { token } : {}),
      ...(example ? { body: { ...example, ...bodies[route] } } : {}),
    }
    const named = { ...ids, ...others[route], ...other }
    return { method, url: pathOf(path, named), request, ids: named }
  }
  return { ...place, wanting }
}
