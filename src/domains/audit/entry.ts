import { json } from '../../database/sql.ts'

/** What was there, by column; secrets were never written. */
export type Values = Record<string, unknown>

/**
 * One line of the log. Who did it: `userId` with the name they have now (null when they were deleted since), or an
 * account, or the operator; `dbRole` alone when it was done in psql.
 */
export type AuditEntry = {
  id: number
  createdAt: Date
  action: string
  entityType: string
  entityId: string | null
  userId: string | null
  userName: string | null
  accountId: string | null
  operator: string | null
  dbRole: string
  requestId: string | null
  ipAddress: string | null
  oldValues: Values | null
  newValues: Values | null
}

export const entryColumns = {
  id: 'int8',
  createdAt: 'timestamptz',
  action: 'text',
  entityType: 'text',
  entityId: 'uuid?',
  userId: 'uuid?',
  userName: 'text?',
  accountId: 'uuid?',
  operator: 'text?',
  dbRole: 'text',
  requestId: 'text?',
  ipAddress: 'inet?',
  oldValues: json<Values | null>(),
  newValues: json<Values | null>(),
} as const

/** For statements in which the log is `a` and users is `u`. */
export const entryFields = `a.id, a.created_at, a.action, a.entity_type, a.entity_id, a.user_id, u.name as user_name,
  a.account_id, a.operator, a.db_role, a.request_id, a.ip_address, a.old_values, a.new_values`
