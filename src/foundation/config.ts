import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { readAddresses, type DatabaseAddress } from './database-address.ts'
import { Environment, type Variables } from './environment.ts'
import { readKeyRing, type KeyRing } from './secret.ts'

/** How many connections, and how long anything may wait for one or on one. */
export type PoolConfig = {
  readonly poolSize: number
  readonly connectTimeoutMs: number
  readonly acquireTimeoutMs: number
  readonly statementTimeoutMs: number
  readonly lockTimeoutMs: number
  readonly idleInTransactionTimeoutMs: number
}

export const environments = ['development', 'test', 'production'] as const
export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

const usualLogLevel = { development: 'debug', test: 'warn', production: 'info' } as const
/** Whoever watches the server at a terminal wants to see what happens, and not every statement. */
const usualLogLevelAtTerminal = { ...usualLogLevel, development: 'info' } as const

/** Everything that is set from outside, checked. */
export type Config = {
  readonly environment: (typeof environments)[number]
  /** Undefined: nobody named one, so `reeve up` brings its own. */
  readonly database: DatabaseAddress | undefined
  readonly adminDatabase: DatabaseAddress | undefined
  readonly testDatabase: DatabaseAddress | undefined
  readonly replicas: readonly DatabaseAddress[]
  readonly pool: PoolConfig
  readonly redisUrl: string | undefined
  readonly smtpUrl: string | undefined
  readonly host: string
  readonly port: number
  readonly publicUrl: string | undefined
  /** The proxies whose word about who is asking we take: addresses and networks, separated by commas. */
  readonly trustProxy: string | undefined
  /** Undefined only outside production: whoever starts the server then makes one and keeps it. */
  /** Requests a minute from one address: of any kind, and of those that cost a password hash. */
  readonly limits: { readonly all: number; readonly costly: number }
  readonly secretKeys: KeyRing | undefined
  readonly logLevel: LogLevel
}

/**
 * Reads every variable that Reeve knows, each also as `NAME_FILE`. Whatever is unusable is refused, all of it at
 * once, with a reason and an example, and without repeating any value.
 */
export function readConfig(
  variables: Variables,
  {
    readFile = (path: string) => readFileSync(path, 'utf8'),
    terminal = false,
  }: { readFile?: (path: string) => string; terminal?: boolean } = {},
): Config {
  const env = new Environment(variables, readFile)
  const environment = env.choice('NODE_ENV', environments, 'development')
  const usual = terminal ? usualLogLevelAtTerminal : usualLogLevel
  const config: Config = {
    environment,
    ...readAddresses(env),
    pool: {
      poolSize: env.whole('DATABASE_POOL_SIZE', 10, { from: 1, to: 1000 }),
      connectTimeoutMs: milliseconds(env, 'DATABASE_CONNECT_TIMEOUT_MS', 5_000),
      acquireTimeoutMs: milliseconds(env, 'DATABASE_ACQUIRE_TIMEOUT_MS', 5_000),
      statementTimeoutMs: milliseconds(env, 'DATABASE_STATEMENT_TIMEOUT_MS', 15_000),
      lockTimeoutMs: milliseconds(env, 'DATABASE_LOCK_TIMEOUT_MS', 5_000),
      idleInTransactionTimeoutMs: milliseconds(env, 'DATABASE_IDLE_IN_TRANSACTION_TIMEOUT_MS', 10_000),
    },
    redisUrl: readUrl(env, 'REDIS_URL', ['redis:', 'rediss:'], 'redis://localhost:6379'),
    smtpUrl: readUrl(env, 'SMTP_URL', ['smtp:', 'smtps:'], 'smtp://user:password@mail.example.com:587'),
    host: readListenHost(env),
    port: env.whole('PORT', 3000, { from: 0, to: 65535 }),
    publicUrl: readPublicUrl(env),
    trustProxy: readTrustProxy(env),
    limits: {
      all: env.whole('RATE_LIMIT_PER_MINUTE', 60_000, { from: 1, to: 100_000_000 }),
      costly: env.whole('SIGN_IN_LIMIT_PER_MINUTE', 30, { from: 1, to: 1_000_000 }),
    },
    secretKeys: readSecretKeys(env, environment === 'production'),
    logLevel: env.choice('LOG_LEVEL', logLevels, usual[environment]),
  }
  env.refuseProblems()
  return config
}

function milliseconds(env: Environment, variable: string, usual: number): number {
  return env.whole(variable, usual, { from: 1, to: 3_600_000 })
}

function readUrl(env: Environment, variable: string, schemes: string[], example: string): string | undefined {
  const text = env.value(variable)
  if (text === undefined) return undefined
  if (URL.canParse(text) && schemes.includes(new URL(text).protocol) && new URL(text).hostname !== '')
    return text
  return env.problem(variable, `is no URL that begins with ${schemes.join('// or ')}//`, example)
}

function readListenHost(env: Environment): string {
  const host = env.value('HOST') ?? '127.0.0.1'
  if (/^[A-Za-z0-9_.:-]{1,253}$/.test(host)) return host
  return env.problem('HOST', 'is neither a name nor an address to listen on', '127.0.0.1') ?? ''
}

/** Where people reach us: what stands in links, and what a browser must say that it comes from. */
function readPublicUrl(env: Environment): string | undefined {
  const text = readUrl(env, 'PUBLIC_URL', ['http:', 'https:'], 'https://people.example.com')
  if (text === undefined) return undefined
  const { username, password, search, hash, href } = new URL(text)
  if (username + password + search + hash === '') return href.replace(/\/+$/, '')
  return env.problem('PUBLIC_URL', 'has more than a host, a port and a path', 'https://people.example.com')
}

function readSecretKeys(env: Environment, production: boolean): KeyRing | undefined {
  const example = '2026a:$(openssl rand -base64 32)'
  const text = env.value('SECRET_KEYS')
  if (text === undefined)
    return production ? env.problem('SECRET_KEYS', 'is missing, and production needs it', example) : undefined
  const keys = readKeyRing(text)
  return typeof keys === 'string' ? env.problem('SECRET_KEYS', `is unusable: ${keys}`, example) : keys
}

/** Everybody's word is nobody's: who trusts all proxies lets each caller say which address they have. */
function readTrustProxy(env: Environment): string | undefined {
  const text = env.value('TRUST_PROXY')
  if (text === undefined) return undefined
  const proxies = text.split(',').map((proxy) => proxy.trim())
  const known = ['loopback', 'linklocal', 'uniquelocal']
  const usable = proxies.every((proxy) => {
    const [address = '', bits, ...rest] = proxy.split('/')
    const kind = isIP(address)
    const most = kind === 6 ? 128 : 32
    return (
      known.includes(proxy) ||
      (kind !== 0 &&
        rest.length === 0 &&
        (bits === undefined || (/^\d{1,3}$/.test(bits) && +bits > 0 && +bits <= most)))
    )
  })
  if (usable) return proxies.join(',')
  return env.problem(
    'TRUST_PROXY',
    'names something else than addresses, networks, loopback, linklocal or uniquelocal',
    '10.0.0.0/8',
  )
}
