// node-postgres with named statements, ten connections; without row-level security, unless said otherwise.
import pg from 'pg'
import { hashToken } from '../../dist/foundation/secret.js'
import { tokenOf } from '../people.mjs'
import * as statements from '../statements.mjs'

export async function open({ admin, access, tenantId, people }) {
  const [plain, guarded] = [admin, access].map((settings) => new pg.Pool({ ...settings, max: 10 }))
  const at = (n) => people[n % people.length]
  const one = (connection, name, text, values) => connection.query({ name, text, values })
  const declaration = JSON.stringify({ user: at(0).userId, account: at(0).accountId, request: 'bench' })
  return {
    'user by e-mail': async (n) => {
      const { email } = at(n)
      const { rows } = await one(plain, 'by-email', statements.userByEmail, [tenantId, email])
      return rows[0].email === email
    },
    'session to user and roles': async (n) => {
      const hash = hashToken(tokenOf((n % people.length) + 1))
      const { rows } = await one(plain, 'session', statements.sessionWithRoles, [hash])
      return rows[0].account_id === at(n).accountId
    },
    // What an application does that keeps to the manual: four round trips.
    'under RLS: begin, context, query, commit': async (n) => {
      const { email } = at(n)
      const client = await guarded.connect()
      try {
        await one(client, 'begin', 'begin', [])
        await one(client, 'context', 'select reeve.set_context($1, $2)', [tenantId, declaration])
        const { rows } = await one(client, 'by-email', statements.userByEmail, [tenantId, email])
        await one(client, 'commit', 'commit', [])
        return rows[0].email === email
      } finally {
        client.release()
      }
    },
    'page of 20': async () => {
      const values = [tenantId, statements.beyondEveryId, 20]
      const { rows } = await one(plain, 'page', statements.pageWithRoles, values)
      return rows.length >= 20
    },
  }
}
