import { inspect } from 'node:util'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readConfig } from './config.ts'
import { pgSettings } from './database-address.ts'
import { InvalidConfiguration, type Problem } from './environment.ts'
import { newKey } from './secret.ts'

const url = 'postgresql://kim:hush@db.example.com:5433/reeve'
const certificate = '-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n'
const files: Record<string, string> = {
  '/run/secrets/url': `${url}\n`,
  '/run/secrets/password': ' hu sh \r\n',
  '/run/secrets/level': 'warn\n',
  '/run/secrets/empty': '\n',
  '/etc/ca.pem': certificate,
  '/etc/key.pem': '-----BEGIN PRIVATE KEY-----\nhush\n',
}
const read = (variables: Record<string, string | undefined>) => readConfig(variables, { readFile })

test('nothing set is a development machine with a database of its own', () => {
  expect(read({})).toEqual({
    environment: 'development',
    database: undefined,
    adminDatabase: undefined,
    testDatabase: undefined,
    replicas: [],
    pool: {
      poolSize: 10,
      connectTimeoutMs: 5_000,
      acquireTimeoutMs: 5_000,
      statementTimeoutMs: 15_000,
      lockTimeoutMs: 5_000,
      idleInTransactionTimeoutMs: 10_000,
    },
    redisUrl: undefined,
    smtpUrl: undefined,
    host: '127.0.0.1',
    port: 3000,
    publicUrl: undefined,
    secretKeys: undefined,
    trustProxy: undefined,
    limits: { all: 60_000, costly: 30 },
    logLevel: 'debug',
  })
})

test('everything set is everything read', () => {
  const config = read({
    NODE_ENV: 'production',
    DATABASE_URL: url,
    DATABASE_ADMIN_URL: 'postgresql://owner:hush@db.example.com/reeve',
    DATABASE_URL_TEST: 'postgresql://kim:hush@localhost/test',
    DATABASE_REPLICA_URLS: 'postgresql://kim:hush@one:1,two:2/reeve, postgresql://kim:hush@three/reeve',
    DATABASE_POOL_SIZE: '25',
    DATABASE_CONNECT_TIMEOUT_MS: '1000',
    DATABASE_ACQUIRE_TIMEOUT_MS: '2000',
    DATABASE_STATEMENT_TIMEOUT_MS: '3000',
    DATABASE_LOCK_TIMEOUT_MS: '4000',
    DATABASE_IDLE_IN_TRANSACTION_TIMEOUT_MS: '6000',
    REDIS_URL: 'rediss://:hush@cache:6380/1',
    SMTP_URL: 'smtps://kim:hush@mail.example.com',
    HOST: '0.0.0.0',
    PORT: '8080',
    PUBLIC_URL: 'https://people.example.com/',
    TRUST_PROXY: 'loopback, 10.0.0.0/8,fd00::/8',
    SECRET_KEYS: `${newKey('b')},${newKey('a')}`,
    LOG_LEVEL: 'error',
  })

  expect(config).toMatchObject({
    environment: 'production',
    database: {
      hosts: [{ host: 'db.example.com', port: 5433 }],
      user: 'kim',
      password: 'hush',
      name: 'reeve',
    },
    adminDatabase: { user: 'owner' },
    testDatabase: { name: 'test' },
    replicas: [{ hosts: [{ host: 'one' }, { host: 'two' }] }, { hosts: [{ host: 'three' }] }],
    pool: {
      poolSize: 25,
      connectTimeoutMs: 1000,
      acquireTimeoutMs: 2000,
      statementTimeoutMs: 3000,
      lockTimeoutMs: 4000,
      idleInTransactionTimeoutMs: 6000,
    },
    redisUrl: 'rediss://:hush@cache:6380/1',
    smtpUrl: 'smtps://kim:hush@mail.example.com',
    host: '0.0.0.0',
    port: 8080,
    publicUrl: 'https://people.example.com',
    trustProxy: 'loopback,10.0.0.0/8,fd00::/8',
    secretKeys: [{ id: 'b' }, { id: 'a' }],
    logLevel: 'error',
  })
})

test('POSTGRES_URL is another name for DATABASE_URL, and they may not differ', () => {
  expect(read({ POSTGRES_URL: url }).database).toEqual(read({ DATABASE_URL: url }).database)
  expect(read({ POSTGRES_URL: url, DATABASE_URL: url }).database).toMatchObject({ user: 'kim' })
  expect(problemsOf({ POSTGRES_URL: url, DATABASE_URL: `${url}2` })).toMatchObject([{ name: 'POSTGRES_URL' }])
})

