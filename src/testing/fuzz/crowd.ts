import type { Answer } from '../http.ts'
import { operationsOf, type OpenApi } from '../openapi.ts'
import { recast, signInAgain, twoHomes, type Stage } from './cast.ts'
import { Fault, judge, type Heard } from './judge.ts'
import type { Scene } from './look-up.ts'
import { Memory } from './memory.ts'
import { speak, type Sent, type Spoken } from './speak.ts'
import { Tally } from './tally.ts'
import { Truth, type Exchange } from './truth.ts'
import type { Wish } from './wish.ts'
import { auditedTables, sights, watch } from './witness.ts'

export type Target = {
  document: OpenApi
  stage: Stage
  send: (request: Sent) => Promise<Heard>
}

/** So many requests at a time are under way. */
const atOnce = 16
/** No request may take longer. Many wait for each other here, on a machine that has other things to do. */
const patienceMs = 20_000
/** New tenants come after so many crowds, so that lists stay short; the old ones are strangers then. */
const season = 80
/** So many requests with a key may be sent once more. */
const keyedMost = 30

/** Many people who ask at once, and what they have learned so far. */
export class Crowd {
  readonly tally: Tally
  readonly #target: Target
  readonly #scene: Scene
  readonly #truth: Truth
  readonly #keyed: { spoken: Spoken; answer: Promise<Answer | undefined> }[] = []
  #faced = 0

  private constructor(target: Target, homes: Scene['homes'], audited: Map<string, string>) {
    const { document } = target
    this.#target = target
    this.#scene = { homes, memory: new Memory(document), cookie: cookieOf(document) }
    this.#truth = new Truth(audited)
    this.tally = new Tally(Object.keys(operationsOf(document)))
  }

  static async gather(target: Target): Promise<Crowd> {
    const { stage } = target
    await watch(stage.admin)
    return new Crowd(target, await twoHomes(stage), await auditedTables(stage.admin))
  }

  /** Asks all of it, and returns every fault that is found in the answers, and in what became of the rows. */
  async face(wishes: readonly Wish[]): Promise<unknown[]> {
    const { stage } = this.#target
    const isNewSeason = ++this.#faced % season === 0
    this.#scene.homes = isNewSeason ? await twoHomes(stage) : await recast(stage, this.#scene.homes)
    this.#truth.learn(await sights(stage.admin))

    const faults: unknown[] = []
    const exchanges = await inCrowd(wishes, (wish) => this.#exchange(wish), faults)
    const seen = await sights(stage.admin)
    this.#truth.learn(seen)
    noting(faults, () => this.#truth.asAnswered(exchanges, seen))
    for (const one of exchanges) noting(faults, () => this.#truth.noOtherTenantIn(one))
    return faults
  }

  async #exchange(wish: Wish): Promise<Exchange> {
    const { document, stage, send } = this.#target
    const earlier = wish.twist?.kind === 'again' ? this.#keyed[wish.nth % this.#keyed.length] : undefined
    const spoken = earlier ? again(earlier.spoken, speak(this.#scene, wish)) : speak(this.#scene, wish)
    const answered = inTime(send(spoken), spoken).then((heard) => {
      this.tally.add(spoken.route, heard.status)
      return { heard, answer: judge(document, spoken, heard) }
    })
    if (spoken.headers['idempotency-key'] && !earlier) this.#keep(spoken, answered)

    const { heard, answer } = await answered
    this.#scene.memory.learn(spoken, answer)
    if (earlier) sameAgain(await earlier.answer, answer, { spoken, heard })
    const { person } = spoken
    const signedOut = heard.status === 401 || spoken.route === 'DELETE /v1/session'
    if (person && signedOut && credentialsOf(spoken).includes(person.token)) await signInAgain(stage, person)
    return { spoken, heard }
  }

  #keep(spoken: Spoken, answered: Promise<{ answer: Answer }>): void {
    const answer = answered.then(
      (one) => one.answer,
      () => undefined,
    )
    this.#keyed.unshift({ spoken, answer })
    this.#keyed.length = Math.min(this.#keyed.length, keyedMost)
  }
}

async function inCrowd<Thing, Result>(
  things: readonly Thing[],
  work: (thing: Thing) => Promise<Result>,
  faults: unknown[],
): Promise<Result[]> {
  const results: Result[] = []
  const queue = things.values()
  const worker = async () => {
    for (const thing of queue) {
      try {
        results.push(await work(thing))
      } catch (fault) {
        faults.push(fault)
      }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return results
}

function noting(faults: unknown[], judgement: () => void): void {
  try {
    judgement()
  } catch (fault) {
    faults.push(fault)
  }
}

async function inTime(answer: Promise<Heard>, spoken: Spoken): Promise<Heard> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Fault(`had no answer after ${patienceMs} ms`, spoken)), patienceMs)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}

/** The same request, but for its own id: that comes from its tenant too, and is told in the log of that one. */
function again(earlier: Spoken, other: Spoken): Spoken {
  const requestId = `${earlier.requestId}.${other.requestId.split('-').at(-1)}`
  return { ...earlier, requestId, headers: { ...earlier.headers, 'x-request-id': requestId } }
}

function sameAgain(first: Answer | undefined, second: Answer, { spoken, heard }: Exchange): void {
  if (!first || first.status > 299 || second.status > 299) return
  if (first.status !== second.status || JSON.stringify(first.body) !== JSON.stringify(second.body))
    throw new Fault(
      `is another answer than with the same key before: ${JSON.stringify(first)}`,
      spoken,
      heard,
    )
}

function credentialsOf({ headers }: Spoken): string {
  return `${headers['authorization']} ${headers['cookie']}`
}

function cookieOf(document: OpenApi): string {
  const { components } = document as unknown as {
    components: { securitySchemes: Record<string, { in?: string; name?: string }> }
  }
  return Object.values(components.securitySchemes).find((scheme) => scheme.in === 'cookie')!.name!
}
