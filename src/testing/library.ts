import { pino } from 'pino'
import { afterAll } from 'vitest'
import type { Access } from '../database/pool.ts'
import type { Reeve } from '../library/reeve.ts'
import { createReeve, type ReeveOptions, type User } from '../reeve.ts'
import { testDatabase, type TestDatabase } from './database.ts'
import { openSession } from './http.ts'
import type { Person } from './people.ts'

/** Where the server of a test logs in. */
export function urlOf({ user, password, host, port, database }: Access): string {
  return `postgresql://${user}:${encodeURIComponent(password)}@${host}:${port}/${database}`
}

const silent = pino({ level: 'silent' })

/** Reeve in this process, on a database of its own; `as` loads somebody of `testing/people.ts`. */
export async function testReeve(options: ReeveOptions = {}): Promise<
  TestDatabase & {
    reeve: Reeve
    signIn: (person: Person) => Promise<string>
    as: (person: Person) => Promise<User>
  }
> {
  const world = await testDatabase()
  const reeve = await createReeve({ databaseUrl: urlOf(world.access), log: silent, ...options })
  afterAll(() => reeve.close())
  const signIn = (person: Person) => openSession(world, person)
  const as = async (person: Person) => (await reeve.user(await signIn(person), person.context.tenantId))!
  return { ...world, reeve, signIn, as }
}
