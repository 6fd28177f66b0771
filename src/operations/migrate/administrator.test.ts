import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import { asServer } from '../../database/login.ts'
import type { Access } from '../../database/pool.ts'
import { removeInside } from '../../foundation/guard.ts'
import { startEmbedded } from '../embedded/embedded.ts'
import { deploy } from './deploy.ts'
import { houseRoles } from './roles.ts'

const prisma = fileURLToPath(new URL('../../../prisma', import.meta.url))

// A server of its own: roles belong to the whole cluster, and here nobody has made them yet.
const directory = await mkdtemp(join(tmpdir(), 'reeve-test-'))
const binaries = process.env['REEVE_TEST_POSTGRES']
const server = await startEmbedded({
  directory,
  ...(binaries ? { binaries } : {}),
  settings: { fsync: 'off' },
})
afterAll(async () => {
  await server.stop()
  await removeInside(tmpdir(), directory)
})

const access: Access = {
  ...{ host: server.host, port: server.port, user: 'adm', password: 'a password', database: 'product' },
  ...{ poolSize: 1, acquireTimeoutMs: 5_000, statementTimeoutMs: 5_000, lockTimeoutMs: 5_000 },
  idleInTransactionTimeoutMs: 5_000,
}
const { host, port, user, password, database } = access
const to = {
  connect: () => ({ host, port, user, password, database }),
  folder: join(prisma, 'migrations'),
  roles: houseRoles(prisma),
}

test('a login that owns the database and may create roles needs no superuser, to deploy and to develop', async () => {
  const superuser = new pg.Client(server.url())
  await superuser.connect()
  await superuser.query("create role adm login createrole password 'a password'")
  await superuser.query('create database product owner adm')
  await superuser.end()

  expect(await deploy(to)).toMatchObject({ pending: [], already: 0 })
  expect((await deploy(to)).applied).toEqual([])

  const acting = await asServer(access, false)
  expect(acting.role).toBe('reeve_app')
  const client = new pg.Client({ host, port, user, password, database, options: '-c role=reeve_app' })
  await client.connect()
  const { rows } = await client.query<{ name: string; people: string }>(
    'select current_user as name, (select count(*) from users) as people',
  )
  expect(rows).toEqual([{ name: 'reeve_app', people: '0' }])
  await client.end()
})

test('in production the same login is no server: it owns the schema', async () => {
  await expect(asServer(access, true)).rejects.toMatchObject({ code: 'unsafe_role' })
})
