import { z } from 'zod'
import { readInTenant } from '../../database/database.ts'
import { searchActions, searchResources, searchSubjects } from '../../domains/authzen/search.ts'
import type { KeyRing } from '../../foundation/secret.ts'
import type { App, House } from '../house.ts'
import { about } from '../openapi.ts'
import { pepContext } from './door.ts'
import { plain } from './evaluation.ts'
import { searchPage } from './search-page.ts'
import { actionSearch, found, resourceSearch, subjectSearch } from './shapes.ts'

const name = z.object({ type: z.string(), id: z.string() })
const subjects = found(name, 'SubjectsFound')
const resources = found(name, 'ResourcesFound')
const actions = found(z.object({ name: z.string() }), 'ActionsFound')

const subject = { type: 'user', id: 'kim@example.com' }
const resource = { type: 'tenant', id: '0199b2c4-7d3e-7a51-9c1f-3f6f4a2b8d10' }
const action = { name: 'read' }

/** Who may, to what they may, and what they may: every answer is one that evaluation permits. */
export function searchRoutes(
  app: App,
  { database }: House,
  keys: KeyRing,
  path: { name: string; params: object },
): void {
  const needs = ['access:evaluate' as const]
  const more = 'A page may be shorter than its limit, even empty; the end is where `next_token` is.'

  const forSubjects = {
    ...about('access', `searchSubjects${path.name}`, 'Who may do this to that', {
      needs,
      more: `AuthZEN 1.0, Subject Search. ${more}`,
      example: { subject: { type: 'user' }, action, resource },
    }),
    ...path.params,
    body: subjectSearch,
    response: { 200: subjects },
  }
  app.post('/search/subject', { schema: forSubjects }, async (request) => {
    const { page, context, ...body } = request.body
    const asked = {
      subject: plain(body.subject),
      action: plain(body.action),
      resource: plain(body.resource),
      context: context ?? undefined,
    }
    const tenant = pepContext(request)
    const { wanted, answer } = searchPage(keys, ['subject', tenant.tenantId, asked], page)
    return answer(await readInTenant(database, tenant, (tx) => searchSubjects(tx, asked, wanted)))
  })

  const forResources = {
    ...about('access', `searchResources${path.name}`, 'What somebody may do this to', {
      needs,
      more: `AuthZEN 1.0, Resource Search. ${more}`,
      example: { subject, action, resource: { type: 'post' } },
    }),
    ...path.params,
    body: resourceSearch,
    response: { 200: resources },
  }
  app.post('/search/resource', { schema: forResources }, async (request) => {
    const { page, context, ...body } = request.body
    const asked = {
      subject: plain(body.subject),
      action: plain(body.action),
      resource: plain(body.resource),
      context: context ?? undefined,
    }
    const tenant = pepContext(request)
    const { wanted, answer } = searchPage(keys, ['resource', tenant.tenantId, asked], page)
    return answer(await readInTenant(database, tenant, (tx) => searchResources(tx, asked, wanted)))
  })

  const forActions = {
    ...about('access', `searchActions${path.name}`, 'What somebody may do to that', {
      needs,
      more: 'AuthZEN 1.0, Action Search.',
      example: { subject, resource },
    }),
    ...path.params,
    body: actionSearch,
    response: { 200: actions },
  }
  app.post('/search/action', { schema: forActions }, async (request) => {
    const { page, context, ...body } = request.body
    const asked = {
      subject: plain(body.subject),
      resource: plain(body.resource),
      context: context ?? undefined,
    }
    const tenant = pepContext(request)
    const { wanted, answer } = searchPage(keys, ['action', tenant.tenantId, asked], page)
    return answer(await readInTenant(database, tenant, (tx) => searchActions(tx, asked, wanted)))
  })
}
