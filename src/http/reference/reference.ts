import type { FastifyRequest } from 'fastify'
import type { OpenAPIV3_1 } from 'openapi-types'
import { Refusal } from '../../foundation/refusal.ts'
import type { App } from '../house.ts'
import { isTold, problemCodes, type ToldCode } from '../problem-codes.ts'
import { Kept } from './kept.ts'
import { placeholder, referencePage } from './page.ts'
import { problemIndex, problemPage } from './problems.ts'

const inHtml = 'text/html; charset=utf-8'
const unlisted = { schema: { hide: true } }

/** The contract for machines, and what people read about it: everything that there is, and each code that is answered. */
export function referenceRoutes(app: App): void {
  const document = () => app.swagger() as OpenAPIV3_1.Document

  const contract = new Kept('application/json; charset=utf-8', () => JSON.stringify(document()))
  app.get('/openapi.json', unlisted, (request, reply) => contract.answer(request, reply))

  const references = new Map<string, Kept>()
  app.get('/docs', unlisted, (request, reply) => {
    const origin = originOf(request)
    const known = references.get(origin)
    if (known) return known.answer(request, reply)
    const made = new Kept(inHtml, () => referencePage(document()).replaceAll(placeholder, origin))
    // one server has few names; whoever makes up others gets theirs without its being kept
    if (references.size < originsMost) references.set(origin, made)
    return made.answer(request, reply)
  })

  const index = new Kept(inHtml, problemIndex)
  app.get('/docs/problems', unlisted, (request, reply) => index.answer(request, reply))

  const codes = Object.keys(problemCodes) as ToldCode[]
  const pages = new Map(codes.map((code) => [code, new Kept(inHtml, () => problemPage(code, document()))]))
  app.get<{ Params: { code: string } }>('/docs/problems/:code', unlisted, (request, reply) => {
    const { code } = request.params
    if (!isTold(code)) throw noSuchCode()
    return pages.get(code)!.answer(request, reply)
  })
}

const originsMost = 8

/** Where the page was asked for, so that its examples run as they stand. What is no name of a host is not repeated. */
function originOf({ protocol, host }: FastifyRequest): string {
  return /^[\w.-]{1,255}(:\d{1,5})?$|^\[[\da-fA-F:.]{2,45}\](:\d{1,5})?$/.test(host)
    ? `${protocol}://${host}`
    : 'http://127.0.0.1:3000'
}

function noSuchCode(): Refusal {
  return new Refusal(
    'not_found',
    'no answer has a code of this name',
    'see /docs/problems for those there are',
  )
}
