import { randomUUID } from 'node:crypto'
import type { Home, Person } from './cast.ts'
import { isObject, type Memory, type Place } from './memory.ts'
import { markHere, markOf, Ref, serialHere, type Wish } from './wish.ts'

/** What there is when a request is sent. */
export type Scene = { homes: [Home, Home]; memory: Memory; cookie: string }

/** Who asks, and where. */
export type At = {
  scene: Scene
  wish: Wish
  person: Person | undefined
  own: string
  foreign: string
  serial: string
  url: string
  /** The tenant in the path, where one is. */
  there?: string | undefined
  mark?: string | undefined
}

/** The ids of a path belong together, but for those that are meant not to. */
export function idsFor(at: At, method: string): Place {
  const { path } = at.wish
  const names = Object.keys(path)
  const fits = (value: unknown) => value instanceof Ref && value.whose === 'own'
  const deepest = names.findLast((name) => fits(path[name]))
  const together = deepest ? placeOf(at, deepest, (path[deepest] as Ref).nth, method, names) : undefined
  return Object.fromEntries(
    names.map((name) => {
      const value = path[name]
      if (fits(value) && together?.[name]) return [name, together[name]]
      if (isObject(value) && 'text' in value) return [name, String(value['text'])]
      return [name, lookUp(at, value as Ref) ?? randomUUID()]
    }),
  )
}

function placeOf(
  { scene, person, own }: At,
  kind: string,
  nth: number,
  method: string,
  names: readonly string[],
): Place | undefined {
  const { memory, homes } = scene
  // every other time one that is known as a whole: a role in a set, a role above another
  const whole = memory.places(own, kind).filter((place) => names.every((name) => name in place))
  if (nth % 2 === 0 && names.length > 2 && whole.length > 0) return whole[(nth >> 1) % whole.length]
  if (kind !== 'tenantId')
    return memory.place(own, kind, nth) ?? memory.place(person?.accountId ?? '', kind, nth)
  if (method !== 'DELETE' || names.at(-1) !== 'tenantId') return { tenantId: own }
  // Nobody saws off the branch that all of us sit on; what somebody founded beside it will do.
  const founded = memory
    .places(person?.accountId ?? '', kind)
    .filter(({ tenantId }) => homes.every((home) => home.tenantId !== tenantId))
  return founded[nth % founded.length] ?? { tenantId: randomUUID() }
}

/** Undefined where there is none yet. */
export function lookUp(at: At, { what, kind, nth, whose }: Ref): string | undefined {
  const { scene, wish, person, own, foreign, url } = at
  const { memory } = scene
  const acquaintance = memory.newcomers[wish.nth % memory.newcomers.length]
  switch (what) {
    case 'cursor':
      return memory.cursor(own, nth)
    case 'etag':
      return memory.etag(url)
    case 'email': {
      const theirs = acquaintance?.email
      if (at.there === undefined) return theirs
      // An address may bear the mark of one tenant, and must not come into another one by our own doing.
      const ours = theirs && /zq/.test(theirs) && !theirs.includes(markOf(at.there)) ? undefined : theirs
      return (nth % 2 === 0 ? ours : undefined) ?? memory.email(at.there, nth >> 1)
    }
    case 'password':
      return (person?.password && wish.route.startsWith('PUT') ? person : acquaintance)?.password
    case 'invitation':
      return memory.invitation(own, nth)
    case 'id': {
      if (whose === 'made up') return randomUUID()
      const others = memory.kinds.filter((one) => one !== kind)
      const wanted = (whose === 'of another kind' ? undefined : kind) ?? others[nth % others.length]!
      if (wanted === 'tenantId') return whose === 'foreign' ? foreign : own
      const scope = whose === 'foreign' ? foreign : own
      const found = memory.place(scope, whose === 'gone' ? `${wanted} gone` : wanted, nth)
      // the role below another is a role, and known as one until it has been below
      return (
        found?.[wanted] ??
        (wanted === 'juniorId' ? memory.place(scope, 'roleId', nth)?.['roleId'] : undefined)
      )
    }
  }
}

/** As text, for a query or a header. */
export function written(at: At, value: unknown): string {
  const said = resolved(at, value)
  if (Array.isArray(said)) return said.join(',')
  return typeof said === 'string' ? said : JSON.stringify(said)
}

/** With everything looked up that is in it. */
export function resolved(at: At, value: unknown): unknown {
  if (value instanceof Ref) return lookUp(at, value) ?? randomUUID()
  if (typeof value === 'string') {
    return value.replaceAll(serialHere, at.serial).replaceAll(markHere, at.mark ?? 'x')
  }
  if (Array.isArray(value)) return value.map((item) => resolved(at, item))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, resolved(at, inner)]))
}
