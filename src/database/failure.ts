import { Refusal } from '../foundation/refusal.ts'
import { constraintRefusals, inUseRefusals, type Sentence } from './constraint-refusals.ts'
import { meaningOf, type FailureKind, type Retry } from './failure-kinds.ts'
import { ruleRefusals } from './rule-refusals.ts'
import { kindOfSqlstate } from './sqlstate-kind.ts'
import { sqlstates } from './sqlstates.ts'
import { symptomOf, type Symptom } from './symptom.ts'

/**
 * Where we were when it happened. `statement` promises that no COMMIT had been sent: outside of a transaction a
 * statement that writes commits itself, and is `commit`.
 */
export type Stage = 'connect' | 'statement' | 'commit'

type Facts = Partial<Record<'sqlstate' | 'constraint' | 'statement' | 'prismaCode', string | undefined>>

/** What PostgreSQL, the way to it, or Prisma told us, in our words. It keeps no value of any row. */
export class DatabaseFailure extends Refusal {
  override readonly name = 'DatabaseFailure'
  readonly kind: FailureKind
  readonly retry: Retry
  readonly sqlstate: string | undefined
  readonly constraint: string | undefined
  /** What Prisma calls it, so that its handbook can be found too. */
  readonly prismaCode: string | undefined
  /** The name of our statement that failed. */
  readonly statement: string | undefined
  /** The connection is not to be used again. */
  readonly closesConnection: boolean

  constructor(
    kind: FailureKind,
    { code, message, remedy }: Sentence = meaningOf(kind),
    facts: Facts = {},
    options?: ErrorOptions,
  ) {
    super(code, message, remedy, options)
    const meaning = meaningOf(kind)
    this.kind = kind
    this.retry = meaning.retry
    this.sqlstate = facts.sqlstate
    this.constraint = facts.constraint
    this.statement = facts.statement
    this.prismaCode = facts.prismaCode ?? meaning.prisma
    this.closesConnection = meaning.closes ?? false
  }
}

/**
 * An error of `pg`, of its pool, of a socket or of Prisma as a DatabaseFailure; anything else as it came.
 * Whoever does not say where it happened gets the careful answer: a lost connection may have hidden a COMMIT.
 */
export function toFailure(error: unknown, during?: Stage): unknown {
  if (error instanceof Refusal) return error
  const symptom = symptomOf(error)
  if (!symptom) return error

  const kind = kindAt(during, symptom)
  const constraint = constraintOf(symptom)
  const sentence = sentenceFor(kind, symptom, constraint)
  const cause = withoutValues(error as Error, symptom)
  return new DatabaseFailure(kind, sentence, { ...symptom, constraint }, { cause })
}

function kindAt(during: Stage | undefined, symptom: Symptom): FailureKind {
  const kind = symptom.sqlstate ? kindOfServerError(symptom.sqlstate, symptom) : (symptom.kind ?? 'bug')
  if (during === 'connect') return kindAtConnect(kind)
  if (during !== 'statement' && mayHideCommit(kind, symptom)) return 'outcome_unknown'
  return kind
}

/** The kind of the SQLSTATE, except where one code means several things. */
function kindOfServerError(sqlstate: string, { message, routine }: Symptom): FailureKind {
  if (sqlstate.startsWith('RV')) return 'rule'
  switch (sqlstate) {
    case '08P01': // PgBouncer gives all that it has to say this one code
      if (/query_wait_timeout|no more connections allowed/.test(message)) return 'pool_exhausted'
      if (/server conn crashed|server closed|cannot connect to server|login has been failing/.test(message)) {
        return 'connection_lost'
      }
      break
    case '0A000': // a migration changed a table under a prepared statement
      if (routine === 'RevalidateCachedQuery' || message.startsWith('cached plan')) {
        return 'query_plan_outdated'
      }
      break
    case '23503':
      if (namesIn(message) > 2) return 'constraint_in_use'
      break
    case '23514': // no partition for this row: a check of ours, not of the one who asked
      if (routine === 'ExecFindPartition' || message.startsWith('no partition of relation')) return 'bug'
      break
    case '57014':
      if (message.endsWith('user request')) return 'statement_cancelled'
      break
  }
  return kindOfSqlstate(sqlstate)
}

/**
 * A missing parent is told with two names (table and key), a parent still in use with three. The words are
 * in the server's language, and its quotation marks too.
 */
function namesIn(message: string): number {
  return message.match(/["„“«『「»][^"„“”«»『』「」]+["“”»«』」]/g)?.length ?? 0
}

/** Before anything was asked, whatever is not about the way there is about how we present ourselves. */
function kindAtConnect(kind: FailureKind): FailureKind {
  if (kind === 'statement_timeout' || kind === 'statement_cancelled') return 'connection_timeout'
  return /^(connection|pool|resource)_|^shutting_down$|^server_fault$/.test(kind)
    ? kind
    : 'connection_settings'
}

/**
 * A server that answers ERROR has undone the transaction. Where it ends the connection instead, or the line
 * went dead, nobody can tell from here. (Citus says ERROR also when it lost a worker.)
 */
function mayHideCommit(kind: FailureKind, symptom: Symptom): boolean {
  if (symptom.notSent || !meaningOf(kind).hidesCommit) return false
  return kind === 'connection_lost' || symptom.severity !== 'ERROR'
}

/** Citus leaves the field empty and adds the number of the shard to the name. */
function constraintOf({ sqlstate, message, constraint }: Symptom): string | undefined {
  if (!sqlstate?.startsWith('23')) return undefined
  const name = constraint ?? /constraint "([^"]+)"/.exec(message)?.[1]
  return name?.replace(/_\d{6,}$/, '')
}

function sentenceFor(kind: FailureKind, symptom: Symptom, constraint: string | undefined): Sentence {
  if (kind === 'rule') return sentenceOfRule(symptom)
  const named = kind === 'constraint_in_use' ? inUseRefusals : constraintRefusals
  return (constraint && Object.hasOwn(named, constraint) && named[constraint]) || meaningOf(kind)
}

/** Our own SQL knows best why; a hint shows that it speaks to people. */
function sentenceOfRule({ sqlstate = '', message, hint }: Symptom): Sentence {
  const { code, ...usual } = ruleRefusals[sqlstate] ?? meaningOf('rule')
  if (hint) return { code, message, remedy: hint }
  return sqlstate in ruleRefusals ? { code, ...usual } : { code, message, remedy: usual.remedy }
}

/** The original for the log: its name, its words where they hold no value of a row, and where it was thrown. */
function withoutValues(error: Error, symptom: Symptom): Error {
  const cause = new Error(wordsOf(symptom))
  cause.name = error.name ?? 'Error'
  const frames = String(error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
  cause.stack = [`${cause.name}: ${cause.message}`, ...frames].join('\n')
  return cause
}

function wordsOf({ sqlstate, message, prismaCode }: Symptom): string {
  // the last line says what is wrong; Prisma quotes the values in those before it
  if (!sqlstate) return message.trim().split('\n').at(-1)!.trim()
  if (saysNoValue.test(sqlstate)) return message
  return [(sqlstates as Record<string, string>)[sqlstate] ?? 'an error of the database', sqlstate, prismaCode]
    .filter(Boolean)
    .join(' ')
}

/** Classes whose messages hold names of tables, keys and settings, but never what somebody sent. */
const saysNoValue = /^(RV|08|0A|23|25|26|28|2B|3D|3F|40|42|53|54|55|57|58|XX)/
