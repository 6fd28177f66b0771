/** Whose data it is. `deletedAt` is seen by the operator alone: for everyone else a deleted tenant is not there. */
export type Tenant = {
  id: string
  slug: string
  name: string
  isOperator: boolean
  deletedAt: Date | null
  createdAt: Date
  updatedAt: Date
}

export const tenantColumns = {
  id: 'uuid',
  slug: 'text',
  name: 'text',
  isOperator: 'bool',
  deletedAt: 'timestamptz?',
  createdAt: 'timestamptz',
  updatedAt: 'timestamptz',
} as const

export const tenantFields = 'id, slug, name, is_operator, deleted_at, created_at, updated_at'
