/** AuthZEN 1.0, sections "Information Model", "Access Evaluation API" and "Access Evaluations API": every sentence with a MUST or a SHOULD. */
import { describe, expect, test } from 'vitest'
import { uuidV7 } from '../../foundation/id.ts'
import { testApp } from '../../testing/http.ts'
import { aTenant, aUser } from '../../testing/people.ts'
import { aPep } from '../../testing/pep.ts'

const world = await testApp({ console: 'nowhere' })
const acme = await aTenant(world.database)
const mia = await aUser(world.database, acme)
const max = await aUser(world.database, acme, { roles: [] })
const pep = aPep(world, await world.signIn(acme.owner))
const tenant = { type: 'tenant', id: acme.tenantId }
const [asMia, asMax] = [
  { type: 'user', id: mia.userId },
  { type: 'user', id: max.userId },
]
const yes = { subject: asMia, action: { name: 'read' }, resource: tenant }
const no = { subject: asMax, action: { name: 'read' }, resource: tenant }

const changed = (path: string, value: unknown) => {
  const body = structuredClone({ ...yes, context: {} }) as Record<string, unknown>
  const names = path.split('.')
  const last = names.pop()!
  const inner = names.reduce((part, name) => (part[name] ??= {}) as Record<string, unknown>, body)
  if (value === undefined) delete inner[last]
  else inner[last] = value
  return body
}
const strings = ['subject.type', 'subject.id', 'resource.type', 'resource.id', 'action.name']
const objects = ['subject', 'resource', 'action', 'context']
const properties = ['subject.properties', 'resource.properties', 'action.properties']

describe('API Version', () => {
  test('endpoints of version 1.0 SHOULD include v1', () => {
    const urls = world.routes.map(({ url }) => url).filter((url) => url.includes('/access/'))
    expect(urls.length).toBeGreaterThanOrEqual(10)
    expect(urls.filter((url) => !url.includes('/access/v1/'))).toEqual([])
  })
})

describe('Information Model', () => {
  test.each(strings)('%s is REQUIRED: without it the request is bad', async (path) => {
    const { status, body } = await pep.ask<{ detail: string }>('evaluation', changed(path, undefined))
    expect([status, body.detail]).toEqual([400, expect.stringContaining(path)])
  })

  test.each(strings)('%s has a string value', async (path) => {
    for (const value of [1, true, null, {}, ['user']])
      expect((await pep.ask('evaluation', changed(path, value))).status).toBe(400)
  })

  test.each([...objects, ...properties])('%s has the value of an object', async (path) => {
    for (const value of ['text', 1, true, []])
      expect((await pep.ask('evaluation', changed(path, value))).status).toBe(400)
  })

  test.each([...properties, 'context'])(
    '%s is OPTIONAL, and may hold simple and complex values',
    async (path) => {
      const complex = {
        text: 'a',
        number: 1.5,
        truth: false,
        nothing: null,
        list: [1, ['b']],
        object: { c: {} },
      }
      for (const value of [undefined, {}, complex])
        expect((await pep.ask('evaluation', changed(path, value))).body).toEqual({ decision: true })
    },
  )

  test('a decision is a boolean: true permits, false denies', async () => {
    expect(await pep.ask('evaluation', yes)).toMatchObject({ status: 200, body: { decision: true } })
    expect(await pep.ask('evaluation', no)).toMatchObject({ status: 200, body: { decision: false } })
  })

  test('an id is scoped to its type: the same id of another type is another', async () => {
    expect((await pep.ask('evaluation', changed('subject.type', 'tenant'))).body).toEqual({ decision: false })
    expect((await pep.ask('evaluation', changed('resource.type', 'user'))).body).toEqual({ decision: false })
  })
})

