import fc, { type Arbitrary } from 'fast-check'
import { noIds } from '../mischief.ts'
import { bodyOf, operationsOf, type OpenApi, type Operation, type Parameter } from '../openapi.ts'
import { bodyFor } from './bodies.ts'
import { headerNamed } from './headers.ts'
import { mostly } from './mostly.ts'
import { oddText } from './text.ts'
import { fitting, kindOf, queryMisfit, strangeIds, type Lexicon, type Shape } from './values.ts'
import { Ref, type Twist, type Who, type Wish } from './wish.ts'

/** Requests of every operation that the document has: most are as it wants them, each part now and then is not. */
export function wishes(document: OpenApi): Arbitrary<Wish> {
  const operations = Object.entries(operationsOf(document))
  const lexicon: Lexicon = {
    schemas: document.components.schemas as Record<string, Shape>,
    permissions: [...new Set(operations.flatMap(([, operation]) => operation['x-permissions'] ?? []))],
  }
  return fc.oneof(
    ...operations.map(([route, operation]) => ({
      weight: weightOf(route, operation),
      arbitrary: wishOf(route, operation, document, lexicon),
    })),
    { weight: 4, arbitrary: elsewhere },
  )
}

/**
 * What costs a password hash is asked for rarely, and what looks at the machine alone too. More is made than deleted, so
 * that there is something to ask about.
 */
function weightOf(route: string, operation: Operation): number {
  if (/password/i.test(route + JSON.stringify(bodyOf(operation) ?? ''))) return 3
  if (route.includes('/access/v1/')) return 6
  if (!route.includes(' /v1/')) return 1
  return route.startsWith('POST') ? 20 : route.startsWith('DELETE') ? 6 : 10
}

function wishOf(route: string, operation: Operation, document: OpenApi, lexicon: Lexicon): Arbitrary<Wish> {
  const parameters = parametersOf(operation, document)
  const within = (place: string) => parameters.filter((parameter) => parameter.in === place)
  const wish = {
    route: fc.constant(route),
    who: whoFor(operation),
    by: fc.oneof(
      { weight: 16, arbitrary: fc.constant('bearer' as const) },
      { weight: 3, arbitrary: fc.constant('cookie' as const) },
      { weight: 1, arbitrary: fc.constant('cookie of another site' as const) },
    ),
    home: fc.nat(1),
    nth: fc.nat(500),
    path: fc.record(Object.fromEntries(within('path').map(({ name }) => [name, idInPath(name)]))),
    query: queryOf(within('query'), lexicon),
    headers: headersOf(within('header'), lexicon),
    body: bodyFor(operation, lexicon),
    twist: fc.oneof({ weight: 40, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: twist }),
  }
  return fc.record(wish) as Arbitrary<Wish>
}

/** Parameters that are described elsewhere and referred to. */
function parametersOf({ parameters = [] }: Operation, document: OpenApi): Parameter[] {
  const { components } = document as unknown as { components: { parameters?: Record<string, Parameter> } }
  return parameters.map((given) => {
    const { $ref } = given as { $ref?: string }
    return $ref === undefined ? given : components.parameters![$ref.split('/').at(-1)!]!
  })
}

function whoFor(operation: Operation): Arbitrary<Who> {
  const { security } = operation
  const strangersToo = security.length === 0 || security.some((way) => Object.keys(way).length === 0)
  const weights: Record<Who, number> = {
    owner: 20,
    admin: 5,
    member: 3,
    custom: 2,
    suspended: 1,
    wanderer: 1,
    // of all, only they can say what their password is
    newcomer: bodyOf(operation)?.properties?.['current'] ? 60 : 5,
    nobody: strangersToo ? 60 : 1,
    broken: 1,
  }
  return fc.oneof(
    ...Object.entries(weights).map(([who, weight]) => ({ weight, arbitrary: fc.constant(who as Who) })),
  )
}

const addresses = [
  '/',
  '/docs',
  '/docs/',
  '/docs/problems',
  '/docs/problems/not_found',
  '/docs/..%2f..%2fpackage.json',
  '/metrics',
  '/metrics?name[]=x',
  '/openapi.json',
  '/openapi.json?%00',
  '/.env',
  '/.git/config',
  '/assets/../../package.json',
  '/%2e%2e/%2e%2e/etc/passwd',
  '//evil.example/%2f..',
  '/\\evil.example',
  '/v1',
  '/v1/',
  '/v2/users',
  '/favicon.ico',
  '/users/x',
]

