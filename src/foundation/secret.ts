import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hash,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'

/** One key of the ring. Its id is for people: to say which one to retire. */
export type Key = { readonly id: string; readonly bytes: Buffer }

/** The first key signs, all of them verify; so a new one is put in front and the old one leaves later. */
export type KeyRing = readonly [Key, ...Key[]]

export const keyBytes = 32
const keysMost = 16
const sealedBytesMost = 4096
const macBytes = 16
const nonceBytes = 12
const tagBytes = 16

/** What a token opens: `rv_s` a session, `rv_i` an invitation, `rv_k` is an API key, `rv_v` proves an address. */
export type TokenPrefix = 'rv_s' | 'rv_i' | 'rv_k' | 'rv_v'

/** A token: 256 random bits behind a prefix that secret scanners and our own log recognise. */
export function makeToken(prefix: TokenPrefix): string {
  return `${prefix}_${randomBytes(32).toString('base64url')}`
}

/** Whether a text can be such a token at all, before anything is computed from it. */
export function isToken(prefix: TokenPrefix, text: string): boolean {
  return text.length === prefix.length + 44 && text.startsWith(`${prefix}_`) && /^[\w-]+$/.test(text)
}

/** What is kept of a token. It needs no salt and no slow hash: nobody guesses 256 bits. */
export function hashToken(token: string): Buffer {
  return hash('sha256', token, 'buffer')
}

/** Whether two secrets are equal, in a time that tells nothing about where they differ or how long they are. */
export function sameSecret(one: string | Uint8Array, other: string | Uint8Array): boolean {
  return timingSafeEqual(
    createHash('sha256').update(one).digest(),
    createHash('sha256').update(other).digest(),
  )
}

/** A new key, written as SECRET_KEYS wants it. */
export function newKey(id: string): string {
  return `${id}:${randomBytes(keyBytes).toString('base64')}`
}

/** Reads `id:base64,id:base64,…`; a string says what is wrong with it, and repeats nothing of it. */
export function readKeyRing(text: string): KeyRing | string {
  const keys: Key[] = []
  for (const part of text.split(',').map((part) => part.trim())) {
    const [, id, base64] = /^([A-Za-z0-9_.-]{1,32}):([A-Za-z0-9+/_-]+={0,2})$/.exec(part) ?? []
    if (!id || !base64) return `key ${keys.length + 1} is not of the form id:base64`
    const bytes = Buffer.from(base64, 'base64')
    if (bytes.length < keyBytes) return `key ${keys.length + 1} has fewer than ${keyBytes} bytes`
    if (new Set(bytes).size < keyBytes / 4) return `key ${keys.length + 1} is not random`
    if (keys.some((key) => key.id === id)) return 'two keys have the same id'
    keys.push({ id, bytes })
  }
  if (keys.length > keysMost) return `it has more than ${keysMost} keys`
  return keys as [Key, ...Key[]]
}

/**
 * Hands a text out so that it can be recognised when it comes back, for one purpose only. It can be read by
 * whoever has it, but not changed, and not used for another purpose.
 */
export function seal(keys: KeyRing, purpose: string, text: string): string {
  const content = Buffer.from(text)
  if (content.length > sealedBytesMost) throw new RangeError(`too long to seal: ${content.length} bytes`)
  return Buffer.concat([macOf(keys[0], purpose, content), content]).toString('base64url')
}

/** The text of `seal`; undefined when it was changed, made up, sealed for another purpose or by a key that is gone. */
export function open(keys: KeyRing, purpose: string, sealed: string): string | undefined {
  if (sealed.length > Math.ceil(((macBytes + sealedBytesMost) * 4) / 3)) return undefined
  const bytes = Buffer.from(sealed, 'base64url')
  // one text has one sealed form: what merely decodes to the same bytes was changed
  if (bytes.length < macBytes || bytes.toString('base64url') !== sealed) return undefined

  const mac = bytes.subarray(0, macBytes)
  const content = bytes.subarray(macBytes)
  const genuine = keys.some((key) => timingSafeEqual(mac, macOf(key, purpose, content)))
  return genuine ? content.toString() : undefined
}

function macOf(key: Key, purpose: string, content: Buffer): Buffer {
  const bytes = derivedKey(key, `seal ${purpose}`)
  return createHmac('sha256', bytes).update(content).digest().subarray(0, macBytes)
}

/**
 * A text that nobody can read, change, or use for another purpose or about another subject: for what is kept in a place
 * that others see, like a row of a table that somebody could copy into another row.
 */
export function encrypt(keys: KeyRing, purpose: string, subject: string, text: string): string {
  const [key] = keys
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', derivedKey(key, `encrypt ${purpose}`), nonce)
  cipher.setAAD(Buffer.from(subject))
  const content = [cipher.update(text, 'utf8'), cipher.final()]
  return `${key.id}:${Buffer.concat([nonce, ...content, cipher.getAuthTag()]).toString('base64url')}`
}

/** The text of `encrypt`; undefined when it was changed, made up, encrypted for or about something else, or its key is gone. */
export function decrypt(
  keys: KeyRing,
  purpose: string,
  subject: string,
  encrypted: string,
): string | undefined {
  const [id, content = ''] = encrypted.split(':', 2)
  const key = keys.find((one) => one.id === id)
  const bytes = Buffer.from(content, 'base64url')
  if (!key || bytes.length < nonceBytes + tagBytes) return undefined

  const nonce = bytes.subarray(0, nonceBytes)
  const cipher = createDecipheriv('aes-256-gcm', derivedKey(key, `encrypt ${purpose}`), nonce)
  cipher.setAAD(Buffer.from(subject))
  cipher.setAuthTag(bytes.subarray(-tagBytes))
  try {
    const text = cipher.update(bytes.subarray(nonceBytes, -tagBytes))
    return Buffer.concat([text, cipher.final()]).toString()
  } catch {
    return undefined
  }
}

/**
 * What tells a text from others, and nobody but us can compute or guess the text from: a hash with a key. The oldest key
 * of the ring makes it, so that a new one in front changes nothing.
 */
export function fingerprint(keys: KeyRing, purpose: string, text: string): string {
  const key = keys.at(-1)!
  const mac = createHmac('sha256', derivedKey(key, `fingerprint ${purpose}`))
    .update(text)
    .digest()
  return `${mac.subarray(16).toString('base64url')}.${hash('sha256', key.bytes, 'hex').slice(0, 8)}`
}

const derived = new WeakMap<Key, Map<string, Buffer>>()

/** Every purpose has a key of its own (RFC 5869), so that nothing made for one serves another. */
function derivedKey(key: Key, purpose: string): Buffer {
  const known = derived.get(key) ?? new Map<string, Buffer>()
  derived.set(key, known)
  let bytes = known.get(purpose)
  if (!bytes) {
    bytes = Buffer.from(hkdfSync('sha256', key.bytes, 'reeve', purpose, 32))
    // purposes are few and written in the program; should somebody derive one from input, memory stays bounded
    if (known.size < 100) known.set(purpose, bytes)
  }
  return bytes
}
