import { makeToken } from '../../foundation/secret.ts'

/** A token that names its tenant, so that it can be looked up inside of it: `rv_i_<tenant>_<256 random bits>`. */
export function makeInvitationToken(tenantId: string): string {
  const secret = makeToken('rv_i').slice('rv_i_'.length)
  return `rv_i_${tenantId.replaceAll('-', '')}_${secret}`
}

/** The tenant that a token names; undefined where it cannot be a token of ours. */
export function tenantOfToken(token: string): string | undefined {
  const [, ...parts] = form.exec(token) ?? []
  return parts.length === 0 ? undefined : parts.join('-')
}

const form = /^rv_i_([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})_[\w-]{43}$/
