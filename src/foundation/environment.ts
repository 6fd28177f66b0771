import { Refusal } from './refusal.ts'

export type Variables = Readonly<Record<string, string | undefined>>

/** What is wrong with one variable: `name` and `reason` read as a sentence. No value is ever part of it. */
export type Problem = { readonly name: string; readonly reason: string; readonly example: string }

export class InvalidConfiguration extends Refusal {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    const lines = problems.map(({ name, reason, example }) => `  ${name} ${reason}. For example: ${example}`)
    super(
      'invalid_configuration',
      ['the configuration cannot be used:', ...lines].join('\n'),
      problems.length === 1
        ? 'correct this variable and start again'
        : 'correct these variables and start again',
    )
    this.problems = problems
  }
}

/** Reads variables one by one and collects what is wrong, so that all of it is told at once. */
export class Environment {
  readonly #variables: Variables
  readonly #readFile: (path: string) => string
  readonly #problems: Problem[] = []
  readonly #files = new Map<string, string | undefined>()

  constructor(variables: Variables, readFile: (path: string) => string) {
    this.#variables = variables
    this.#readFile = readFile
  }

  /** A variable, or what is in the file that `NAME_FILE` names. Empty is the same as absent. */
  value(name: string, { asIs = false } = {}): string | undefined {
    const direct = this.#variables[name]
    const path = this.#variables[`${name}_FILE`]
    if (!path) return asIs ? direct || undefined : direct?.trim() || undefined
    if (!this.#files.has(name)) this.#files.set(name, this.#read(name, path, direct))
    const text = this.#files.get(name)
    return asIs ? text : text?.trim() || undefined
  }

  /** One of a few words. */
  choice<Word extends string>(name: string, words: readonly Word[], usual: Word): Word {
    const given = this.value(name)
    if (given === undefined) return usual
    const word = words.find((word) => word === given)
    return word ?? this.problem(name, `is none of ${words.join(', ')}`, usual) ?? usual
  }

  /** A whole number. */
  whole(name: string, usual: number, { from, to }: { from: number; to: number }): number {
    const given = this.value(name)
    if (given === undefined) return usual
    const number = /^\d{1,9}$/.test(given) ? Number(given) : Number.NaN
    if (number >= from && number <= to) return number
    return this.problem(name, `is not a whole number from ${from} to ${to}`, String(usual)) ?? usual
  }

  /** A file that a variable names, or undefined where it cannot be read. */
  file(path: string): string | undefined {
    try {
      return this.#readFile(path)
    } catch {
      return undefined
    }
  }

  /** Notes what is wrong with a variable, once. */
  problem(name: string, reason: string, example: string): undefined {
    const known = this.#problems.some((problem) => problem.name === name && problem.reason === reason)
    if (!known) this.#problems.push({ name, reason, example })
  }

  /** Refuses to go on if anything was wrong. */
  refuseProblems(): void {
    if (this.#problems.length > 0) throw new InvalidConfiguration(this.#problems)
  }

  #read(name: string, path: string, direct: string | undefined): string | undefined {
    if (direct) return this.problem(`${name}_FILE`, `is set, and so is ${name}`, `set only one of them`)
    try {
      // an editor's last line break is not part of a password
      return this.#readFile(path).replace(/\r?\n$/, '') || undefined
    } catch (error) {
      const { code = 'no reason given' } = error as NodeJS.ErrnoException
      return this.problem(
        `${name}_FILE`,
        `names a file that cannot be read (${code})`,
        `/run/secrets/${name.toLowerCase()}`,
      )
    }
  }
}