test('a database may come in parts', () => {
  const parts = {
    DATABASE_HOST: 'db',
    DATABASE_USER: 'kim',
    DATABASE_NAME: 'reeve',
    DATABASE_PASSWORD: ' hu@sh/ ',
  }

  expect(read(parts).database).toEqual({
    hosts: [{ host: 'db', port: 5432 }],
    user: 'kim',
    password: ' hu@sh/ ',
    name: 'reeve',
    ssl: { mode: 'disable', ca: undefined },
  })
  expect(read({ ...parts, DATABASE_HOST: 'one, ::1,/run', DATABASE_PORT: '6000' }).database?.hosts).toEqual([
    { host: 'one', port: 6000 },
    { host: '::1', port: 6000 },
    { host: '/run', port: 6000 },
  ])
})

test('a part that is missing is named, and a part beside a URL is refused', () => {
  expect(problemsOf({ DATABASE_HOST: 'db' }).map(({ name }) => name)).toEqual([
    'DATABASE_USER',
    'DATABASE_NAME',
  ])
  expect(problemsOf({ DATABASE_USER: 'kim', DATABASE_NAME: 'reeve' })).toMatchObject([
    { name: 'DATABASE_HOST' },
  ])
  expect(problemsOf({ DATABASE_URL: url, DATABASE_HOST: 'db' })).toMatchObject([{ name: 'DATABASE_HOST' }])
  expect(problemsOf({ DATABASE_HOST: 'db:5433', DATABASE_USER: 'kim', DATABASE_NAME: 'r' })).toMatchObject([
    { name: 'DATABASE_HOST', reason: expect.stringContaining('the port has its own variable') },
  ])
})

test('what Kubernetes sets for a service called database confuses nobody', () => {
  const set = { DATABASE_PORT: 'tcp://10.0.0.1:5432', DATABASE_SERVICE_HOST: '10.0.0.1' }

  expect(read(set).database).toBeUndefined()
  expect(read({ ...set, DATABASE_URL: url }).database).toMatchObject({ hosts: [{ port: 5433 }] })
})

test('the password may come by itself, as a mounted secret does', () => {
  const without = 'postgresql://kim@db/reeve'

  expect(
    read({ DATABASE_URL: without, DATABASE_PASSWORD_FILE: '/run/secrets/password' }).database,
  ).toMatchObject({
    password: ' hu sh ',
  })
  expect(problemsOf({ DATABASE_URL: url, DATABASE_PASSWORD: 'other' })).toMatchObject([
    { name: 'DATABASE_PASSWORD' },
  ])
})

test('every variable may be a file, whose last line break is not part of it', () => {
  expect(read({ DATABASE_URL_FILE: '/run/secrets/url' }).database).toEqual(
    read({ DATABASE_URL: url }).database,
  )
  expect(read({ LOG_LEVEL_FILE: '/run/secrets/level' }).logLevel).toBe('warn')
  expect(read({ LOG_LEVEL_FILE: '/run/secrets/empty' }).logLevel).toBe('debug')
})

test('a file that cannot be read is refused, and so is a variable that is said twice', () => {
  expect(problemsOf({ SECRET_KEYS_FILE: '/run/secrets/nothing' })).toMatchObject([
    { name: 'SECRET_KEYS_FILE', reason: expect.stringContaining('ENOENT') },
  ])
  expect(problemsOf({ PORT: '80', PORT_FILE: '/run/secrets/level' })).toMatchObject([{ name: 'PORT_FILE' }])
})

test('an empty variable is one that is not set', () => {
  expect(read({ DATABASE_URL: '', PORT: ' ', LOG_LEVEL: '', DATABASE_HOST: '' })).toEqual(read({}))
})

test('TLS: off, hidden, or checked; in the URL or beside it, but not both ways', () => {
  const ssl = (variables: object) => read({ DATABASE_URL: url, ...variables }).database?.ssl

  expect(ssl({})).toEqual({ mode: 'disable', ca: undefined })
  expect(ssl({ DATABASE_SSL: 'require' })).toEqual({ mode: 'require', ca: undefined })
  expect(ssl({ DATABASE_URL: `${url}?sslmode=verify-full` })).toEqual({ mode: 'verify-full', ca: undefined })
  expect(ssl({ DATABASE_URL: `${url}?sslmode=require`, DATABASE_SSL: 'require' })).toMatchObject({
    mode: 'require',
  })
  expect(problemsOf({ DATABASE_URL: `${url}?sslmode=disable`, DATABASE_SSL: 'require' })).toMatchObject([
    { name: 'DATABASE_URL', reason: expect.stringContaining('contradicts DATABASE_SSL') },
  ])
  expect(problemsOf({ DATABASE_SSL: 'prefer' })).toMatchObject([{ name: 'DATABASE_SSL' }])
})

