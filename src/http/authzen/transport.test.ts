/** AuthZEN 1.0, sections "Policy Decision Point Metadata", "Transport" and "Security Considerations": every sentence with a MUST or a SHOULD. */
import { describe, expect, test } from 'vitest'
import { uuidV7 } from '../../foundation/id.ts'
import { appOn, testApp, type Request } from '../../testing/http.ts'
import { aTenant, aUser } from '../../testing/people.ts'
import { aPep } from '../../testing/pep.ts'

const world = await testApp({ console: 'nowhere' })
const { app, ask } = world
const acme = await aTenant(world.database)
const token = await world.signIn(acme.owner)
const pep = aPep(world, token)
const subject = { type: 'user', id: acme.owner.userId }
const action = { name: 'read' }
const resource = { type: 'tenant', id: acme.tenantId }
const bodies: Record<string, Record<string, unknown>> = {
  evaluation: { subject, action, resource },
  evaluations: { subject, action, resource, evaluations: [{}] },
  'search/subject': { subject: { type: 'user' }, action, resource },
  'search/resource': { subject, action, resource: { type: 'tenant' } },
  'search/action': { subject, resource },
}
const apis = Object.entries(bodies)
const parameters: Record<string, string> = {
  access_evaluation_endpoint: 'evaluation',
  access_evaluations_endpoint: 'evaluations',
  search_subject_endpoint: 'search/subject',
  search_resource_endpoint: 'search/resource',
  search_action_endpoint: 'search/action',
}
type Metadata = Record<string, string>
const wellKnown = '/.well-known/authzen-configuration'

describe('Policy Decision Point Metadata', () => {
  test('is a JSON object at the well-known address, by GET, with 200 and application/json', async () => {
    const { status, headers, body } = await ask<Metadata>('GET', wellKnown)
    expect(status).toBe(200)
    expect(headers['content-type']).toMatch(/^application\/json/)
    expect(Object.keys(body).toSorted()).toEqual(
      ['policy_decision_point', ...Object.keys(parameters)].toSorted(),
    )
  })

  test('the identifier is REQUIRED: a URL with https, without query and fragment', async () => {
    const headers = { host: 'pdp.example.com' }
    const { body } = await ask<Metadata>('GET', wellKnown, { headers })
    const { protocol, search, hash } = new URL(body['policy_decision_point']!)
    expect([protocol, search, hash]).toEqual(['https:', '', ''])
  })

  test('the identifier MUST be that into which the well-known string was inserted', async () => {
    const headers = { host: 'pdp.example.com' }
    const { body } = await ask<Metadata>('GET', wellKnown, { headers })
    expect(body['policy_decision_point']).toBe('https://pdp.example.com')
    const ofTenant = await ask<Metadata>('GET', `${wellKnown}/${acme.tenantId}`, { headers })
    expect(ofTenant.body['policy_decision_point']).toBe(`https://pdp.example.com/${acme.tenantId}`)
  })

  test('it is the public address, where the server knows one', async () => {
    const public_ = await appOn(world, { console: 'nowhere', publicUrl: 'https://people.example.com' })
    const { body } = await public_.ask<Metadata>('GET', wellKnown, { headers: { host: 'evil.example' } })
    expect(body['access_evaluation_endpoint']).toBe('https://people.example.com/access/v1/evaluation')
  })

  test.each(Object.entries(parameters))(
    '%s is where requests are answered, of the whole and of a tenant',
    async (parameter, api) => {
      for (const at of [wellKnown, `${wellKnown}/${acme.tenantId}`]) {
        const { body } = await ask<Metadata>('GET', at)
        const { pathname } = new URL(body[parameter]!)
        expect((await ask('POST', pathname, { token, body: bodies[api] })).status).toBe(200)
      }
    },
  )

  test('without the parameter, the default path behind the identifier is the same address', async () => {
    for (const at of [wellKnown, `${wellKnown}/${acme.tenantId}`]) {
      const { body } = await ask<Metadata>('GET', at)
      for (const [parameter, api] of Object.entries(parameters))
        expect(body[parameter]).toBe(`${body['policy_decision_point']}/access/v1/${api}`)
    }
  })

  test('parameters without a value MUST be left out', async () => {
    const { body } = await ask<Metadata>('GET', wellKnown)
    expect(Object.values(body).filter((value) => !value || value.length === 0)).toEqual([])
    expect(body).not.toHaveProperty('capabilities')
    expect(body).not.toHaveProperty('signed_metadata')
  })

  test('whether there is such a tenant is not told', async () => {
    expect((await ask('GET', `${wellKnown}/${uuidV7()}`)).status).toBe(200)
    expect((await ask('GET', `${wellKnown}/a%2Fb`)).status).toBe(400)
  })

  test('says how long it may be cached', async () => {
    const { headers } = await ask('GET', wellKnown)
    expect(headers['cache-control']).toMatch(/max-age=\d+/)
  })
})

