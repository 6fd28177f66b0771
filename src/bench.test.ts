/** The short form of `npm run bench`: that it runs and says what it should; how fast anybody is, is not a test. */
import { execFile } from 'node:child_process'
import { cp, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { translated } from './testing/program.ts'

const bench = fileURLToPath(new URL('../bench', import.meta.url))

const atDatabase = ['user by e-mail', 'session to user and roles', 'one query under RLS', 'page of 20']

test(
  'the benchmark compares Reeve with what needs no installation, and leaves nothing behind',
  { timeout: 240_000 },
  async () => {
    const { folder, remove } = await translated()
    try {
      const temporary = join(folder, 'temporary')
      await mkdir(temporary)
      await cp(bench, join(folder, 'bench'), {
        recursive: true,
        filter: (path) => !path.includes('/bench/node_modules'),
      })
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [join(folder, 'bench/bench.mjs'), '--short', '--json'],
        { env: { ...process.env, TMPDIR: temporary } },
      )
      const found = JSON.parse(stdout) as Run

      expect(found).toMatchObject({ users: 1_000, rounds: 1, short: true })
      // Debian's root installs them; elsewhere it says what is missing, and the others are measured.
      if (process.env['CI']) expect(found.tools).toEqual(['pgbench', 'wrk'])
      const http = found.tools.includes('wrk') ? ['who am I', 'list of 20', 'sign-in'] : []
      expect(found.questions.map(({ what }) => what)).toEqual([...http, ...atDatabase])
      for (const { what, contenders } of found.questions) {
        const names = contenders.map(({ who }) => who)
        expect(names).toContain('Reeve')
        if (atDatabase.includes(what))
          expect(names).toEqual(expect.arrayContaining(['node-postgres', 'Prisma']))
        for (const { perSecond, ratio } of contenders) {
          expect(perSecond.median).toBeGreaterThan(0)
          expect(ratio.median).toBeGreaterThan(0)
        }
      }
      const bars = (found.tools.includes('wrk') ? 1 : 0) + (found.tools.includes('pgbench') ? 3 : 0)
      expect(found.bars).toHaveLength(bars)
      expect(await readdir(temporary)).toEqual([])
    } finally {
      await remove()
    }
  },
)

type Spread = { median: number; least: number; most: number }
type Run = {
  users: number
  tools: string[]
  questions: { what: string; contenders: { who: string; perSecond: Spread; ratio: Spread }[] }[]
  bars: { what: string; met: boolean }[]
}
