import { createHash, randomBytes } from 'node:crypto'
import { uuidV7 } from '../../foundation/id.ts'
import { identifier, literal } from './attack.ts'
import type { Relation } from './catalogue.ts'

/** A row as text, by column. */
export type Row = Record<string, string | null>

/** A tenant of the play: its owner, how they sign in, and a row in every table. */
export type Cast = {
  tenantId: string
  /** Stands in everything that is text, so that it can be told wherever it turns up. */
  nonce: string
  email: string
  accountId: string
  userId: string
  /** Another account, that is shut out. */
  formerId: string
  sessionId: string
  tokenHash: string
  /** By the name of the table. */
  rows: Map<string, Row>
  /** Another row of the kind, that is not there but could be. */
  spares: Map<string, Row>
  /** How many rows it has. */
  counts: Map<string, number>
}

/** Somebody new, of whom the database has not heard yet. */
export function newCast(): Cast {
  const nonce = randomBytes(5).toString('hex')
  return {
    ...{
      tenantId: uuidV7(),
      accountId: uuidV7(),
      userId: uuidV7(),
      formerId: uuidV7(),
      sessionId: uuidV7(),
    },
    nonce,
    email: `owner-${nonce}@prover.example`,
    tokenHash: `\\x${createHash('sha256').update(nonce).digest('hex')}`,
    rows: new Map(),
    spares: new Map(),
    counts: new Map(),
  }
}

/** How a tenant is born, with an owner who has signed in once. The same words as sign-up has. */
export function birth({
  tenantId,
  nonce,
  email,
  accountId,
  userId,
  formerId,
  sessionId,
  tokenHash,
}: Cast): string[] {
  const [tenant, account, user] = [tenantId, accountId, userId].map(literal)
  return [
    `select reeve.account_create(${account}, ${literal(email)}, 'Owner ${nonce}', '$argon2id$${nonce}')`,
    `insert into public.tenants (id, slug, name) values (${tenant}, 'prover-${nonce}', 'Prover ${nonce}')`,
    `select reeve.tenant_furnish(${tenant})`,
    `insert into public.users (tenant_id, id, account_id, email, name) values (${tenant}, ${user}, ${account}, ${literal(email)}, 'Owner ${nonce}')`,
    `insert into public.user_roles (tenant_id, user_id, role_id) select tenant_id, ${user}, id from public.roles where tenant_id = ${tenant} and name = 'owner'`,
    `with made as (
       insert into public.separation_sets (tenant_id, name) values (${tenant}, 'Apart ${nonce}') returning tenant_id, id
     )
     insert into public.separation_set_roles (tenant_id, set_id, role_id)
     select made.tenant_id, made.id, r.id from made join public.roles r using (tenant_id)
     where r.name in ('owner', 'member')`,
    `insert into public.role_inheritance (tenant_id, role_id, junior_id)
     select above.tenant_id, above.id, below.id from public.roles above join public.roles below using (tenant_id)
     where above.tenant_id = ${tenant} and above.name = 'admin' and below.name = 'viewer'`,
    `select reeve.session_open(${literal(sessionId)}, ${account}, ${literal(tokenHash)}, null, 'prover ${nonce}', 3600, 3600)`,
    // Long enough ago, so that it shows when somebody says it was now.
    `update public.sessions set last_seen_at = now() - interval '10 minutes' where id = ${literal(sessionId)}`,
    `update public.users set last_login_at = now() - interval '10 minutes' where tenant_id = ${tenant}`,
    `select reeve.account_create(${literal(formerId)}, 'former-${nonce}@prover.example', 'Former ${nonce}')`,
    `select reeve.account_disable(${literal(formerId)}, 'prover')`,
  ]
}

/** A row as a statement. With `asServer`, of what the server may write at all, where that is something. */
export function insertOf({ name, columns }: Relation, row: Row, asServer = false): string {
  const filled = columns.filter((column) => !column.generated && row[column.name] != null)
  const able = filled.filter(({ inserts }) => inserts)
  const given = asServer && able.length > 0 ? able : filled
  const names = given.map((column) => identifier(column.name)).join(', ')
  const always = given.some((column) => column.identity) ? 'overriding system value ' : ''
  return `insert into ${name} (${names}) ${always}values (${given.map((column) => literal(row[column.name])).join(', ')})`
}
