import { expect, test } from 'vitest'
import type { InvalidConfiguration } from '../foundation/environment.ts'
import { readOptions, type ReeveOptions } from './options.ts'

const url = 'postgresql://reeve_app:hush@db.example.com:5432/reeve'
const keys = `k:${Buffer.from(Array.from({ length: 32 }, (_, i) => i)).toString('base64')}`

test('everything may come from the options', () => {
  const config = readOptions(
    { databaseUrl: url, poolSize: 3, secretKeys: keys, trustProxy: 'loopback, 10.0.0.0/8' },
    { NODE_ENV: 'production' },
  )
  expect(config.database).toMatchObject({ user: 'reeve_app', name: 'reeve' })
  expect(config.pool.poolSize).toBe(3)
  expect(config.secretKeys).toHaveLength(1)
  expect(config.trustProxy).toBe('loopback,10.0.0.0/8')
})

test('everything may come from the environment, and options come first', () => {
  const environment = { DATABASE_URL: url, DATABASE_POOL_SIZE: '7', DATABASE_LOCK_TIMEOUT_MS: '100' }
  expect(readOptions({}, environment).pool).toMatchObject({ poolSize: 7, lockTimeoutMs: 100 })
  expect(readOptions({ poolSize: 8 }, environment).pool.poolSize).toBe(8)
  const other = readOptions({ databaseUrl: 'postgresql://a:b@c/d' }, { ...environment, POSTGRES_URL: url })
  expect(other.database.name).toBe('d')
  expect(readOptions({ databaseUrl: undefined }, { POSTGRES_URL: url }).database.name).toBe('reeve')
  const parts = { DATABASE_HOST: 'h', DATABASE_USER: 'u', DATABASE_NAME: 'n', DATABASE_PASSWORD: 'p' }
  expect(readOptions({}, parts).database).toMatchObject({ name: 'n', password: 'p' })
  expect(readOptions({ databaseUrl: 'postgresql://a@c/d' }, parts).database).toMatchObject({
    name: 'd',
    password: 'p',
  })
})

test('what a program keeps in its environment for itself is no reason to refuse it', () => {
  const theirs = {
    ...{ PORT: '/run/app.sock', HOST: '::1%eth0', LOG_LEVEL: 'http', REDIS_URL: 'unix:///redis' },
    ...{ SMTP_URL: 'smtp+starttls://x', PUBLIC_URL: 'app://local', DATABASE_ADMIN_URL: 'none' },
  }
  expect(readOptions({ databaseUrl: url }, theirs).environment).toBe('development')
  expect(readOptions({ databaseUrl: url }, { ...theirs, NODE_ENV: 'test' }).environment).toBe('test')
})

test('what is neither development nor test is in earnest', () => {
  for (const NODE_ENV of ['production', 'staging', 'Production', '']) {
    expect(readOptions({ databaseUrl: url, secretKeys: keys }, { NODE_ENV }).environment).toBe('production')
    expect(() => readOptions({ databaseUrl: url }, { NODE_ENV })).toThrow('SECRET_KEYS is missing')
  }
})

const unusable: [string, ReeveOptions | object, string][] = [
  ['a URL of another scheme', { databaseUrl: 'mysql://root:hush@db/app' }, 'databaseUrl does not begin with'],
  ['a URL without a database', { databaseUrl: 'postgresql://me:hush@db' }, 'databaseUrl names no database'],
  ['an empty URL', { databaseUrl: '' }, 'databaseUrl'],
  ['a URL that is none', { databaseUrl: { host: 'db' } }, 'databaseUrl does not begin with'],
  [
    'no connection at all',
    { databaseUrl: url, poolSize: 0 },
    'poolSize is not a whole number from 1 to 1000',
  ],
  ['half a connection', { databaseUrl: url, poolSize: 2.5 }, 'poolSize is not a whole number'],
  ['no number', { databaseUrl: url, poolSize: Number.NaN }, 'poolSize is not a whole number'],
  ['a short key', { databaseUrl: url, secretKeys: 'k:aGk=' }, 'secretKeys is unusable'],
  ['every proxy', { databaseUrl: url, trustProxy: '*' }, 'trustProxy names something else'],
  ['a misspelt option', { databaseURL: url }, 'databaseURL is no option of createReeve()'],
  ['nothing', {}, 'DATABASE_URL is missing, and so is the option databaseUrl'],
]

test.each(unusable)('refused, by its name, with a reason and an example: %s', (_, options, reason) => {
  try {
    readOptions(options as ReeveOptions, {})
    expect.unreachable()
  } catch (error) {
    const { code, message, problems } = error as InvalidConfiguration
    expect(code).toBe('invalid_configuration')
    expect(message).toContain(reason)
    expect(problems[0]!.example).not.toBe('')
    expect(message).not.toContain('hush')
  }
})
