import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inTenant, type Transaction } from '../../database/database.ts'
import { testDatabase } from '../../testing/database.ts'
import { aTenant, aUser } from '../../testing/people.ts'
import { decide, type Permission } from '../access/access.ts'
import { addToSet, takeFromSet } from '../separation/members.ts'
import { createSet, deleteSet, updateSet } from '../separation/sets.ts'
import { assignRole, unassignRole } from './assign.ts'
import { createRole } from './create.ts'
import { disinheritRole, inheritRole } from './inherit.ts'
import { readRole } from './read.ts'

/*
 * Random histories against a model in plain memory, written from ANSI INCITS 359-2012: core RBAC, general hierarchy and
 * static separation of duty. Every command is done or refused as the standard says, and afterwards every answer agrees.
 */

const { database } = await testDatabase()
const roleCount = 5
const userCount = 3

type Command =
  | { do: 'inherit' | 'disinherit'; role: number; junior: number }
  | { do: 'assign' | 'unassign'; role: number; user: number }
  | { do: 'createSet'; roles: number[]; cardinality: number }
  | { do: 'deleteSet'; set: number }
  | { do: 'cardinality'; set: number; cardinality: number }
  | { do: 'add' | 'take'; set: number; role: number }

const role = fc.nat(roleCount - 1)
const set = fc.nat(1)
const cardinality = fc.integer({ min: 2, max: 3 })
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('inherit' as const), role, junior: role }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('disinherit' as const), role, junior: role }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('assign' as const), role, user: fc.nat(userCount - 1) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('unassign' as const), role, user: fc.nat(userCount - 1) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('createSet' as const),
      roles: fc.uniqueArray(role, { minLength: 2, maxLength: 4 }),
      cardinality,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('deleteSet' as const), set }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cardinality' as const), set, cardinality }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('add' as const, 'take' as const), set, role }) },
)

/** The standard in memory: immediate edges, assignments, sets. */
class Model {
  readonly edges = new Set<string>()
  readonly assigned = new Set<string>()
  readonly sets: ({ roles: Set<number>; cardinality: number } | undefined)[] = [undefined, undefined]

  below(role: number): Set<number> {
    const found = new Set([role])
    for (const one of found)
      for (let junior = 0; junior < roleCount; junior++)
        if (this.edges.has(`${one} ${junior}`)) found.add(junior)
    return found
  }

  authorized(user: number): Set<number> {
    const roles = Array.from({ length: roleCount }, (_, role) => role).filter((role) =>
      this.assigned.has(`${user} ${role}`),
    )
    return new Set(roles.flatMap((role) => [...this.below(role)]))
  }

  sound(): boolean {
    return this.sets.every((set) => {
      if (!set) return true
      if (set.roles.size < set.cardinality) return false
      return Array.from({ length: userCount }, (_, user) => this.authorized(user)).every(
        (roles) => [...set.roles].filter((role) => roles.has(role)).length < set.cardinality,
      )
    })
  }

  /** Whether the standard lets it be done; if so, it is. */
  do(command: Command): boolean {
    const undo = this.#change(command)
    if (undo === undefined) return false
    if (this.sound()) return true
    undo()
    return false
  }

  #change(command: Command): (() => void) | undefined {
    switch (command.do) {
      case 'inherit': {
        if (this.below(command.junior).has(command.role)) return undefined
        return this.#put(this.edges, `${command.role} ${command.junior}`)
      }
      case 'disinherit':
        return this.#drop(this.edges, `${command.role} ${command.junior}`)
      case 'assign':
        return this.#put(this.assigned, `${command.user} ${command.role}`)
      case 'unassign':
        return this.#drop(this.assigned, `${command.user} ${command.role}`)
      case 'createSet': {
        const free = this.sets.indexOf(undefined)
        if (free < 0) return undefined
        this.sets[free] = { roles: new Set(command.roles), cardinality: command.cardinality }
        return () => (this.sets[free] = undefined)
      }
      case 'deleteSet': {
        if (!this.sets[command.set]) return undefined
        this.sets[command.set] = undefined
        return () => {}
      }
      case 'cardinality': {
        const one = this.sets[command.set]
        if (!one) return undefined
        const before = one.cardinality
        one.cardinality = command.cardinality
        return () => (one.cardinality = before)
      }
      case 'add': {
        const one = this.sets[command.set]
        return one && this.#put(one.roles, command.role)
      }
      case 'take': {
        const one = this.sets[command.set]
        return one && this.#drop(one.roles, command.role)
      }
    }
  }

  #put<T>(all: Set<T>, one: T): () => void {
    const there = all.has(one)
    all.add(one)
    return () => void (there || all.delete(one))
  }

  #drop<T>(all: Set<T>, one: T): (() => void) | undefined {
    return all.delete(one) ? () => void all.add(one) : undefined
  }
}

