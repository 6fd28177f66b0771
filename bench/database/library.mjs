// Reeve in process: its verbs and its database layer, ten connections, as reeve_app under row-level security.
import { openDatabase, readInTenant } from '../../dist/database/database.js'
import { sql } from '../../dist/database/sql.js'
import { whoAmI } from '../../dist/domains/sessions/who-am-i.js'
import { userByEmail } from '../../dist/domains/users/by-email.js'
import { listUsers } from '../../dist/domains/users/list.js'
import { userColumns } from '../../dist/domains/users/user.js'
import { tokenOf } from '../people.mjs'
import * as statements from '../statements.mjs'

const oneUser = sql('bench.user_by_email', userColumns, statements.userByEmail)

export async function open({ access, tenantId, people }) {
  const database = openDatabase({
    ...access,
    ...{ poolSize: 10, acquireTimeoutMs: 10_000, statementTimeoutMs: 15_000, lockTimeoutMs: 5_000 },
    idleInTransactionTimeoutMs: 10_000,
  })
  const at = (n) => people[n % people.length]
  const userActor = ({ userId, accountId }) => ({ kind: 'user', userId, accountId })
  const as = (who) => ({ tenantId, requestId: 'bench', actor: userActor(who) })
  const operator = { tenantId, actor: { kind: 'operator', name: 'bench' } }
  return {
    'userByEmail, the operator asks': async (n) => {
      const { email } = at(n)
      return (await userByEmail(database, operator, email))?.email === email
    },
    'userByEmail, fifty people ask': async (n) => {
      const { email } = at(n)
      return (await userByEmail(database, as(at(n % 50)), email))?.email === email
    },
    whoAmI: async (n) => {
      const found = await whoAmI(database, tokenOf((n % people.length) + 1))
      return found?.account.id === at(n).accountId && found.tenants[0].roles.length > 0
    },
    readInTenant: async (n) => {
      const { email } = at(n)
      const found = await readInTenant(database, as(at(0)), (tx) => tx.row(oneUser, [tenantId, email]))
      return found?.email === email
    },
    listUsers: async () => {
      const { items } = await readInTenant(database, as(at(0)), (tx) => listUsers(tx, { limit: 20 }))
      return items.length === 20 && items[0].roles.length > 0
    },
  }
}
