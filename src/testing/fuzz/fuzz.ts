import fc from 'fast-check'
import { Crowd, type Target } from './crowd.ts'
import { Fault } from './judge.ts'
import type { Tally } from './tally.ts'
import type { Wish } from './wish.ts'
import { wishes } from './wishes.ts'
import { broken } from './witness.ts'
import { wordsOf } from './words.ts'

export type Fuzz = Target & {
  seed: number
  /** So many at least. */
  requests: number
  /** Called after every crowd of requests; throws where something beside the answers is not as it should be. */
  look?: (asked: number) => void | Promise<void>
  /** Hears of every fault instead of a search for the smallest one, and the run goes on. */
  onFault?: (fault: unknown) => void
}

/** So many requests are made at once, at most. */
const crowdMost = 100
/** So long a smaller counterexample is looked for. */
const searchMs = 45_000

/**
 * Asks an app whatever its document allows, and what it hardly does not, as many people at once, and judges every
 * answer. Throws with the smallest requests found that lead to a fault.
 */
export async function fuzz({ seed, requests, look, onFault, ...target }: Fuzz): Promise<Tally> {
  const crowd = await Crowd.gather(target)
  let searchUntil: number | undefined
  const crowds = fc.array(wishes(target.document), { minLength: 1, maxLength: crowdMost, size: 'max' })
  const property = fc.asyncProperty(crowds, async (those) => {
    if (searchUntil === undefined ? crowd.tally.total >= requests : Date.now() > searchUntil) return
    const faults = await crowd.face(those)
    const looked = async () => look?.(crowd.tally.total)
    await looked().catch((fault: unknown) => faults.push(fault))
    if (onFault) faults.forEach(onFault)
    else if (faults.length > 0) {
      searchUntil ??= Date.now() + searchMs
      throw new AggregateError(faults)
    }
  })
  // half of a crowd comes, as a rule; once enough was asked, the rest is over at once
  const found = await fc.check(property, { seed, numRuns: Math.ceil(requests / (crowdMost / 4)) })
  if (found.failed) throw new Error(storyOf(found, crowd.tally, seed))

  const wrong = await broken(target.stage.admin)
  if (wrong.length > 0) {
    const fault = new Fault(`after all this ${wrong.slice(0, 10).join('; ')} (seed ${seed})`)
    if (!onFault) throw fault
    onFault(fault)
  }
  return crowd.tally
}

function storyOf(found: fc.RunDetails<[Wish[]]>, { total }: Tally, seed: number): string {
  const { counterexample, errorInstance, counterexamplePath } = found
  const [those = []] = counterexample ?? []
  return [
    wordsOf(errorInstance),
    `Found among ${total} requests; FUZZ_SEED=${seed} asks the same again (path ${counterexamplePath}).`,
    `Smallest crowd of wishes, of ${those.length}: ${JSON.stringify(those).slice(0, 2_000)}`,
  ].join('\n\n')
}
