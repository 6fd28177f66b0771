// Who and what the samples speak of: the tenant of two hundred thousand, its owner, one of its members, and so on.
import pg from 'pg'

export async function facts(url) {
  const client = new pg.Client(url)
  await client.connect()
  const one = async (text, values = []) => {
    const { rows } = await client.query(text, values)
    if (rows.length === 0) throw new Error(`nothing found for: ${text}`)
    return rows[0]
  }
  try {
    const { id: tenant } = await one(`select id from tenants where slug = 'tenant-1'`)
    const { id: small } = await one(`select id from tenants where slug = 'tenant-77'`)
    const person = (n, where = tenant) =>
      one(
        'select id as user, account_id as account, email, tenant_id as tenant from users where tenant_id = $1 and email = $2',
        [where, `person${n}@example.com`],
      )
    const role = async (name) =>
      (await one('select id from roles where tenant_id = $1 and name = $2', [tenant, name])).id
    const owner = await person(1)
    return {
      tenant,
      small,
      owner,
      smallOwner: await person(77, small),
      member: await person(500_003),
      suspended: await one(
        'select id as user from users where tenant_id = $1 and not is_active order by id limit 1 offset 500',
        [tenant],
      ),
      middle: (
        await one('select id from users where tenant_id = $1 order by id limit 1 offset 100000', [tenant])
      ).id,
      page: (
        await client.query(
          'select id as user, email from users where tenant_id = $1 order by id desc limit 64',
          [tenant],
        )
      ).rows,
      middleAt: (
        await one(
          'select created_at::text as at from users where tenant_id = $1 order by created_at limit 1 offset 100000',
          [tenant],
        )
      ).at,
      roles: {
        owner: await role('owner'),
        member: await role('member'),
        common: await role('role 6'),
        rare: await role('role 15'),
        other: await role('role 9'),
      },
      heldRole: await one(
        `select ur.user_id as user, ur.role_id as role from user_roles ur join roles r on r.tenant_id = ur.tenant_id and r.id = ur.role_id
         where ur.tenant_id = $1 and r.name = 'role 6' order by ur.user_id desc limit 1`,
        [tenant],
      ),
      session: await one(
        `select s.id, s.token_hash as hash, s.account_id as account from sessions s join users u on u.account_id = s.account_id
         where u.tenant_id = $1 and u.is_active and s.revoked_at is null and s.last_seen_at > now() - interval '7 days' order by s.id limit 1`,
        [tenant],
      ),
      hashes: (
        await client.query(
          'select token_hash as hash, account_id as account from sessions order by id desc limit 64',
        )
      ).rows.map(({ hash }) => hash),
      credential: await one('select hash from credentials where account_id = $1', [owner.account]),
      invitation: await one(
        `select id, token_hash as hash, email, role_id as role, invited_by as by from invitations
         where tenant_id = $1 and accepted_at is null and revoked_at is null and expires_at > now() order by id desc limit 1`,
        [tenant],
      ),
      busyPost: await one(
        `select p.id from posts p join comments c on c.tenant_id = p.tenant_id and c.post_id = p.id
         where p.tenant_id = $1 and p.title = 'Post 50' limit 1`,
        [tenant],
      ),
      post: await one(
        `select id from posts where tenant_id = $1 and user_id <> $2 order by id desc limit 1`,
        [tenant, owner.user],
      ),
      comment: await one(
        `select c.id, c.post_id as post from comments c join posts p on p.tenant_id = c.tenant_id and p.id = c.post_id
         where c.tenant_id = $1 and p.title <> 'Post 50' order by c.id desc limit 1`,
        [tenant],
      ),
      middleAudit: await one(
        `select to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, id from audit_logs
         where tenant_id = $1 and created_at < now() - interval '150 days' order by created_at desc limit 1`,
        [tenant],
      ),
    }
  } finally {
    await client.end()
  }
}
