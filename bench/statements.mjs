// What is asked in SQL by those who write it themselves: for the same answers as Reeve's verbs give.
const person = `u.id, u.account_id, u.email, u.username, u.name, u.phone, u.avatar_url, u.is_active, u.is_verified,
  u.suspended_at, u.suspension_reason, u.last_login_at, u.created_at, u.updated_at`

/** `$1` the tenant, `$2` the address. */
export const userByEmail = `select ${person} from users u where u.tenant_id = $1 and u.email = $2`

/** `$1` the hash of a token: the session, its account, and in each of its tenants the user, roles and permissions. */
export const sessionWithRoles = `
  select s.id as session_id, a.id as account_id, e.email, a.name as account_name,
         least(s.expires_at, s.last_seen_at + make_interval(secs => s.idle_seconds)) as expires_at,
         t.id as tenant_id, u.id as user_id, t.slug, t.name as tenant_name,
         array(select r.name from user_roles ur join roles r on r.tenant_id = ur.tenant_id and r.id = ur.role_id
               where ur.tenant_id = u.tenant_id and ur.user_id = u.id
                 and ur.valid_from <= now() and (ur.valid_until is null or ur.valid_until > now())) as roles,
         array(select case rp.scope when 'own' then rp.permission || ':own' else rp.permission end from user_roles ur
               join role_permissions rp on rp.tenant_id = ur.tenant_id and rp.role_id = ur.role_id
               where ur.tenant_id = u.tenant_id and ur.user_id = u.id
                 and ur.valid_from <= now() and (ur.valid_until is null or ur.valid_until > now())) as permissions
  from sessions s
  join accounts a on a.id = s.account_id and a.disabled_at is null
  join account_emails e on e.account_id = a.id and e.is_primary
  join users u on u.account_id = a.id and u.is_active
  join tenants t on t.id = u.tenant_id and t.deleted_at is null
  where s.token_hash = $1 and s.revoked_at is null and s.expires_at > now()
    and s.last_seen_at + make_interval(secs => s.idle_seconds) > now()`

/** The same without permissions. */
export const sessionWithRoleNames = sessionWithRoles.replace(/,\s+array\(select case[^]*?as permissions/, '')

/** `$1` the tenant, `$2` behind which id, `$3` how many: people with their roles, a row for each role. */
export const pageWithRoles = `
  select ${person}, r.id as role_id, r.name as role, ur.valid_from, ur.valid_until
  from (select * from users u where u.tenant_id = $1 and u.id < $2 order by u.id desc limit $3) u
  left join user_roles ur on ur.tenant_id = $1 and ur.user_id = u.id
  left join roles r on r.tenant_id = $1 and r.id = ur.role_id
  order by u.id desc, r.name`

/** No id is greater. */
export const beyondEveryId = 'ffffffff-ffff-ffff-ffff-ffffffffffff'
