import type { FastifyReply } from 'fastify'
import { sessionCookie } from './authenticate.ts'

/** Never readable by a page's scripts, never sent along by another site's forms, only to this very host. */
const attributes = { httpOnly: true, secure: true, sameSite: 'lax', path: '/' } as const

/** Puts a session into the browser's cookie; what is left to tell is when it ends. */
export function giveCookie(reply: FastifyReply, session: { token: string; expiresAt: Date }): { expiresAt: Date } {
  void reply.setCookie(sessionCookie, session.token, { ...attributes, expires: session.expiresAt })
  return { expiresAt: session.expiresAt }
}

/** Takes the cookie back, and asks the browser to forget what it has stored of us. */
export function takeCookie(reply: FastifyReply): void {
  void reply.clearCookie(sessionCookie, attributes).header('clear-site-data', '"cookies", "storage"')
}
