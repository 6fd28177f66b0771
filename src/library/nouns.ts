import type { AuditEntry } from '../domains/audit/entry.ts'
import { listAudit } from '../domains/audit/list.ts'
import { listPermissions, type CataloguedPermission } from '../domains/permissions/list.ts'
import { deleteTenant } from '../domains/tenants/delete.ts'
import { readTenant } from '../domains/tenants/read.ts'
import type { Tenant } from '../domains/tenants/tenant.ts'
import { updateTenant, type TenantChanges } from '../domains/tenants/update.ts'
import { filters } from '../http/audit.ts'
import { changes } from '../http/tenants.ts'
import { Comments } from './comments.ts'
import { listed, type Door, type Filters, type List, type ListRequest, type PrismaDoor } from './door.ts'
import { checked } from './input.ts'
import { Invitations } from './invitations.ts'
import { Posts } from './posts.ts'
import { Roles } from './roles.ts'
import { SeparationSets } from './separation.ts'
import { Users } from './users.ts'

type AuditList = ListRequest & Filters<Parameters<typeof listAudit>[1]>

/** The verbs of one tenant, by noun, for one actor. Each asks the database for permission; none trusts `can()`. */
export class Nouns {
  readonly #door: Door

  constructor(door: Door) {
    this.#door = door
  }

  get users(): Users {
    return new Users(this.#door)
  }

  get roles(): Roles {
    return new Roles(this.#door)
  }

  get separationSets(): SeparationSets {
    return new SeparationSets(this.#door)
  }

  get invitations(): Invitations {
    return new Invitations(this.#door)
  }

  get tenant() {
    const door = this.#door
    return {
      /** The tenant. Needs `tenant:read`. */
      read: (): Promise<Tenant> => door.read(readTenant),
      /** Gives the tenant another name or short name. Needs `tenant:update`. */
      update: async (details: TenantChanges): Promise<Tenant> => {
        const wanted = checked(changes, details, 'the changes')
        return door.write((tx) => updateTenant(tx, wanted))
      },
      /** Closes the tenant to everybody. Needs `tenant:delete`. */
      delete: (): Promise<void> => door.write(deleteTenant),
    }
  }

  get permissions() {
    const door = this.#door
    return {
      /** The catalogue of what there is to be allowed. Needs `roles:read`. */
      list: (): Promise<CataloguedPermission[]> => door.read(listPermissions),
    }
  }

  get audit() {
    const door = this.#door
    return {
      /** Who did what, the latest first. Needs `audit:read`. */
      list: async (wanted: AuditList = {}): Promise<List<AuditEntry>> =>
        listed(door, { name: 'audit', schema: filters }, wanted, (page) =>
          door.read((tx) => listAudit(tx, page)),
        ),
    }
  }
}

/** With those that are written with Prisma, which is loaded at their first use. */
export class AllNouns extends Nouns {
  readonly #door: PrismaDoor

  constructor(door: PrismaDoor) {
    super(door)
    this.#door = door
  }

  get posts(): Posts {
    return new Posts(this.#door)
  }

  get comments(): Comments {
    return new Comments(this.#door)
  }
}
