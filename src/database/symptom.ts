import type { FailureKind } from './failure-kinds.ts'

/** What an error says of itself, whoever threw it: `pg`, its pool, a socket, or Prisma. */
export type Symptom = {
  /** What the database said of it, if it was the database. */
  sqlstate?: string | undefined
  /** What it is, where there is no SQLSTATE to say so. */
  kind?: FailureKind | undefined
  message: string
  hint?: string | undefined
  constraint?: string | undefined
  severity?: string | undefined
  routine?: string | undefined
  prismaCode?: string | undefined
  /** The name of our statement, where a flight knew which one failed. */
  statement?: string | undefined
  /** The statement never left this process, whatever else is unknown. */
  notSent?: true
}

type Fields = Readonly<Record<string, unknown>>

/**
 * Reads an error by its shape alone, so that neither `pg` nor Prisma is needed to understand one.
 * Undefined: this is not about the database.
 */
export function symptomOf(error: unknown): Symptom | undefined {
  const fields = fieldsOf(error)
  if (!fields) return undefined
  const symptom = fromServer(fields) ?? fromPrisma(fields) ?? fromSocket(fields) ?? fromPg(fields)
  return symptom && { ...symptom, statement: text(fields.statement) }
}

/** An error that the server sent. Severity makes the difference to Node's own five-letter codes, such as EPIPE. */
function fromServer(error: Fields): Symptom | undefined {
  const sqlstate = sqlstateIn(error.code)
  if (!sqlstate || !text(error.severity)) return undefined
  return {
    sqlstate,
    message: text(error.message) ?? '',
    hint: text(error.hint),
    constraint: text(error.constraint),
    severity: text(error.severity),
    routine: text(error.routine),
  }
}

function fromPrisma(error: Fields): Symptom | undefined {
  const name = text(error.name) ?? ''
  if (name === 'DriverAdapterError') return fromAdapter(fieldsOf(error.cause))
  if (!name.startsWith('PrismaClient')) return undefined

  const prismaCode = text(error.code) ?? text(error.errorCode)
  const adapterError = fieldsOf(fieldsOf(error.meta)?.driverAdapterError)
  const known = fromAdapter(fieldsOf(adapterError?.cause))
  if (known) return { ...known, prismaCode }

  const message = text(error.message) ?? ''
  return { kind: kindOfPrismaCode(prismaCode, message), message, prismaCode }
}

/** What the driver adapter understood: the server's error under other names, or a kind of its own. */
function fromAdapter(cause: Fields | undefined): Symptom | undefined {
  if (!cause) return undefined
  const message = text(cause.originalMessage) ?? text(cause.message) ?? ''
  const sqlstate = sqlstateIn(cause.originalCode) ?? sqlstateIn(cause.code)
  if (!sqlstate) return { kind: kindOfAdapter[text(cause.kind) ?? ''] ?? 'bug', message }
  return {
    sqlstate,
    message,
    hint: text(cause.hint),
    constraint: text(fieldsOf(cause.constraint)?.index),
    severity: text(cause.severity),
  }
}

const kindOfAdapter: Readonly<Record<string, FailureKind>> = {
  DatabaseNotReachable: 'connection_refused',
  ConnectionClosed: 'connection_lost',
  SocketTimeout: 'connection_lost', // it does not say whether before or after it had connected
  TlsConnectionError: 'connection_tls',
  TransactionAlreadyClosed: 'transaction_rollback',
}

function kindOfPrismaCode(code: string | undefined, message: string): FailureKind {
  if (code === 'P2028' && message.includes('Unable to start a transaction')) return 'pool_exhausted'
  if (code === 'P2028' && message.includes('expired transaction')) return 'transaction_timeout'
  return kindOfPrisma[code ?? ''] ?? 'bug'
}

