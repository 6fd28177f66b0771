import { Refusal } from '../../../foundation/refusal.ts'
import type { Columns } from './columns.ts'
import type { Fault } from './faults.ts'

/** What an import did, or, when it was refused or rehearsed, would have done. */
export type ImportReport = {
  outcome: 'imported' | 'rehearsed' | 'refused'
  /** What each column of the file was taken for; null for those left out. */
  columns: Columns['headers']
  /** Rows of the file below its header, empty lines apart. */
  rows: number
  bytes: number
  /** Users that were made; none when it was refused. */
  imported: number
  /** Rows with a fault. */
  faulty: number
  /** What is wrong with them, in the order of the file: at most `faultsKept`; `faultsLeftOut` counts the others. */
  faults: readonly Fault[]
  faultsLeftOut: number
  accounts: {
    /** Made, because the row brought a password hash and nobody had signed up with its address. */
    created: number
    /** There before, with this address verified. */
    linked: number
    /** Users who are to be invited. */
    without: number
    /** Hashes that were not used, because there is an account already and it keeps its password. */
    hashesUnused: number
  }
  /** Users who were given no role. */
  withoutRole: number
  ms: { reading: number; judging: number; writing: number; analyzing: number }
}

/** A refusal that has a report: what is wrong with which row. */
export class ImportRefusal extends Refusal {
  override readonly name = 'ImportRefusal'
  readonly report: ImportReport

  constructor(report: ImportReport) {
    const { faulty, rows } = report
    super(
      'import_refused',
      `${faulty} of ${rows} ${rows === 1 ? 'row' : 'rows'} cannot be imported; nothing was`,
      'mend the rows that the report names, or leave them out with --skip-bad',
    )
    this.report = report
  }
}
