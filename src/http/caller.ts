import { randomUUID } from 'node:crypto'
import { isIP } from 'node:net'
import { Refusal } from '../foundation/refusal.ts'
import { sessionCookie } from './cookie.ts'

/** Whoever asks, as every framework knows them. */
export type Caller = {
  /** Undefined where the framework does not say it. */
  method: string | undefined
  /** The host and port that the request was sent to: our own. */
  host: string | undefined
  header: (name: string) => string | undefined
}

/**
 * The token that a caller presents, be it in Authorization or in our cookie; undefined where there is neither. A change
 * that only a cookie authorizes is refused where it comes from pages of another site (`cross_site`).
 */
export function tokenOf(caller: Caller): string | undefined {
  const authorization = caller.header('authorization')
  if (authorization !== undefined) return /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? ''
  const token = cookieIn(caller.header('cookie'))
  if (token !== undefined && mayChange(caller) && !comesFromHere(caller)) throw crossSite()
  return token
}

/** Refuses what another site had a browser do. A program that is no browser says nothing of sites, and may go on. */
export function refuseOtherSites(caller: Caller): void {
  const isBrowser = caller.header('sec-fetch-site') !== undefined || caller.header('origin') !== undefined
  if (isBrowser && mayChange(caller) && !comesFromHere(caller)) throw crossSite()
}

/** An address as PostgreSQL knows it: without a zone, IPv4 as such. A proxy may have written anything else. */
export function plainAddress(ip = ''): string | undefined {
  const address = ip.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '')
  return isIP(address) === 0 ? undefined : address
}

/** A caller may name its request; what does not look like a name is replaced, so that logs cannot be forged. */
export function requestIdOf(given: unknown): string {
  return typeof given === 'string' && /^[\w.:-]{1,100}$/.test(given) ? given : randomUUID()
}

/** The first of that name, as browsers send the most exact one first. A token needs no decoding. */
function cookieIn(cookies = ''): string | undefined {
  const [, value] = ours.exec(cookies) ?? []
  return value?.trim().replace(/^"(.*)"$/, '$1')
}

const ours = new RegExp(`(?:^|;)\\s*${sessionCookie}=([^;]*)`)

/** Without a method there is Origin, which browsers send along with everything but plain reading. */
function mayChange({ method, header }: Caller): boolean {
  if (method === undefined) return header('origin') !== undefined
  return method !== 'GET' && method !== 'HEAD'
}

/**
 * A cookie travels by itself, so a change that it authorizes must come from our own pages. Browsers say where a
 * request comes from in Sec-Fetch-Site, older ones in Origin; SameSite=Lax on the cookie stands behind this.
 */
function comesFromHere({ host, header }: Caller): boolean {
  const site = header('sec-fetch-site')
  const origin = header('origin')
  return site === undefined ? origin !== undefined && hostOf(origin) === host : site === 'same-origin'
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}

function crossSite(): Refusal {
  return new Refusal(
    'cross_site',
    'a cookie does not authorize changes from another site',
    'call from the same origin, or send the token as Authorization: Bearer',
  )
}