/** Codes that Prisma gives on its own account, or that reach us without the database's own words. */
const kindOfPrisma: Readonly<Record<string, FailureKind>> = {
  P1000: 'connection_authentication',
  P1001: 'connection_refused',
  P1002: 'connection_timeout',
  P1003: 'connection_no_database',
  P1008: 'connection_lost',
  P1010: 'connection_settings',
  P1011: 'connection_tls',
  P1017: 'connection_lost',
  P1018: 'transaction_rollback',
  P2000: 'query_too_long',
  P2002: 'constraint_unique',
  P2003: 'constraint_foreign_key',
  P2007: 'query_invalid_value',
  P2011: 'constraint_not_null',
  P2014: 'constraint_in_use',
  P2015: 'record_missing',
  P2017: 'record_missing',
  P2018: 'record_missing',
  P2020: 'query_invalid_value',
  P2021: 'query_schema',
  P2022: 'query_schema',
  P2023: 'query_invalid_value',
  P2024: 'pool_exhausted',
  P2025: 'record_missing',
  P2028: 'transaction_rollback',
  P2029: 'query_too_large',
  P2034: 'transaction_serialization',
  P2037: 'resource_connections',
}

/** A Node error of the socket under the connection, or of TLS above it. */
function fromSocket(error: Fields): Symptom | undefined {
  const code = text(error.code) ?? ''
  const message = text(error.message) ?? code
  if (aboutCertificates.test(code)) return { kind: 'connection_tls', message, notSent: true }
  if (/^(ERR_SSL_|EPROTO$)/.test(code)) return { kind: 'connection_tls', message }
  // a name of several addresses, none of which answered, ends in an AggregateError without a syscall
  const way = Array.isArray(error.errors) ? 'connect' : text(error.syscall)
  if (way === 'connect' || way === 'getaddrinfo') {
    const kind = code === 'ETIMEDOUT' ? 'connection_timeout' : 'connection_refused'
    return { kind, message, notSent: true }
  }
  const inUse = way === 'read' || way === 'write' || way === 'shutdown'
  return inUse && goneAway.has(code) ? { kind: 'connection_lost', message } : undefined
}

const aboutCertificates =
  /^(CERT_|CRL_|ERR_TLS_|UNABLE_TO_|ERROR_IN_C|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE)/

const goneAway: ReadonlySet<string> = new Set([
  'ECONNABORTED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETRESET',
  'ENETUNREACH',
  'EPIPE',
  'ETIMEDOUT',
])

/** `pg` and its pool throw plain errors, known by their words alone: a test hears each of them from the live driver. */
function fromPg(error: Fields): Symptom | undefined {
  const message = text(error.message)
  const [, said] = (message && plainWords.find(([words]) => words.test(message))) || []
  return message && said ? { ...said, message } : undefined
}

const plainWords: readonly (readonly [RegExp, { kind: FailureKind; notSent?: true }])[] = [
  [/^timeout exceeded when trying to connect$/, { kind: 'pool_exhausted', notSent: true }],
  [/^Connection terminated due to connection timeout$/, { kind: 'connection_timeout', notSent: true }],
  [/^timeout expired$/, { kind: 'connection_timeout', notSent: true }],
  [/^Cannot use a pool after calling end on the pool$/, { kind: 'pool_closed', notSent: true }],
  [
    /^Client has encountered a connection error and is not queryable$/,
    { kind: 'connection_lost', notSent: true },
  ],
  [/^Client was closed and is not queryable$/, { kind: 'connection_lost', notSent: true }],
  [/^Connection terminated( unexpectedly)?$/, { kind: 'connection_lost' }],
  [/^Query read timeout$/, { kind: 'connection_lost' }],
  [/^Received unexpected \w+ message from backend\.?$/, { kind: 'connection_lost' }],
  [/^The server does not support SSL connections$/, { kind: 'connection_tls', notSent: true }],
  [/^There was an error establishing an SSL connection$/, { kind: 'connection_tls', notSent: true }],
  [/^SASL(:| channel binding)/, { kind: 'connection_authentication', notSent: true }],
  [/^Password must be a string$/, { kind: 'connection_authentication', notSent: true }],
]

function sqlstateIn(code: unknown): string | undefined {
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null ? (value as Fields) : undefined
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
