import { execFile, execFileSync, spawn } from 'node:child_process'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { removeInside } from '../../foundation/guard.ts'
import { translated } from '../../testing/program.ts'
import { startEmbedded } from './embedded.ts'
import { processOf } from './processes.ts'

const linux = process.platform === 'linux'
const root = await mkdtemp(join(tmpdir(), 'reeve-crash-'))
execFileSync('chmod', ['755', root])
afterAll(() => removeInside(tmpdir(), root))

// The short form of `npm run drill:crash`: each kind of death once.
test.runIf(linux)(
  'what was acknowledged outlives kill -9 of the server, of PostgreSQL, and of both; nothing is half done',
  { timeout: 180_000 },
  async () => {
    const { main, remove } = await translated()
    const drill = fileURLToPath(new URL('../../../drills/crash.mjs', import.meta.url))
    const options = ['--rounds', '4', '--writers', '4', '--json', '--directory', join(root, 'drill')]

    const { stdout } = await promisify(execFile)(process.execPath, [
      drill,
      '--program',
      main,
      ...options,
    ]).finally(remove)

    const figures = JSON.parse(stdout) as { killed: object; acknowledged: { user: number }; faults: number }
    expect(figures).toMatchObject({
      killed: { 'the server': 1, PostgreSQL: 1, both: 1, 'one connection': 1 },
      faults: 0,
    })
    expect(figures.acknowledged.user).toBeGreaterThan(0)
  },
)

test.runIf(linux)('a killed PostgreSQL that nobody buries does not keep the next from starting', async () => {
  const directory = join(root, 'unburied')
  const settings = { fsync: 'off', shared_buffers: '16MB' }
  await (await startEmbedded({ directory, settings })).stop()
  const { zombie, parent } = await aZombie()
  const file = join(directory, 'postgres', 'postmaster.pid')
  await writeFile(
    file,
    `${zombie}\n${join(directory, 'postgres')}\n1\n5432\n\n127.0.0.1\n  1234     5678\nready   \n`,
  )

  const embedded = await startEmbedded({ directory, settings })

  expect(embedded.joined).toBe(false)
  await embedded.stop()
  parent.kill('SIGKILL')
})

/** A process that has ended, below one that never asks for it. */
async function aZombie() {
  const parent = spawn('sh', ['-c', 'sleep 0 & exec sleep 60'], { stdio: 'ignore' })
  const children = `/proc/${parent.pid}/task/${parent.pid}/children`
  await expect.poll(() => readFile(children, 'utf8')).toMatch(/^\d+ $/)
  const zombie = Number(await readFile(children, 'utf8'))
  await expect.poll(() => processOf(zombie)).toBe(undefined)
  expect(process.kill(zombie, 0)).toBe(true)
  return { zombie, parent }
}
