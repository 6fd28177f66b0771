/** One in ten of the mutants of `npm run drill:isolation`, always the same ones. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { expect, test } from 'vitest'
import { home } from '../../foundation/package.ts'
import { testDatabase } from '../database.ts'
import { hunt, mutantsOf, survivorsIn } from './run.ts'

const { adminUrl, access } = await testDatabase()
const survivors = survivorsIn(readFileSync(join(home, 'src/testing/mutants/survivors.txt'), 'utf8'))

test('the prover notices whatever is missing of what keeps tenants apart', async () => {
  const client = new pg.Client(adminUrl)
  await client.connect()
  const all = await mutantsOf(client)
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length)
  expect(survivors.size / all.length).toBeLessThan(0.01)
  expect([...survivors.keys()].filter((name) => !all.some((one) => one.name === name))).toEqual([])

  const some = all.filter(({ name, commits }, i) => (i % 10 === 0 || commits) && !survivors.has(name))
  const fates = await hunt({ client, admin: { connectionString: adminUrl }, access }, some)
  await client.end()
  expect(fates.filter(({ noticed }) => noticed === undefined).map(({ mutant }) => mutant.name)).toEqual([])
  expect(fates.length).toBeGreaterThan(50)
}, 180_000)
