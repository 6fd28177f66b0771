import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** A text that stays as it is while the server runs: made when it is first asked for, and sent again only if it is new. */
export class Kept {
  readonly #type: string
  readonly #make: () => string
  #made: ReturnType<typeof keep> | undefined

  constructor(type: string, make: () => string) {
    this.#type = type
    this.#make = make
  }

  answer({ headers }: FastifyRequest, reply: FastifyReply): FastifyReply {
    const { text, small, tag } = (this.#made ??= keep(this.#make()))
    void reply.headers({ 'cache-control': 'no-cache', etag: tag, vary: 'accept-encoding' })
    if (headers['if-none-match']?.includes(tag)) return reply.code(304).send()
    void reply.type(this.#type)
    if (!/\bgzip\b/.test(String(headers['accept-encoding']))) return reply.send(text)
    return reply.header('content-encoding', 'gzip').send(small)
  }
}

/** The tag is a weak one, for it stands for both ways in which the text travels. */
function keep(text: string) {
  const hash = createHash('sha256').update(text).digest('base64url').slice(0, 22)
  return { text, small: gzipSync(text, { level: 9 }), tag: `W/"${hash}"` }
}
