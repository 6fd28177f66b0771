import { randomBytes, randomUUID } from 'node:crypto'
import { literal, type Attack, type Family, type Scene } from '../attack.ts'
import type { Cast } from '../cast.ts'
import type { Routine } from '../catalogue.ts'

/** So many ways to call one function. */
const mostCalls = 24

/**
 * Every function that the server may call, with what belongs to the other tenant, and again with what belongs to nobody:
 * the answers must be the same. What acts with the powers of its owner is the reason, but the others are asked too, for a
 * function may have become one of those.
 */
export const calling: Family = {
  name: 'call',
  about: 'every function, asked about the other tenant and about nobody',
  attacks: (scene) =>
    scene.catalogue.routines.filter(({ trigger }) => !trigger).flatMap((routine) => calls(routine, scene)),
}

function calls(routine: Routine, scene: Scene): Attack[] {
  const bait = baitOf(scene.other)
  const nobody = baitOf(stranger(scene.other))
  const choices = routine.types.map((type) => waysToFill(type, bait, nobody))
  if (choices.some((ways) => ways.length === 0)) {
    const sql = `select ${routine.name}(…)`
    return routine.definer
      ? [{ on: routine.signature, role: 'reeve_app', context: 'own', harm: 'reads', name: 'call', sql }]
      : []
  }
  const total = choices.reduce((product, ways) => product * ways.length, 1)
  const step = Math.max(1, Math.floor(total / mostCalls))
  const picked = Array.from({ length: Math.min(total, mostCalls) }, (_, i) => (i * step) % total)
  return picked.map((at): Attack => {
    let rest = at
    const ways = choices.map((all) => {
      const way = all[rest % all.length]!
      rest = Math.floor(rest / all.length)
      return way
    })
    const call = (which: 0 | 1) => {
      const args = ways.map((way, i) => `${way[which]}::${routine.types[i]}`).join(', ')
      return routine.set
        ? `select * from ${routine.name}(${args}) limit 5`
        : `select ${routine.name}(${args})`
    }
    return {
      on: routine.signature,
      role: 'reeve_app',
      context: 'own',
      harm: ways.length > 0 ? 'differs' : 'reads',
      most: Infinity,
      name: 'call',
      sql: call(0),
      against: call(1),
    }
  })
}

type Bait = { ids: string[]; texts: string[]; hash: string }

function baitOf({ tenantId, userId, accountId, sessionId, email, nonce, tokenHash, rows }: Cast): Bait {
  const role = rows.get('public.roles')?.['id'] ?? randomUUID()
  return {
    ids: [tenantId, userId, accountId, role, sessionId],
    texts: [email, nonce, `prover-${nonce}`],
    hash: tokenHash,
  }
}

function stranger(cast: Cast): Cast {
  const nonce = randomBytes(5).toString('hex')
  const ids = {
    tenantId: randomUUID(),
    userId: randomUUID(),
    accountId: randomUUID(),
    sessionId: randomUUID(),
  }
  return {
    ...cast,
    ...ids,
    nonce,
    email: cast.email.replace(cast.nonce, nonce),
    tokenHash: `\\x${randomBytes(32).toString('hex')}`,
    rows: new Map(),
  }
}

/** For each way to fill an argument: with the other tenant's, and with nobody's. */
function waysToFill(type: string, bait: Bait, nobody: Bait): [string, string][] {
  const pairs = (mine: string[], theirs: string[]) =>
    mine.map((one, i): [string, string] => [literal(one), literal(theirs[i]!)])
  const same = (...values: string[]) => values.map((value): [string, string] => [value, value])
  const array = type.endsWith('[]')
  const plain = array ? type.slice(0, -2) : type
  const ways = (): [string, string][] => {
    if (plain === 'uuid') return pairs(bait.ids, nobody.ids)
    if (/^(text|character varying|name|citext)/.test(plain))
      return [...pairs(bait.texts, nobody.texts), ...(array ? [] : same(`'users:read'`))]
    if (plain === 'bytea') return pairs([bait.hash], [nobody.hash])
    if (/^(integer|bigint|smallint|numeric|double precision|real)$/.test(plain)) return same('100')
    if (plain === 'boolean') return same('null', 'true')
    if (/^timestamp|^date/.test(plain)) return same(`'2026-12-01'`)
    if (plain === 'interval') return same(`'1 hour'`)
    if (/^jsonb?$/.test(plain)) return same(`'{}'`)
    return plain === 'inet' ? same('null') : []
  }
  return array ? ways().map(([one, other]) => [`array[${one}]`, `array[${other}]`]) : ways()
}
