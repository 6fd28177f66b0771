import { once } from 'node:events'
import { constants } from 'node:os'
import { relative } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Command } from 'commander'
import { closeDatabase, openDatabase } from '../database/database.ts'
import { noteOf } from '../database/pooler.ts'
import { createLog, queryLog } from '../foundation/log.ts'
import { version } from '../foundation/package.ts'
import { Refusal } from '../foundation/refusal.ts'
import { checkup } from '../http/checkup.ts'
import type { Server } from '../http/server.ts'
import { deploy } from '../operations/migrate/deploy.ts'
import { behindPending } from '../operations/migrate/outdated.ts'
import { keepPartitions } from '../operations/partition/partition.ts'
import { withJson, type Json } from './administer.ts'
import { migratingBoth, withApplication, type OfApplication } from './application.ts'
import { readableLog } from './log-lines.ts'
import { paint } from './paint.ts'
import { reportTo, type Report } from './report.ts'
import { firstSeed, withoutPassword, type Demo } from './seed.ts'
import { counted } from './text.ts'
import { migrating, openWorld, secretKeys, serverAccess, type World } from './world.ts'

/** `reeve up` and `reeve serve`. */
export function serveCommands(program: Command): void {
  withApplication(withJson(program.command('up')))
    .description('PostgreSQL, schema, demo data, server and console: everything, with one command')
    .option('--no-seed', 'leave an empty database empty')
    .addHelpText(
      'after',
      '\nExample:\n  PORT=4000 reeve up\n  DATABASE_URL=postgresql://me:secret@localhost/app reeve up\n',
    )
    .action(async ({ seed, ...options }: Json & { seed: boolean } & OfApplication) => {
      const report = reportTo(options)
      await run(options, report, async (world) => {
        const { applied } = await deploy(migratingBoth(world, report, options))
        if (applied.length > 0) report.note(`applied ${counted(applied.length, 'migration')}`)
        return seed ? firstSeed(world, report) : undefined
      })
    })

  withJson(program.command('serve'))
    .description('the server and the console alone, on a database that is migrated')
    .addHelpText('after', '\nExample:\n  NODE_ENV=production DATABASE_URL=… SECRET_KEYS=… reeve serve\n')
    .action(async (options: Json) => run(options, reportTo(options), async () => undefined))
}

/** Prepares, serves until it is told to stop, then lets what is under way end. */
async function run(
  options: Json,
  report: Report,
  prepare: (world: World) => Promise<Demo | undefined>,
): Promise<void> {
  const told = stopSignal()
  const world = await openOwnWorld(report, told)
  try {
    const demo = await prepare(world)
    told.throwIfAborted()
    const { url, stop } = await serve(world, options)
    report.done({ url, demo: withoutPassword(demo) }, () => welcome(url, world, demo))
    if (!told.aborted) await once(told, 'abort')
    report.note('stopping: requests under way may end')
    await stop()
  } catch (error) {
    throw await behindPending(error, migrating(world, report))
  } finally {
    await world.close()
  }
}

/** So long a command that has PostgreSQL started for itself may take to end. */
const commandMs = 15_000

/**
 * The embedded PostgreSQL ends with the process that started it, so a server must be that process. Where a command has
 * started it, it will soon be gone; where another server has, this one explains itself.
 */
async function openOwnWorld(report: Report, told: AbortSignal): Promise<World> {
  const until = Date.now() + commandMs
  for (let quietly = false; ; quietly = true) {
    const world = await openWorld(quietly ? { ...report, note: () => {} } : report)
    if (!world.embedded?.joined) return world
    await world.close()
    report.progress({ message: 'somebody else uses the PostgreSQL of this folder; waiting for them to end' })
    if (Date.now() > until) {
      throw new Refusal(
        'postgres_in_use',
        `Reeve is up already in ${world.directory}`,
        'use that one, stop it first, or start this one in another folder',
      )
    }
    await pause(500, undefined, { signal: told }).catch(() => told.throwIfAborted())
  }
}

type Served = { url: string; stop: () => Promise<void> }

async function serve(world: World, { json = false }: Json): Promise<Served> {
  // Here, and not above: every other command would wait for them too.
  const { openPrisma, warmUp } = await import('../database/prisma.ts')
  const { startServer } = await import('../http/server.ts')
  const { config } = world
  const log = createLog(config, logTo(json))
  const database = openDatabase(await serverAccess(world), queryLog(log, config))
  const note = noteOf(database.pooler)
  if (note) log.warn({ pooler: database.pooler }, note)
  const prisma = await openPrisma(database)
  let server: Server
  let stopPartitions: () => void
  try {
    await warmUp(prisma)
    stopPartitions = await keepPartitions(database, (err) => log.error({ err }, 'partitions'))
    server = await startServer({
      ...{ database, prisma, log, host: config.host, port: config.port },
      keys: await secretKeys(world),
      version: await version(),
      publicUrl: config.publicUrl,
      check: checkup(database, migrating(world, reportTo({ json: true }))),
      trustProxy: config.trustProxy ?? false,
      limits: config.limits,
    })
  } catch (error) {
    await closeDatabase(database)
    throw error
  }
  const stop = async () => {
    stopPartitions()
    await server.drain()
    await closeDatabase(database)
  }
  return { url: server.url, stop }
}

/** Lines for programs go to standard output, unless the one answer of --json does; people get lines that they can read. */
function logTo(json: boolean): { write: (line: string) => void } | undefined {
  if (json) return { write: (line) => void process.stderr.write(line) }
  return process.stdout.isTTY ? readableLog((text) => process.stdout.write(text)) : undefined
}

/** Whoever says it twice does not want to wait; at the exit the embedded PostgreSQL is told as well. */
function stopSignal(): AbortSignal {
  const told = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (told.signal.aborted) process.exit(128 + constants.signals[signal])
      told.abort(new Refusal('shutting_down', 'stopped before it was up', 'start it again when you want'))
    })
  }
  return told.signal
}

function welcome(url: string, { embedded, directory }: World, demo: Demo | undefined): string {
  const line = (name: string, value: string) => `  ${paint.dim(name.padEnd(12))}${value}`
  const there = relative(process.cwd(), directory)
  return [
    '',
    paint.bold('Reeve is up'),
    line('console', paint.cyan(url)),
    line('API', paint.cyan(`${url}/docs`)),
    line('PostgreSQL', embedded ? `${embedded.version} in ${there}, port ${embedded.port}` : 'DATABASE_URL'),
    ...(demo ? [line('sign in as', `${demo.email}  ${demo.password}`)] : []),
    '',
    paint.dim('  Ctrl-C stops it all.'),
    '',
  ].join('\n')
}
