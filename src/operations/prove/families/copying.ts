import { identifier, literal, type Attack, type Family } from '../attack.ts'
import { ofOther, withTenant } from './reading.ts'
import { rowsFor } from './writing.ts'

export const copying: Family = {
  name: 'copy',
  about: 'COPY to and from, also to files and programs',
  attacks: (scene) =>
    withTenant(scene).flatMap((relation): Attack[] => {
      const { name, columns, kind } = relation
      const { spare } = rowsFor(relation, scene)
      const given = columns.filter((column) => !column.generated && spare?.[column.name] != null)
      const list = `(${given.map((column) => identifier(column.name)).join(', ')})`
      const attack = { on: name, role: 'reeve_app', context: 'own' } as const
      const mine = scene.own.counts.get(name) ?? 0
      const found: Attack[] = [
        {
          ...attack,
          harm: 'reads',
          name: 'copy (select) to',
          sql: `copy (select * from ${name} where ${ofOther(relation, scene)}) to stdout`,
        },
        {
          ...attack,
          harm: 'succeeds',
          name: 'copy to a file',
          sql: `copy (select 1 from ${name}) to ${literal('/dev/null')}`,
        },
      ]
      if (kind === 'table')
        found.push({ ...attack, harm: 'reads', most: mine, name: 'copy to', sql: `copy ${name} to stdout` })
      if (spare && kind !== 'view')
        found.push({
          ...attack,
          harm: 'writes',
          name: 'copy from',
          sql: `copy ${name} ${list} from stdin`,
          input: `${given.map((column) => escaped(spare[column.name]!)).join('\t')}\n`,
        })
      return found
    }),
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r')
}
