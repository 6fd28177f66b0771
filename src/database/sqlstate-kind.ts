import type { FailureKind } from './failure-kinds.ts'
import type { Sqlstate, SqlstateClass } from './sqlstates.ts'

/** What a class means unless a code below says otherwise. A class that PostgreSQL adds stops the compiler here. */
const kindOfClass: Record<SqlstateClass, FailureKind> = {
  '00': 'bug', // success and warnings are no errors; whoever raises them as errors made a mistake
  '01': 'bug',
  '02': 'bug',
  '03': 'bug',
  '08': 'connection_lost',
  '09': 'bug',
  '0A': 'bug',
  '0B': 'transaction_rollback',
  '0F': 'bug',
  '0L': 'query_permission',
  '0P': 'bug',
  '0Z': 'bug',
  '10': 'bug',
  '20': 'bug',
  '21': 'bug',
  '22': 'query_invalid_value',
  '23': 'constraint_check',
  '24': 'bug',
  '25': 'transaction_rollback',
  '26': 'query_plan_outdated',
  '27': 'bug',
  '28': 'connection_authentication',
  '2B': 'constraint_in_use',
  '2D': 'transaction_rollback',
  '2F': 'bug',
  '34': 'bug',
  '38': 'bug',
  '39': 'bug',
  '3B': 'transaction_rollback',
  '3D': 'connection_no_database',
  '3F': 'query_schema',
  '40': 'transaction_serialization',
  '42': 'query_syntax',
  '44': 'constraint_check',
  '53': 'resource_limit',
  '54': 'query_too_large',
  '55': 'bug',
  '57': 'statement_cancelled',
  '58': 'server_fault',
  '72': 'transaction_serialization', // what it looked at is gone; a new look succeeds
  F0: 'server_fault',
  HV: 'bug',
  P0: 'bug',
  XX: 'server_fault',
}

/** Codes that mean something else than the rest of their class. */
const kindOfCode: Partial<Record<Sqlstate, FailureKind>> = {
  '08001': 'connection_refused',
  '08004': 'connection_refused',
  '08007': 'outcome_unknown',
  '08P01': 'bug', // our side of the protocol is wrong

  '22001': 'query_too_long',
  '22012': 'bug', // nobody but our own statements divides
  '22026': 'query_too_long',
  '2200H': 'resource_limit', // a sequence has come to its end

  '23001': 'constraint_in_use',
  '23502': 'constraint_not_null',
  '23503': 'constraint_foreign_key',
  '23505': 'constraint_unique',
  '23P01': 'constraint_exclusion',

  '25006': 'transaction_read_only',
  '25P03': 'transaction_idle_timeout',
  '25P04': 'transaction_timeout',

  '40002': 'constraint_check',
  '40003': 'outcome_unknown',
  '40P01': 'transaction_deadlock',

  '42501': 'query_permission',
  '42703': 'query_schema',
  '42704': 'query_schema',
  '42883': 'query_schema',
  '42P01': 'query_schema',
  '42P05': 'query_plan_outdated', // a pooler lent our connection's name to somebody else

  '53100': 'resource_disk_full',
  '53200': 'resource_memory',
  '53300': 'resource_connections',

  '55006': 'resource_in_use',
  '55P03': 'transaction_lock_timeout',

  '57014': 'statement_timeout',
  '57P01': 'shutting_down',
  '57P02': 'shutting_down',
  '57P03': 'shutting_down',
  '57P04': 'connection_no_database',
  '57P05': 'transaction_idle_timeout',

  HV001: 'resource_memory',
  HV00N: 'connection_refused',

  XX001: 'corruption',
  XX002: 'corruption',
}

const kinds: ReadonlyMap<string, FailureKind> = new Map([
  ...Object.entries(kindOfClass),
  ...Object.entries(kindOfCode),
])

/** The kind of failure that a SQLSTATE stands for. A class that we do not know is an extension's: a bug. */
export function kindOfSqlstate(sqlstate: string): FailureKind {
  return kinds.get(sqlstate) ?? kinds.get(sqlstate.slice(0, 2)) ?? 'bug'
}
