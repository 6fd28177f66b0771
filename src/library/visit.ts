import { plainAddress, requestIdOf } from '../http/caller.ts'

/** How somebody came, as far as it is known: it stands in the audit log, and beside their session. */
export type Visit = {
  /** What the log knows the request by; made up where it is left out. */
  requestId?: string | undefined
  /** The address of the caller, where no proxy stands between, or one that is believed. */
  ip?: string | undefined
  userAgent?: string | undefined
}

/** The same in the form in which it is kept. */
export function visitOf({ requestId, ip, userAgent }: Visit) {
  return {
    requestId: requestIdOf(requestId),
    ip: plainAddress(ip),
    userAgent: userAgent?.slice(0, 500),
  }
}
