import { identifier, type Attack, type Family, type Role } from '../attack.ts'
import { signIn } from './standing.ts'

/** Tables of nobody: what one tenant writes there, another reads; so the server reads them at most, and those of sign-in not even that. */
export const sharing: Family = {
  name: 'share',
  about: 'tables without a tenant: writing any, reading those of sign-in',
  attacks: ({ catalogue }) =>
    catalogue.relations
      .filter(({ tenant, kind, columns }) => !tenant && /table|partitioned/.test(kind) && columns.length > 0)
      .flatMap(({ name, columns }): Attack[] => {
        const attack = { on: name, context: 'own', harm: 'succeeds' } as const
        const given = columns.filter(({ generated }) => !generated)
        const each = columns.map((column) => identifier(column.name))
        const secret = signIn.includes(name)
        const reads = (role: Role): Attack[] =>
          secret
            ? [
                { ...attack, role, name: 'select', sql: `select 1 from ${name} limit 1` },
                ...each.map((column): Attack => ({
                  ...attack,
                  role,
                  name: `select ${column}`,
                  sql: `select ${column} from ${name} limit 1`,
                })),
              ]
            : []
        const writes: [string, string][] = [
          ['delete', `delete from ${name} where false`],
          ...given.map(({ name: column }): [string, string] => [
            `update ${column}`,
            `update ${name} set ${identifier(column)} = null where false`,
          ]),
          ...given.map(({ name: column, type }): [string, string] => [
            `insert ${column}`,
            `insert into ${name} (${identifier(column)}) overriding system value select null::${type} where false`,
          ]),
        ]
        return [
          ...reads('reeve_app'),
          ...reads('reeve_readonly'),
          ...writes.map(([what, sql]): Attack => ({ ...attack, role: 'reeve_app', name: what, sql })),
        ]
      }),
}
