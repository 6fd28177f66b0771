import type { FastifyBaseLogger } from 'fastify'
import { readConfig, type Config } from '../foundation/config.ts'
import type { DatabaseAddress } from '../foundation/database-address.ts'
import { InvalidConfiguration, type Problem, type Variables } from '../foundation/environment.ts'

/** What is left out comes from the environment, as for `reeve serve`. */
export type ReeveOptions = {
  /** DATABASE_URL: `postgresql://user:password@host:5432/name`. */
  databaseUrl?: string | undefined
  /** DATABASE_POOL_SIZE: so many connections at most; 10. */
  poolSize?: number | undefined
  /** SECRET_KEYS: what seals cursors. Without them, outside production, cursors serve until this process ends. */
  secretKeys?: string | undefined
  /** TRUST_PROXY: whose word about the address of a caller is taken; for `handler` and `fetch`. */
  trustProxy?: string | undefined
  /** Where log lines go, a pino logger or Fastify's `app.log`; warnings and errors to standard output, unless said otherwise. */
  log?: FastifyBaseLogger | undefined
}

export type LibraryConfig = Config & { database: DatabaseAddress }

/** Each option that is a variable too. */
const variableOf = {
  databaseUrl: 'DATABASE_URL',
  poolSize: 'DATABASE_POOL_SIZE',
  secretKeys: 'SECRET_KEYS',
  trustProxy: 'TRUST_PROXY',
} as const satisfies Partial<Record<keyof ReeveOptions, string>>
const known = [...Object.keys(variableOf), 'log']

/**
 * Reads the options, and from the environment what they leave out. Whatever is unusable is refused, all of it at once,
 * under the name by which it was given (`invalid_configuration`).
 */
export function readOptions(options: ReeveOptions, environment: Variables): LibraryConfig {
  const unknown = Object.keys(options).filter((name) => !known.includes(name))
  if (unknown.length > 0) throw new InvalidConfiguration(unknown.map(noSuchOption))
  const given = givenIn(options)
  try {
    const config = readConfig({ ...ours(environment, given), ...given })
    if (config.database) return { ...config, database: config.database }
  } catch (error) {
    throw error instanceof InvalidConfiguration ? asGiven(error, given) : error
  }
  throw new InvalidConfiguration([databaseMissing])
}

function givenIn(options: ReeveOptions): Record<string, string> {
  const given = Object.entries(variableOf).map(([option, variable]) => [
    variable,
    options[option as keyof typeof variableOf],
  ])
  return Object.fromEntries(
    given.filter(([, value]) => value !== undefined).map(([variable, value]) => [variable, String(value)]),
  )
}

/** What else a program reads from its environment is its own affair, and no reason for us to refuse it. */
function ours(environment: Variables, given: Record<string, string>): Record<string, string | undefined> {
  const replaced = (name: string) =>
    Object.hasOwn(given, name.replace(/_FILE$/, '')) ||
    ('DATABASE_URL' in given && /^(POSTGRES_URL|DATABASE_(HOST|PORT|USER|NAME))(_FILE)?$/.test(name))
  const read = Object.entries(environment).filter(([name]) => isOurs.test(name) && !replaced(name))
  return { ...Object.fromEntries(read), NODE_ENV: environmentOf(environment['NODE_ENV']) }
}

const isOurs =
  /^(DATABASE_(?!ADMIN_URL|URL_TEST|REPLICA_URLS)\w+|POSTGRES_URL(_FILE)?|(SECRET_KEYS|TRUST_PROXY|RATE_LIMIT_PER_MINUTE|SIGN_IN_LIMIT_PER_MINUTE)(_FILE)?)$/

/** Whatever a program calls its surroundings: where it is not developed or tested, it is in earnest. */
function environmentOf(name: string | undefined): string | undefined {
  return name === undefined || name === 'development' || name === 'test' ? name : 'production'
}

/** The same problems, by the names of the options that have them. */
function asGiven(error: InvalidConfiguration, given: Record<string, string>): InvalidConfiguration {
  const options = Object.entries(variableOf)
  const optionFor = (name: string) =>
    name in given ? (options.find(([, variable]) => variable === name)?.[0] ?? name) : name
  return new InvalidConfiguration(
    error.problems.map((problem) => ({ ...problem, name: optionFor(problem.name) })),
  )
}

function noSuchOption(name: string): Problem {
  return {
    name: name.slice(0, 50),
    reason: `is no option of createReeve(), which has ${known.join(', ')}`,
    example: `createReeve({ databaseUrl: process.env.DATABASE_URL })`,
  }
}

const databaseMissing: Problem = {
  name: 'DATABASE_URL',
  reason:
    'is missing, and so is the option databaseUrl ("npx reeve status --url" tells that of a running "reeve up")',
  example: 'postgresql://reeve_app:password@localhost:5432/reeve',
}
