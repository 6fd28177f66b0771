import type { Home, Person } from './cast.ts'
import { idsFor, lookUp, resolved, written, type At, type Scene } from './look-up.ts'
import type { Place } from './memory.ts'
import { markOf, Ref, type Body, type Wish } from './wish.ts'

/** A request as it is sent. */
export type Sent = {
  method: string
  url: string
  headers: Record<string, string>
  body?: string | Uint8Array | undefined
}

/** And what we know about it. */
export type Spoken = Sent & {
  /** Undefined: it is one that the document does not describe. */
  route: string | undefined
  /** As whom we expect to be known; undefined for nobody. */
  person: Person | undefined
  /** What its path names. */
  ids: Place
  /** What stands in its body, if that is JSON. */
  value: unknown
  requestId: string
}

let serial = 0

/** Makes a wish a request, with the ids, tokens and cursors that there are now. */
export function speak(scene: Scene, wish: Wish): Spoken {
  const { homes } = scene
  const [method, path] = wish.route.split(' ') as [string, string]
  const home = homes[wish.home]!
  const person = personOf(scene, wish, home)
  const at: At = {
    ...{ scene, wish, person },
    own: person?.tenantId ?? home.tenantId,
    foreign: homes[person?.tenantId === home.tenantId || !person ? 1 - wish.home : wish.home]!.tenantId,
    serial: `${++serial}`,
    url: '',
  }
  const ids = idsFor(at, method)
  const url = path.replaceAll(/:(\w+)/g, (_, name: string) => ids[name] ?? 'x')
  const here: At = { ...at, url, there: ids['tenantId'], mark: markFor(at, ids) }
  const known = ([, value]: [string, unknown]) => !(value instanceof Ref) || lookUp(here, value) !== undefined
  const question = wish.query
    .filter(known)
    .map(([name, value]) => `${encode(name)}=${encode(written(here, value))}`)
  const spoken: Spoken = {
    route: wish.route,
    method,
    url: nextPage(here) ?? (question.length > 0 ? `${url}?${question.join('&')}` : url),
    headers: {},
    person: wish.by === 'cookie of another site' && method !== 'GET' ? undefined : person,
    ids,
    value: undefined,
    requestId: `${here.mark ?? 'nobody'}-${here.serial}`,
  }
  const headers = wish.headers
    .filter(known)
    .map(([name, value]) => [name.toLowerCase(), inHeader(written(here, value))])
  spoken.headers = { ...Object.fromEntries(headers), ...credentials(at), 'x-request-id': spoken.requestId }
  if (wish.body) sayBody(spoken, wish.body, here)
  if (wish.twist) twist(spoken, wish.twist)
  return spoken
}

/** Mostly a cursor is used where it is from, and now and then in another list or with another question. */
function nextPage({ scene, wish, own }: At): string | undefined {
  const [, cursor] = wish.query.find(([name, value]) => name === 'cursor' && value instanceof Ref) ?? []
  if (!(cursor instanceof Ref) || cursor.nth % 5 === 0) return undefined
  return scene.memory.nextPage(own, wish.route, cursor.nth)
}

function personOf({ memory }: Scene, { who, nth }: Wish, home: Home): Person | undefined {
  if (who === 'nobody' || who === 'broken') return undefined
  if (who !== 'newcomer') return home.people[who]
  const { newcomers } = memory
  return newcomers[nth % newcomers.length] ?? home.people.owner
}

/** Only whoever belongs to a tenant writes its mark there, so that it tells where a text is from. */
function markFor({ person, own }: At, { tenantId }: Place): string | undefined {
  return person && tenantId === own ? markOf(tenantId) : undefined
}

function sayBody(spoken: Spoken, { value, fields = [], raw, type, bom }: Body, at: At): void {
  spoken.value = resolved(at, value)
  const json = JSON.stringify(spoken.value) ?? ''
  const more = fields.map(([name, text]) => `"${name}":${text}`).join(',')
  const whole = more ? json.replace(/^\{(?=(\})?)/, (_, end) => `{${more}${end ? '' : ','}`) : json
  spoken.body = raw ?? (bom ? `\ufeff${whole}` : whole)
  if (type !== '') spoken.headers['content-type'] = type ?? 'application/json'
}

function credentials({ scene, wish, person }: At): Record<string, string> {
  const token = wish.who === 'broken' ? brokenToken(scene, wish) : person?.token
  if (token === undefined) return {}
  if (wish.by === 'bearer') return { authorization: `Bearer ${token}` }
  const site = wish.by === 'cookie' ? 'same-origin' : 'cross-site'
  return { cookie: `${scene.cookie}=${token}`, 'sec-fetch-site': site }
}

function brokenToken({ homes, memory }: Scene, { nth, home }: Wish): string {
  const { token } = homes[home]!.people.owner
  const broken = [
    '',
    'x',
    token.slice(0, -1),
    `${token}A`,
    token.replace('rv_s', 'rv_i'),
    token.replace('rv_s', 'RV_S'),
    token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A'),
    `rv_s_${'A'.repeat(43)}`,
    '"'.repeat(48),
    ...memory.endedTokens,
  ]
  return broken[nth % broken.length]!
}

function twist(spoken: Spoken, one: NonNullable<Wish['twist']>): void {
  if (one.kind === 'again' || (one.kind === 'method' && one.method === spoken.method)) return
  spoken.route = undefined
  if (one.kind === 'method') spoken.method = one.method
  else spoken.url = spoken.url.replace(/(\?|$)/, `${one.address}$1`)
}

function encode(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString())
}

/** Of everything only what may stand in a header at all: the rest, no client can send. */
function inHeader(text: string): string {
  return text.replaceAll(/[^\t\x20-\x7e\xa0-\xff]/g, '?').trim()
}
