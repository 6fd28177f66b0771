/**
 * What a request will be, before it is known whose ids, tokens and cursors there are when its turn has come. Wishes
 * are plain values, so that fast-check can make them smaller.
 */
export type Wish = {
  /** As the document has it: `PATCH /v1/tenants/:tenantId`. */
  route: string
  who: Who
  /** How a token travels. */
  by: 'bearer' | 'cookie' | 'cookie of another site'
  /** In which of the two tenants they are at home. */
  home: number
  /** Which of several acquaintances is meant, where a request speaks of one. */
  nth: number
  path: Record<string, unknown>
  query: [name: string, value: unknown][]
  headers: [name: string, value: unknown][]
  body?: Body | undefined
  /** What is done to the request as a whole, so that it no longer is one of this route. */
  twist?: Twist | undefined
}

export const cast = ['owner', 'admin', 'member', 'custom', 'suspended', 'wanderer'] as const
export type Role = (typeof cast)[number]
/** A newcomer has signed up during the run; somebody broken has a token that is none. */
export type Who = Role | 'newcomer' | 'nobody' | 'broken'

export type Body = {
  value: unknown
  /** Fields written into the text of the JSON, so that they may stand there twice, or be called __proto__. */
  fields?: [name: string, json: string][]
  /** Sent instead of any JSON. */
  raw?: string | Uint8Array
  type?: string
  bom?: boolean
}

export type Twist =
  | { kind: 'method'; method: string }
  | { kind: 'address'; address: string }
  /** The same once more, with the same Idempotency-Key. */
  | { kind: 'again' }

/** Something that is looked up when the request is sent. */
export class Ref {
  readonly what: 'id' | 'cursor' | 'etag' | 'email' | 'password' | 'invitation'
  /** For ids: the name of the parameter that they fit, `userId`; undefined fits any. */
  readonly kind: string | undefined
  readonly nth: number
  readonly whose: 'own' | 'foreign' | 'of another kind' | 'gone' | 'made up'

  constructor(what: Ref['what'], nth: number, whose: Ref['whose'] = 'own', kind?: string) {
    this.what = what
    this.kind = kind
    this.nth = nth
    this.whose = whose
  }
}

/** Stands in a text for what betrays whose it is; see `markOf`. */
export const markHere = '\ue000'
/** Stands in a text for a number that is used once. */
export const serialHere = '\ue001'
export const markLength = 12
/** In every password that we send. No answer and no log may have it. */
export const hush = 'Hush-Hush'

/** A word that nobody guesses, and that text of a tenant has in it. */
export function markOf(tenantId: string): string {
  return `zq${tenantId.slice(-10)}`
}
