import { randomFillSync } from 'node:crypto'

const bytes = Buffer.alloc(16)

/**
 * A new UUID version 7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, then 74 random bits,
 * so that ids made later sort later and an index over them grows at one end.
 * The same shape as SQL `reeve.uuid_v7()`.
 */
export function uuidV7(now: number = Date.now()): string {
  randomFillSync(bytes)
  bytes.writeUIntBE(now, 0, 6)
  bytes[6] = (bytes[6]! & 0x0f) | 0x70
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

const form = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Whether a text has the form of an id; a name or an address never has. */
export function isId(text: string): boolean {
  return form.test(text)
}
