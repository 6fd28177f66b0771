/** A database in which one thing that keeps tenants apart is missing or weaker. */
export type Mutant = {
  /** Unique, and the same in every run. */
  name: string
  /** What it is about, as the prover calls it: that is attacked first. */
  about: string
  sql: string
  /** Shows only between transactions, so it is committed for a moment. */
  commits?: boolean
}
