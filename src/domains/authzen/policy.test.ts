import fc from 'fast-check'
import { expect, test } from 'vitest'
import { holds, type Condition, type Facts } from './condition.ts'
import { permits } from './judge.ts'
import { readDefinition, type Definition } from './policy.ts'
import type { Question } from './question.ts'
import { valueAt } from './value.ts'

const whole = {
  subject: {
    type: 'user',
    id: 'kim',
    properties: { age: 30, roles: ['a', 'b'], team: { name: 'red' }, none: null },
  },
  resource: { type: 'record', id: '/todos/1', properties: { 'a.b': 'dotted', at: '2026-01-01T12:00+02:00' } },
  action: { name: 'view', properties: {} },
  context: { time: '2026-01-01T10:00:00Z', flags: [true, { deep: [1] }] },
}
const facts: Facts = { at: (path) => valueAt(whole, path), scope: (name) => name === 'yes' }
const [age, roles, none] = ['age', 'roles', 'none'].map((name) => ({ ref: `subject.properties.${name}` }))
const time = { ref: 'context.time' }
const at = { ref: 'resource.properties.at' }

test.each<[boolean, unknown]>([
  [true, { eq: [{ ref: 'subject.id' }, 'kim'] }],
  [true, { eq: [{ ref: 'subject.properties.team.name' }, 'red'] }],
  [true, { eq: [{ ref: ['resource', 'properties', 'a.b'] }, 'dotted'] }],
  [false, { eq: [age, '30'] }],
  [true, { ne: [age, 31] }],
  [true, { and: [{ lt: [age, 31] }, { le: [age, 30] }, { gt: [age, 29] }, { ge: [age, 30] }] }],
  [false, { or: [{ lt: [age, 30] }, { gt: [age, 30] }, { ge: [age, 'a'] }, { le: ['a', age] }] }],
  [true, { lt: ['a', 'b'] }],
  [true, { in: ['a', roles] }],
  [true, { in: [{ ref: 'subject.id' }, ['lee', { ref: 'subject.id' }]] }],
  [false, { in: ['a', 'abc'] }],
  [true, { overlaps: [roles, ['x', 'b']] }],
  [false, { overlaps: [roles, ['x']] }],
  [true, { like: [{ ref: 'resource.id' }, '/todos/*'] }],
  [false, { like: [{ ref: 'resource.id' }, '/todos'] }],
  [false, { or: [{ before: [time, at] }, { after: [time, at] }] }],
  [true, { before: ['2026-01-01T09:59Z', time] }],
  [false, { before: ['yesterday', time] }],
  [true, { exists: age }],
  [false, { exists: none }],
  [true, { scope: 'yes' }],
  [false, { scope: 'no' }],
  [true, { not: { scope: 'no' } }],
])('it is %s that %j', (expected, condition) => {
  expect(holds(condition as Condition, facts)).toBe(expected)
})

