import type { Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { Refusal } from '../../foundation/refusal.ts'
import { authorize } from '../access/access.ts'
import { pageOf, type Page, type PageRequest } from '../page.ts'
import { entryColumns, entryFields, type AuditEntry } from './entry.ts'
import { beginning, readKey } from './key.ts'

/** Which lines: all of these must hold. From `from` on, and before `to`. */
export type AuditFilter = {
  userId?: string | undefined
  entityType?: string | undefined
  /** Only together with its type. */
  entityId?: string | undefined
  action?: string | undefined
  from?: Date | undefined
  to?: Date | undefined
}

/** Who did what in the declared tenant, the latest first. */
export async function listAudit(
  tx: Transaction,
  wanted: PageRequest & AuditFilter,
): Promise<Page<AuditEntry>> {
  const { limit, after, userId, entityType, entityId, action, from, to } = wanted
  const before = after === undefined ? beginning(to) : readKey(after)
  const earliest = from?.toISOString() ?? '-infinity'

  authorize(tx, 'audit:read')
  const found = await tx.rows(listFor(wanted), [
    ...[tx.context.tenantId, earliest, before.createdAt, before.id, limit + 1],
    ...[userId, entityType, entityId, action],
  ])
  const { items, next } = pageOf(found, limit, (row) => row.key)
  return { items: items.map(({ key: _, ...entry }) => entry), next }
}

// A key is exact to the microsecond; a Date is not. Partitions are left out by `created_at <= $3` alone: PostgreSQL
// does not look for that in the comparison of two columns.
const listing = (name: string, driving: string) =>
  sql(
    name,
    { ...entryColumns, key: 'text' },
    `select ${entryFields},
       to_char(a.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '/' || a.id as key
     from (
       select * from audit_logs
       where tenant_id = $1
         and created_at >= $2 and created_at <= $3 and (created_at, id) < ($3, $4::bigint)
         and ${driving}
         and ($9::text is null or action = $9)
       order by created_at desc, id desc
       limit $5
     ) a
     left join users u on u.tenant_id = $1 and u.id = a.user_id
     order by a.created_at desc, a.id desc`,
  )

// Each walks the index that fits what it looks for.
const listOfAll = listing(
  'audit.list',
  '$6::uuid is null and ($7::text is null or entity_type = $7) and $8::uuid is null',
)
const listOfAction = listing(
  'audit.list_of_action',
  '$6::uuid is null and ($7::text is null or entity_type = $7) and $8::uuid is null and action = $9',
)
const listOfUser = listing(
  'audit.list_of_user',
  'user_id = $6 and ($7::text is null or entity_type = $7) and $8::uuid is null',
)
const listOfEntity = listing(
  'audit.list_of_entity',
  '($6::uuid is null or user_id = $6) and entity_type = $7 and entity_id = $8',
)

function listFor({ userId, entityType, entityId, action }: AuditFilter) {
  if (entityId !== undefined && entityType === undefined) throw typeMissing()
  if (entityId !== undefined) return listOfEntity
  if (userId !== undefined) return listOfUser
  return action === undefined ? listOfAll : listOfAction
}

function typeMissing(): Refusal {
  return new Refusal(
    'invalid_request',
    'an entityId was asked for without its entityType',
    'say also what sort of thing it is, for example entityType=user',
  )
}
