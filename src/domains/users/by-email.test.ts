import { expect, test } from 'vitest'
import { inTenant } from '../../database/database.ts'
import { uuidV7 } from '../../foundation/id.ts'
import { testDatabase } from '../../testing/database.ts'
import { aTenant, aUser } from '../../testing/people.ts'
import { userByEmail } from './by-email.ts'
import { readUser } from './read.ts'
import { suspendUser } from './suspend.ts'

const { database } = await testDatabase()
const [acme, other] = [await aTenant(database), await aTenant(database, 'Other')]
const vera = await aUser(database, acme, { roles: ['viewer'] })
const nobody = await aUser(database, acme, { roles: [] })

test('whoever may see people finds one by the address, however it is written', async () => {
  const {
    roles: _,
    profile: __,
    ...row
  } = await inTenant(database, vera.context, (tx) => readUser(tx, nobody.userId))
  expect(await userByEmail(database, vera.context, ` ${nobody.email.toUpperCase()} `)).toEqual(row)
  expect(await userByEmail(database, vera.context, 'unknown@example.com')).toBeUndefined()
})

test('nobody finds who is in another tenant, nor asks without the permission', async () => {
  const { tenantId } = other
  expect(await userByEmail(database, acme.owner.context, other.owner.email)).toBeUndefined()
  await expect(userByEmail(database, { ...vera.context, tenantId }, other.owner.email)).rejects.toMatchObject(
    {
      code: 'not_found',
    },
  )
  await expect(userByEmail(database, nobody.context, vera.email)).rejects.toMatchObject({
    code: 'not_allowed',
  })
  const account = { kind: 'account', accountId: vera.accountId } as const
  await expect(userByEmail(database, { tenantId, actor: account }, vera.email)).rejects.toMatchObject({
    code: 'not_found',
  })
})

test('whoever was suspended finds nobody any more', async () => {
  const gone = await aUser(database, acme, { roles: ['viewer'] })
  await inTenant(database, acme.owner.context, (tx) => suspendUser(tx, gone.userId))
  await expect(userByEmail(database, gone.context, vera.email)).rejects.toMatchObject({ code: 'not_found' })
})

test('the operator finds people everywhere', async () => {
  const actor = { kind: 'operator', name: 'ops' } as const
  const found = await userByEmail(database, { tenantId: other.tenantId, actor }, other.owner.email)
  expect(found).toMatchObject({ id: other.owner.userId })
})

test('a hundred who ask at once, of two tenants, allowed and not, get each their own answer', async () => {
  const asks = Array.from({ length: 100 }, (_, n) =>
    [
      () => userByEmail(database, acme.owner.context, vera.email).then((user) => user?.id),
      () => userByEmail(database, other.owner.context, other.owner.email).then((user) => user?.id),
      () => userByEmail(database, nobody.context, vera.email).catch((error: { code: string }) => error.code),
      () => userByEmail(database, acme.owner.context, `${uuidV7()}@example.com`),
    ][n % 4]!(),
  )
  const expected = [vera.userId, other.owner.userId, 'not_allowed', undefined]
  expect(await Promise.all(asks)).toEqual(asks.map((_, n) => expected[n % 4]))
})
