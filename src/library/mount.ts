import type { FastifyBaseLogger, LightMyRequestResponse } from 'fastify'
import { version } from '../foundation/package.ts'
import { Refusal } from '../foundation/refusal.ts'
import type { KeyRing } from '../foundation/secret.ts'
import { bodyLimit } from '../http/body.ts'
import type { App } from '../http/house.ts'
import type { Migrating } from '../operations/migrate/session.ts'
import type { House } from './house.ts'
import type { LibraryConfig } from './options.ts'

/** What the HTTP door is made of, when somebody wants it. */
export type Mounting = {
  house: House
  config: LibraryConfig
  keys: KeyRing
  log: FastifyBaseLogger
  migrating: Migrating
}

/** A request of whatever framework. */
type Asked = {
  method: string
  /** From the first slash on. */
  url: string
  headers: Record<string, string | string[] | undefined>
  body: Buffer | undefined
  /** Where it came from, as far as that is known. */
  address: string | undefined
}

export type Answer = {
  status: number
  headers: Record<string, string | string[]>
  body: Buffer
}

/** The HTTP door without a port of its own: built at the first request, and the same in every framework. */
export class Mount {
  readonly log: FastifyBaseLogger
  readonly #mounting: Mounting
  readonly #underWay = new Set<Promise<unknown>>()
  #app: Promise<App> | undefined
  #closed = false

  constructor(mounting: Mounting) {
    this.#mounting = mounting
    this.log = mounting.log
  }

  /** What the API answers. */
  async ask(asked: Asked): Promise<Answer> {
    if (this.#closed) throw closed()
    const answering = this.#answer(asked)
    this.#underWay.add(answering)
    return answering.finally(() => this.#underWay.delete(answering))
  }

  /** Takes no more requests, and waits for those that are under way. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.allSettled(this.#underWay)
    await (await this.#app?.catch(() => undefined))?.close()
  }

  async #answer({ method, url, headers, body, address }: Asked): Promise<Answer> {
    this.#app ??= build(this.#mounting, () => this.#closed)
    this.#app.catch(() => (this.#app = undefined)) // the next request tries again
    const app = await this.#app
    const answer = await app.inject({
      method: method as 'GET',
      url,
      headers: present(headers),
      // no address at all is one that nobody has, and that no proxy is believed for
      remoteAddress: address ?? 'unknown',
      ...(body === undefined ? {} : { payload: body }),
    })
    return { status: answer.statusCode, headers: toHand(answer), body: answer.rawPayload }
  }
}

/** Whether an address is one of the API's; a service has others of its own beside them. */
export function isOurs(url: string): boolean {
  return /^\/(v1|docs)(\/|\?|$)|^\/openapi\.json(\?|$)/.test(url)
}

/** Path and query as the API will read them: `/v1/%2e%2e/metrics` is /metrics, and none of ours. */
export function plainUrl(url: string): string | undefined {
  if (!url.startsWith('/') || !URL.canParse(`http://host${url}`)) return undefined
  const { pathname, search } = new URL(`http://host${url}`)
  return pathname + search
}

/** All of a stream, up to the most that the API reads. */
export async function gathered(stream: AsyncIterable<Uint8Array>): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of stream) {
    size += chunk.length
    if (size > bodyLimit) throw tooLarge()
    chunks.push(chunk)
  }
  return size === 0 ? undefined : Buffer.concat(chunks, size)
}

async function build({ house, config, keys, log, migrating }: Mounting, draining: () => boolean) {
  const { buildApp } = await import('../http/app.ts')
  const { checkup } = await import('../http/checkup.ts')
  const { database } = house
  const own = await version()
  const app = await buildApp({
    ...{ database, keys, log, version: own, console: false, limits: config.limits },
    prisma: await house.prisma(),
    trustProxy: config.trustProxy ?? false,
    health: { version: own, startedAt: new Date(), draining, check: checkup(database, migrating) },
  })
  await app.ready()
  return app
}

/** A caller that does not say what it is shall not be called by the name of our own tools. */
function present(headers: Asked['headers']): Record<string, string | string[] | undefined> {
  const given = Object.entries(headers).filter(([, value]) => value !== undefined)
  return { 'user-agent': undefined, ...Object.fromEntries(given) }
}

/** What is about a connection is for whoever has one. */
function toHand({ headers }: LightMyRequestResponse): Answer['headers'] {
  const { connection: _, 'keep-alive': __, 'transfer-encoding': ___, date: ____, ...rest } = headers
  const told = Object.entries(rest).filter(([, value]) => value !== undefined)
  return Object.fromEntries(told.map(([name, value]) => [name, Array.isArray(value) ? value : String(value)]))
}

export function tooLarge(): Refusal {
  return new Refusal('too_large', 'the body is larger than is accepted', 'send less at once')
}

export function nothingHere(): Refusal {
  return new Refusal('not_found', 'there is nothing at this address', 'see /openapi.json for what there is')
}

function closed(): Refusal {
  return new Refusal(
    'shutting_down',
    'this server is stopping',
    'try again: another one answers, or this one soon',
  )
}
