/** What the database itself guarantees of the audit log, whoever is connected to it. */
import { expect, test } from 'vitest'
import { uuidV7 } from '../foundation/id.ts'
import { testDatabase } from '../testing/database.ts'
import { aTenant, aUser } from '../testing/people.ts'

const { database, admin } = await testDatabase()
const acme = await aTenant(database)
const { tenantId } = acme
const login = (await admin.query('select session_user as login')).rows[0].login
const nobody = '00000000-0000-0000-0000-000000000000'

/** What is written down from now on, the oldest first. */
const follow = async () => {
  const { rows } = await admin.query('select coalesce(max(id), 0) as last from audit_logs')
  return async () =>
    (await admin.query('select * from audit_logs where id > $1 order by id', [rows[0].last])).rows
}

test('a change made in psql is written down under the name of the login', async () => {
  const mia = await aUser(database, acme)
  const written = await follow()

  await admin.query(`update users set phone = '+49 30 1' where tenant_id = $1 and id = $2`, [
    tenantId,
    mia.userId,
  ])

  expect(await written()).toEqual([
    expect.objectContaining({
      tenant_id: tenantId,
      action: 'user.updated',
      entity_id: mia.userId,
      user_id: null,
      operator: null,
      db_role: login,
      old_values: { phone: null },
      new_values: { phone: '+49 30 1' },
    }),
  ])
})

test('roles that are made, given and taken away in psql are written down', async () => {
  const mia = await aUser(database, acme)
  const roleId = uuidV7()
  const written = await follow()

  await admin.query(`insert into roles (tenant_id, id, name) values ($1, $2, 'Auditors')`, [tenantId, roleId])
  await admin.query(`insert into role_permissions values ($1, $2, 'audit:read', 'any')`, [tenantId, roleId])
  await admin.query('insert into user_roles (tenant_id, user_id, role_id) values ($1, $2, $3)', [
    tenantId,
    mia.userId,
    roleId,
  ])
  await admin.query('delete from user_roles where tenant_id = $1 and role_id = $2', [tenantId, roleId])
  await admin.query('delete from roles where tenant_id = $1 and id = $2', [tenantId, roleId])

  const actions = (await written()).map(({ action, db_role }) => `${action} by ${db_role}`)
  expect(actions).toEqual([
    `role.created by ${login}`,
    `role_permission.created by ${login}`,
    `user_role.created by ${login}`,
    `user_role.deleted by ${login}`,
    `role.deleted by ${login}`,
    `role_permission.deleted by ${login}`,
  ])
})

test('a password, a session and an invitation are written down without their secrets', async () => {
  const { owner } = acme
  const written = await follow()

  const hash = '$argon2id$v=19$m=19456,t=2,p=1$c2VjcmV0c2FsdA$c2VjcmV0aGFzaA'
  const token = Buffer.alloc(32, 7)
  await admin.query('insert into credentials (account_id, hash) values ($1, $2)', [owner.accountId, hash])
  await admin.query('update credentials set hash = $2 where account_id = $1', [owner.accountId, `${hash}x`])
  await admin.query(
    `insert into sessions (account_id, token_hash, idle_seconds, expires_at) values ($1, $2, 60, now() + interval '1 day')`,
    [owner.accountId, token],
  )
  await admin.query(
    `insert into invitations (tenant_id, email, token_hash, expires_at) values ($1, 'kim@example.com', $2, now())`,
    [tenantId, token],
  )

  const lines = await written()
  expect(lines.map(({ action, tenant_id }) => [action, tenant_id])).toEqual([
    ['credential.created', nobody],
    ['credential.updated', nobody],
    ['session.created', nobody],
    ['invitation.created', tenantId],
  ])
  const told = JSON.stringify(lines)
  for (const secret of [hash, 'argon2', token.toString('hex'), '0707', 'token_hash', '"hash"']) {
    expect(told).not.toContain(secret)
  }
})

test('what changes nothing that counts is not written down', async () => {
  const mia = await aUser(database, acme)
  const written = await follow()

  await admin.query('update users set name = name, last_login_at = now() where id = $1', [mia.userId])

  expect(await written()).toEqual([])
})