test('certificates come as a path or as they are, and whoever names them wants them checked', () => {
  const checked = { mode: 'verify-full', ca: certificate }
  const ssl = (variables: object) => read({ DATABASE_URL: url, ...variables }).database?.ssl

  expect(ssl({ DATABASE_SSL_CA: '/etc/ca.pem' })).toEqual(checked)
  expect(ssl({ DATABASE_SSL_CA: certificate.trim(), DATABASE_SSL: 'verify-full' })).toMatchObject({
    mode: 'verify-full',
  })
  expect(ssl({ DATABASE_SSL_CA_FILE: '/etc/ca.pem' })?.mode).toBe('verify-full')
  expect(ssl({ DATABASE_URL: `${url}?sslmode=verify-full&sslrootcert=/etc/ca.pem` })).toEqual(checked)

  expect(problemsOf({ DATABASE_SSL_CA: '/etc/ca.pem', DATABASE_SSL: 'require' })).toMatchObject([
    { name: 'DATABASE_SSL_CA' },
  ])
  expect(problemsOf({ DATABASE_SSL_CA: '/etc/nothing.pem' })).toMatchObject([{ name: 'DATABASE_SSL_CA' }])
  expect(problemsOf({ DATABASE_SSL_CA: '/etc/key.pem' })).toMatchObject([{ reason: 'holds no certificate' }])
  expect(problemsOf({ DATABASE_URL: `${url}?sslmode=require&sslrootcert=/etc/ca.pem` })).toHaveLength(1)
})

test('pg is told in pieces, and our settings go along', () => {
  const settings = (ssl: string) =>
    pgSettings(read({ DATABASE_URL: url, DATABASE_SSL: ssl }).database!, { max: 3 })

  expect(settings('disable')).toEqual({
    host: 'db.example.com',
    port: 5433,
    user: 'kim',
    password: 'hush',
    database: 'reeve',
    ssl: false,
    max: 3,
  })
  expect(settings('require').ssl).toEqual({ rejectUnauthorized: false })
  expect(settings('verify-full').ssl).toEqual({ rejectUnauthorized: true })
  expect(pgSettings(read({ DATABASE_URL: url, DATABASE_SSL_CA: '/etc/ca.pem' }).database!).ssl).toEqual({
    rejectUnauthorized: true,
    ca: certificate,
  })
})

test('production needs keys; development may leave them to whoever starts the server', () => {
  expect(read({ NODE_ENV: 'development' }).secretKeys).toBeUndefined()
  expect(problemsOf({ NODE_ENV: 'production' })).toMatchObject([{ name: 'SECRET_KEYS' }])
  expect(read({ NODE_ENV: 'production', SECRET_KEYS: newKey('a') }).secretKeys).toMatchObject([{ id: 'a' }])
})

test('each environment has the log level that it needs', () => {
  expect(read({ NODE_ENV: 'test' }).logLevel).toBe('warn')
  expect(read({ NODE_ENV: 'production', SECRET_KEYS: newKey('a') }).logLevel).toBe('info')
})

test('whoever watches at a terminal is spared the statements, unless they ask for them', () => {
  const atTerminal = (variables: Record<string, string>) => readConfig(variables, { terminal: true }).logLevel
  expect(atTerminal({})).toBe('info')
  expect(atTerminal({ LOG_LEVEL: 'debug' })).toBe('debug')
  expect(atTerminal({ NODE_ENV: 'test' })).toBe('warn')
})

test.each([
  ['PORT', '65536', 'is not a whole number from 0 to 65535'],
  ['PORT', '-1', 'is not a whole number'],
  ['PORT', '80.5', 'is not a whole number'],
  ['PORT', '0x50', 'is not a whole number'],
  ['PORT', '1e3', 'is not a whole number'],
  ['DATABASE_POOL_SIZE', '0', 'is not a whole number from 1 to 1000'],
  ['DATABASE_STATEMENT_TIMEOUT_MS', '0', 'is not a whole number from 1 to 3600000'],
  ['DATABASE_STATEMENT_TIMEOUT_MS', '15s', 'is not a whole number'],
  ['NODE_ENV', 'staging', 'is none of development, test, production'],
  ['LOG_LEVEL', 'loud', 'is none of fatal, error'],
  ['HOST', 'http://localhost', 'is neither a name nor an address'],
  ['TRUST_PROXY', 'true', 'names something else than addresses'],
  ['TRUST_PROXY', '10.0.0.0/33', 'names something else than addresses'],
  ['TRUST_PROXY', 'loopback,proxy.example.com', 'names something else than addresses'],
  ['PUBLIC_URL', 'people.example.com', 'is no URL that begins with http:// or https://'],
  ['PUBLIC_URL', 'https://kim:hush@example.com', 'has more than a host'],
  ['PUBLIC_URL', 'https://example.com/?a', 'has more than a host'],
  ['REDIS_URL', 'http://cache', 'is no URL that begins with redis:// or rediss://'],
  ['SMTP_URL', 'mail.example.com', 'is no URL that begins with smtp:// or smtps://'],
  ['SECRET_KEYS', 'hush', 'is unusable: key 1 is not of the form id:base64'],
  ['DATABASE_URL', 'postgresql://kim:hush@localhost', 'names no database'],
  ['DATABASE_ADMIN_URL', 'hush', 'does not begin with postgresql://'],
  ['DATABASE_URL_TEST', 'hush', 'does not begin with postgresql://'],
  ['DATABASE_REPLICA_URLS', `${url},postgresql://hush`, 'names no user'],
])('%s=%s is refused with its name, the reason and an example', (name, value, reason) => {
  const [problem, ...others] = problemsOf({ [name]: value })

  expect(others).toEqual([])
  expect(problem).toMatchObject({ name, reason: expect.stringContaining(reason) })
  expect(problem!.example).not.toBe('')
})

