import { expect, test } from 'vitest'
import { testDatabase } from '../testing/database.ts'
import { breakContext } from '../testing/leak/broken.ts'
import { homes } from '../testing/leak/homes.ts'
import { through, ways, type Way } from '../testing/leak/ways.ts'
import { findPgBouncer } from '../testing/pgbouncer.ts'

/** The short form of `npm run drill:leak`. */
const tenants = 1_000
const many = Number(process.env['LEAK_ACTS'] ?? 400)
const seed = Number(process.env['LEAK_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

const { access, admin } = await testDatabase()
const everybody = await homes(access, admin, tenants)
// without PgBouncer `npm test` has said what is left out, and failed in CI
const possible = ways.filter((way) => way === 'direct' || findPgBouncer() !== undefined || process.env['CI'])
let first = 1

test.each(possible)(
  'whatever happens to whom, no tenant sees another: %s',
  { timeout: 120_000 },
  async (way) => {
    const { ends, connections, leaks } = await run(way, many)

    expect(leaks.slice(0, 10), `seed ${seed}`).toEqual([])
    expect(connections).toBeGreaterThan(1)
    // who never gets anything done does not leak either
    for (const quiet of ['commit', 'read', 'look-ups of one moment', 'nobody looks', 'Prisma commits'])
      expect(ends[quiet]?.done ?? 0, `${quiet}, seed ${seed}`).toBeGreaterThan(many / 60)
    for (const undone of ['rollback', 'savepoints of Prisma', 'another tenant behind a savepoint'])
      expect(ends[undone], `seed ${seed}`).toBeDefined()
  },
)

test.each(possible.filter((way) => way !== 'session'))(
  'a context that outlives its transaction would be found: %s',
  { timeout: 120_000 },
  async (way) => {
    const mend = await breakContext(admin)
    const { leaks } = await run(way, 120).finally(mend)
    expect(leaks.join('\n')).toMatch(/nobody is taken for [0-9a-f-]{36} .* sees \d+ rows: .*sentinel-/)
  },
)

async function run(way: Way, acts: number) {
  const stage = { admin, homes: everybody, seed, many: acts, first }
  first += acts
  return through(way, access, stage)
}
