import { readDatabaseUrl, readHosts, sslModes, Unusable, type Host, type SslMode } from './database-url.ts'
import type { Environment } from './environment.ts'

/** Where a PostgreSQL is and who we are there. The pool uses the first host. */
export type DatabaseAddress = {
  readonly hosts: readonly [Host, ...Host[]]
  readonly user: string
  readonly password: string
  readonly name: string
  /** `ca`: the certificates to trust, as PEM; without, those that Node trusts. */
  readonly ssl: { readonly mode: SslMode; readonly ca: string | undefined }
}

/** What `pg` wants to know of an address. */
export type PgSettings = {
  host: string
  port: number
  user: string
  password: string
  database: string
  ssl: false | { rejectUnauthorized: boolean; ca?: string }
}

/** What `pg` needs to connect there, in pieces: a connection string would end up in messages and stack traces. */
export function pgSettings<Extra extends object = object>(
  { hosts: [{ host, port }], user, password, name, ssl }: DatabaseAddress,
  extra: Extra = {} as Extra,
): PgSettings & Extra {
  return { host, port, user, password, database: name, ssl: sslFor(ssl), ...extra }
}

/** `require` hides what is said from those who listen; only `verify-full` also knows to whom it is said. */
function sslFor({ mode, ca }: DatabaseAddress['ssl']): PgSettings['ssl'] {
  if (mode === 'disable') return false
  return mode === 'require'
    ? { rejectUnauthorized: false }
    : { rejectUnauthorized: true, ...(ca ? { ca } : {}) }
}

/** What DATABASE_SSL and DATABASE_SSL_CA say for every address whose URL does not say it itself. */
type Ssl = { mode: SslMode | undefined; ca: string | undefined }

const urlExample = 'postgresql://reeve_app:password@localhost:5432/reeve'

/** Every database that the variables name. */
export function readAddresses(env: Environment): {
  database: DatabaseAddress | undefined
  adminDatabase: DatabaseAddress | undefined
  testDatabase: DatabaseAddress | undefined
  replicas: DatabaseAddress[]
} {
  const ssl = readSsl(env)
  return {
    database: readDatabase(env, ssl),
    adminDatabase: readUrl(env, 'DATABASE_ADMIN_URL', ssl),
    testDatabase: readUrl(env, 'DATABASE_URL_TEST', ssl),
    replicas: readReplicas(env, ssl),
  }
}

/** DATABASE_SSL_CA is the path of a file, or the certificates themselves. */
function readSsl(env: Environment): Ssl {
  const given = env.value('DATABASE_SSL')
  const mode = sslModes.find((mode) => mode === given)
  if (given && !mode) env.problem('DATABASE_SSL', `is none of ${sslModes.join(', ')}`, 'verify-full')

  const ca = env.value('DATABASE_SSL_CA')
  if (ca && mode && mode !== 'verify-full') {
    return {
      mode,
      ca: env.problem('DATABASE_SSL_CA', 'needs DATABASE_SSL=verify-full to be used', 'leave it out'),
    }
  }
  return { mode, ca: ca && readCertificates(env, 'DATABASE_SSL_CA', ca) }
}

function readCertificates(env: Environment, variable: string, given: string): string | undefined {
  const text = given.includes('-----BEGIN') ? given : env.file(given)
  if (text === undefined) {
    return env.problem(variable, 'names a file of certificates that cannot be read', '/etc/ssl/database.pem')
  }
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text
  return env.problem(variable, 'holds no certificate', 'a file that begins with -----BEGIN CERTIFICATE-----')
}

/** From DATABASE_URL or POSTGRES_URL, or from its parts. The password may always come by itself. */
function readDatabase(env: Environment, ssl: Ssl): DatabaseAddress | undefined {
  const [url, alias] = [env.value('DATABASE_URL'), env.value('POSTGRES_URL')]
  if (url && alias && url !== alias) {
    return env.problem('POSTGRES_URL', 'says something else than DATABASE_URL', 'set only one of them')
  }
  const variable = url ? 'DATABASE_URL' : 'POSTGRES_URL'
  // not DATABASE_PORT: Kubernetes sets that one for any service that is called database
  const parts = ['DATABASE_HOST', 'DATABASE_USER', 'DATABASE_NAME'].filter((name) => env.value(name))
  if (!url && !alias) return parts.length > 0 ? readParts(env, ssl) : undefined

  for (const part of parts) env.problem(part, `says again what ${variable} says`, 'set only one of them')
  const address = readUrl(env, variable, ssl)
  const password = env.value('DATABASE_PASSWORD', { asIs: true })
  if (!address || password === undefined) return address
  if (address.password === '') return { ...address, password }
  return env.problem('DATABASE_PASSWORD', `says again what ${variable} says`, 'leave it out of the URL')
}

