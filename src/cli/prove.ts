import type { Command } from 'commander'
import { asServer, boundsOf } from '../database/login.ts'
import { readConfig, type Config } from '../foundation/config.ts'
import { pgSettings } from '../foundation/database-address.ts'
import { Refusal } from '../foundation/refusal.ts'
import { proveIsolation, type Isolation, type Login, type Proof } from '../operations/prove/isolation.ts'
import type { Finding } from '../operations/prove/report.ts'
import { withJson } from './administer.ts'
import { paint } from './paint.ts'
import { reportTo, type Report } from './report.ts'
import { stopSignal } from './stop-signal.ts'
import { table, type Cell } from './table.ts'
import { fold } from './text.ts'
import { openWorld, serverAccess } from './world.ts'

type Options = { databaseUrl?: string; commit?: string; allow: string[]; json?: boolean }

/** `reeve prove …` */
export function proveCommands(program: Command): void {
  const prove = program.command('prove').description('promises, put to the test on your own database')

  withJson(prove.command('isolation'))
    .description('try every way from one tenant into another, and say what blocked it')
    .option(
      '--database-url <url>',
      'another database, as a superuser or as owner and server; the password comes in DATABASE_PASSWORD',
    )
    .option(
      '--allow <name>',
      'a table or function that is meant to be shared; may be said again',
      collect,
      [],
    )
    .option(
      '--commit <database>',
      'also what a pooled connection keeps: two tenants are committed, and removed',
    )
    .addHelpText(
      'after',
      '\nExample:\n  reeve prove isolation\n\nTwo tenants attack each other in a transaction that is rolled back; --commit\nnames the database in which they may really be for a moment.\nExit code 1: something got through, or could not be shown.\n',
    )
    .action(async (options: Options) => {
      const report = reportTo(options)
      const { signal, release } = stopSignal('stopped: what was tried so far is rolled back')
      try {
        const proof = await withIsolation(options, report, (isolation) =>
          proveIsolation({
            ...isolation,
            allowed: options.allow,
            commitIn: options.commit,
            progress: report.progress,
            signal,
          }),
        )
        report.done(proof, () => describe(proof))
        if (!proof.proven) process.exitCode = 1
      } finally {
        release()
      }
    })
}

async function withIsolation<T>(
  { databaseUrl }: Options,
  report: Report,
  work: (isolation: Pick<Isolation, 'admin' | 'access'>) => Promise<T>,
): Promise<T> {
  if (databaseUrl !== undefined) {
    const config = configAt(databaseUrl)
    const settings = pgSettings(config.database!)
    return work({
      admin: () => settings,
      access: () => asServer({ ...settings, ...boundsOf(config) }, false),
    })
  }
  const world = await openWorld(report, { make: false })
  try {
    return await work({ admin: world.admin, access: () => serverAccess(world) })
  } finally {
    await world.close()
  }
}

/** Without a password in it: an argument is read by everybody on this machine. */
function configAt(url: string): Config {
  const names = ['DATABASE_PASSWORD', 'DATABASE_PASSWORD_FILE', 'DATABASE_SSL', 'DATABASE_SSL_CA']
  const given = Object.fromEntries(names.map((name) => [name, process.env[name]]))
  if (!/^[a-z]+:\/\/[^/@]*:[^/@]*@/.test(url)) return readConfig({ ...given, DATABASE_URL: url })
  throw new Refusal(
    'invalid_request',
    'there is a password in --database-url, and everybody on this machine can read arguments',
    'leave it out there, and set DATABASE_PASSWORD (or DATABASE_PASSWORD_FILE)',
  )
}

function collect(name: string, before: string[]): string[] {
  return [...before, name]
}

function describe(proof: Proof): string {
  const { families, through, unproven, attacks, tables, database, postgres, login, ms } = proof
  const number = (n: number): Cell => (n === 0 ? ['–', paint.dim] : String(n))
  const by = (name: string, blockedBy: Proof['families'][number]['blockedBy']) =>
    number(blockedBy.filter(({ by }) => by.startsWith(name)).reduce((sum, one) => sum + one.attacks, 0))
  const rows = families.map(
    ({ name, attacks: all, blockedBy, accepted, through: open, unproven: unsure }): Cell[] => {
      const named = ['policy', 'privilege', 'foreign key', 'rule'].map((what) => by(what, blockedBy))
      const others = blockedBy.filter(({ by }) => !/^(policy|privilege|foreign key|rule)/.test(by))
      const rest = number(others.reduce((sum, one) => sum + one.attacks, 0))
      const bad = open + unsure
      return [
        name,
        String(all),
        ...named,
        rest,
        number(accepted),
        bad === 0 ? ['–', paint.dim] : [String(bad), paint.red],
      ]
    },
  )
  const verdict = proof.proven
    ? paint.green('nothing got through')
    : paint.red(`${through.length} got through, ${unproven.length} could not be shown`)
  return [
    `${attacks.toLocaleString('en-US')} attacks on ${tables} tables of ${database} (PostgreSQL ${postgres}), ${(ms / 1000).toFixed(1)} s`,
    aboutLogin(login),
    '',
    table(['family', 'attacks', 'policy', 'grant', 'key', 'rule', 'other', 'meant', 'OPEN'], rows, {
      gives: [],
    }),
    ...meant(proof.accepted),
    ...(proof.leftovers
      ? []
      : ['', `not tried: what a pooled connection keeps, for it needs a commit (--commit ${database})`]),
    ...[...through, ...unproven].slice(0, 20).map(told),
    '',
    verdict,
  ].join('\n')
}

/** What it means that this login is who it is. */
function aboutLogin({ name, superuser, bypassesRls, owner }: Login): string {
  const above = superuser
    ? 'a superuser'
    : bypassesRls
      ? 'exempt from row-level security'
      : owner
        ? 'the owner of the tables'
        : undefined
  if (above === undefined) return `connected as ${name}`
  return `connected as ${name}, ${above}: no policy holds for it, so a server that logs in\nas it shows everybody everything. It sets the stage; reeve_app attacks.`
}

/** Each reason once. */
function meant(accepted: Finding[]): string[] {
  const reasons = [...new Set(accepted.map(({ because }) => because!))]
  if (reasons.length === 0) return []
  const lines = reasons.map(
    (because) => `- ${accepted.filter((one) => one.because === because).length} × ${because}`,
  )
  return ['', 'meant to be so:', ...lines.flatMap((line) => fold(line, room()))]
}

function told({ family, on, attack, role, declared, what, sql, because: _ }: Finding): string {
  const who = role === '' ? '' : `, as ${role}, declared: ${declared}`
  return `\n${paint.red('✗')} ${family}: ${attack} on ${on}${who}\n  ${what}\n${sql === '' ? '' : `  ${sql}\n`}`.trimEnd()
}

/** What is piped has no end of the line. */
function room(): number {
  return process.stdout.isTTY ? process.stdout.columns || 80 : Infinity
}
