import { problemOf, unreachable, unreadable } from './problem.ts'
import type { Page, Session, SignedIn, SignedUp, User } from './types.ts'

export { Problem, type FieldError } from './problem.ts'
export type * from './types.ts'

export type ClientOptions = {
  /** Where the server is, such as `https://reeve.example.com`. Left out: where the page came from. */
  baseUrl?: string
  /** What to fetch with, for a test or a proxy. Left out: the global `fetch`. */
  fetch?: (url: string, init: RequestInit) => Promise<Response>
  /** A session's token. Left out: the browser's session cookie, if there is one. */
  token?: string
}

/** Lets a caller stop waiting; what an aborted `fetch` throws is thrown on as it is. */
export type Waiting = { signal?: AbortSignal }

export type NewAccount = {
  email: string
  password: string
  name: string
  tenantName?: string
  /** The tenant's name in addresses; left out: made from its name. */
  slug?: string
  cookie?: boolean
}

export type UserQuestion = {
  /** Part of a name or address. */
  q?: string
  isActive?: boolean
  roleId?: string
  /** 1 to 100; the server's default is 20. */
  limit?: number
  /** `nextCursor` of the page before. */
  cursor?: string
}

export type Client = ReturnType<typeof createClient>

/**
 * A typed client of the HTTP contract. Every method answers with what the server sent, or
 * throws a `Problem`.
 *
 *     const { token } = await createClient({ baseUrl }).signIn({ email, password })
 *     const reeve = createClient({ baseUrl, token })
 *     const { items, nextCursor } = await reeve.listUsers(tenantId, { q: 'kim' })
 */
export function createClient(options: ClientOptions = {}) {
  const ask = <Answer>(method: string, path: string, body?: object, waiting?: Waiting) =>
    send<Answer>(options, method, path, body, waiting)

  return {
    /** Makes an account, a tenant and its owner, and begins a session as `signIn` does. */
    signUp: (person: NewAccount) => ask<SignedUp>('POST', '/v1/sign-up', person),

    /** Begins a session. With `cookie`, a browser keeps it where no script can read it, and no token is sent. */
    signIn: (credentials: { email: string; password: string; cookie?: boolean }) =>
      ask<SignedIn>('POST', '/v1/sessions', credentials),

    /** Who am I, and what may I do in which tenant? */
    session: (waiting?: Waiting) => ask<Session>('GET', '/v1/session', undefined, waiting),

    /** Ends this session. */
    signOut: () => ask<void>('DELETE', '/v1/session'),

    /** A page of a tenant's people. */
    listUsers: (tenantId: string, question: UserQuestion = {}, waiting?: Waiting) =>
      ask<Page<User>>('GET', at`/v1/tenants/${tenantId}/users` + asked(question), undefined, waiting),
  }
}

async function send<Answer>(
  { baseUrl = '', fetch = globalThis.fetch, token }: ClientOptions,
  method: string,
  path: string,
  body?: object,
  { signal }: Waiting = {},
): Promise<Answer> {
  const headers: Record<string, string> = { accept: 'application/json, application/problem+json' }
  if (token !== undefined) headers['authorization'] = `Bearer ${token}`
  if (body !== undefined) headers['content-type'] = 'application/json'

  const answer = await fetch(baseUrl.replace(/\/+$/, '') + path, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  }).catch((cause: unknown) => {
    throw signal?.aborted ? cause : unreachable(cause)
  })

  if (!answer.ok) throw await problemOf(answer)
  if (answer.status === 204) return undefined as Answer
  return answer.json().catch((cause: unknown) => {
    throw signal?.aborted ? cause : unreadable(answer, cause)
  })
}

/** A path with its parts encoded. */
function at(path: TemplateStringsArray, ...parts: string[]): string {
  return String.raw({ raw: path }, ...parts.map(encodeURIComponent))
}

function asked(question: Record<string, string | number | boolean | undefined>): string {
  const said = Object.entries(question).filter(([, value]) => value !== undefined && value !== '')
  return said.length === 0
    ? ''
    : `?${new URLSearchParams(said.map(([name, value]) => [name, String(value)]))}`
}
