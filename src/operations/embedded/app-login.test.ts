import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import { removeInside } from '../../foundation/guard.ts'
import { appLogin } from './app-login.ts'
import { startEmbedded } from './embedded.ts'

const directory = await mkdtemp(join(tmpdir(), 'reeve-test-'))
const server = await startEmbedded({ directory, settings: { fsync: 'off' } })
afterAll(async () => {
  await server.stop()
  await removeInside(tmpdir(), directory)
})

async function asApp(password: string): Promise<string> {
  const { host, port } = server
  const client = new pg.Client({ host, port, user: 'reeve_app', password, database: 'postgres' })
  await client.connect()
  const { rows } = await client.query<{ name: string }>('select current_user as name')
  await client.end()
  return rows[0]!.name
}

test('reeve_app logs in with the same password every time, also after somebody gave it another one', async () => {
  const superuser = new pg.Client(server.url())
  await superuser.connect()
  await superuser.query('create role reeve_app nologin')

  const password = await appLogin(server, 'postgres')
  expect(await asApp(password)).toBe('reeve_app')
  expect(await appLogin(server, 'postgres')).toBe(password)

  await superuser.query("alter role reeve_app password 'somebody knows better'")
  await superuser.end()
  await appLogin(server, 'postgres')
  expect(await asApp(password)).toBe('reeve_app')
})
