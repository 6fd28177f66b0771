import type { Answer } from '../http.ts'
import { expectAsDescribed, type OpenApi } from '../openapi.ts'
import { isObject } from './memory.ts'
import type { Spoken } from './speak.ts'
import { hush } from './wish.ts'

/** An answer as it came. */
export type Heard = { status: number; headers: Record<string, unknown>; text: string }

/** Something that must never be. */
export class Fault extends Error {
  override readonly name = 'Fault'
  readonly spoken: Spoken | undefined
  readonly heard: Heard | undefined

  constructor(what: string, spoken?: Spoken, heard?: Heard) {
    super(what)
    this.spoken = spoken
    this.heard = heard
  }
}

const token = /rv_[a-z]_[\w-]{30,}/
/** A password, the hash of one, the hash of a token, and bytes that somebody wrote out as they are. */
const secrets = new RegExp(
  `${hush}|\\$argon2|\\$2[aby]\\$|(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])|"type":"Buffer"`,
)
const inside =
  /node_modules|\.[jt]s:\d|insert into|relation \\?"|column \\?"|syntax error|violates|reeve\.\w+\(|\bat \w+ \(/i

/** Throws where an answer is not as it should be, whatever was asked. Returns its body, read. */
export function judge(document: OpenApi, spoken: Spoken, heard: Heard): Answer {
  const { route, requestId, url, method } = spoken
  const { status, headers, text } = heard
  const fault = (what: string) => new Fault(what, spoken, heard)
  if (status >= 500) throw fault(`answered ${status}`)
  if (status < 200 || (status >= 300 && status !== 304)) {
    if (status < 400) throw fault(`answered ${status}`)
  }
  const json = /json/.test(String(headers['content-type']))
  const answer = { status, headers, body: json && text !== '' ? read(text, fault) : text }

  // of a request whose head is too long nobody has read what it calls itself
  if (headers['x-request-id'] !== requestId && status !== 431) throw fault('was given another request id')
  if (url.startsWith('/v1/') && headers['cache-control'] !== 'no-store') throw fault('may be kept on the way')
  if (headers['x-content-type-options'] !== 'nosniff') throw fault('may be taken for something else')
  if (status >= 400 && method !== 'HEAD') refusal(answer, fault)
  if (route !== undefined && status !== 429) {
    try {
      expectAsDescribed(document, route, answer)
    } catch (error) {
      throw fault(`is not as described: ${(error as Error).message.slice(0, 500)}`)
    }
  }
  secretsIn(spoken, answer, text, fault)
  return answer
}

function read(text: string, fault: (what: string) => Fault): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw fault('is no JSON')
  }
}

function refusal({ status, body, headers }: Answer, fault: (what: string) => Fault): void {
  if (headers['content-type'] !== 'application/problem+json')
    throw fault('is a refusal, and no problem document')
  const problem = isObject(body) ? body : {}
  if (problem['status'] !== status) throw fault('says another status than it has')
  if (problem['requestId'] !== headers['x-request-id']) throw fault('says another request id than it has')
  for (const field of ['type', 'title', 'code', 'detail', 'remedy'])
    if (typeof problem[field] !== 'string' || problem[field] === '') throw fault(`has no ${field}`)
  const told = JSON.stringify(body)
  if (inside.test(told)) throw fault('tells of our inside')
  if (told.length > 10_000) throw fault('is very long for a refusal')
}

const tellers = /^\/v1\/[^?#]*(sign-up|sessions|accept|invitations)(?![^?#])/

/** A token is told once, by what made it; a password and a hash never. */
function secretsIn(
  { method, url }: Spoken,
  answer: Answer,
  text: string,
  fault: (what: string) => Fault,
): void {
  const { body, headers, status } = answer
  if (secrets.test(text) || secrets.test(JSON.stringify(headers))) throw fault('has a secret in it')
  const makes = status === 201 && method === 'POST' && tellers.test(url)
  const cookies = String(headers['set-cookie'] ?? '')
  if (token.test(cookies) && !(makes && !token.test(text))) throw fault('hands out a token by cookie')
  if (!token.test(text)) return
  const { session, token: told } = isObject(body) ? body : {}
  const here = (isObject(session) ? session['token'] : undefined) ?? told
  if (!makes || typeof here !== 'string' || token.test(text.replace(here, ''))) throw fault('tells a token')
}
