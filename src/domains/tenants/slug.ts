import { randomBytes } from 'node:crypto'

const longest = 63

/**
 * A short name for addresses, made from a name: letters with marks lose them, whatever is not a Latin letter or a
 * digit becomes a hyphen. A name of which nothing is left gives `tenant`.
 */
export function slugFrom(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
  return bounded(plain, longest) || 'tenant'
}

/** The same short name with a few random characters behind it, for when it is taken. */
export function withSuffix(slug: string): string {
  const suffix = randomBytes(4).toString('hex')
  return `${bounded(slug, longest - suffix.length - 1)}-${suffix}`
}

function bounded(slug: string, length: number): string {
  return slug.replace(/^-/, '').slice(0, length).replace(/-$/, '')
}
