const redacted = '[redacted]'
const depthMost = 6
const itemsMost = 100
const textMost = 8_192

/** A part of a name that gives a secret away, wherever it stands: `newPassword`, `x-csrf-token`, `password_hash`. */
const secretPart =
  /password|passwd|passphrase|secret|token|authorization|cookie|credential|hash|apikey|privatekey|codeverifier|connectionstring/
/** Names that mean a value of somebody's row, or a person, only as a whole. */
const secretWhole = /^(detail|values|parameters|params|args|where|internalquery|email|phone|otp|pin)$/

/**
 * A copy of anything that can be logged: what stands under the name of a secret is left out at any depth, errors are
 * reduced to what we know of them, and nothing grows without bound.
 */
export function withoutSecrets(value: unknown): unknown {
  return copy(value, 0, new Set())
}

/** The same for what a log line is given, where what stands under some names is left to somebody who knows it. */
export function withoutSecretsExcept(names: readonly string[], value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Error) return withoutSecrets(value)
  const left = Object.entries(value).filter(([name]) => names.includes(name))
  const others = Object.entries(value).filter(([name]) => !names.includes(name))
  return { ...(copy(Object.fromEntries(others), 0, new Set()) as object), ...Object.fromEntries(left) }
}

/** A text without tokens of ours, passwords in URLs, and what stands behind `Bearer`. Every repetition is bounded. */
export function withoutSecretsIn(text: string): string {
  if (plainWord.test(text) && !text.includes('rv_')) return text
  const clean = text
    .slice(0, 2 * textMost)
    .replace(/\b(rv_[a-z]{1,8}_)[\w-]{16,}/g, `$1${redacted}`)
    .replace(/\b([a-z][a-z0-9+.-]{0,20}:\/\/[^\s:/@]{0,128}):\S{0,512}@/gi, `$1:${redacted}@`)
    .replace(/\b(Bearer|Basic)\s{1,8}[\w.~+/=-]{8,}/gi, `$1 ${redacted}`)
    .replace(/([?&](?:token|code|key|secret|password|signature)=)[^&\s"']+/gi, `$1${redacted}`)
  return text.length > textMost ? `${clean.slice(0, textMost)}…` : clean
}

/** An id, a method, a name: nothing of the above can be in it, and most texts of a log are such. */
const plainWord = /^[\w.-]{0,64}$/

function copy(value: unknown, depth: number, above: Set<object>): unknown {
  if (typeof value === 'string') return withoutSecretsIn(value)
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'function' || typeof value === 'symbol') return undefined
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date) return value
  if (value instanceof Uint8Array) return `[${value.length} bytes]`
  if (above.has(value)) return '[circular]'
  if (depth >= depthMost) return '[deep]'

  const here = new Set([...above, value])
  if (value instanceof Error) return copyError(value, depth, here)
  if (Array.isArray(value)) return value.slice(0, itemsMost).map((item) => copy(item, depth + 1, here))
  if (!isPlain(value)) return `[${value.constructor?.name ?? 'object'}]`
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, itemsMost)
      .map(([name, item]) => [name, isSecret(name) ? redacted : copy(item, depth + 1, here)]),
  )
}

/** Of an error only what is known to be harmless; drivers hang whole rows on theirs. */
function copyError(error: Error, depth: number, above: Set<object>): object {
  const fields = error as Error & Record<string, unknown>
  const known = [
    'code',
    'kind',
    'retry',
    'sqlstate',
    'constraint',
    'statement',
    'prismaCode',
    'remedy',
    'syscall',
  ]
  return {
    type: error.name,
    message: withoutSecretsIn(error.message),
    ...Object.fromEntries(
      known
        .filter((name) => typeof fields[name] === 'string')
        .map((name) => [name, copy(fields[name], depth, above)]),
    ),
    stack: withoutSecretsIn(String(error.stack ?? '')),
    ...(error.cause === undefined ? {} : { cause: copy(error.cause, depth + 1, above) }),
    ...(Array.isArray(fields['errors']) ? { errors: copy(fields['errors'], depth + 1, above) } : {}),
  }
}

function isSecret(name: string): boolean {
  const plain = name.toLowerCase().replace(/[-_\s]/g, '')
  return secretPart.test(plain) || secretWhole.test(plain)
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
