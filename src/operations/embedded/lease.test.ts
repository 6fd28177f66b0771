import { mkdir, mkdtemp, readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { removeInside } from '../../foundation/guard.ts'
import { takeLease, type Lease } from './lease.ts'
import { processOf, thisWorld } from './processes.ts'

const root = await mkdtemp(join(tmpdir(), 'reeve-lease-'))
afterAll(() => removeInside(tmpdir(), root))

test('a lease has one holder at a time', async () => {
  const folder = join(root, 'one')
  const first = await taken(folder)

  expect(await takeLease(folder)).toMatchObject({
    mine: false,
    process: processOf(process.pid),
    elsewhere: false,
  })

  first.release()
  const second = await taken(folder)
  first.release() // releasing twice does not release what somebody else holds
  expect(await takeLease(folder)).toMatchObject({ mine: false })
  second.release()
})

test('of many who come in the same moment, one gets the lease; also when a dead holder left one', async () => {
  for (const remains of [undefined, deadHolder()]) {
    const folder = join(root, `many-${remains ? 'after' : 'first'}`)
    if (remains) await leave(folder, 41, remains)

    const all = await Promise.all(Array.from({ length: 20 }, () => takeLease(folder)))

    expect(all.filter(({ mine }) => mine)).toHaveLength(1)
    expect(await readdir(folder)).toHaveLength(1)
    ;(all.find(({ mine }) => mine) as Lease).release()
  }
})

test('a holder whose number now belongs to a later process is dead', async () => {
  const folder = join(root, 'reused')
  await leave(folder, 3, { pid: process.pid, start: '1', world: thisWorld() })

  ;(await taken(folder)).release()
  expect(await readdir(folder)).toEqual(['4'])
  expect(await readFile(join(folder, '4'), 'utf8')).toBe('')
})

test.concurrent('a holder in another container is believed while it touches its lease', async () => {
  const folder = join(root, 'elsewhere')
  const file = await leave(folder, 1, { pid: 1, start: '1', world: 'another container' })
  const heart = setInterval(() => void utimes(file, new Date(), new Date()), 500)

  expect(await takeLease(folder)).toMatchObject({ mine: false, elsewhere: true })
  clearInterval(heart)
})

test.concurrent('what a container that is gone left behind is taken over', async () => {
  const folder = join(root, 'gone')
  await leave(folder, 1, {
    pid: process.pid,
    start: processOf(process.pid)!.start,
    world: 'another container',
  })

  ;(await taken(folder)).release()
})

async function taken(folder: string): Promise<Lease> {
  const lease = await takeLease(folder)
  if (!lease.mine) throw new Error(`held by ${lease.process.pid}`)
  return lease
}

function deadHolder() {
  return { pid: 999_999_999, start: '1', world: thisWorld() }
}

async function leave(folder: string, number: number, holder: object): Promise<string> {
  await mkdir(folder, { recursive: true })
  const file = join(folder, String(number))
  await writeFile(file, JSON.stringify(holder))
  return file
}
