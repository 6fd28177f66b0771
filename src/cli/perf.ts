import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { InvalidArgumentError, type Command } from 'commander'
import { withClient } from '../database/client.ts'
import { closeDatabase, openDatabase, type Database } from '../database/database.ts'
import { statements } from '../database/sql.ts'
import { readConfig } from '../foundation/config.ts'
import { pgSettings } from '../foundation/database-address.ts'
import { Refusal } from '../foundation/refusal.ts'
import { onEmbedded, onServer, type Administrator, type Disposable } from '../operations/perf/disposable.ts'
import { openExplaining, type Plan } from '../operations/perf/explain.ts'
import { crowd, measure, type Crowd, type Figures } from '../operations/perf/figures.ts'
import { load, sizeOf } from '../operations/perf/load.ts'
import { paint } from './paint.ts'
import { castOf, mixture, questionsOf, type Cast, type Question } from './perf-questions.ts'
import { reportTo, type Report } from './report.ts'
import { stopSignal } from './stop-signal.ts'
import { table, type Cell } from './table.ts'

const prisma = fileURLToPath(new URL('../../prisma', import.meta.url))

/** So many connections are to be served at once. */
const connections = 50
const crowdMs = 4_000

type Options = { users: number; databaseUrl?: string; plans?: boolean; json?: boolean }
type Budget = Omit<Question, 'ask'> & Figures & { met: boolean }
type Explained = { name: string; plans: (Plan & { statement: string | null })[] }
type Measured = {
  users: number
  postgres: string
  loadedMs: number
  budgets: Budget[]
  concurrency: Crowd & { connections: number; met: boolean }
  met: boolean
  plans?: Explained[]
}

/** `reeve perf` */
export function perfCommand(program: Command): void {
  program
    .command('perf')
    .description('load many people into a database made for it, and hold every budget against the clock')
    .option('--users <number>', 'so many people; a million is the long form', people, 100_000)
    .option(
      '--database-url <url>',
      'a server to measure, as superuser; the password comes in DATABASE_PASSWORD. Without: an embedded PostgreSQL',
    )
    .option('--plans', 'show what PostgreSQL did for each question')
    .option('--json', 'answer for programs')
    .addHelpText(
      'after',
      '\nExample:\n  reeve perf --users 1000000\n\nThe database is made for this and dropped afterwards; no other is touched.\nExit code 1: a budget was missed by the 95th percentile.\n',
    )
    .action(async (options: Options) => {
      const report = reportTo(options)
      const measured = await perf(options, report)
      report.done(measured, () => describe(measured))
      if (!measured.met) process.exitCode = 1
    })
}

async function perf({ users, databaseUrl, plans = false }: Options, report: Report): Promise<Measured> {
  const { signal, release } = stopSignal('stopped: nothing was measured')
  const making = { prisma, poolSize: connections, progress: report.progress, signal }
  const work = (disposable: Disposable) => loadAndMeasure(disposable, users, plans, report)
  try {
    return databaseUrl === undefined
      ? await onEmbedded(making, work)
      : await onServer(administratorAt(databaseUrl), making, work)
  } finally {
    release()
  }
}

async function loadAndMeasure(
  { admin, access, version }: Disposable,
  users: number,
  plans: boolean,
  { progress }: Report,
): Promise<Measured> {
  const started = performance.now()
  await load(admin(), sizeOf(users), ({ message, ...rest }) =>
    progress({ message: `loading ${users.toLocaleString('en-US')} people: ${message}`, ...rest }),
  )
  const loadedMs = Math.round(performance.now() - started)
  const cast = await castOf(admin())
  const questions = questionsOf(cast)
  const database = openDatabase(access)
  try {
    const budgets: Budget[] = []
    for (const [i, { ask, ...question }] of questions.entries()) {
      progress({ message: `measuring: ${question.name}`, done: i, total: questions.length + 1 })
      const figures = await measure(ask(database))
      budgets.push({ ...question, ...figures, met: figures.p95 <= question.budgetMs })
    }
    progress({ message: `${connections} at once`, done: questions.length, total: questions.length + 1 })
    const concurrency = await manyAtOnce(database, cast, admin)
    const met = concurrency.met && budgets.every((budget) => budget.met)
    const measured = { users, postgres: version, loadedMs, budgets, concurrency, met }
    return plans ? { ...measured, plans: await explain(admin, questions) } : measured
  } finally {
    await closeDatabase(database)
  }
}