test('a change that is undone leaves no line', async () => {
  const written = await follow()
  const client = await admin.connect()
  await client.query('begin')
  await client.query(`update tenants set name = 'Nope' where id = $1`, [tenantId])
  await client.query('rollback')
  client.release()

  expect(await written()).toEqual([])
})

test('the server cannot write a line of its own', async () => {
  const forge = database.pool.query(
    `insert into audit_logs (tenant_id, action, entity_type, db_role) values ($1, 'user.created', 'user', 'nobody')`,
    [tenantId],
  )
  await expect(forge).rejects.toMatchObject({ code: '42501' })

  const client = await database.pool.connect()
  try {
    await client.query('begin')
    await client.query('select reeve.set_context($1, $2)', [tenantId, '{"operator": "me"}'])
    const declared = client.query(
      `insert into audit_logs (tenant_id, action, entity_type, db_role) values ($1, 'user.created', 'user', 'nobody')`,
      [tenantId],
    )
    await expect(declared).rejects.toMatchObject({ code: '42501' })
  } finally {
    await client.query('rollback')
    client.release()
  }
})

test.each(["update audit_logs set action = 'nothing'", 'delete from audit_logs', 'truncate audit_logs'])(
  '%s is refused, to the server and to the superuser',
  async (statement) => {
    await expect(database.pool.query(statement)).rejects.toMatchObject({ code: '42501' })
    await expect(admin.query(statement)).rejects.toMatchObject({ code: 'RV005' })
  },
)

test('a partition is no way round', async () => {
  for (const statement of [
    "update audit_logs_default set action = 'nothing'",
    'delete from audit_logs_default',
  ]) {
    await expect(database.pool.query(statement)).rejects.toMatchObject({ code: '42501' })
    await expect(admin.query(statement)).rejects.toMatchObject({ code: 'RV005' })
  }
  await expect(database.pool.query('truncate audit_logs_default')).rejects.toMatchObject({ code: '42501' })
})

test('a line of a month without a partition waits, and moves when its month is made', async () => {
  const where = async () => {
    const { rows } = await admin.query(
      `select tableoid::regclass::text as partition from audit_logs where action = 'far.ahead' order by created_at`,
    )
    return rows.map(({ partition }) => partition)
  }
  for (const time of [
    '2031-04-30T23:59:59.999999Z',
    '2031-05-01T00:00:00Z',
    '2031-05-31T23:59:59.999999Z',
    '2031-06-01T00:00:00Z',
  ]) {
    await admin.query(
      `insert into audit_logs (tenant_id, created_at, action, entity_type, db_role) values ($1, $2, 'far.ahead', 'test', 'postgres')`,
      [tenantId, time],
    )
  }
  expect(new Set(await where())).toEqual(new Set(['audit_logs_default']))

  const make = () => database.pool.query(`select reeve.audit_partitions_ensure('2031-05-15', 1) as made`)
  expect((await make()).rows).toEqual([{ made: 1 }])
  expect(await where()).toEqual([
    'audit_logs_default',
    'audit_logs_2031_05',
    'audit_logs_2031_05',
    'audit_logs_default',
  ])

  expect((await make()).rows).toEqual([{ made: 0 }])
  await expect(admin.query(`delete from audit_logs where action = 'far.ahead'`)).rejects.toMatchObject({
    code: 'RV005',
  })
})

test('a tenant reads its own lines and nobody else’s, not even through a partition', async () => {
  const globex = await aTenant(database, 'Globex')
  const client = await database.pool.connect()
  try {
    await client.query('begin')
    await client.query('select reeve.set_context($1, $2)', [globex.tenantId, '{}'])
    const { rows } = await client.query('select distinct tenant_id from audit_logs')
    expect(rows).toEqual([{ tenant_id: globex.tenantId }])
    await expect(client.query('select from audit_logs_default')).rejects.toMatchObject({ code: '42501' })
  } finally {
    await client.query('rollback')
    client.release()
  }
})
