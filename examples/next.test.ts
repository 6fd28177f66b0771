import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { home } from '../src/foundation/package.ts'
import { newKey } from '../src/foundation/secret.ts'
import { startService } from '../src/testing/example.ts'
import { testPeopleService } from '../src/testing/people-service.ts'
import { translated } from '../src/testing/program.ts'
import { send } from '../src/testing/service.ts'

const folder = join(home, 'examples/next')
const next = join(folder, 'node_modules/next/dist/bin/next')
const env = { NEXT_TELEMETRY_DISABLED: '1', SECRET_KEYS: newKey('test') }

const { at, owner } = await testPeopleService(async (databaseUrl) => {
  await install()
  await run(process.execPath, [next, 'build'])
  return startService([next, 'start'], folder, { ...env, NODE_ENV: 'production', DATABASE_URL: databaseUrl })
})

const bearer = { authorization: `Bearer ${owner.token}` }
const people = () => `${at()}/${owner.tenantId}/people.json`

test('a route of one’s own tells refusals as problems', async () => {
  expect((await send(people())).body).toMatchObject({ status: 401, code: 'not_signed_in' })
  const json = { name: 'Kim', email: 'ada@example.net' }
  expect((await send(people(), { method: 'POST', json, headers: bearer })).body).toMatchObject({
    status: 409,
    code: 'email_taken',
  })
  const made = await send(people(), {
    method: 'POST',
    json: { ...json, email: 'kim@example.net' },
    headers: bearer,
  })
  expect([made.status, made.body]).toMatchObject([201, { name: 'Kim' }])
  const elsewhere = people().replace(owner.tenantId, '01890000-0000-7000-8000-000000000000')
  expect((await send(elsewhere, { headers: bearer })).body).toMatchObject({ code: 'not_found' })
})

test('with a cookie alone, other sites change nothing', async () => {
  const mine = { cookie: `__Host-reeve_session=${owner.token}` }
  const json = { name: 'Evil', email: 'evil@example.net' }
  const from = async (headers: Record<string, string>) =>
    (await send(people(), { method: 'POST', json, headers: { ...mine, ...headers } })).body['code']
  expect(await from({ 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' })).toBe('cross_site')
  expect(await from({ origin: 'https://evil.example' })).toBe('cross_site')
  expect(await from({ 'sec-fetch-site': 'same-origin', origin: at() })).toBeUndefined()
  const api = `${at()}/v1/tenants/${owner.tenantId}/users`
  const over = await send(api, { method: 'POST', json, headers: { ...mine, 'sec-fetch-site': 'cross-site' } })
  expect(over.body).toMatchObject({ code: 'cross_site' })
})

test('whoever is not signed in is sent to the way in, and a tenant of others is not there', async () => {
  const page = `${at()}/${owner.tenantId}/people`
  const nobody = await send(page)
  expect([nobody.status, nobody.headers.get('location')]).toEqual([307, '/'])
  const elsewhere = page.replace(owner.tenantId, '01890000-0000-7000-8000-000000000000')
  expect((await send(elsewhere, { headers: { cookie: `__Host-reeve_session=${owner.token}` } })).status).toBe(
    404,
  )
})

test('where a session was opened is known, also through the API', async () => {
  const json = { email: owner.email, password: 'correct horse battery' }
  const { body } = await send<{ token: string }>(`${at()}/v1/sessions`, { method: 'POST', json })
  const { body: sessions } = await send<{ items: { ip: string }[] }>(`${at()}/v1/account/sessions`, {
    headers: { authorization: `Bearer ${body.token}` },
  })
  expect(sessions.items[0]!.ip).toMatch(/^(127\.0\.0\.1|::1)$/)
})

/** What its package.json asks for, and Reeve as the sources are now. */
async function install(): Promise<void> {
  // Without a lock file: some registries do not have the compiler for every platform, and npm ci wants all of them.
  if (!existsSync(next))
    await run('npm', ['install', '--no-package-lock', '--no-audit', '--no-fund', '--ignore-scripts'])
  const program = await translated({ declarations: true })
  await run(process.execPath, ['borrow-reeve.mjs', program.folder])
  await program.remove()
}

async function run(command: string, args: string[]): Promise<void> {
  const { NODE_ENV: _, ...inherited } = process.env // Next knows best, and npm leaves out what only tests need
  const options = { cwd: folder, env: { ...inherited, ...env }, timeout: 300_000, maxBuffer: 10_000_000 }
  await promisify(execFile)(command, args, options).catch((error: { stdout: string; stderr: string }) => {
    throw new Error(`${command} ${args.join(' ')}\n${error.stdout}${error.stderr}`, { cause: error })
  })
}
