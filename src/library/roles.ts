import { assignRole, unassignRole, type Assignment, type NewAssignment } from '../domains/roles/assign.ts'
import { createRole, type NewRole } from '../domains/roles/create.ts'
import { deleteRole } from '../domains/roles/delete.ts'
import { disinheritRole, inheritRole, type Inheritance } from '../domains/roles/inherit.ts'
import { listRoles } from '../domains/roles/list.ts'
import { setRolePermissions } from '../domains/roles/permissions.ts'
import { readRole } from '../domains/roles/read.ts'
import type { Role } from '../domains/roles/role.ts'
import { updateRole, type RoleChanges } from '../domains/roles/update.ts'
import { period } from '../http/assignments.ts'
import { changes, newRole, page, whole } from '../http/roles.ts'
import { listed, type Door, type Filters, type List, type ListRequest } from './door.ts'
import { checked, checkedId } from './input.ts'

type RoleList = ListRequest & Filters<Parameters<typeof listRoles>[1]>

/** The roles of a tenant, what they permit, and who has them. */
export class Roles {
  readonly #door: Door

  constructor(door: Door) {
    this.#door = door
  }

  /** The roles with what they permit, the oldest first. Needs `roles:read`. */
  async list(wanted: RoleList = {}): Promise<List<Role>> {
    const list = { name: 'roles', schema: page }
    return listed(this.#door, list, wanted, (page) => this.#door.read((tx) => listRoles(tx, page)))
  }

  /** Makes a role. Needs `roles:create`, and nobody puts more into it than they have. */
  async create(role: NewRole): Promise<Role> {
    const wanted = checked(newRole, role, 'the role')
    return this.#door.write((tx) => createRole(tx, wanted))
  }

  /** One role. Needs `roles:read`. */
  async read(roleId: string): Promise<Role> {
    const id = checkedId(roleId, 'roleId')
    return this.#door.read((tx) => readRole(tx, id))
  }

  /** Renames or describes a role. Needs `roles:update`. */
  async update(roleId: string, details: RoleChanges): Promise<Role> {
    const [id, wanted] = [checkedId(roleId, 'roleId'), checked(changes, details, 'the changes')]
    return this.#door.write((tx) => updateRole(tx, id, wanted))
  }

  /** Deletes a role that nobody has. Needs `roles:delete`. */
  async delete(roleId: string): Promise<void> {
    const id = checkedId(roleId, 'roleId')
    await this.#door.write((tx) => deleteRole(tx, id))
  }

  /** Says all that a role permits: `posts:update`, or `posts:update:own`. Needs `roles:update`. */
  async setPermissions(roleId: string, permissions: readonly string[]): Promise<Role> {
    const [id, wanted] = [checkedId(roleId, 'roleId'), checked(whole, { permissions })]
    return this.#door.write((tx) => setRolePermissions(tx, id, wanted.permissions))
  }

  /** Lets a role have all that another permits. Needs `roles:update`; never in a circle (`role_circle`). */
  async inherit({ roleId, juniorId }: Inheritance): Promise<Role> {
    const ids = { roleId: checkedId(roleId, 'roleId'), juniorId: checkedId(juniorId, 'juniorId') }
    return this.#door.write((tx) => inheritRole(tx, ids))
  }

  /** Lets a role inherit from another no longer. Needs `roles:update`. */
  async disinherit({ roleId, juniorId }: Inheritance): Promise<Role> {
    const ids = { roleId: checkedId(roleId, 'roleId'), juniorId: checkedId(juniorId, 'juniorId') }
    return this.#door.write((tx) => disinheritRole(tx, ids))
  }

  /** Gives somebody a role, for good or for a time. Needs `roles:assign`, and all that the role permits. */
  async assign({ userId, roleId, ...time }: NewAssignment): Promise<Assignment> {
    const ids = { userId: checkedId(userId, 'userId'), roleId: checkedId(roleId, 'roleId') }
    const wanted = checked(period, time, 'the period')
    return this.#door.write((tx) => assignRole(tx, { ...ids, ...wanted }))
  }

  /** Takes a role away from somebody. Needs `roles:assign`; the last owner stays one (`last_owner`). */
  async unassign({ userId, roleId }: Pick<NewAssignment, 'userId' | 'roleId'>): Promise<void> {
    const ids = { userId: checkedId(userId, 'userId'), roleId: checkedId(roleId, 'roleId') }
    await this.#door.write((tx) => unassignRole(tx, ids))
  }
}
