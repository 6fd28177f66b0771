/** Beside the answers rather than in them, so that an answer is what the server sent and nothing else. */
const etags = new WeakMap<object, string>()

/**
 * The version of what was answered, for `ifMatch`. Throws a TypeError where none is known, as for a copy of an answer or
 * an item of a list, because a change with no condition would be another thing than what was meant.
 */
export function etagOf(answer: object): string {
  const etag = etags.get(answer)
  if (etag !== undefined) return etag
  throw new TypeError('no ETag came with this: it takes the very object that a method of the client answered')
}

/** Keeps the version that came with an answer, for as long as somebody keeps the answer. */
export function rememberEtag(answer: unknown, { headers }: Response): void {
  const etag = headers.get('etag')
  if (etag !== null && typeof answer === 'object' && answer !== null) etags.set(answer, etag)
}
