import type { Pool } from 'pg'
import type { Database } from '../database/database.ts'
import type { Ask, Made } from './http.ts'
import { aTenant, type Tenant } from './people.ts'

/** One of everything that paths name, by the names that they have there. */
export type Ids = Record<
  | 'tenantId'
  | 'userId'
  | 'roleId'
  | 'juniorId'
  | 'setId'
  | 'postId'
  | 'commentId'
  | 'invitationId'
  | 'sessionId'
  | 'policyType'
  | 'entityType'
  | 'entityName',
  string
>
export type Place = Tenant & { token: string; ids: Ids }

/** A tenant with one of everything in it: Kim, who has no account, a role that permits nothing, a post, a comment… */
export async function aPlace(
  {
    database,
    ask,
    signIn,
  }: { database: Database; ask: Ask; signIn: (owner: Tenant['owner']) => Promise<string> },
  name = 'Acme',
): Promise<Place> {
  const tenant = await aTenant(database, name)
  const token = await signIn(tenant.owner)
  const make = async (what: string, body: object) => {
    const { body: made } = await ask<Made>('POST', `/v1/tenants/${tenant.tenantId}/${what}`, { token, body })
    return made.id
  }
  const separated: string[] = []
  for (const one of ['Orders', 'Pays', 'Checks'])
    separated.push(await make('roles', { name: `${one} at ${name}` }))
  const put = (what: string, body: object) =>
    ask('PUT', `/v1/tenants/${tenant.tenantId}/${what}`, { token, body })
  await put('policies/record', { actions: ['view'], subjects: { user: {} }, rules: [{ actions: ['view'] }] })
  await put('entities/record/101', { attributes: { title: `Of ${name}` } })
  const postId = await make('posts', { title: `News of ${name}`, content: '…', status: 'published' })
  const sessions = await ask<{ items: Made[] }>('GET', '/v1/account/sessions', { token })
  return {
    ...tenant,
    token,
    ids: {
      tenantId: tenant.tenantId,
      userId: await make('users', { email: 'kim@example.com', name: `Kim of ${name}` }),
      roleId: await make('roles', { name: `Guest of ${name}` }),
      juniorId: await make('roles', { name: `Visitor of ${name}` }),
      setId: await make('separation-sets', { name: `Payments of ${name}`, roleIds: separated }),
      postId,
      commentId: await make(`posts/${postId}/comments`, { content: `Well said at ${name}` }),
      invitationId: await make('invitations', { email: 'lee@example.com' }),
      sessionId: sessions.body.items[0]!.id,
      policyType: 'record',
      entityType: 'record',
      entityName: '101',
    },
  }
}

/** A path with what it names put in. */
export function pathOf(url: string, ids: Record<string, string>): string {
  return url.replaceAll(/:(\w+)/g, (_, name: string) => ids[name]!)
}

/** Everything that the database keeps of a tenant, reduced to one line: the same line, the same rows. */
export async function everythingOf(admin: Pool, tenantId: string): Promise<string> {
  const { rows } = await admin.query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c
     join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
     where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace
     order by 1`,
  )
  const digests = rows.map(
    ({ name }) =>
      `(select md5(string_agg(t::text, '|' order by t::text)) from ${name} t where tenant_id = $1)`,
  )
  const whole = await admin.query<{ everything: string }>(
    `select concat_ws(' ', (select t::text from tenants t where id = $1), ${digests.join(', ')}) as everything`,
    [tenantId],
  )
  return whole.rows[0]!.everything
}
