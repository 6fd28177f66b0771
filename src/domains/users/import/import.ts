import { addAbortSignal, type Readable } from 'node:stream'
import type pg from 'pg'
import { Refusal } from '../../../foundation/refusal.ts'
import type { House } from './cells.ts'
import type { Field, Mapping } from './columns.ts'
import { Faults } from './faults.ts'
import { judge } from './judge.ts'
import { mostBytes, peopleIn, tooLarge, type Reading } from './people.ts'
import { ImportRefusal, type ImportReport } from './report.ts'
import { inImportTransaction, type ImportAccess } from './session.ts'
import { createStaging, stage } from './staging.ts'
import { write } from './write.ts'

export type Import = ImportAccess & {
  /** The file. It is read once, and never held in memory as a whole. */
  input: Readable
  /** How many bytes there are to read, where that is known: for progress, and to refuse early. */
  size?: number | undefined
  /** Header → field, for headers that do not speak for themselves. */
  mapping?: Mapping | undefined
  /** The role of people whose row names none. Without it they may do nothing until they are given one. */
  defaultRole?: string | undefined
  /** Does all of it, then takes it back. */
  dryRun?: boolean | undefined
  /** Imports the sound rows although others are not. */
  skipBad?: boolean | undefined
  progress?: ImportProgress | undefined
}

/** Hears of the import as it goes on. While reading, `done` and `total` are bytes; while writing, people. */
export type ImportProgress = (step: { message: string; done?: number; total?: number; rows: number }) => void

/**
 * Brings the people of a CSV file into a tenant, in one transaction. A row with a fault refuses the whole file, with
 * the report of every such row (`ImportRefusal`), unless `skipBad` leaves them out.
 *
 * Somebody whose address is a verified one of an account is linked to it; nobody's password is changed. A row with a
 * password hash makes an account where there is none; everybody else is a user to be invited.
 */
export async function importPeople(options: Import): Promise<ImportReport> {
  const { input, signal, dryRun = false } = options
  // A file that cannot be opened says so at once, before anybody reads; the reading will find out.
  input.on('error', () => {})
  signal?.throwIfAborted()
  if (signal) addAbortSignal(signal, input)
  try {
    if ((options.size ?? 0) > mostBytes) throw tooLarge(`${mostBytes / 1024 ** 3} GiB`)
    const work = async (client: pg.Client) => ({ result: await run(client, options), keep: !dryRun })
    return await inImportTransaction(options, work, analyze)
  } catch (error) {
    throw signal?.aborted && !(error instanceof Refusal) ? signal.reason : error
  } finally {
    input.destroy()
  }
}

async function run(client: pg.Client, options: Import): Promise<ImportReport> {
  const { tenantId, input, size, mapping = {}, signal, progress = () => {} } = options
  const house = await houseOf(client, tenantId, options.defaultRole)
  await createStaging(client)
  const clock = stopwatch()

  const reading: Reading = { bytes: 0, rows: 0, columns: undefined, faults: new Faults() }
  const tell = () =>
    progress({
      message: 'reading',
      done: reading.bytes,
      rows: reading.rows,
      ...(size === undefined ? {} : { total: size }),
    })
  const staged = await stage(client, peopleIn(input, { house, mapping, reading, progress: tell }), signal)
  const readingMs = clock()

  signal?.throwIfAborted()
  const { faults, rows, bytes, columns } = reading
  progress({ message: 'comparing with each other and with the tenant', rows })
  const found = await judge(
    client,
    tenantId,
    (field) => columns!.headers[columns!.at.get(field as Field)!]!.header,
  )
  faults.merge(found.faulty, found.faults)
  const report: ImportReport = {
    outcome: 'refused',
    columns: columns!.headers,
    rows,
    bytes,
    imported: 0,
    faulty: faults.rows,
    faults: faults.kept,
    faultsLeftOut: faults.total - faults.kept.length,
    accounts: { created: 0, linked: 0, without: 0, hashesUnused: 0 },
    withoutRole: 0,
    ms: { reading: readingMs, judging: clock(), writing: 0, analyzing: 0 },
  }
  if (faults.rows > 0 && !options.skipBad) throw new ImportRefusal(report)

  const { users, withoutRole, ...accounts } = await write(client, tenantId, staged, signal, (done) =>
    progress({ message: 'writing', done, total: staged, rows }),
  )
  return {
    ...report,
    outcome: options.dryRun ? 'rehearsed' : 'imported',
    imported: users,
    accounts,
    withoutRole,
    ms: { ...report.ms, writing: clock() },
  }
}

/** The roles there are, and the one for people whose row names none. */
async function houseOf(client: pg.Client, tenantId: string, defaultRole: string | undefined): Promise<House> {
  const { rows } = await client.query<{ id: string; name: string }>(
    'select id, name from public.roles where tenant_id = $1 order by name limit 10000',
    [tenantId],
  )
  const roles = new Map(rows.map(({ id, name }) => [name, id]))
  const roleId = defaultRole === undefined ? undefined : roles.get(defaultRole)
  if (defaultRole !== undefined && roleId === undefined) {
    const names = [...roles.keys()].slice(0, 20).join(', ')
    throw new Refusal('invalid_request', `the tenant has no role ${defaultRole}`, `it has: ${names}`)
  }
  return { roles, defaultRoleIds: roleId === undefined ? [] : [roleId], now: new Date() }
}

/** So that the next queries are planned for the people there are now. Not worth failing for. */
async function analyze(client: pg.Client, report: ImportReport): Promise<void> {
  const clock = stopwatch()
  await client
    .query(
      'analyze public.users, public.user_roles, public.accounts, public.account_emails, public.credentials',
    )
    .catch(() => {})
  report.ms.analyzing = clock()
}

/** Milliseconds since it was asked last. */
function stopwatch(): () => number {
  let last = performance.now()
  return () => {
    const now = performance.now()
    const passed = Math.round(now - last)
    last = now
    return passed
  }
}
