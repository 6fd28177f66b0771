// What pgbench sends, ten connections in one thread: for each question the SQL that gives the same answer.
import '../../dist/database/database.js'
import { statements as ours } from '../../dist/database/sql.js'
import '../../dist/domains/access/access.js'
import { tokenHashInSql } from '../people.mjs'
import { forPgbench, oneSync } from '../pgbench.mjs'
import * as statements from '../statements.mjs'

/** Scripts, and who runs them: `admin` is above row-level security, `access` is the server's own login. */
export function scripts({ admin, access, tenantId, people, users, tenants }) {
  const { userId, accountId } = people[0]
  const variables = {
    tenant: tenantId,
    declaration: JSON.stringify({ user: userId, account: accountId, request: 'bench' }),
    last: statements.beyondEveryId,
  }
  // In the first tenant are the people whose number ends in 00 to 03, 20 to 23 and so on, beyond the founders.
  const somebody = `\\set k random(${Math.ceil(tenants / 20)}, ${Math.floor(users / 20) - 1})
\\set r random(0, 3)
\\set n 20 * :k + :r`
  const somebodysSession = `\\set n random(1, ${people.length})`
  const email = `'person' || :n::text || '@example.com'`
  const byEmail = forPgbench(statements.userByEmail, [':tenant', email])
  const context = forPgbench(ours.get('declare_read_only').text, [':tenant', ':declaration'])
  const mayRead = forPgbench(ours.get('access.authorize').text, [`('users'||chr(58)||'read')`, 'null'])
  return {
    'user by e-mail': { access: admin, variables, script: `${somebody}\n${byEmail}` },
    'session to user and roles': {
      access: admin,
      script: `${somebodysSession}\n${forPgbench(statements.sessionWithRoles, [tokenHashInSql])}`,
    },
    'session to user and role names, no permissions': {
      access: admin,
      script: `${somebodysSession}\n${forPgbench(statements.sessionWithRoleNames, [tokenHashInSql])}`,
    },
    'under RLS: context and query, one Sync': {
      ...{ access, variables },
      script: `${somebody}\n${oneSync(context, byEmail)}`,
    },
    'under RLS: context, permission and page, one Sync': {
      ...{ access, variables },
      script: oneSync(context, mayRead, forPgbench(statements.pageWithRoles, [':tenant', ':last', '20'])),
    },
  }
}
