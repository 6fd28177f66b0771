import type { Transaction } from '../../database/database.ts'
import { json, sql } from '../../database/sql.ts'
import { isId } from '../../foundation/id.ts'
import { Refusal } from '../../foundation/refusal.ts'
import { authorize } from '../access/access.ts'
import { pageOf, type Page, type PageRequest } from '../page.ts'
import { peopleCalled } from './people.ts'
import type { Name, Properties } from './question.ts'
import { isBroken } from './value.ts'

/** What is stored of a thing, or of whoever asks for things. */
export type StoredEntity = Name & { attributes: Properties; createdAt: Date; updatedAt: Date }

const bytesMost = 16_000

const columns = {
  type: 'text',
  id: 'text',
  attributes: json<Properties>(),
  createdAt: 'timestamptz',
  updatedAt: 'timestamptz',
} as const
const fields = 'type, id, attributes, created_at, updated_at'

const findEntity = sql(
  'entities.find',
  columns,
  `select ${fields} from entities where tenant_id = $1 and type = $2 and id = $3`,
)
const listOfEntities = sql(
  'entities.list',
  columns,
  `select ${fields} from entities
   where tenant_id = $1 and type = $2 and id > $3
   order by id limit $4`,
)
const putEntity = sql(
  'entities.put',
  {},
  `insert into entities as e (tenant_id, type, id, attributes) values ($1, $2, $3, $4)
   on conflict (tenant_id, type, id) do update set attributes = excluded.attributes
   where e.attributes <> excluded.attributes`,
)
const removeEntity = sql(
  'entities.delete',
  {},
  'delete from entities where tenant_id = $1 and type = $2 and id = $3',
)

/** What is stored of those of a type, in the order of their ids. */
export async function listEntities(
  tx: Transaction,
  type: string,
  { limit, after }: PageRequest,
): Promise<Page<StoredEntity>> {
  authorize(tx, 'entities:read')
  const found = await tx.rows(listOfEntities, [tx.context.tenantId, type, after ?? '', limit + 1])
  return pageOf(found, limit, (entity) => entity.id)
}

/** What is stored of one. */
export async function readEntity(tx: Transaction, name: Name): Promise<StoredEntity> {
  authorize(tx, 'entities:read')
  return load(tx, await nameOf(tx, name))
}

/** The same for whoever is about to change it. */
export async function readEntityToChange(tx: Transaction, name: Name): Promise<StoredEntity> {
  authorize(tx, 'entities:update')
  return load(tx, await nameOf(tx, name))
}

/** Stores all that is known of one from now on. */
export async function setEntity(
  tx: Transaction,
  name: Name,
  { attributes }: { attributes: Properties },
): Promise<StoredEntity> {
  authorize(tx, 'entities:update')
  const text = JSON.stringify(attributes)
  if (Buffer.byteLength(text) > bytesMost) {
    throw new Refusal(
      'invalid_request',
      `attributes have more than ${bytesMost} bytes`,
      'store what policies speak of, and nothing else',
    )
  }
  if (isBroken(attributes)) {
    throw new Refusal(
      'invalid_request',
      'attributes have NUL or broken characters in them',
      'send text in Unicode, without the character U+0000',
    )
  }
  const { type, id } = await nameOf(tx, name)
  tx.queue(putEntity, [tx.context.tenantId, type, id, text])
  return load(tx, { type, id })
}

/** Forgets what is stored of one, who is unknown then where nothing else is known of them. */
export async function deleteEntity(tx: Transaction, name: Name): Promise<void> {
  authorize(tx, 'entities:delete')
  const { type, id } = await nameOf(tx, name)
  if ((await tx.run(removeEntity, [tx.context.tenantId, type, id])) === 0) noSuchEntity()
}

async function load(tx: Transaction, { type, id }: Name): Promise<StoredEntity> {
  return (await tx.row(findEntity, [tx.context.tenantId, type, id])) ?? noSuchEntity()
}

/** A user of Reeve is stored under the id or address as Reeve writes it, however it was written. */
async function nameOf(tx: Transaction, { type, id }: Name): Promise<Name> {
  const person = type === 'user' ? (await peopleCalled(tx, [id]))(id) : undefined
  return person ? { type, id: isId(id) ? person.id : person.email } : { type, id }
}

function noSuchEntity(): never {
  throw new Refusal('not_found', 'nothing is stored of it', 'list the entities of that type')
}
