/** Three applications that guard things of their own: each decision of a table, as AuthZEN asks for it. */
import { describe, expect, test } from 'vitest'
import { testApp } from '../../testing/http.ts'
import { aTenant } from '../../testing/people.ts'
import { aPep, type Pep } from '../../testing/pep.ts'
import { declare, scenarios } from '../../testing/scenarios.ts'

const world = await testApp({ console: 'nowhere' })

async function pepOf(scenario: keyof typeof scenarios): Promise<Pep> {
  const tenant = await aTenant(world.database)
  const token = await world.signIn(tenant.owner)
  await declare(world, tenant, token, scenarios[scenario])
  return aPep(world, token)
}

const everybody = ['rick', 'morty', 'summer', 'beth', 'jerry']

describe('the to-do application', async () => {
  const pep = await pepOf('todo')
  const todo = (owner: string) => ({ resource: { properties: { ownerID: owner } } })
  const who = async (action: string, resource: string, more = {}) => {
    const answers = await Promise.all(
      everybody.map((name) => pep.evaluate(`user:${name}`, action, resource, more)),
    )
    return everybody.filter((_, at) => answers[at])
  }

  test.each<[string, string, object, string[]]>([
    ['can_read_user', 'user:beth@the-smiths.com', {}, everybody],
    ['can_read_todos', 'todo:todo-1', {}, everybody],
    ['can_create_todo', 'todo:todo-1', {}, ['rick', 'morty', 'summer']],
    ['can_update_todo', 'todo:1', todo('rick@the-citadel.com'), ['rick']],
    ['can_update_todo', 'todo:1', todo('morty@the-citadel.com'), ['rick', 'morty']],
    ['can_update_todo', 'todo:1', todo('jerry@the-smiths.com'), ['rick']],
    ['can_update_todo', 'todo:1', {}, ['rick']],
    ['can_delete_todo', 'todo:1', todo('rick@the-citadel.com'), ['rick']],
    ['can_delete_todo', 'todo:1', todo('summer@the-smiths.com'), ['rick', 'summer']],
    ['can_delete_todo', 'todo:1', todo('jerry@the-smiths.com'), ['rick']],
    ['can_paint_todo', 'todo:1', todo('morty@the-citadel.com'), []],
  ])('%s of %s %j: %j', async (action, resource, more, permitted) => {
    expect(await who(action, resource, more)).toEqual(permitted)
  })

  test('whoever is unknown may not even read', async () => {
    expect(await pep.evaluate('user:mallory', 'can_read_todos', 'todo:1')).toBe(false)
    expect(await pep.evaluate('robot:rick', 'can_read_todos', 'todo:1')).toBe(false)
  })

  test('nobody makes themselves an admin by saying so', async () => {
    const lie = {
      subject: { properties: { roles: ['admin', 'evil_genius'], email: 'rick@the-citadel.com' } },
    }
    expect(
      await pep.evaluate('user:beth', 'can_delete_todo', 'todo:1', {
        ...todo('rick@the-citadel.com'),
        ...lie,
      }),
    ).toBe(false)
  })

  test('several at once, each with an owner of its own', async () => {
    const evaluations = ['morty@the-citadel.com', 'rick@the-citadel.com'].map((ownerID) => ({
      resource: { type: 'todo', id: '1', properties: { ownerID } },
    }))
    const asked = { subject: { type: 'user', id: 'morty' }, action: { name: 'can_update_todo' }, evaluations }
    expect((await pep.ask('evaluations', asked)).body).toEqual({
      evaluations: [{ decision: true }, { decision: false }],
    })
  })
})

describe('the API gateway', async () => {
  const pep = await pepOf('gateway')
  const people = ['rick', 'morty', 'beth']

  test.each<[string, string, string | undefined, string[]]>([
    ['GET', '/users/{userId}', undefined, people],
    ['GET', '/todos', undefined, people],
    ['GET', '/secrets', undefined, []],
    ['POST', '/todos', 'inside', ['rick', 'morty']],
    ['POST', '/todos', 'outside', []],
    ['PUT', '/todos/{todoId}', 'inside', ['rick', 'morty']],
    ['DELETE', '/todos/{todoId}', 'inside', ['rick', 'morty']],
    ['DELETE', '/users/{userId}', 'inside', []],
    ['PATCH', '/todos/{todoId}', 'inside', []],
  ])('%s %s from %s: %j', async (method, route, network, permitted) => {
    const more = network ? { context: { network } } : {}
    const answers = await Promise.all(
      people.map((name) => pep.evaluate(`identity:${name}`, method, `route:${route}`, more)),
    )
    expect(people.filter((_, at) => answers[at])).toEqual(permitted)
  })

  test('actions that somebody has are found', async () => {
    const asked = {
      subject: { type: 'identity', id: 'morty' },
      resource: { type: 'route', id: '/todos' },
      context: { network: 'inside' },
    }
    expect(await pep.search('action', asked)).toEqual(['GET', 'POST'])
  })
})

