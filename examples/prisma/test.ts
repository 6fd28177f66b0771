import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { countInvoices, end } from './alone.js'
import { prisma, reeve } from './db.js'
import { addInvoice, listInvoices, payInvoice } from './invoices.js'

after(() => Promise.all([reeve.close(), end()]))

/** Somebody with a tenant of their own. */
async function somebody(name: string) {
  const email = `${name}-${Date.now()}@example.net`
  const account = { email, password: 'correct horse battery', name, tenantName: `${name} & Co` }
  const { tenant, session } = await reeve.signUp(account)
  return (await reeve.user(session.token, tenant.id))!
}

const [ada, grace] = [await somebody('Ada'), await somebody('Grace')]
const invoice = { number: 'A-1', lines: [{ text: 'One engine', cents: 700_00 }] }

test('what one tenant writes, no other sees', async () => {
  const { id } = await addInvoice(ada.context, invoice)

  const [seen] = await listInvoices(ada.context)
  assert.equal(seen?.user?.name, 'Ada')
  assert.equal(seen?.lines[0]?.cents, 700_00)
  assert.deepEqual(await listInvoices(grace.context), [])
  await assert.rejects(payInvoice(grace.context, id), { code: 'not_found' })
  assert.equal(await countInvoices(grace.tenantId), 0)
})

test('a member sees them, and may not write any', async () => {
  const { items: roles } = await ada.roles.list()
  const roleId = roles.find(({ name }) => name === 'member')!.id
  const invited = await ada.invitations.create({ email: `lee-${Date.now()}@example.net`, roleId })
  const lee = await reeve.acceptInvitation({
    token: invited.token,
    name: 'Lee',
    password: 'battery staple horse',
  })
  const { context } = (await reeve.user(lee.session!.token, ada.tenantId))!

  assert.equal((await listInvoices(context)).length, 1)
  await assert.rejects(addInvoice(context, invoice), { code: 'not_allowed' })
})

test('without withTenant there is nothing', async () => {
  assert.equal(await prisma.invoice.count(), 0)
  await assert.rejects(prisma.invoice.create({ data: { tenantId: ada.tenantId, number: 'A-2' } }))
})

test('the log knows who did it', async () => {
  const { items } = await ada.audit.list({ action: 'invoice.created' })
  assert.equal(items[0]?.userId, ada.id)
})
