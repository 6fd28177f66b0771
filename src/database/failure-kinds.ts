import type { RefusalCode } from '../foundation/refusal.ts'

/**
 * May the same work be done again?
 * `safe`: provably nothing happened, and another attempt may well succeed.
 * `never`: another attempt would end alike, or do harm (a statement that took too long once takes too long again).
 * `unknown`: it may have happened; look before doing it again.
 */
export type Retry = 'safe' | 'never' | 'unknown'

type Meaning = {
  code: RefusalCode
  retry: Retry
  message: string
  remedy: string
  /** The connection is gone or unusable: do not give it back to the pool. */
  closes?: true
  /** If the server says this while it ends, or the line goes dead, a COMMIT on its way may have been carried out. */
  hidesCommit?: true
  /** What Prisma calls it. */
  prisma?: string
}

const again = 'try again in a moment'
const aBug = 'report it with the id of the request: this is a mistake in the program, not in what was asked'

/** Everything that can go wrong between us and PostgreSQL: a closed list. */
export const failureKinds = {
  // the connection
  connection_refused: {
    code: 'database_unreachable',
    retry: 'safe',
    message: 'the database cannot be reached',
    remedy: `${again}; if it lasts, see that PostgreSQL runs where DATABASE_URL says`,
    prisma: 'P1001',
  },
  connection_timeout: {
    code: 'database_unreachable',
    retry: 'safe',
    message: 'the database did not answer in time to connect',
    remedy: `${again}; if it lasts, look at the network, or raise DATABASE_CONNECT_ and DATABASE_ACQUIRE_TIMEOUT_MS`,
    prisma: 'P1001',
  },
  connection_lost: {
    code: 'database_unreachable',
    retry: 'safe',
    message: 'the connection to the database was lost',
    remedy: again,
    closes: true,
    hidesCommit: true,
    prisma: 'P1017',
  },
  connection_authentication: {
    code: 'database_refused_us',
    retry: 'never',
    message: 'the database refuses the name, the password or the place that we connect with',
    remedy:
      'correct the user and password of DATABASE_URL, or let this host in with pg_hba.conf (and DATABASE_SSL)',
    prisma: 'P1000',
  },
  connection_no_database: {
    code: 'database_refused_us',
    retry: 'never',
    message: 'there is no such database on that server',
    remedy: 'create the database, or correct its name in DATABASE_URL',
    prisma: 'P1003',
  },
  connection_tls: {
    code: 'database_refused_us',
    retry: 'never',
    message: 'no trusted TLS connection to the database could be made',
    remedy: 'make DATABASE_SSL and DATABASE_SSL_CA agree with the server and its certificate',
    hidesCommit: true,
    prisma: 'P1011',
  },
  connection_settings: {
    code: 'database_refused_us',
    retry: 'never',
    message: 'the database does not accept the role or a setting that we connect with',
    remedy:
      'see that the roles of Reeve exist (reeve migrate deploy makes them) and that this login may use them',
    prisma: 'P1010',
  },
  pool_exhausted: {
    code: 'database_busy',
    retry: 'safe',
    message: 'every connection to the database is in use',
    remedy: `${again}; if it lasts, raise DATABASE_POOL_SIZE or look for slow statements`,
    prisma: 'P2024',
  },
  pool_closed: {
    code: 'shutting_down',
    retry: 'never',
    message: 'this server is stopping and takes no new work',
    remedy: `${again}, or ask another server`,
  },

  // the query
  query_syntax: {
    code: 'internal',
    retry: 'never',
    message: 'the database did not understand a statement',
    remedy: aBug,
  },
  query_schema: {
    code: 'internal',
    retry: 'never',
    message: 'the database has no such table, column or function',
    remedy:
      'bring the database to the version of the program: reeve migrate status, then reeve migrate deploy',
    prisma: 'P2021',
  },
  query_permission: {
    code: 'not_allowed',
    retry: 'never',
    message: 'the database does not allow this to the role that asks',
    remedy: 'ask for it as somebody who may, in the tenant it belongs to',
    prisma: 'P2039',
  },
  query_invalid_value: {
    code: 'invalid_request',
    retry: 'never',
    message: 'a value is not of the kind that belongs there',
    remedy: 'send numbers as numbers, ids as UUIDs, times as ISO 8601, and text without NUL characters',
    prisma: 'P2007',
  },
  query_too_long: {
    code: 'invalid_request',
    retry: 'never',
    message: 'a text is longer than its place allows',
    remedy: 'shorten it',
    prisma: 'P2000',
  },
  query_too_large: {
    code: 'too_large',
    retry: 'never',
    message: 'a value is too large or too deeply nested for the database',
    remedy: 'send less of it at a time',
    prisma: 'P2029',
  },
  query_plan_outdated: {
    code: 'database_busy',
    retry: 'safe',
    message: 'the database forgot or outgrew a prepared statement',
    remedy: again,
    closes: true,
  },
  record_missing: {
    code: 'not_found',
    retry: 'never',
    message: 'what was asked for is not there',
    remedy: 'list what is there, and ask again',
    prisma: 'P2025',
  },

  // the rules of the tables
  constraint_unique: {
    code: 'already_exists',
    retry: 'never',
    message: 'the same already exists',
    remedy: 'choose another value, or change the one that exists',
    prisma: 'P2002',
  },
  constraint_foreign_key: {
    code: 'not_found',
    retry: 'never',
    message: 'something that this refers to is not there',
    remedy: 'refer to something that exists in the same tenant',
    prisma: 'P2003',
  },
  constraint_in_use: {
    code: 'still_in_use',
    retry: 'never',
    message: 'something else still refers to this',
    remedy: 'remove or change what refers to it first',
    prisma: 'P2003',
  },
  constraint_check: {
    code: 'invalid_request',
    retry: 'never',
    message: 'a value breaks a rule of its table',
    remedy: 'send a value within the limits that the documentation of this request gives',
    prisma: 'P2039',
  },
  constraint_not_null: {
    code: 'invalid_request',
    retry: 'never',
    message: 'a value that is required is missing',
    remedy: 'send every required value',
    prisma: 'P2011',
  },
  constraint_exclusion: {
    code: 'already_exists',
    retry: 'never',
    message: 'this overlaps with something that exists',
    remedy: 'choose a range that is free, or change the one that exists',
    prisma: 'P2039',
  },
  rule: {
    code: 'not_allowed',
    retry: 'never',
    message: 'a rule of the database forbids this',
    remedy: 'ask for something that the rule allows',
    prisma: 'P2039',
  },

  // the transaction
  transaction_serialization: {
    code: 'transaction_conflict',
    retry: 'safe',
    message: 'somebody else changed the same at the same moment',
    remedy: again,
    prisma: 'P2034',
  },
  transaction_deadlock: {
    code: 'transaction_conflict',
    retry: 'safe',
    message: 'two changes waited for each other, and this one was given up',
    remedy: again,
    prisma: 'P2034',
  },
  transaction_lock_timeout: {
    code: 'database_busy',
    retry: 'safe',
    message: 'somebody else holds a lock on this for too long',
    remedy: again,
    prisma: 'P2039',
  },
  transaction_read_only: {
    code: 'database_read_only',
    retry: 'safe',
    message: 'this database server only reads: it is a standby, or was told not to write',
    remedy: `${again}; if it lasts, see that DATABASE_URL leads to the primary`,
    closes: true,
    prisma: 'P2039',
  },
  transaction_idle_timeout: {
    code: 'database_timeout',
    retry: 'safe',
    message: 'the database ended a connection that had been idle for too long',
    remedy: again,
    closes: true,
    prisma: 'P2039',
  },
  transaction_timeout: {
    code: 'database_timeout',
    retry: 'never',
    message: 'the transaction took too long and was undone',
    remedy: 'do less at a time',
    closes: true,
    hidesCommit: true,
    prisma: 'P2028',
  },
  transaction_rollback: {
    code: 'internal',
    retry: 'never',
    message: 'the transaction is not in a state to go on, and was given up',
    remedy: aBug,
    closes: true,
    prisma: 'P2028',
  },
  outcome_unknown: {
    code: 'outcome_unknown',
    retry: 'unknown',
    message: 'the answer of the database was lost: the change may have been made',
    remedy: 'look whether it was made before you ask again',
    closes: true,
    prisma: 'P1017',
  },

  // time, and the one who runs the database
  statement_timeout: {
    code: 'database_timeout',
    retry: 'never',
    message: 'the database took too long over this and gave up',
    remedy: 'ask for less at a time; whoever runs the database can raise DATABASE_STATEMENT_TIMEOUT_MS',
    prisma: 'P2010',
  },
  statement_cancelled: {
    code: 'database_timeout',
    retry: 'never',
    message: 'this was cancelled in the database',
    remedy: again,
    prisma: 'P2010',
  },
  shutting_down: {
    code: 'shutting_down',
    retry: 'safe',
    message: 'the database is starting or stopping',
    remedy: again,
    closes: true,
    hidesCommit: true,
    prisma: 'P2039',
  },

  // what there is not enough of
  resource_connections: {
    code: 'database_busy',
    retry: 'safe',
    message: 'the database server accepts no more connections',
    remedy: `${again}; if it lasts, lower DATABASE_POOL_SIZE or raise max_connections`,
    prisma: 'P2037',
  },
  resource_disk_full: {
    code: 'database_full',
    retry: 'never',
    message: 'the disk of the database is full',
    remedy: 'whoever runs the database must make room',
    hidesCommit: true,
    prisma: 'P2039',
  },
  resource_memory: {
    code: 'database_busy',
    retry: 'never',
    message: 'the database ran out of memory or of room for locks',
    remedy: 'ask for less at a time; whoever runs the database finds the reason in its log',
    prisma: 'P2039',
  },
  resource_limit: {
    code: 'database_full',
    retry: 'never',
    message: 'a limit that was set for the database is reached',
    remedy: 'whoever runs the database finds the limit in its log',
    prisma: 'P2039',
  },
  resource_in_use: {
    code: 'database_busy',
    retry: 'safe',
    message: 'somebody else is using this part of the database',
    remedy: again,
    prisma: 'P2039',
  },

  // what should not be
  server_fault: {
    code: 'internal',
    retry: 'never',
    message: 'the database server has a problem of its own',
    remedy: 'whoever runs the database finds the reason in its log',
    hidesCommit: true,
    prisma: 'P2039',
  },
  corruption: {
    code: 'internal',
    retry: 'never',
    message: 'the database found damaged data',
    remedy:
      'stop writing, keep a copy of the data directory as it is, and restore the last verified backup beside it',
    hidesCommit: true,
    prisma: 'P2039',
  },
  bug: {
    code: 'internal',
    retry: 'never',
    message: 'the database was asked for something that makes no sense',
    remedy: aBug,
    prisma: 'P2039',
  },
} as const satisfies Record<string, Meaning>

export type FailureKind = keyof typeof failureKinds

/** What a kind means; the same table, with every property that a kind may have. */
export function meaningOf(kind: FailureKind): Meaning {
  return failureKinds[kind]
}