/** What the document does not speak of, and what is not there at all. */
const elsewhere = fc
  .tuple(fc.constantFrom('GET', 'HEAD', 'POST', 'OPTIONS', 'DELETE'), fc.constantFrom(...addresses))
  .map(([method, address]): Wish => ({
    ...{ route: `${method} ${address}`, who: 'owner', by: 'cookie', home: 0, nth: 0 },
    ...{ path: {}, query: [], headers: [], twist: { kind: 'address', address: '' } },
  }))

function idInPath(name: string): Arbitrary<unknown> {
  const nth = fc.nat(500)
  // what a tenant calls its own things
  // mostly what there is in every tenant, so that it is met
  if (name === 'entityName') return fc.constantFrom('101', '101', '101', 'a b').map((text) => ({ text }))
  if (!name.endsWith('Id'))
    return fc.constantFrom('record', 'record', 'record', 'user', 'a b').map((text) => ({ text }))
  return fc.oneof(
    { weight: 24, arbitrary: nth.map((at) => new Ref('id', at, 'own', kindOf(name))) },
    { weight: 2, arbitrary: nth.chain((at) => fc.constantFrom(...strangeIds(name, at))) },
    { weight: 1, arbitrary: fc.constantFrom(...noIds.map((text) => ({ text }))) },
  )
}

const noQuestions: [string, unknown][] = [
  ['unknown', '1'],
  ['__proto__', '1'],
  ['constructor[prototype]', '1'],
  ['limit[]', '1'],
  ['', ''],
  ['ſ', '\ud800'],
]

function queryOf(known: Parameter[], lexicon: Lexicon): Arbitrary<[string, unknown][]> {
  const each = known.map(({ name, schema, required }) => {
    const value = mostly(30, fitting(schema as Shape, name, lexicon), queryMisfit(schema as Shape, name))
    const asked = value.map((one): [string, unknown][] => [[name, one]])
    const twice = asked.map((one) => [...one, ...one])
    const none = { weight: required ? 1 : 30 + 15 * known.length, arbitrary: fc.constant([]) }
    return fc.oneof(none, { weight: 30, arbitrary: asked }, { weight: 1, arbitrary: twice })
  })
  const more = mostly(
    60,
    fc.constant([]),
    fc.constantFrom(...noQuestions).map((one) => [one]),
  )
  return fc.tuple(...each, more).map((parts) => (parts as [string, unknown][][]).flat())
}

const headersOfAll: [string, string][] = [
  ['user-agent', 'x'.repeat(2_000)],
  ['user-agent', '\u00fc\u00ff'],
  ['accept', 'text/html;q=0.1, */*;q=zzz'],
  ['accept-encoding', 'br, gzip;q=0, bomb'],
  ['x-forwarded-for', '203.0.113.7, ::1, "nobody"'],
  ['origin', 'https://evil.example'],
  ['range', 'bytes=0-1'],
  ['x-http-method-override', 'DELETE'],
  ['host', 'evil.example:99999'],
  ['cookie', 'a=b; __proto__=1; ;;=;'],
  ['expect', '100-continue'],
]

function headersOf(known: Parameter[], lexicon: Lexicon): Arbitrary<[string, unknown][]> {
  const each = known.map(({ name, schema, required }) => {
    const good = headerNamed(name) ?? fitting(schema as Shape, name, lexicon)
    const value = mostly(8, good, oddText((schema as Shape).maxLength))
    const sent = value.map((one): [string, unknown][] => [[name, one]])
    return fc.oneof(
      { weight: required ? 1 : 20, arbitrary: fc.constant([]) },
      { weight: 10, arbitrary: sent },
    )
  })
  const more = mostly(
    20,
    fc.constant([]),
    fc.constantFrom(...headersOfAll).map((one) => [one]),
  )
  return fc.tuple(...each, more).map((parts) => (parts as [string, unknown][][]).flat())
}

const twist: Arbitrary<Twist> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Twist>({ kind: 'again' }) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('HEAD', 'OPTIONS', 'PUT', 'POST', 'DELETE', 'PATCH', 'TRACE', 'SEARCH')
      .map((method): Twist => ({ kind: 'method', method })),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('/', '//', '/..', '/%2e%2e/%2e%2e/health', '%00', ';a=b', '/x', '#x', '%', '?', '/*')
      .map((address): Twist => ({ kind: 'address', address })),
  },
)
