import { fastifyCookie } from '@fastify/cookie'
import type { FastifyReply } from 'fastify'
import { z } from 'zod'

/** The cookie of a session, which a browser keeps for this very host alone. */
export const sessionCookie = '__Host-reeve_session'

/** What a browser says to be kept signed in by its cookie. */
export const wantsCookie = z
  .boolean()
  .default(false)
  .describe('Put the session into an HttpOnly cookie instead of the answer: for browsers.')

/** A session as it is told: the token is left out when it went into the cookie. */
export const toldSession = z.object({ token: z.string().optional(), expiresAt: z.date() })

/** Never readable by a page's scripts, never sent along by another site's forms, only to this very host. */
export const attributes = { httpOnly: true, secure: true, sameSite: 'lax', path: '/' } as const

/** Puts a session into the browser's cookie; what is left to tell is when it ends. */
export function giveCookie(
  reply: FastifyReply,
  { token, expiresAt }: { token: string; expiresAt: Date },
): { expiresAt: Date } {
  // what was kept under an Idempotency-Key comes back as text
  write(reply, token, new Date(expiresAt))
  return { expiresAt }
}

/** Takes the cookie back. Other cookies of the host are not ours to clear. */
export function takeCookie(reply: FastifyReply): void {
  write(reply, '', new Date(0))
}

/** The plugin itself would look at the cookies of every request, which ours does only where there is no other token. */
function write(reply: FastifyReply, value: string, expires: Date): void {
  void reply.header('set-cookie', fastifyCookie.serialize(sessionCookie, value, { ...attributes, expires }))
}