test('where something is missing no comparison holds, whichever it is and on whichever side', () => {
  const missing = [
    none,
    { ref: 'subject.properties.nothing' },
    { ref: 'context.__proto__' },
    { ref: 'context.constructor' },
  ]
  for (const operator of ['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'before', 'after', 'in', 'overlaps', 'like']) {
    for (const one of missing) {
      for (const pair of [
        [one, 'a'],
        ['a', one],
        [one, one],
      ])
        expect([operator, holds({ [operator]: pair } as unknown as Condition, facts)]).toEqual([
          operator,
          false,
        ])
    }
  }
})

test('a pattern of many stars is judged at once', () => {
  const began = performance.now()
  expect(holds({ like: ['a'.repeat(1000), `${'*a'.repeat(200)}b`] }, facts)).toBe(false)
  expect(performance.now() - began).toBeLessThan(500)
})

const sound = { actions: ['view'], subjects: { user: {} }, rules: [{ actions: ['view'] }] }

test.each<[string, object]>([
  ['actions', { actions: [] }],
  ['actions', { actions: ['a\nb'] }],
  ['rules.0.actions', { rules: [{ actions: ['edit'] }] }],
  ['rules.0.scope', { rules: [{ actions: ['view'], scope: 'own' }] }],
  ['rules.0.when', { rules: [{ actions: ['view'], when: {} }] }],
  ['rules.0.when', { rules: [{ actions: ['view'], when: { eq: [1, 1], ne: [1, 2] } }] }],
  ['rules.0.when', { rules: [{ actions: ['view'], when: { toString: [1, 1] } }] }],
  ['rules.0.when', { rules: [{ actions: ['view'], when: { eq: [1] } }] }],
  ['rules.0.when', { rules: [{ actions: ['view'], when: { eq: [1, null] } }] }],
  ['rules.0.when', { rules: [{ actions: ['view'], when: { eq: [1, { ref: 'subject' }] } }] }],
  ['rules.0.when', { rules: [{ actions: ['view'], when: { eq: [1, { ref: 'subject.age' }] } }] }],
  ['rules.0.when', { rules: [{ actions: ['view'], when: { eq: [1, { ref: 'relations.owner.id' }] } }] }],
  ['rules.0.when', { rules: [{ actions: ['view'], when: { scope: 'own' } }] }],
  ['scopes.a', { scopes: { a: { scope: 'a' } } }],
  ['relations.owner.id', { relations: { owner: { type: 'user', id: 'owner' } } }],
  ['rules.0.when', { rules: [{ actions: ['view'], when: nested(12) }] }],
  [
    'has more than',
    { rules: [{ actions: ['view'], when: { in: [1, Array.from({ length: 99 }, () => 'x'.repeat(400))] } }] },
  ],
  ['broken', { rules: [{ actions: ['view'], when: { eq: ['a\0', 'a'] } }] }],
  ['broken', { rules: [{ actions: ['view'], when: { eq: ['a\ud800', 'a'] } }] }],
  ['unknown', { unknown: 1 }],
])('a policy that cannot be evaluated is refused, and told where: %s', (where, change) => {
  let told: unknown
  try {
    readDefinition({ ...sound, ...change })
  } catch (error) {
    told = error
  }
  expect(told).toMatchObject({ code: 'invalid_request', message: expect.stringContaining(where) })
})

test('a deny outweighs every allow, and what no rule allows is denied', () => {
  const rules = { both: [{ actions: ['*'] }, { actions: ['view'], effect: 'deny' }], none: [] }
  const ask = (name: keyof typeof rules, action: string) =>
    permits(
      readDefinition({ ...sound, actions: ['view', 'edit'], rules: rules[name] }),
      asked(action),
      () => known,
    )
  expect([ask('both', 'view'), ask('both', 'edit'), ask('none', 'view')]).toEqual([false, true, false])
})

test('whatever is declared and asked, the answer is yes or no and never an error', () => {
  const word = fc.constantFrom(
    'subject',
    'resource',
    'properties',
    'id',
    'user',
    'context',
    '__proto__',
    'a',
    'toString',
  )
  const reference = fc.record({ ref: fc.array(word, { minLength: 1, maxLength: 4 }) })
  const operand = fc.oneof(reference, fc.jsonValue({ maxDepth: 1 }))
  const condition = fc.letrec((tie) => ({
    it: fc.oneof(
      { depthSize: 'small' },
      fc
        .tuple(
          fc.constantFrom('eq', 'ne', 'lt', 'in', 'overlaps', 'like', 'before', 'exists', 'scope'),
          fc.tuple(operand, operand),
        )
        .map(([name, pair]) => ({ [name]: pair })),
      fc
        .tuple(fc.constantFrom('and', 'or'), fc.array(tie('it'), { maxLength: 3 }))
        .map(([name, list]) => ({ [name]: list })),
      tie('it').map((inner) => ({ not: inner })),
    ),
  })).it
  const properties = fc.dictionary(word, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 })
  fc.assert(
    fc.property(condition, properties, properties, (when, said, stored) => {
      let policy: Definition
      try {
        policy = readDefinition({ ...sound, rules: [{ actions: ['view'], when }] })
      } catch (error) {
        expect(error).toMatchObject({ code: 'invalid_request' })
        return
      }
      const question = { ...asked('view'), context: said }
      expect(permits(policy, question, () => ({ ...known, attributes: stored as {} }))).toBeTypeOf('boolean')
    }),
    { numRuns: 2000 },
  )
})

const known = { attributes: {}, person: undefined }

function asked(name: string): Question {
  return { subject: { type: 'user', id: 'kim' }, action: { name }, resource: { type: 'record', id: '1' } }
}

function nested(depth: number): object {
  return depth === 0 ? { eq: [1, 1] } : { not: nested(depth - 1) }
}
