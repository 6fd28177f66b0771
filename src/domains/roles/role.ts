/** A named set of permissions: `posts:read`, or `posts:update:own` for what the user made. */
export type Role = {
  id: string
  name: string
  description: string | null
  /** Every tenant is born with it; it is neither renamed nor deleted. */
  isSystem: boolean
  permissions: string[]
  /** The roles immediately below it, by their ids. */
  inherits: string[]
  /** What they permit, and all below them: everybody who has this role may do it, too. */
  inheritedPermissions: string[]
  createdAt: Date
  updatedAt: Date
}

export const roleColumns = {
  id: 'uuid',
  name: 'text',
  description: 'text?',
  isSystem: 'bool',
  permissions: 'text[]',
  inherits: 'uuid[]',
  inheritedPermissions: 'text[]',
  createdAt: 'timestamptz',
  updatedAt: 'timestamptz',
} as const

/** For statements in which roles is `r` and the tenant `$1`. */
export const roleFields = `r.id, r.name, r.description, r.is_system,
  array(
    select rp.permission || case rp.scope when 'own' then ':own' else '' end
    from role_permissions rp
    where rp.tenant_id = $1 and rp.role_id = r.id
    order by 1
  ) as permissions,
  array(
    select i.junior_id from role_inheritance i
    where i.tenant_id = $1 and i.role_id = r.id
    order by 1
  ) as inherits,
  array(
    select distinct rp.permission || case rp.scope when 'own' then ':own' else '' end
    from role_closure rc
    join role_permissions rp on rp.tenant_id = $1 and rp.role_id = rc.reaches_id
    where rc.tenant_id = $1 and rc.role_id = r.id and rc.reaches_id <> r.id
    order by 1
  ) as inherited_permissions,
  r.created_at, r.updated_at`
