import type pg from 'pg'
import type { Access } from '../../database/pool.ts'
import { readCatalogue } from '../../operations/prove/catalogue.ts'
import { tryLeftovers } from '../../operations/prove/leftovers.ts'
import { attackAll, takeStand, type Stand } from '../../operations/prove/prove.ts'
import { ofFunctions } from './functions.ts'
import type { Mutant } from './mutant.ts'
import { ofPrivileges } from './privileges.ts'
import { ofTables } from './tables.ts'

/** What became of a mutant: who noticed first, or nobody. */
export type Fate = { mutant: Mutant; noticed: string | undefined }

/** Every mutant of this database, always the same ones in the same order. */
export async function mutantsOf(client: pg.ClientBase): Promise<Mutant[]> {
  const catalogue = await readCatalogue(client)
  return [...(await ofTables(client, catalogue)), ...ofPrivileges(catalogue), ...(await ofFunctions(client))]
}

/**
 * Lets the prover loose on each mutant, until it notices. They are made one after the other in a transaction that is
 * rolled back, for some are about roles, which belong to all databases.
 */
export async function hunt(
  { client, admin, access }: { client: pg.Client; admin: pg.ClientConfig; access: Access },
  mutants: Mutant[],
  told: (fate: Fate) => void = () => {},
): Promise<Fate[]> {
  const fates: Fate[] = []
  await client.query('begin')
  try {
    const stand = await takeStand(client)
    for (const mutant of mutants.filter(({ commits }) => !commits)) {
      const fate = { mutant, noticed: await noticed(client, stand, mutant) }
      told(fate)
      fates.push(fate)
    }
  } finally {
    await client.query('rollback')
  }
  for (const mutant of mutants.filter(({ commits }) => commits)) {
    const fate = { mutant, noticed: await noticedBetween(client, admin, access, mutant) }
    told(fate)
    fates.push(fate)
  }
  return fates
}

async function noticed(client: pg.Client, stand: Stand, { sql, about }: Mutant): Promise<string | undefined> {
  await client.query('savepoint mutant')
  try {
    try {
      await client.query(sql)
    } catch (error) {
      if ((error as pg.DatabaseError).code === '23505')
        return `no second tenant can be born: ${(error as Error).message}`
      throw error
    }
    const scene = { ...stand.scene, catalogue: await readCatalogue(client) }
    const tried = await attackAll(client, { ...stand, scene }, { hasty: true, first: about })
    const open = tried.find(({ judged, accepted }) => judged.verdict !== 'blocked' && accepted === undefined)
    return open && `${open.family.name}: ${open.attack.name} on ${open.attack.on}, ${open.judged.verdict}`
  } finally {
    await client.query('rollback to savepoint mutant; release savepoint mutant')
  }
}

async function noticedBetween(
  client: pg.Client,
  admin: pg.ClientConfig,
  access: Access,
  { sql, about }: Mutant,
) {
  const { rows } = await client.query<{ before: string }>(
    'select pg_get_functiondef($1::regproc) as before',
    [about],
  )
  await client.query(sql)
  try {
    const open = (await tryLeftovers(admin, access)).find(
      ({ judged, accepted }) => judged.verdict === 'through' && !accepted,
    )
    return open && `leftover: ${open.attack.name} on ${open.attack.on}`
  } finally {
    await client.query(rows[0]!.before)
  }
}

/** Mutants that nobody is to notice, with the reason: lines of `name | reason`. */
export function survivorsIn(text: string): Map<string, string> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(lines.map((line) => line.split(' | ') as [string, string]))
}
