import type pg from 'pg'
import type { Database } from '../../database/database.ts'
import type { PrismaClient } from '../../database/prisma.ts'
import { acts, Undone, type Scene } from './acts.ts'
import { dice } from './dice.ts'
import type { Home } from './homes.ts'
import { leftBehind } from './left-behind.ts'
import { wrongInLog, type Outcome } from './log.ts'
import { Leak } from './look.ts'
import { prismaActs } from './prisma-acts.ts'

export type Run = {
  database: Database
  prisma: PrismaClient
  /** A superuser's, around any pooler. */
  admin: pg.Pool
  homes: readonly Home[]
  seed: number
  /** So many acts, of which so many at once. */
  many: number
  atOnce: number
  /** The number of the first one; no other run on this database has used it or those behind it. */
  first: number
}

export type Findings = {
  /** How each act ended, and how often. */
  ends: Record<string, Partial<Record<'done' | 'undone' | 'failed', number>>>
  /** So many connections of PostgreSQL were looked at in the end. */
  connections: number
  leaks: string[]
}

const all = Object.entries({ ...acts, ...prismaActs })

/** Lets tenants act at random and at once, then looks at what is left of it on every connection and in the audit log. */
export async function interleave({ many, atOnce, first, seed, ...stage }: Run): Promise<Findings> {
  const findings: Findings = { ends: {}, connections: 0, leaks: [] }
  const outcomes = new Map<number, Outcome>()
  let next = 0
  const player = async () => {
    while (next < many) {
      const nth = next++
      const chance = dice(seed, nth)
      const [name, play] = all[chance(all.length)]!
      const home = stage.homes[chance(stage.homes.length)]!
      const other = stage.homes[(home.nth + 1 + chance(stage.homes.length - 1)) % stage.homes.length]!
      const scene = { ...stage, home, other, chance, request: first + nth, traced: false }
      const error = await play(scene).then(() => undefined, asIs)
      if (error instanceof Leak) findings.leaks.push(`act ${nth}, ${name}: ${error.message}`)
      outcomes.set(scene.request, outcomeOf(scene, error))
      const ends = (findings.ends[name] ??= {})
      const end = error === undefined ? 'done' : error instanceof Undone ? 'undone' : 'failed'
      ends[end] = (ends[end] ?? 0) + 1
    }
  }
  await Promise.all(Array.from({ length: atOnce }, player))

  const { connections, leaks } = await leftBehind(stage.database, stage.admin)
  findings.connections = connections
  findings.leaks.push(...leaks, ...(await wrongInLog(stage.admin, stage.homes, outcomes)))
  return findings
}

/** Whether the trace of an act is in the audit log: nobody knows where the answer to its commit was lost. */
function outcomeOf({ traced }: Scene, error: unknown): Outcome {
  if (error === undefined) return traced ? 'once' : 'never'
  return (error as { code?: string }).code === 'outcome_unknown' ? 'unknown' : 'never'
}

function asIs(error: unknown): unknown {
  return error ?? new Error('rejected with nothing')
}
