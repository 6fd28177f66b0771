import { availableParallelism } from 'node:os'
import * as argon2 from '@node-rs/argon2'
import * as bcrypt from '@node-rs/bcrypt'
import { Gate } from './gate.ts'

/** What OWASP asks of argon2id: 19 MiB, two passes, one lane. The variant is the library's default. */
const wanted = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 } as const
const argon2id: argon2.Algorithm.Argon2id = 2
const version19: argon2.Version.V0x13 = 1

/** The most that a hash from elsewhere may cost us. A hash that asks for more is never right. */
const most = { memoryCost: 256 * 1024, timeCost: 16, parallelism: 16, bcryptCost: 15 } as const

/** bcrypt reads so many bytes and ignores the rest. */
const bcryptReads = 72

/** Well-formed, at our parameters, and the hash of nothing: verifying against it costs what a real one costs. */
const decoy = `$argon2id$v=19$m=19456,t=2,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`

const cores = availableParallelism()
/** All hashing of this process goes through here: a core each, and two seconds' worth of people waiting. */
export const hashing = new Gate({ atOnce: cores, waiting: 100 * cores })

/** The hash to keep of a password, in PHC form, with a salt of its own. Made off the event loop. */
export function hashPassword(password: string): Promise<string> {
  return hashing.pass(() => argon2.hash(password, wanted))
}

/**
 * Whether this is, byte for byte, the password behind a hash. Where there is no hash, or none that we can read, the
 * answer is no after the same work. bcrypt cannot vouch for what comes after 72 bytes, and so never says yes to more.
 */
export function verifyPassword(password: string, hash: string | null | undefined): Promise<boolean> {
  const kind = kindOf(hash)
  return hashing.pass(async () => {
    if (kind === 'argon2') return argon2.verify(hash!, password)
    if (kind === 'bcrypt') {
      const right = await bcrypt.verify(password, hash!)
      return right && Buffer.byteLength(password) <= bcryptReads
    }
    await argon2.verify(decoy, password)
    return false
  })
}

/** Whether a hash is weaker than, or just other than, what we make today: replace it at the next chance. */
export function needsRehash(hash: string): boolean {
  if (kindOf(hash) !== 'argon2') return true
  const made = argon2.parseOptions(hash)
  return (
    made.algorithm !== argon2id ||
    made.version !== version19 ||
    made.memoryCost !== wanted.memoryCost ||
    made.timeCost !== wanted.timeCost ||
    made.parallelism !== wanted.parallelism ||
    made.outputLen !== wanted.outputLen
  )
}

const bcryptForm = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/

/** What made a hash; undefined where we cannot verify it, or only at a price that nobody should be able to ask. */
export function kindOf(hash: string | null | undefined): 'argon2' | 'bcrypt' | undefined {
  if (!hash) return undefined
  try {
    if (hash.startsWith('$argon2')) {
      const { memoryCost, timeCost, parallelism } = argon2.parseOptions(hash)
      const affordable =
        memoryCost <= most.memoryCost && timeCost <= most.timeCost && parallelism <= most.parallelism
      return affordable ? 'argon2' : undefined
    }
    const [, cost] = bcryptForm.exec(hash) ?? []
    return Number(cost) <= most.bcryptCost ? 'bcrypt' : undefined
  } catch {
    return undefined
  }
}
