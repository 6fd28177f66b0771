import type { Answer } from '../http.ts'
import { operationsOf, type OpenApi } from '../openapi.ts'
import type { Person } from './cast.ts'
import type { Spoken } from './speak.ts'

/** Where something is: its own id and those of what it lies in, as a path names them. */
export type Place = Record<string, string>

const most = 40

/** What the answers so far have told: ids, cursors, tags, tokens. Of each only the latest. */
export class Memory {
  /** Those who signed up, or came in by an invitation, while we watched. */
  readonly newcomers: Person[] = []
  readonly endedTokens: string[] = []
  readonly #places = new Map<string, Place[]>()
  readonly #cursors = new Map<string, { url: string; cursor: string }[]>()
  readonly #etags = new Map<string, string>()
  readonly #emails = new Map<string, string[]>()
  readonly #invitations = new Map<string, string[]>()
  /** What the things of a list are called in paths: `/v1/tenants/:tenantId/users` has a `userId` each. */
  readonly #kinds: Map<string, string>

  constructor(document: OpenApi) {
    const paths = Object.keys(operationsOf(document)).map((route) => route.replace(/^\w+ /, ''))
    this.#kinds = new Map(
      paths.flatMap((path) => {
        const [, list, kind] = /^(.*)\/:(\w+)$/.exec(path) ?? []
        return list && kind ? [[list, kind] as const] : []
      }),
    )
  }

  get kinds(): string[] {
    return [...new Set(this.#kinds.values())]
  }

  /** A thing of a tenant, or of an account, of one kind. */
  place(scope: string, kind: string, nth: number): Place | undefined {
    return pick(this.#places.get(`${scope} ${kind}`), nth)
  }

  /** All things of a kind. */
  places(scope: string, kind: string): Place[] {
    return this.#places.get(`${scope} ${kind}`) ?? []
  }

  /** A cursor of any list of a tenant. */
  cursor(scope: string, nth: number): string | undefined {
    return pick(this.#cursors.get(scope), nth)?.cursor
  }

  /** The next page of a list, in full: its cursor fits the same question alone. */
  nextPage(scope: string, route: string, nth: number): string | undefined {
    const { url, cursor } = pick(this.#cursors.get(`${scope} ${route}`), nth) ?? {}
    return url && `${url}${url.includes('?') ? '&' : '?'}cursor=${cursor}`
  }

  /** Of what is at an address, or of what that belongs to. */
  etag(url: string): string | undefined {
    const above = url.replace(/\/[^/]*$/, '')
    return this.#etags.get(url) ?? this.#etags.get(above) ?? this.#etags.get(above.replace(/\/[^/]*$/, ''))
  }

  email(scope: string, nth: number): string | undefined {
    return pick(this.#emails.get(scope), nth)
  }

  /** An invitation serves once: now and then it is kept, for those who come with the same. */
  invitation(scope: string, nth: number): string | undefined {
    const tokens = this.#invitations.get(scope) ?? []
    return nth % 4 === 0 ? tokens[0] : tokens.shift()
  }

  learn(spoken: Spoken, { status, body, headers }: Answer): void {
    const { route, url, ids, person } = spoken
    if (route === undefined || status < 200 || status > 299) return
    const [method, list] = route.split(' ') as [string, string]
    const scope = ids['tenantId'] ?? person?.accountId ?? ''
    const last = Object.keys(ids).at(-1)
    if (last && method === 'DELETE' && list.endsWith(`:${last}`)) this.#forget(`${scope} ${last}`, ids)
    else if (last && last !== 'tenantId') this.#keep(this.#places, `${scope} ${last}`, ids)
    const etag = headers['etag']
    if (typeof etag === 'string' && method !== 'POST') {
      this.#etags.set(url.replace(/\?.*/s, ''), etag)
      if (this.#etags.size > 2_000) this.#etags.delete(this.#etags.keys().next().value!)
    }
    if (method === 'DELETE' && list === '/v1/session') this.endedTokens.unshift(tokenIn(spoken.headers)!)
    this.endedTokens.length = Math.min(this.endedTokens.length, most)
    if (isObject(body)) this.#learnFrom(body, scope, list, spoken, headers)
  }

  #learnFrom(
    body: Fields,
    scope: string,
    list: string,
    spoken: Spoken,
    headers: Record<string, unknown>,
  ): void {
    const kind = this.#kinds.get(list)
    const items = (Array.isArray(body['items']) ? body['items'] : [body]).filter(isObject)
    for (const { id, email } of items) {
      if (kind && typeof id === 'string')
        this.#keep(this.#places, `${scope} ${kind}`, { ...spoken.ids, [kind]: id })
      if (typeof email === 'string') this.#keep(this.#emails, scope, email)
    }
    if (typeof body['nextCursor'] === 'string') {
      const url = spoken.url.replace(/([?&])cursor=[^&]*&?/, '$1').replace(/[?&]$/, '')
      const next = { url, cursor: body['nextCursor'] }
      this.#keep(this.#cursors, `${scope} ${spoken.route}`, next)
      this.#keep(this.#cursors, scope, next)
    }
    const { token } = body
    if (typeof token === 'string' && token.startsWith('rv_i')) this.#keep(this.#invitations, scope, token)
    this.#meet(body, spoken, headers)
  }

  /** Somebody whose password we chose ourselves has got a session. */
  #meet(body: Fields, { value }: Spoken, headers: Record<string, unknown>): void {
    const { account, session, tenant, tenants } = body
    const { password, next } = isObject(value) ? value : {}
    const told = (isObject(session) ? session['token'] : body['token']) ?? tokenIn(headers)
    if (!isObject(account) || typeof told !== 'string' || typeof password !== 'string') {
      const changed = typeof next === 'string' && 'endedSessions' in body
      const person =
        changed && this.newcomers.find(({ password }) => password === (value as Fields)['current'])
      if (person) person.password = next
      return
    }
    const [first] = Array.isArray(tenants) ? (tenants as Fields[]) : []
    const person = {
      accountId: String(account['id']),
      email: String(account['email']),
      token: told,
      password,
      tenantId: String((isObject(tenant) && tenant['id']) || body['tenantId'] || first?.['tenantId']),
      userId: String((isObject(body['user']) && body['user']['id']) || body['userId'] || first?.['userId']),
    }
    const known = this.newcomers.find(({ accountId }) => accountId === person.accountId)
    if (known) known.token = told
    else this.newcomers.unshift(person)
    this.newcomers.length = Math.min(this.newcomers.length, most)
  }

  /** What was deleted is remembered as that. */
  #forget(key: string, ids: Place): void {
    const last = Object.keys(ids).at(-1)!
    const left = this.#places.get(key)?.filter((place) => place[last] !== ids[last])
    this.#places.set(key, left ?? [])
    this.#keep(this.#places, `${key} gone`, ids)
  }

  #keep<Thing>(store: Map<string, Thing[]>, key: string, thing: Thing): void {
    const things = store.get(key) ?? []
    things.unshift(thing)
    things.length = Math.min(things.length, most)
    store.set(key, things)
  }
}

type Fields = Record<string, unknown>

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Half of all want one of the latest few, and so meet each other there. */
function pick<Thing>(things: Thing[] = [], nth: number): Thing | undefined {
  const among = nth % 2 === 0 ? things.length : Math.min(things.length, 4)
  return things[(nth >> 1) % among]
}

/** Of a request or of an answer. */
function tokenIn(headers: Record<string, unknown>): string | undefined {
  const [token] = /rv_s_[\w-]+/.exec(JSON.stringify(headers)) ?? []
  return token
}