describe('Access Evaluation API', () => {
  test.each(['subject', 'action', 'resource'])('%s is REQUIRED', async (name) => {
    const { status, body } = await pep.ask<{ detail: string }>('evaluation', changed(name, undefined))
    expect([status, body.detail]).toEqual([400, expect.stringContaining(name)])
  })

  test('context is OPTIONAL', async () => {
    expect((await pep.ask('evaluation', yes)).status).toBe(200)
    expect(
      (await pep.ask('evaluation', { ...yes, context: { time: '1985-10-26T01:22-07:00' } })).status,
    ).toBe(200)
  })

  test('the answer is a Decision, and nothing else', async () => {
    expect((await pep.ask('evaluation', yes)).body).toEqual({ decision: true })
  })

  test.each([
    ['subject', { subject: { type: 'user', id: uuidV7() } }],
    ['subject by an address that nobody has', { subject: { type: 'user', id: 'nobody@example.com' } }],
    ['type of subject', { subject: { type: 'martian', id: mia.userId } }],
    ['resource', { resource: { type: 'post', id: uuidV7() } }],
    ['resource of a name that is no id', { resource: { type: 'post', id: 'the first' } }],
    ['type of resource', { resource: { type: 'spaceship', id: '1' } }],
    ['action', { action: { name: 'can_fly' } }],
    ['action that is every action', { action: { name: '*' } }],
    ['everything', { subject: { type: '', id: '' }, resource: { type: '', id: '\0' }, action: { name: '' } }],
    [
      'name of what every object has',
      { resource: { type: '__proto__', id: 'constructor' }, action: { name: 'toString' } },
    ],
  ])('an unknown %s is denied, which is no error', async (_, other) => {
    expect(await pep.ask('evaluation', { ...yes, ...other })).toMatchObject({
      status: 200,
      body: { decision: false },
    })
  })
})

