import { afterAll, expect, test } from 'vitest'
import { statements } from '../../database/sql.ts'
import { testDatabase } from '../../testing/database.ts'
import { aTenant } from '../../testing/people.ts'
import './list.ts'

const { database, admin } = await testDatabase()
const acme = await aTenant(database)
const somebody = acme.owner.userId

// Two months in which a third was done by one tenant, and the rest by two hundred that did little. Of so many lines
// the primary key is a level lower than the other indexes, and wins where each is believed to find one line.
await admin.query(`select reeve.audit_partitions_ensure((now() - interval '2 months')::date, 3)`)
const client = await admin.connect()
afterAll(() => client.release())
await client.query('begin; set local session_replication_role = replica')
await client.query(
  `insert into audit_logs (tenant_id, created_at, action, entity_type, entity_id, user_id, db_role)
   select case when n % 3 = 0 then $1 else md5((n % 200)::text)::uuid end, date_trunc('month', now()) - make_interval(months => m, mins => -2 * n),
          'user.updated', 'user', gen_random_uuid(), gen_random_uuid(), 'x'
   from generate_series(1, 2) m, generate_series(1, 18000) n`,
  [acme.tenantId],
)
await client.query('commit')
await client.query('reindex table audit_logs')
await client.query('analyze audit_logs')

const lookedFor = {
  'audit.list': { values: [null, null, null, null], index: 'pkey' },
  'audit.list_of_action': {
    values: [null, null, null, 'role.deleted'],
    index: 'tenant_id_action_created_at_id_idx',
  },
  'audit.list_of_user': {
    values: [somebody, null, null, null],
    index: 'tenant_id_user_id_created_at_id_idx',
  },
  'audit.list_of_entity': {
    values: [null, 'user', somebody, null],
    index: 'tenant_id_entity_type_entity_id_created__idx',
  },
}
const ago = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString()
const places = {
  'the first page': ['-infinity', 'infinity', '0'],
  'the first page from a day on': [ago(50), 'infinity', '0'],
  'the first page before a day': ['-infinity', ago(35), '0'],
  'a later page': ['-infinity', ago(40), '7000'],
  'a later page from a day on': [ago(50), ago(40), '7000'],
}

test.each(Object.entries(lookedFor))(
  '%s walks its own index, in a tenant far bigger than the average',
  async (name, { values, index }) => {
    const { text } = statements.get(name)!
    for (const [place, where] of Object.entries(places)) {
      const given = [acme.tenantId, ...where, 21, ...values]
      for (const plan of ['generic', 'custom'])
        expect(await walked(plan, text, given), `${place}, ${plan} plan`).toEqual([index])
    }
  },
)

/** The indexes of the months; what waits for its month is not looked at. */
async function walked(plan: string, text: string, values: unknown[]): Promise<string[]> {
  const given = values.map((value) => (value === null ? 'null' : `'${String(value)}'`)).join(', ')
  await client.query(`begin; set local role reeve_app; set local plan_cache_mode = force_${plan}_plan`)
  await client.query('select from reeve.set_context($1, $2)', [acme.tenantId, { user: somebody }])
  await client.query(`prepare list as ${text}`)
  const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain execute list (${given})`)
  await client.query('deallocate list; rollback')

  const indexes = rows.flatMap(
    (row) => /using audit_logs_\d+_\d+_(\w+) on/.exec(row['QUERY PLAN'])?.[1] ?? [],
  )
  return [...new Set(indexes)]
}
