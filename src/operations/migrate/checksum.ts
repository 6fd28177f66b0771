import { createHash } from 'node:crypto'

/** What the history keeps of a migration: the lower-case hex SHA-256 of the whole file, as Prisma computes it. */
export function checksumOf(content: string): string {
  return createHash('sha256').update(content, 'utf8').digest('hex')
}

/**
 * Whether a file is still the one that was applied. Git may have swapped LF and CRLF on the way
 * to another machine; that is not an edit. Early Prisma versions wrote the bytes unpadded.
 */
export function isUnedited(content: string, recorded: string): boolean {
  const otherEnds = content.includes('\r\n')
    ? content.replaceAll('\r\n', '\n')
    : content.replaceAll('\n', '\r\n')
  return [content, otherEnds].some((text) => {
    const checksum = checksumOf(text)
    return recorded === checksum || recorded === unpadded(checksum)
  })
}

function unpadded(hex: string): string {
  return hex.replace(/../g, (byte) => (byte[0] === '0' ? byte[1]! : byte))
}
