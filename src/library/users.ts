import { createUser, type NewUser } from '../domains/users/create.ts'
import { deleteUser } from '../domains/users/delete.ts'
import { listUsers } from '../domains/users/list.ts'
import { readUser } from '../domains/users/read.ts'
import { resumeUser, suspendUser } from '../domains/users/suspend.ts'
import { updateUser, type UserChanges } from '../domains/users/update.ts'
import type { User, UserWithProfile } from '../domains/users/user.ts'
import { verifyUser } from '../domains/users/verify.ts'
import { changes, filters, newUser, why } from '../http/users.ts'
import { listed, type Door, type Filters, type List, type ListRequest } from './door.ts'
import { checked, checkedId } from './input.ts'

type UserList = ListRequest & Filters<Parameters<typeof listUsers>[1]>

/** The people of a tenant. */
export class Users {
  readonly #door: Door

  constructor(door: Door) {
    this.#door = door
  }

  /** The people, the newest first or as `sort` says. Needs `users:read`. */
  async list(wanted: UserList = {}): Promise<List<User>> {
    const list = { name: 'users', schema: filters }
    return listed(this.#door, list, wanted, (page) => this.#door.read((tx) => listUsers(tx, page)))
  }

  /** Adds somebody, who has no way in yet: for that, invite them. Needs `users:create`, and for roles `roles:assign`. */
  async create(person: NewUser): Promise<UserWithProfile> {
    const wanted = checked(newUser, person, 'the user')
    return this.#door.write((tx) => createUser(tx, wanted))
  }

  /** One of the people, with their profile. Needs `users:read`. */
  async read(userId: string): Promise<UserWithProfile> {
    const id = checkedId(userId, 'userId')
    return this.#door.read((tx) => readUser(tx, id))
  }

  /** Changes somebody's details: what is left out stays, null clears. Needs `users:update`. */
  async update(userId: string, details: UserChanges): Promise<UserWithProfile> {
    const [id, wanted] = [checkedId(userId, 'userId'), checked(changes, details, 'the changes')]
    return this.#door.write((tx) => updateUser(tx, id, wanted))
  }

  /** Deletes somebody for good. Needs `users:delete`; the last owner stays (`last_owner`). */
  async delete(userId: string): Promise<void> {
    const id = checkedId(userId, 'userId')
    await this.#door.write((tx) => deleteUser(tx, id))
  }

  /** Shuts somebody out, until they are let back in. Needs `users:suspend`. */
  async suspend(userId: string, about: { reason?: string | undefined } = {}): Promise<UserWithProfile> {
    const [id, given] = [checkedId(userId, 'userId'), checked(why, about)]
    return this.#door.write((tx) => suspendUser(tx, id, given?.reason))
  }

  /** Lets somebody back in, with the roles they had. Needs `users:suspend`. */
  async resume(userId: string): Promise<UserWithProfile> {
    const id = checkedId(userId, 'userId')
    return this.#door.write((tx) => resumeUser(tx, id))
  }

  /** Vouches for somebody's address. Needs `users:update`. */
  async verify(userId: string): Promise<UserWithProfile> {
    const id = checkedId(userId, 'userId')
    return this.#door.write((tx) => verifyUser(tx, id))
  }
}
