import { literal, type Attack, type Family } from '../attack.ts'

/** Views and copies of tables: what the other tenant's rows say must not turn up in them, however they are called there. */
export const viewing: Family = {
  name: 'view',
  about: 'views, materialized views and foreign tables, whatever their columns are called',
  attacks: ({ catalogue, own, other }) =>
    catalogue.relations
      .filter(({ kind }) => /view|foreign/.test(kind))
      .flatMap(({ name, kind, oid }): Attack[] => {
        const attack = { on: name, harm: 'reads', context: 'own' } as const
        const says = [other.tenantId, other.nonce, other.userId, other.accountId].map(
          (one) => `v::text like ${literal(`%${one}%`)}`,
        )
        const readers = (['reeve_app', 'reeve_readonly'] as const).flatMap((role): Attack[] => [
          {
            ...attack,
            role,
            name: 'what it shows',
            sql: `select 1 from ${name} v where ${says.join(' or ')} limit 5`,
          },
          {
            ...attack,
            role,
            context: 'none',
            name: 'what it shows to nobody',
            sql: `select 1 from ${name} v where ${[...says, `v::text like ${literal(`%${own.nonce}%`)}`].join(' or ')} limit 5`,
          },
        ])
        // Without its reader's rights a view shows what its owner sees; one that shows sums says no name, so it is judged by how it is built.
        const owners = `select c.relname from pg_class c, pg_roles r
          where c.oid = ${oid} and r.rolname in ('reeve_app', 'reeve_readonly') and has_any_column_privilege(r.oid, c.oid, 'select')
            and (c.relkind <> 'v' or not coalesce(c.reloptions::text ~* 'security_invoker=(true|on|1|yes)', false)) limit 5`
        return [
          ...readers,
          {
            ...attack,
            role: 'catalogue',
            context: 'none',
            name: kind === 'view' ? 'shows what its owner sees' : 'knows no policy',
            sql: owners,
          },
        ]
      }),
}
