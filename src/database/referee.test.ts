import { expect, test } from 'vitest'
import { testDatabase } from '../testing/database.ts'
import { aTenant, aUser, type Person } from '../testing/people.ts'
import { inTenant, type Context, type Transaction } from './database.ts'

const { database, admin } = await testDatabase()
const acme = await aTenant(database, 'Acme')
const adam = await aUser(database, acme, { name: 'Adam Admin', roles: ['admin'] })
const olive = acme.owner
const forNobody: Context = { tenantId: acme.tenantId, actor: { kind: 'nobody' }, requestId: 'referee' }
/** SQL as it comes, in a transaction that has declared its context. */
const declared = <T>(context: Context, work: (tx: Transaction) => Promise<T>) =>
  inTenant(database, context, async (tx) => {
    await tx.start()
    return work(tx)
  })
const as = ({ context }: Pick<Person, 'context'>, work: (tx: Transaction) => Promise<unknown>) =>
  declared(context, work)
const psql = (text: string) => as({ context: forNobody }, (tx) => tx.client.query(text))
const owners = `select count(*)::int as owners from user_roles ur join roles r on r.tenant_id = ur.tenant_id and r.id = ur.role_id
  where r.tenant_id = '${acme.tenantId}' and r.name = 'owner'`
const ofAcme = `tenant_id = '${acme.tenantId}'`
const away = `set_config('reeve.tenant_id', '', true)`

// The rules read under row-level security: in a tenant that is no longer declared they would find nothing to object to.
test.each([
  ['the last owner', `with gone as (delete from user_roles returning 1) select ${away} from gone`],
  ['the last owner, row by row', `delete from user_roles where ${ofAcme} and ${away} is not null`],
  [
    'what owners may do',
    `delete from role_permissions where ${ofAcme} and permission = '*:*' and ${away} is not null`,
  ],
  [
    'a system role',
    `update roles set name = 'x' where ${ofAcme} and name = 'viewer' and ${away} is not null`,
  ],
])('%s does not go by looking away in the middle of a statement', async (_, statement) => {
  await expect(psql(statement), statement).rejects.toMatchObject({ code: 'RV006' })
  expect((await admin.query(owners)).rows).toEqual([{ owners: 1 }])
})

test.each([
  ['whoever looks away at the end', `set local reeve.tenant_id = ''`],
  ['an owner who is suspended', `update users set suspended_at = now()`],
  ['an owner who begins tomorrow', `update user_roles set valid_from = now() + interval '1 day'`],
])('a tenant is not born with %s', async (_, spoiling) => {
  const id = crypto.randomUUID()
  const birth = declared({ ...forNobody, tenantId: id }, async (tx) => {
    await tx.client.query(`insert into tenants (id, slug, name) values ('${id}', '${id}', 'Newborn')`)
    if (!spoiling.startsWith('set')) {
      await tx.client.query(`
        insert into roles (tenant_id, name, is_system) values ('${id}', 'owner', true);
        insert into role_permissions (tenant_id, role_id, permission) select tenant_id, id, '*:*' from roles;
        insert into users (tenant_id, email, name) values ('${id}', 'o@example.com', 'Olive');
        insert into user_roles (tenant_id, user_id, role_id) select tenant_id, u.id, r.id from users u join roles r using (tenant_id)`)
    }
    await tx.client.query(spoiling)
  })
  await expect(birth).rejects.toThrow()
  expect((await admin.query('select from tenants where id = $1', [id])).rowCount).toBe(0)
})

test('an admin takes no role from what they do not hold, moves no assignment, and becomes nobody else', async () => {
  const { rows } = await admin.query<{ id: string }>(
    `with made as (insert into roles (tenant_id, name) values ($1, 'closer') returning id)
     insert into role_permissions (tenant_id, role_id, permission) select $1, id, 'tenant:delete' from made returning role_id as id`,
    [acme.tenantId],
  )
  for (const [code, text] of [
    ['RV002', `delete from role_permissions where role_id = '${rows[0]!.id}'`],
    ['RV002', `update users set email = 'evil@example.com' where id = '${olive.userId}'`],
    ['RV002', `update users set account_id = null where id = '${olive.userId}'`],
    [
      'RV002',
      `update user_roles set valid_until = now() + interval '1 day' where user_id = '${olive.userId}'`,
    ],
    ['42501', `update user_roles set user_id = '${adam.userId}' where user_id = '${olive.userId}'`],
    ['42501', `update invitations set token_hash = sha256('mine')`],
  ] as const) {
    await expect(
      as(adam, (tx) => tx.client.query(text)),
      text,
    ).rejects.toMatchObject({ code })
  }
})

test('who is an admin for a day gives it to nobody for longer, not even to themself', async () => {
  const tom = await aUser(database, acme, { roles: ['admin'] })
  await admin.query(`update user_roles set valid_until = now() + interval '1 day' where user_id = $1`, [
    tom.userId,
  ])
  const give = (until: string) => `insert into user_roles (tenant_id, user_id, role_id, valid_until)
    select tenant_id, '${tom.userId}', id, ${until} from roles where name = 'viewer'`
  const more = `insert into role_permissions (tenant_id, role_id, permission) select tenant_id, id, 'users:update' from roles where name = 'viewer'`

  await expect(as(tom, (tx) => tx.client.query(give('null')))).rejects.toMatchObject({ code: 'RV002' })
  await expect(as(tom, (tx) => tx.client.query(more))).rejects.toMatchObject({ code: 'RV002' })
  await as(tom, (tx) => tx.client.query(give(`now() + interval '1 hour'`)))
})

test('what belongs to no tenant is read by the operator alone', async () => {
  const nil = '00000000-0000-0000-0000-000000000000'
  const count = (actor: Context['actor']) =>
    declared({ tenantId: nil, actor, requestId: 'referee' }, async (tx) => {
      const { rows } = await tx.client.query<{ n: number }>('select count(*)::int as n from audit_logs')
      return rows[0]!.n
    })
  expect(await count({ kind: 'nobody' })).toBe(0)
  expect(await count({ kind: 'operator', name: 'root' })).toBeGreaterThan(0)
})

test('months are those of UTC, whatever the clock of the session', async () => {
  await psql(
    `set local timezone = 'Asia/Tokyo'; select reeve.audit_partitions_ensure((current_date + 700), 1)`,
  )
  await psql(`select reeve.audit_partitions_ensure((current_date + 660), 3)`)
  await expect(psql(`select reeve.audit_partitions_ensure('0500-01-01', 120)`)).rejects.toMatchObject({
    code: '22023',
  })
})