describe('the record store', async () => {
  const pep = await pepOf('records')
  const people = ['alice', 'bob', 'carol', 'dana']
  const may = async (action: string | { name: string; properties: object }, record: string, more = {}) => {
    const answers = await Promise.all(
      people.map((name) => pep.evaluate(`user:${name}`, action, `record:${record}`, more)),
    )
    return people.filter((_, at) => answers[at])
  }

  test('a department sees its records, a team those of the team, an owner and their manager theirs', async () => {
    expect(await may('view', '101')).toEqual(['alice', 'bob', 'carol', 'dana'])
    expect(await may('view', '102')).toEqual(['alice', 'bob', 'dana'])
    expect(await may('edit', '101')).toEqual(['alice', 'dana'])
    expect(await may('edit', '102')).toEqual(['bob', 'dana'])
  })

  test('of a record of which nothing is known that a rule speaks of, and of one that is not there, nobody sees anything', async () => {
    expect(await may('view', '104')).toEqual([])
    expect(await may('view', '999')).toEqual([])
  })

  test('properties of the action count', async () => {
    expect(await may({ name: 'share', properties: { with: 'team' } }, '101')).toEqual(['alice'])
    expect(await may({ name: 'share', properties: { with: 'everybody' } }, '101')).toEqual([])
    expect(await may('share', '101')).toEqual([])
  })

  test('the context counts', async () => {
    const at = (time: string) => ({ context: { time } })
    expect(await may('delete', '102', at('2026-12-31T23:30:00Z'))).toEqual([])
    expect(await may('delete', '102', at('2027-01-01T01:30+02:00'))).toEqual([])
    expect(await may('delete', '102', at('2027-01-01T00:00:01Z'))).toEqual(['bob'])
  })

  test('a property of the request counts for what the policy trusts it with, and for nothing else', async () => {
    const said = (properties: object) => ({ subject: { properties } })
    expect(await may('view', '103')).toEqual([])
    expect(await may('view', '103', said({ clearance: 2 }))).toEqual(['carol'])
    expect(await may('view', '103', said({ clearance: '2' }))).toEqual([])
    expect(await may('view', '103', said({ clearance: 2, department: 'Legal' }))).toEqual(['carol'])
    expect(await may('edit', '101', { resource: { properties: { owner: 'bob' } } })).toEqual([
      'alice',
      'dana',
    ])
  })

  test('what somebody may see is found, and each of it may be seen', async () => {
    const find = (subject: string, name = 'view') =>
      pep.search(
        'resource',
        { subject: { type: 'user', id: subject }, action: { name }, resource: { type: 'record' } },
        1,
      )
    expect(await find('alice')).toEqual(['101', '102'])
    expect(await find('dana')).toEqual(['101', '102'])
    expect(await find('carol')).toEqual(['101'])
    expect(await find('mallory')).toEqual([])
    expect(await find('bob', 'delete')).toEqual(['102'])
  })

  test('who may see something is found', async () => {
    const find = (id: string, name: string) =>
      pep.search(
        'subject',
        { subject: { type: 'user' }, action: { name }, resource: { type: 'record', id } },
        1,
      )
    expect(await find('101', 'view')).toEqual(['alice', 'bob', 'carol', 'dana'])
    expect(await find('102', 'edit')).toEqual(['bob', 'dana'])
    expect(await find('999', 'view')).toEqual([])
  })

  test('what somebody may do is found', async () => {
    const find = (subject: string, id: string) =>
      pep.search('action', { subject: { type: 'user', id: subject }, resource: { type: 'record', id } })
    expect(await find('alice', '101')).toEqual(['delete', 'edit', 'view'])
    expect(await find('dana', '101')).toEqual(['edit', 'view'])
    expect(await find('bob', '999')).toEqual([])
  })
})

test('a tenant’s policies and what it stores are its own', async () => {
  const [pep, other] = [await pepOf('records'), await aTenant(world.database, 'Globex')]
  const elsewhere = aPep(world, await world.signIn(other.owner))
  expect(await pep.evaluate('user:alice', 'view', 'record:101')).toBe(true)
  expect(await elsewhere.evaluate('user:alice', 'view', 'record:101')).toBe(false)
})