test('an example that we give is one that we would take', () => {
  const bad = {
    DATABASE_URL: 'x',
    DATABASE_ADMIN_URL: 'x',
    REDIS_URL: 'x',
    SMTP_URL: 'x',
    PUBLIC_URL: 'x',
    HOST: '/',
    PORT: 'x',
  }
  const examples = problemsOf(bad).map(({ name, example }) => [name, example])

  expect(examples).toHaveLength(Object.keys(bad).length)
  expect(() => read(Object.fromEntries(examples))).not.toThrow()
})

test('all that is wrong is told at once, so that nobody starts five times', () => {
  const refused = refusalOf({ PORT: 'x', LOG_LEVEL: 'x', DATABASE_URL: 'x', NODE_ENV: 'production' })

  expect(refused.code).toBe('invalid_configuration')
  expect(refused.exit).toBe(2)
  expect(refused.message.split('\n')).toEqual([
    'the configuration cannot be used:',
    expect.stringMatching(/^ {2}DATABASE_URL does not begin with postgresql:\/\/\. For example: postgresql:/),
    expect.stringMatching(/^ {2}PORT is not a whole number from 0 to 65535\. For example: 3000$/),
    expect.stringMatching(/^ {2}SECRET_KEYS is missing/),
    expect.stringMatching(/^ {2}LOG_LEVEL is none of/),
  ])
})

test('a secret is never repeated, wherever somebody put it and however broken it is', () => {
  const variables = `DATABASE_URL POSTGRES_URL DATABASE_ADMIN_URL DATABASE_URL_TEST DATABASE_REPLICA_URLS
    DATABASE_HOST DATABASE_PORT DATABASE_USER DATABASE_NAME DATABASE_SSL DATABASE_SSL_CA DATABASE_POOL_SIZE
    DATABASE_STATEMENT_TIMEOUT_MS REDIS_URL SMTP_URL PUBLIC_URL SECRET_KEYS NODE_ENV LOG_LEVEL HOST PORT
    SECRET_KEYS_FILE DATABASE_URL_FILE`.split(/\s+/)
  const secret = 'Zq7hUsHx'
  const places = fc.constantFrom(
    '',
    'postgresql://',
    'postgresql://kim:',
    'postgresql://kim:%',
    'postgresql://kim@[',
    'postgresql://kim@localhost:',
    'postgresql://kim@localhost/',
    'postgresql://kim@localhost/reeve?',
    'redis://',
    'http://',
    'a:',
    '/',
  )
  const ends = fc.constantFrom(
    '',
    '@',
    '@localhost',
    '/x@localhost/reeve',
    '?x@localhost/reeve',
    '=1',
    ']',
    '%',
    ':',
    '\n',
  )

  fc.assert(
    fc.property(fc.constantFrom(...variables), places, ends, (name, before, after) => {
      try {
        read({ [name]: before + secret + after })
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidConfiguration)
        expect(inspect(error, { depth: 9 })).not.toContain(secret)
        expect(JSON.stringify(error)).not.toContain(secret)
      }
    }),
    { numRuns: 2000 },
  )
})

function problemsOf(variables: Record<string, string>): readonly Problem[] {
  return refusalOf(variables).problems
}

function refusalOf(variables: Record<string, string>): InvalidConfiguration {
  try {
    read(variables)
  } catch (error) {
    if (error instanceof InvalidConfiguration) return error
    throw error
  }
  throw new Error('it was accepted')
}

function readFile(path: string): string {
  if (path in files) return files[path]!
  throw Object.assign(new Error(`ENOENT: no such file or directory, open '${path}'`), { code: 'ENOENT' })
}
