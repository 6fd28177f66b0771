import { addToSet, takeFromSet, type SetMember } from '../domains/separation/members.ts'
import type { SeparationSet } from '../domains/separation/set.ts'
import {
  createSet,
  deleteSet,
  listSets,
  readSet,
  updateSet,
  type NewSet,
  type SetChanges,
} from '../domains/separation/sets.ts'
import { newSet, setChanges, setPage } from '../http/separation.ts'
import { listed, type Door, type List, type ListRequest } from './door.ts'
import { checked, checkedId } from './input.ts'

/** Static separation of duty: which roles nobody may have together. */
export class SeparationSets {
  readonly #door: Door

  constructor(door: Door) {
    this.#door = door
  }

  /** The sets, the oldest first. Needs `roles:read`. */
  async list(wanted: ListRequest = {}): Promise<List<SeparationSet>> {
    const list = { name: 'separation-sets', schema: setPage }
    return listed(this.#door, list, wanted, (page) => this.#door.read((tx) => listSets(tx, page)))
  }

  /** Says which roles nobody may have together. Needs `roles:separate`; refused where somebody has them (`duties_separated`). */
  async create(set: NewSet): Promise<SeparationSet> {
    const wanted = checked(newSet, set, 'the set')
    return this.#door.write((tx) => createSet(tx, wanted))
  }

  /** One set. Needs `roles:read`. */
  async read(setId: string): Promise<SeparationSet> {
    const id = checkedId(setId, 'setId')
    return this.#door.read((tx) => readSet(tx, id))
  }

  /** Renames a set, or says how many of its roles are too many. Needs `roles:separate`. */
  async update(setId: string, details: SetChanges): Promise<SeparationSet> {
    const [id, wanted] = [checkedId(setId, 'setId'), checked(setChanges, details, 'the changes')]
    return this.#door.write((tx) => updateSet(tx, id, wanted))
  }

  /** Separates these roles no longer. Needs `roles:separate`. */
  async delete(setId: string): Promise<void> {
    const id = checkedId(setId, 'setId')
    await this.#door.write((tx) => deleteSet(tx, id))
  }

  /** Puts a role into a set. Needs `roles:separate`. */
  async add({ setId, roleId }: SetMember): Promise<SeparationSet> {
    const ids = { setId: checkedId(setId, 'setId'), roleId: checkedId(roleId, 'roleId') }
    return this.#door.write((tx) => addToSet(tx, ids))
  }

  /** Takes a role out of a set. Needs `roles:separate`. */
  async take({ setId, roleId }: SetMember): Promise<SeparationSet> {
    const ids = { setId: checkedId(setId, 'setId'), roleId: checkedId(roleId, 'roleId') }
    return this.#door.write((tx) => takeFromSet(tx, ids))
  }
}
