import { equal, identifier, literal, type Attack, type Family } from '../attack.ts'
import { tenantTables } from '../plant.ts'

/**
 * The context changed in the middle of a statement, away from any tenant: rules that look for reasons to refuse must not
 * find an empty room. (Changed to another tenant it is that tenant that is declared; see `declaring`.)
 */
export const switching: Family = {
  name: 'switch',
  about: 'the context changed within a statement',
  attacks: (scene) =>
    tenantTables(scene.catalogue).flatMap((relation): Attack[] => {
      const { name, tenant, primary } = relation
      const row = scene.own.rows.get(name)
      if (!row || primary.length === 0) return []
      const attack = { on: name, role: 'reeve_app', harm: 'writes', context: 'own' } as const
      const column = identifier(tenant!)
      const theirs = `${column} = ${literal(scene.other.tenantId)}`
      const away = `set_config('reeve.tenant_id', '', true)`
      return [
        {
          ...attack,
          name: 'read, looking away',
          harm: 'reads',
          sql: `with away as materialized (select ${away}) select 1 from away, ${name} where ${theirs} limit 5`,
        },
        {
          ...attack,
          name: 'update, looking away',
          sql: `with away as materialized (select ${away}) update ${name} set ${column} = ${column} from away where ${theirs}`,
        },
        {
          ...attack,
          name: 'delete, looking away',
          sql: `with away as materialized (select ${away}) delete from ${name} using away where ${theirs}`,
        },
        {
          ...attack,
          name: 'give away, looking away',
          sql: `update ${name} set ${column} = ${literal(scene.other.tenantId)} where ${equal(row, primary)} and ${away} is not null`,
        },
        {
          ...attack,
          name: 'give away, declaring it',
          sql: `update ${name} set ${column} = ${literal(scene.other.tenantId)} where ${equal(row, primary)} and set_config('reeve.tenant_id', ${literal(scene.other.tenantId)}, true) is not null`,
        },
        {
          ...attack,
          name: 'read, declaring it',
          harm: 'reads',
          sql: `with it as materialized (select set_config('reeve.tenant_id', ${literal(scene.other.tenantId)}, true)) select 1 from it, ${name} where ${theirs} limit 5`,
        },
      ]
    }),
}