async function manyAtOnce(
  database: Database,
  cast: Cast,
  admin: Disposable['admin'],
): Promise<Measured['concurrency']> {
  const state = { asking: true }
  const crowding = crowd(mixture(cast)(database), connections, crowdMs).finally(() => {
    state.asking = false
  })
  const counting = withClient(admin(), async (client) => {
    let most = 0
    for (; state.asking; await pause(200)) {
      const { rows } = await client.query<{ served: number }>(
        `select count(*)::integer as served from pg_stat_activity
         where datname = current_database() and application_name = 'reeve'`,
      )
      most = Math.max(most, rows[0]!.served)
    }
    return most
  })
  const [found, count] = await Promise.all([crowding, counting])
  return { ...found, connections: count, met: count >= connections && found.failed + found.wrong === 0 }
}

/** After five times PostgreSQL decides whether it goes on with one plan for all values. */
const settled = 8

/** Each question once more, on a connection that tells what it does. What opens and ends a transaction is left out. */
async function explain(admin: Disposable['admin'], questions: Question[]): Promise<Explained[]> {
  const { pool, listen, heard } = openExplaining(admin(), { timing: true })
  const nameOf = (text: string) => [...statements.values()].find((one) => one.text === text)?.name ?? null
  try {
    const explained: Explained[] = []
    for (const { name, ask } of questions) {
      for (let n = 0; n < settled; n++) await ask({ pool })(n)
      listen()
      await ask({ pool })(settled)
      await pool.query('show timezone') // closes what came before
      const plans = heard().map((plan) => ({ ...plan, statement: nameOf(plan.text) }))
      explained.push({
        name,
        plans: plans.filter(({ statement }) => !/^declare|^access\./.test(statement ?? '')),
      })
    }
    return explained
  } finally {
    await pool.end()
  }
}

function describe({ users, postgres, loadedMs, budgets, concurrency, met, plans = [] }: Measured): string {
  const ms = (value: number) => `${value.toFixed(1).padStart(7)}`
  const verdict = (isMet: boolean): Cell => (isMet ? ['met', paint.green] : ['missed', paint.red])
  const { atOnce, perSecond, failed, wrong } = concurrency
  const rows = budgets.map(({ name, budgetMs, p50, p95, p99, met: isMet }): Cell[] => [
    name,
    `${budgetMs} ms`.padStart(6),
    ...[p50, p95, p99].map(ms),
    verdict(isMet),
  ])
  const many = [concurrency.p50, concurrency.p95, concurrency.p99].map(ms)
  return [
    ...plans.map(described),
    `${users.toLocaleString('en-US')} people on PostgreSQL ${postgres}, loaded in ${(loadedMs / 1000).toFixed(0)} s`,
    '',
    table(
      ['question', 'budget', 'p50 ms', 'p95 ms', 'p99 ms', ''].map((name) =>
        name.padStart(name.includes('ms') ? 7 : 0),
      ),
      [...rows, [`${atOnce} connections`, '', ...many, verdict(concurrency.met)]],
      { gives: ['question'] },
    ),
    '',
    `${concurrency.connections} connections at once: ${Math.round(perSecond).toLocaleString('en-US')} answers a second, ${failed} failed, ${wrong} wrong`,
    met
      ? paint.green('every budget is met (95th percentile)')
      : paint.red('a budget was missed (95th percentile)'),
  ].join('\n')
}

function described({ name, plans }: Explained): string {
  const parts = plans.map(({ statement, text, ms, plan }) => {
    const what = statement ?? `within: ${text.replace(/\s+/g, ' ').slice(0, 60)}`
    return `${paint.dim(`${what}, ${ms.toFixed(2)} ms`)}\n${plan.trimEnd()}`
  })
  return `${paint.bold(name)}\n${parts.join('\n')}\n`
}

/** Without a password in it: an argument is read by everybody on this machine. */
function administratorAt(url: string): Administrator {
  const names = ['DATABASE_PASSWORD', 'DATABASE_PASSWORD_FILE', 'DATABASE_SSL', 'DATABASE_SSL_CA']
  const given = Object.fromEntries(names.map((name) => [name, process.env[name]]))
  if (/^[a-z]+:\/\/[^/@]*:[^/@]*@/.test(url)) throw passwordShown()
  return pgSettings(readConfig({ ...given, DATABASE_URL: url }).database!)
}

function passwordShown(): Refusal {
  return new Refusal(
    'invalid_request',
    'there is a password in --database-url, and everybody on this machine can read arguments',
    'leave it out there, and set DATABASE_PASSWORD (or DATABASE_PASSWORD_FILE)',
  )
}

function people(text: string): number {
  const users = Number(text)
  if (Number.isInteger(users) && users >= 1_000 && users <= 10_000_000) return users
  throw new InvalidArgumentError('It must be a whole number from 1000 to 10000000.')
}
