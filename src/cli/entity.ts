import type { Command } from 'commander'
import { deleteEntity, listEntities, readEntity, setEntity } from '../domains/authzen/entities.ts'
import { isObject } from '../domains/authzen/value.ts'
import { Refusal } from '../foundation/refusal.ts'
import { administerTenant, inOneTenant, more, paged, type InTenant, type Paged } from './administer.ts'
import { reportTo } from './report.ts'
import { table } from './table.ts'

/** `reeve entity …` */
export function entityCommands(program: Command): void {
  const entity = program.command('entity').description('what policies know of things and people')

  paged(inOneTenant(entity.command('list')), (id) => id)
    .argument('<type>', 'of things, or user')
    .description('those of a type of whom something is stored')
    .addHelpText('after', '\nExample:\n  reeve entity list record --tenant blue-lantern\n')
    .action(async (type: string, options: InTenant & Paged) => {
      const page = await administerTenant(options, (tx) => listEntities(tx, type, options))
      reportTo(options).done(page, () => {
        const rows = page.items.map(({ id, attributes }) => [id, JSON.stringify(attributes)])
        return table(['id', 'attributes'], rows, { gives: ['attributes'] }) + more(page.next)
      })
    })

  inOneTenant(entity.command('show'))
    .argument('<type>', 'of things, or user')
    .argument('<name>', 'its id; of a user of Reeve the address too')
    .description('what is stored of one')
    .addHelpText('after', '\nExample:\n  reeve entity show record 101 --tenant blue-lantern\n')
    .action(async (type: string, id: string, options: InTenant) => {
      const found = await administerTenant(options, (tx) => readEntity(tx, { type, id }))
      reportTo(options).done(found, () => JSON.stringify(found.attributes, null, 2))
    })

  inOneTenant(entity.command('set'))
    .argument('<type>', 'of things, or user')
    .argument('<name>', 'its id; of a user of Reeve the address too')
    .argument('<attributes>', 'all that is known of it from now on, as JSON')
    .description('say what policies know of one')
    .addHelpText(
      'after',
      `\nExample:\n  reeve entity set record 102 '{"owner": "zoe@example.com"}' -t blue-lantern\n`,
    )
    .action(async (type: string, id: string, text: string, options: InTenant) => {
      const attributes = attributesIn(text)
      const stored = await administerTenant(options, (tx) => setEntity(tx, { type, id }, { attributes }))
      reportTo(options).done(stored, () => `stored what is known of ${stored.type} ${stored.id}`)
    })

  inOneTenant(entity.command('delete'))
    .argument('<type>', 'of things, or user')
    .argument('<name>', 'its id; of a user of Reeve the address too')
    .description('forget what is stored of one')
    .addHelpText('after', '\nExample:\n  reeve entity delete record 101 --tenant blue-lantern\n')
    .action(async (type: string, id: string, options: InTenant) => {
      await administerTenant(options, (tx) => deleteEntity(tx, { type, id }))
      reportTo(options).done({ deleted: { type, id } }, () => `forgot what was known of ${type} ${id}`)
    })
}

function attributesIn(text: string): Record<string, unknown> {
  try {
    const read = JSON.parse(text) as unknown
    if (isObject(read)) return read
  } catch {
    // said below
  }
  throw new Refusal('invalid_request', 'attributes are no JSON object', `write them like '{"owner": "kim"}'`)
}