describe.each(apis)('HTTPS JSON Binding: %s', (api, body) => {
  const send = (request: Request) => ask('POST', `/access/v1/${api}`, { token, ...request })

  test('answers POST with 200 and application/json, a JSON object', async () => {
    const answer = await send({ body })
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toMatch(/^application\/json/)
    expect(answer.body).toBeTypeOf('object')
  })

  test('other methods are none', async () => {
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE'])
      expect((await ask(method, `/access/v1/${api}`, { token })).status).toBe(405)
  })

  test('requests MUST be application/json', async () => {
    expect(
      (await send({ body, headers: { 'content-type': 'application/json; charset=utf-8' } })).status,
    ).toBe(200)
    for (const type of [
      'text/plain',
      'application/xml',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      '',
    ])
      expect([
        type,
        (await send({ body: JSON.stringify(body), headers: { 'content-type': type } })).status,
      ]).toEqual([type, 400])
  })

  test('a request without a body, or with an empty one, is bad', async () => {
    expect((await send({})).status).toBe(400)
    expect((await send({ body: '', headers: { 'content-type': 'application/json' } })).status).toBe(400)
  })

  test('the body MUST be a JSON object', async () => {
    for (const malformed of [
      '{',
      '{"subject":',
      'subject',
      '{}}',
      "{'a':1}",
      '[]',
      '[{}]',
      '"text"',
      '5',
      'null',
      'true',
    ])
      expect([malformed, (await send({ body: malformed })).status]).toEqual([malformed, 400])
  })

  test('where a REQUIRED attribute is left out the server MUST answer Bad Request', async () => {
    expect((await send({ body: {} })).status).toBe(400)
    for (const name of Object.keys(body).filter((one) => one !== 'evaluations')) {
      const { [name]: _, evaluations: __, ...rest } = body
      expect([name, (await send({ body: rest })).status]).toEqual([name, 400])
    }
  })

  test('unknown fields MUST be ignored, wherever they stand', async () => {
    const more = Object.fromEntries(
      Object.entries(body).map(([name, part]) => [
        name,
        Array.isArray(part) ? part : { ...(part as object), unknown: { deep: [1] } },
      ]),
    )
    const answer = await send({ body: { ...more, unknown: 5, __proto: {}, page_size: '?' } })
    expect([answer.status, answer.body]).toEqual([200, (await send({ body })).body])
    const poisoned = JSON.stringify(body).replace('{', '{"__proto__":{"a":1},')
    expect((await send({ body: poisoned })).body).toEqual(answer.body)
  })

  test('the order of members MUST NOT matter', async () => {
    const turned = (value: unknown): unknown =>
      Array.isArray(value) || typeof value !== 'object' || value === null
        ? value
        : Object.fromEntries(
            Object.entries(value)
              .toReversed()
              .map(([name, part]) => [name, turned(part)]),
          )
    expect((await send({ body: turned(body) })).body).toEqual((await send({ body })).body)
  })

  test('errors carry a message: 400, 401, 403', async () => {
    const nobody = await world.signIn(await aUser(world.database, acme, { roles: [] }))
    const answers = [
      await send({ body: {} }),
      await send({ body, token: undefined }),
      await send({ body, token: nobody }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([400, 401, 403])
    for (const answer of answers) expect((answer.body as { detail: string }).detail).toMatch(/\S/)
  })

  test('a PEP that is not authenticated MUST be answered 401, and SHOULD be told the scheme and the realm', async () => {
    const wrong = [undefined, `${token.slice(0, -2)}~~`, 'nothing']
    for (const one of wrong) {
      const answer = await send({ body, token: one })
      expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, 'Bearer realm="reeve"'])
    }
    expect((await send({ body: '{', token: undefined })).status).toBe(401)
  })

  test.each([
    'bfe9eb29-ab87-4ca3-be83-a1d5d8305716',
    'a',
    'with spaces, commas; and "quotes" {}',
    'x'.repeat(1000),
    '../../etc',
    '<b>',
  ])('the request identifier MUST come back as it was: %s', async (id) => {
    const headers = { 'x-request-id': id }
    const nobody = await world.signIn(await aUser(world.database, acme, { roles: [] }))
    const answers = [
      await send({ body, headers }),
      await send({ body: {}, headers }),
      await send({ body: '{', headers }),
      await send({ body: 'text', headers: { ...headers, 'content-type': 'text/plain' } }),
      await send({ body, headers, token: undefined }),
      await send({ body, headers, token: nobody }),
    ]
    expect(answers.map((answer) => [answer.status, answer.headers['x-request-id']])).toEqual(
      [200, 400, 400, 400, 401, 403].map((status) => [status, id]),
    )
  })

  test('a request without an identifier is given one', async () => {
    expect((await send({ body })).headers['x-request-id']).toMatch(/\S/)
  })

  test('I-JSON: invalid Unicode SHOULD NOT be accepted', async () => {
    expect(
      (await send({ body: JSON.stringify(body).replace('{', String.raw`{"context":{"a":"\ud800"},`) }))
        .status,
    ).toBe(400)
    expect((await send({ body: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]) })).status).toBe(400)
  })

  test('I-JSON: numbers beyond double precision SHOULD NOT be accepted', async () => {
    for (const number of ['1e999', '-1e999', '9007199254740993'])
      expect(
        (await send({ body: JSON.stringify(body).replace('{', `{"context":{"a":${number}},`) })).status,
      ).toBe(400)
  })

  test('I-JSON: names within an object SHOULD be unique, however they are escaped', async () => {
    for (const twice of ['"a":1,"a":2', String.raw`"a":1,"\u0061":2`])
      expect((await send({ body: JSON.stringify(body).replace('{', `{"context":{${twice}},`) })).status).toBe(
        400,
      )
    expect(
      (await send({ body: JSON.stringify(body).replace('{', '{"context":{"a":{"b":1},"b":["a","a"]},') }))
        .status,
    ).toBe(200)
  })

  test('size, nesting and number of requests SHOULD be bounded', async () => {
    expect((await send({ body: { ...body, context: { a: 'x'.repeat(600_000) } } })).status).toBe(413)
    const nested = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    expect(
      (await send({ body: JSON.stringify(body).replace('{', `{"context":{"a":${nested}},`) })).status,
    ).toBe(400)
    const strict = await appOn(world, { console: 'nowhere', limits: { all: 1, costly: 1 } })
    const statuses = [1, 2].map(() => strict.ask('POST', `/access/v1/${api}`, { token, body }))
    expect((await Promise.all(statuses)).map(({ status }) => status)).toEqual([200, 429])
  })
})