async function aWorld() {
  const tenant = await aTenant(database)
  const { context } = tenant.owner
  const act = <T>(work: (tx: Transaction) => Promise<T>) => inTenant(database, context, work)
  const permissions = ['posts:create', 'posts:read', 'posts:update', 'posts:delete', 'comments:create']
  const roles: string[] = []
  for (const [i, permission] of permissions.entries())
    roles.push((await act((tx) => createRole(tx, { name: `role ${i}`, permissions: [permission] }))).id)
  const users: string[] = []
  for (let i = 0; i < userCount; i++)
    users.push((await aUser(database, tenant, { name: `User ${i}`, roles: [] })).userId)
  return {
    act,
    permissions: permissions as Permission[],
    roles,
    users,
    sets: [undefined, undefined] as (string | undefined)[],
  }
}

type World = Awaited<ReturnType<typeof aWorld>>

let names = 0
async function really({ act, roles, users, sets }: World, command: Command): Promise<boolean> {
  const setId = 'set' in command ? sets[command.set] : undefined
  if ('set' in command && setId === undefined) return false
  const work = async (tx: Transaction): Promise<unknown> => {
    switch (command.do) {
      case 'inherit':
        return inheritRole(tx, { roleId: roles[command.role]!, juniorId: roles[command.junior]! })
      case 'disinherit':
        return disinheritRole(tx, { roleId: roles[command.role]!, juniorId: roles[command.junior]! })
      case 'assign':
        return assignRole(tx, { userId: users[command.user]!, roleId: roles[command.role]! })
      case 'unassign':
        return unassignRole(tx, { userId: users[command.user]!, roleId: roles[command.role]! })
      case 'createSet': {
        const roleIds = command.roles.map((one) => roles[one]!)
        return createSet(tx, { name: `set ${++names}`, cardinality: command.cardinality, roleIds })
      }
      case 'deleteSet':
        return deleteSet(tx, setId!)
      case 'cardinality':
        return updateSet(tx, setId!, { cardinality: command.cardinality })
      case 'add':
        return addToSet(tx, { setId: setId!, roleId: roles[command.role]! })
      case 'take':
        return takeFromSet(tx, { setId: setId!, roleId: roles[command.role]! })
    }
  }
  if (command.do === 'createSet' && !sets.includes(undefined)) return false
  try {
    const made = await act(work)
    if (command.do === 'createSet') sets[sets.indexOf(undefined)] = (made as { id: string }).id
    if (command.do === 'deleteSet') sets[command.set] = undefined
    return true
  } catch (error) {
    expect((error as { code: string }).code).toMatch(
      /^(role_circle|duties_separated|not_found|invalid_request)$/,
    )
    return false
  }
}

/** Every answer of the database is the model's. */
async function agree(world: World, model: Model): Promise<void> {
  const { act, permissions, roles, users } = world
  await act(async (tx) => {
    for (const [i, roleId] of roles.entries()) {
      const { inheritedPermissions } = await readRole(tx, roleId)
      const below = [...model.below(i)].filter((one) => one !== i)
      expect(inheritedPermissions).toEqual(below.map((one) => permissions[one]).toSorted())
    }
    for (const [user, userId] of users.entries()) {
      const authorized = model.authorized(user)
      for (const [i, permission] of permissions.entries())
        expect((await decide(tx, { userId, permission })).allowed).toBe(authorized.has(i))
    }
  })
}

test(
  'random histories of roles, inheritance, assignments and sets agree with the standard',
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 5, maxLength: 25 }), async (history) => {
        const world = await aWorld()
        const model = new Model()
        for (const command of history) {
          expect([command, await really(world, command)]).toEqual([command, model.do(command)])
        }
        await agree(world, model)
      }),
      { numRuns: 40 },
    )
  },
)
