import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { removeInside } from '../foundation/guard.ts'
import { testApp } from '../testing/http.ts'

const page = '<!doctype html><title>Console</title>'
const script = 'console.log(1)'

const folder = await mkdtemp(join(tmpdir(), 'reeve-console-'))
afterAll(() => removeInside(tmpdir(), folder))
await mkdir(join(folder, 'assets'))
await writeFile(join(folder, 'index.html'), page)
await writeFile(join(folder, 'assets/index-4a5b.js'), script)
await writeFile(join(folder, 'assets/index-4a5b.js.br'), brotliCompressSync(script))

const { ask, app, routes } = await testApp({ console: folder })
const inBrowser = { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } }

test('a person finds the console at every address that is no other’s, and it is asked for again each time', async () => {
  for (const url of ['/', '/sign-in', '/tenants/1/users', '/tenants/1/users?q=kim', '/a/place/of/tomorrow']) {
    const answer = await ask('GET', url, inBrowser)
    expect([url, answer.status, answer.body]).toEqual([url, 200, page])
    expect(answer.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
    })
  }
  expect(await ask('HEAD', '/sign-in', inBrowser)).toMatchObject({ status: 200, body: '' })
})

test('a program is told that there is nothing, and so is a person who asks the API', async () => {
  const nothing = { status: 404, body: { code: 'not_found' } }
  expect(await ask('GET', '/sign-in')).toMatchObject(nothing)
  expect(await ask('GET', '/assets/index-of-yesterday.js', { headers: { accept: '*/*' } })).toMatchObject(
    nothing,
  )
  expect(await ask('GET', '/v1/nothing', inBrowser)).toMatchObject(nothing)
  expect(await ask('POST', '/sign-in', inBrowser)).toMatchObject(nothing)
  expect(await ask('GET', '/v1/session', inBrowser)).toMatchObject({ status: 401 })
})

test('what never changes under its name is kept for a year, and travels compressed', async () => {
  const plain = await ask('GET', '/assets/index-4a5b.js')
  expect(plain).toMatchObject({
    status: 200,
    body: script,
    headers: { 'cache-control': 'public, max-age=31536000, immutable', vary: 'accept-encoding' },
  })
  expect(plain.headers['content-type']).toMatch(/javascript/)

  const headers = { 'accept-encoding': 'gzip, br' }
  const small = await app.inject({ url: '/assets/index-4a5b.js', headers })
  expect(small.headers).toMatchObject({
    'content-encoding': 'br',
    'content-type': plain.headers['content-type'],
  })
  expect(brotliDecompressSync(small.rawPayload).toString()).toBe(script)
})

test('the page may load its own scripts and nobody else’s, and stand in nobody’s frame', async () => {
  const { headers } = await ask('GET', '/', inBrowser)
  expect(String(headers['content-security-policy']).split(';')).toEqual([
    "default-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: https:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ])
})

test('nothing outside of its folder is served', async () => {
  for (const url of [
    '/../package.json',
    '/assets/../../package.json',
    '/%2e%2e/package.json',
    '/assets/..%2f..%2fpackage.json',
    '/.env',
  ]) {
    expect([url, (await ask('GET', url)).status]).toEqual([url, 404])
  }
  expect(routes.map(({ url }) => url).filter((url) => /\.(br|gz)$/.test(url))).toEqual([])
})
