import { randomBytes } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { asSuperuser, aWorkshop } from '../../testing/migrations.ts'
import { deploy } from './deploy.ts'
import { rollback } from './rollback.ts'
import { status } from './status.ts'

const nothing = '-- Loses: nothing.'
const [a, b, c] = ['20260101000000_a', '20260102000000_b', '20260103000000_c'] as const

test('a database where nothing was ever applied has everything pending and no history', async () => {
  const workshop = await aWorkshop()
  await workshop.write(a, 'select 1', nothing)
  await workshop.write(b, 'select 1', '-- Irreversible: it is so.')
  expect(await status(workshop)).toEqual({
    history: 'absent',
    upToDate: false,
    applied: [],
    pending: [
      { name: a, late: false, reversible: true },
      { name: b, late: false, reversible: false },
    ],
    failed: [],
    edited: [],
    missing: [],
    elsewhere: [],
    ahead: false,
    rolledBack: [],
  })
  expect(await workshop.column(`select to_regclass('_prisma_migrations')`)).toEqual([null])
})

test('what is applied, edited, missing, late and rolled back is told apart', async () => {
  const workshop = await aWorkshop()
  for (const name of [a, b, c]) await workshop.write(name, 'select 1', nothing)
  await deploy(workshop)
  expect(await status(workshop)).toMatchObject({
    history: 'read',
    upToDate: true,
    applied: [{ name: a, at: expect.any(Date) }, { name: b }, { name: c }],
  })

  await rollback({ ...workshop, reach: { steps: 1 }, consent: async () => true })
  expect(await status(workshop)).toMatchObject({
    upToDate: false,
    pending: [{ name: c }],
    rolledBack: [{ name: c, at: expect.any(Date) }],
  })

  await workshop.write(a, 'select 2')
  await workshop.write('20260101120000_late', 'select 1', nothing)
  await workshop.remove(b)
  expect(await status(workshop)).toMatchObject({
    edited: [a],
    missing: [b],
    ahead: false,
    pending: [
      { name: '20260101120000_late', late: true },
      { name: c, late: false },
    ],
  })

  await workshop.remove(c)
  await workshop.remove('20260101120000_late')
  expect(await status(workshop)).toMatchObject({ missing: [b], ahead: true })
})

test('somebody who may not read the history is told so', async () => {
  const workshop = await aWorkshop()
  await workshop.write(a, 'select 1', nothing)
  await deploy(workshop)

  const guest = `guest_${randomBytes(4).toString('hex')}`
  await asSuperuser(`create role ${guest} login password 'guest'`)
  onTestFinished(() => asSuperuser(`drop role ${guest}`))
  const url = new URL(workshop.url)
  Object.assign(url, { username: guest, password: 'guest' })
  const asGuest = { ...workshop, connect: () => ({ connectionString: url.href }) }

  expect(await status(asGuest)).toMatchObject({
    history: 'unreadable',
    upToDate: false,
    applied: [],
    pending: [],
  })
  await expect(deploy(asGuest)).rejects.toMatchObject({
    code: 'database_refused_us',
    remedy: expect.stringContaining(`to "${guest}"`),
  })
  await expect(
    rollback({ ...asGuest, reach: { steps: 1 }, consent: async () => true }),
  ).rejects.toMatchObject({ code: 'database_refused_us' })
})