describe('Access Evaluations API', () => {
  test('without evaluations it behaves as Access Evaluation', async () => {
    expect((await pep.ask('evaluations', yes)).body).toEqual({ decision: true })
    expect((await pep.ask('evaluations', no)).body).toEqual({ decision: false })
  })

  test('with none in the list it behaves as Access Evaluation', async () => {
    expect((await pep.ask('evaluations', { ...yes, evaluations: [] })).body).toEqual({ decision: true })
  })

  test.each(['subject', 'action', 'resource'])(
    '%s is REQUIRED where there are no evaluations',
    async (name) => {
      const { status, body } = await pep.ask<{ detail: string }>('evaluations', changed(name, undefined))
      expect([status, body.detail]).toEqual([400, expect.stringContaining(name)])
    },
  )

  test('each evaluation is a request of its own, answered in the order of the requests', async () => {
    const evaluations = [yes, no, yes, no, no]
    expect((await pep.ask('evaluations', { evaluations })).body).toEqual({
      evaluations: [true, false, true, false, false].map((decision) => ({ decision })),
    })
  })

  test.each(['subject', 'action', 'resource', 'context'])(
    '%s at the top is a default for each',
    async (name) => {
      const whole = { ...yes, context: {} }
      const { [name as 'subject']: given, ...rest } = whole
      const asked = { [name]: given, evaluations: [rest, rest] }
      expect((await pep.ask('evaluations', asked)).body).toEqual({
        evaluations: [{ decision: true }, { decision: true }],
      })
    },
  )

  test('what stands within an evaluation overrides the default whole, and is not merged with it', async () => {
    const evaluations = [{}, { subject: asMax }, { subject: { type: 'user' } }]
    const { body } = await pep.ask<{ evaluations: object[] }>('evaluations', { ...yes, evaluations })
    expect(body.evaluations).toEqual([
      { decision: true },
      { decision: false },
      {
        decision: false,
        context: { error: { status: 400, message: expect.stringContaining('subject.id') } },
      },
    ])
  })

  test.each(['subject', 'action', 'resource'])(
    '%s MUST be at the top where an evaluation leaves it out: that one is denied, and says why',
    async (name) => {
      const { [name as 'subject']: _, ...rest } = yes
      const { status, body } = await pep.ask('evaluations', { ...rest, evaluations: [yes, {}] })
      const error = { status: 400, message: expect.stringContaining(name) }
      expect([status, body]).toEqual([
        200,
        { evaluations: [{ decision: true }, { decision: false, context: { error } }] },
      ])
    },
  )

  test('an error in one evaluation is told in its context, and the others are answered', async () => {
    const evaluations = [yes, { action: { name: 5 } }, no, yes]
    const { body } = await pep.ask<{ evaluations: { decision: boolean }[] }>('evaluations', {
      ...yes,
      evaluations,
    })
    expect(body.evaluations.map(({ decision }) => decision)).toEqual([true, false, false, true])
    expect(body.evaluations[1]).toHaveProperty('context.error.message')
  })

  test('an error that concerns the whole payload is one of transport', async () => {
    for (const evaluations of ['all', {}, 5, [5], [[]], ['text']])
      expect((await pep.ask('evaluations', { ...yes, evaluations })).status).toBe(400)
    expect((await pep.ask('evaluations', { ...yes, subject: 5, evaluations: [yes] })).status).toBe(400)
  })

  test('it is RECOMMENDED that decision be left out where there are evaluations', async () => {
    expect((await pep.ask('evaluations', { ...yes, evaluations: [{}] })).body).toEqual({
      evaluations: [{ decision: true }],
    })
  })

  test('execute_all is the default: all are executed, all are answered', async () => {
    const evaluations = [no, yes, no]
    const all = { evaluations: [{ decision: false }, { decision: true }, { decision: false }] }
    for (const options of [undefined, null, {}, { evaluations_semantic: 'execute_all' }])
      expect((await pep.ask('evaluations', { evaluations, options })).body).toEqual(all)
  })

  test('deny_on_first_deny ends with the first that is denied', async () => {
    const options = { evaluations_semantic: 'deny_on_first_deny' }
    const ask = async (evaluations: object[]) => (await pep.ask('evaluations', { options, evaluations })).body
    expect(await ask([yes, no, yes])).toEqual({ evaluations: [{ decision: true }, { decision: false }] })
    expect(await ask([yes, yes])).toEqual({ evaluations: [{ decision: true }, { decision: true }] })
    expect(await ask([yes, {}, yes])).toMatchObject({
      evaluations: [{ decision: true }, { decision: false, context: {} }],
    })
  })

  test('permit_on_first_permit ends with the first that is permitted', async () => {
    const options = { evaluations_semantic: 'permit_on_first_permit' }
    const ask = async (evaluations: object[]) => (await pep.ask('evaluations', { options, evaluations })).body
    expect(await ask([no, yes, no])).toEqual({ evaluations: [{ decision: false }, { decision: true }] })
    expect(await ask([no, no])).toEqual({ evaluations: [{ decision: false }, { decision: false }] })
  })

  test('the semantic is exactly one of the three, and other options are ignored', async () => {
    const ask = (options: unknown) => pep.ask('evaluations', { ...yes, evaluations: [{}], options })
    for (const semantic of ['first', '', 5, null, ['execute_all']])
      expect((await ask({ evaluations_semantic: semantic })).status).toBe(400)
    for (const options of ['execute_all', 5, []]) expect((await ask(options)).status).toBe(400)
    expect((await ask({ another_option: 'value' })).status).toBe(200)
  })

  test('a request has 500 evaluations at most, and as many are answered', async () => {
    const { body } = await pep.ask<{ evaluations: object[] }>('evaluations', {
      ...yes,
      evaluations: repeated(500, {}),
    })
    expect(body.evaluations).toEqual(repeated(500, { decision: true }))
    expect((await pep.ask('evaluations', { ...yes, evaluations: repeated(501, {}) })).status).toBe(400)
  })
})

function repeated<T>(times: number, value: T): T[] {
  return Array.from({ length: times }, () => value)
}
