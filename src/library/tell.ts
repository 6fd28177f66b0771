import { randomUUID } from 'node:crypto'
import type { FastifyBaseLogger } from 'fastify'
import { Refusal } from '../foundation/refusal.ts'
import { problemOf } from '../http/problem.ts'

type Told = NonNullable<ReturnType<typeof problemOf>>

/** A refusal as an answer, undefined for an error that is none of ours. What is our own fault, or an outage, is logged. */
export function tell(
  log: FastifyBaseLogger,
  error: unknown,
  requestId: string = randomUUID(),
): Told | undefined {
  const told = problemOf(error, requestId)
  if (told && told.status >= 500) log.error({ err: error, requestId }, 'request failed')
  return told
}

/** The same where nobody else is there to explain an error. */
export function tellAny(log: FastifyBaseLogger, error: unknown): Told {
  const told = tell(log, error)
  if (told) return told
  log.error({ err: error }, 'request failed')
  return problemOf(new Refusal('internal', 'something went wrong', 'see the log'), randomUUID())!
}