function readParts(env: Environment, { mode, ca }: Ssl): DatabaseAddress | undefined {
  const missing = 'is missing, and the other parts of the address are set'
  const hosts = readHostVariable(env, missing)
  const user = env.value('DATABASE_USER') ?? env.problem('DATABASE_USER', missing, 'reeve_app')
  const name = env.value('DATABASE_NAME') ?? env.problem('DATABASE_NAME', missing, 'reeve')
  const password = env.value('DATABASE_PASSWORD', { asIs: true }) ?? ''
  if (!hosts || !user || !name) return undefined
  return { hosts, user, password, name, ssl: { mode: mode ?? impliedBy(ca), ca } }
}

function readHostVariable(env: Environment, missing: string): [Host, ...Host[]] | undefined {
  const text = env.value('DATABASE_HOST')
  const port = env.whole('DATABASE_PORT', 5432, { from: 1, to: 65535 })
  if (text === undefined) return env.problem('DATABASE_HOST', missing, 'localhost')
  try {
    const hosts = readHosts(text.split(',').map(asInUrl).join(','))
    return hosts.map(({ host }) => ({ host, port })) as [Host, ...Host[]]
  } catch (error) {
    if (!(error instanceof Unusable)) throw error
    return env.problem(
      'DATABASE_HOST',
      'is neither a name nor an address (the port has its own variable)',
      'localhost',
    )
  }
}

/** A variable needs neither the brackets nor the percent signs of a URL. */
function asInUrl(host: string): string {
  const plain = host.trim()
  return plain.includes(':') ? `[${plain.replace(/^\[|\]$/g, '')}]` : encodeURIComponent(plain)
}

/** Replicas are separated by commas, and so are the hosts of one; what begins with a scheme is the next. */
function readReplicas(env: Environment, ssl: Ssl): DatabaseAddress[] {
  const variable = 'DATABASE_REPLICA_URLS'
  const urls = env.value(variable)?.split(/[\s,]+(?=postgres(?:ql)?:\/\/)/) ?? []
  return urls.flatMap((url) => readAddress(env, variable, url, ssl) ?? [])
}

function readUrl(env: Environment, variable: string, ssl: Ssl): DatabaseAddress | undefined {
  const text = env.value(variable)
  return text === undefined ? undefined : readAddress(env, variable, text, ssl)
}

function readAddress(
  env: Environment,
  variable: string,
  text: string,
  ssl: Ssl,
): DatabaseAddress | undefined {
  const url = readDatabaseUrl(text)
  if (typeof url === 'string') return env.problem(variable, url, urlExample)

  const { hosts, user, password, name, sslMode, sslRootCert } = url
  if (sslMode && ssl.mode && sslMode !== ssl.mode) {
    return env.problem(variable, 'has an sslmode that contradicts DATABASE_SSL', 'say it in one of them')
  }
  const own =
    sslRootCert && sslRootCert !== 'system' ? readCertificates(env, variable, sslRootCert) : undefined
  const mode = sslMode ?? ssl.mode ?? impliedBy(own ?? ssl.ca)
  if (own && mode !== 'verify-full') {
    return env.problem(
      variable,
      'has an sslrootcert, which only sslmode=verify-full uses',
      `${urlExample}?sslmode=verify-full`,
    )
  }
  return {
    hosts,
    user,
    password,
    name,
    ssl: { mode, ca: mode === 'verify-full' ? (own ?? ssl.ca) : undefined },
  }
}

/** Whoever names certificates wants them to be checked. */
function impliedBy(ca: string | undefined): SslMode {
  return ca ? 'verify-full' : 'disable'
}