describe('Policy Confidentiality and Sender Authentication', () => {
  test('only users of the tenant whose roles permit it ask; owners and admins have it', async () => {
    const asked = async (roles: string[]) => {
      const one = aPep(world, await world.signIn(await aUser(world.database, acme, { roles })))
      return (await one.ask('evaluation', bodies['evaluation'])).status
    }
    expect(await asked(['owner'])).toBe(200)
    expect(await asked(['admin'])).toBe(200)
    expect(await asked(['member'])).toBe(403)
    expect(await asked([])).toBe(403)
  })

  test('a tenant in which one is nobody looks like one that is not there', async () => {
    const globex = await aTenant(world.database, 'Globex')
    for (const named of [globex.tenantId, uuidV7(), 'nowhere', 'globex']) {
      const inPath = await ask<object>('POST', `/${named}/access/v1/evaluation`, {
        token,
        body: bodies['evaluation'],
      })
      const inHeader = await pep.ask<object>('evaluation', bodies['evaluation'], {
        headers: { 'reeve-tenant': named },
      })
      for (const { status, body } of [inPath, inHeader])
        expect([status, body]).toMatchObject([
          403,
          { code: 'not_allowed', detail: 'this session asks for no tenant that it belongs to' },
        ])
    }
  })

  test('whoever belongs to several tenants says which: in the path or a header, by id or short name', async () => {
    const { rows } = await world.admin.query<{ slug: string }>('select slug from tenants where id = $1', [
      acme.tenantId,
    ])
    const { slug } = rows[0]!
    await ask('POST', '/v1/tenants', { token, body: { name: 'A second one' } })
    expect(await pep.ask('evaluation', bodies['evaluation'])).toMatchObject({
      status: 400,
      body: { code: 'invalid_request' },
    })
    for (const named of [acme.tenantId, acme.tenantId.toUpperCase(), slug]) {
      const inPath = await ask('POST', `/${named}/access/v1/evaluation`, {
        token,
        body: bodies['evaluation'],
      })
      const inHeader = await pep.ask('evaluation', bodies['evaluation'], {
        headers: { 'reeve-tenant': named },
      })
      for (const answer of [inPath, inHeader])
        expect(answer).toMatchObject({ status: 200, body: { decision: true } })
    }
    expect(app.hasRoute({ method: 'POST', url: '/:tenantId/access/v1/evaluation' })).toBe(true)
  })

  test('of whoever is suspended or has no tenant nothing is asked', async () => {
    const gone = await aUser(world.database, acme, { roles: ['admin'] })
    const asGone = aPep(world, await world.signIn(gone))
    await world.admin.query('update users set suspended_at = now() where id = $1', [gone.userId])
    expect((await asGone.ask('evaluation', bodies['evaluation'])).status).toBe(403)
  })
})
