import { expect, test } from 'vitest'
import { PrismaClient } from '../../examples/prisma/generated/client.js'
import { tenantAdapter, withTenant } from '../prisma.ts'
import { createReeve } from '../reeve.ts'
import { openSession } from '../testing/http.ts'
import { invoicesDatabase } from '../testing/invoices.ts'
import { urlOf } from '../testing/library.ts'
import { aTenant } from '../testing/people.ts'

const world = await invoicesDatabase()
const reeve = await createReeve({ databaseUrl: urlOf(world.access) })
const prisma = new PrismaClient({ adapter: tenantAdapter(reeve.database) })
const { owner, tenantId } = await aTenant(world.database)
const me = (await reeve.user(await openSession(world, owner), tenantId))!

test('a verb and a row of an own model are written together or not at all', async () => {
  const kim = await withTenant(prisma, me.context, async (tx) => {
    const kim = await reeve.within(tx).users.create({ email: 'kim@example.com', name: 'Kim' })
    await tx.invoice.create({ data: { number: '1', userId: kim.id } })
    return kim
  })
  const found = await withTenant(prisma, me.context, (tx) =>
    tx.invoice.findMany({ where: { tenantId }, select: { number: true, user: { select: { name: true } } } }),
  )
  expect(found).toEqual([{ number: '1', user: { name: 'Kim' } }])

  const failed = withTenant(prisma, me.context, async (tx) => {
    await tx.invoice.create({ data: { number: '2', userId: kim.id } })
    await reeve.within(tx).users.create({ email: 'kim@example.com', name: 'Kim again' })
  })
  await expect(failed).rejects.toMatchObject({ code: 'email_taken' })
  expect(await withTenant(prisma, me.context, (tx) => tx.invoice.count())).toBe(1)
})

test('outside of its transaction there is nothing to be within', async () => {
  const tx = await withTenant(prisma, me.context, async (tx) => tx)
  expect(() => reeve.within(tx)).toThrow('the transaction has ended')
})

test('closing it ends the clients on its pool as well', async () => {
  await reeve.close()
  await expect(withTenant(prisma, me.context, (tx) => tx.invoice.count())).rejects.toMatchObject({
    code: 'shutting_down',
  })
})
