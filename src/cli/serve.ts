import { setTimeout as pause } from 'node:timers/promises'
import type { Command } from 'commander'
import { closeDatabase, openDatabase } from '../database/database.ts'
import { createLog, queryLog } from '../foundation/log.ts'
import { Refusal } from '../foundation/refusal.ts'
import type { Server } from '../http/server.ts'
import { deploy } from '../operations/migrate/deploy.ts'
import { makePartitions } from '../operations/partition/partition.ts'
import { checkup } from './checkup.ts'
import { paint } from './paint.ts'
import { reportTo, type Report } from './report.ts'
import { firstSeed, type Demo } from './seed.ts'
import { behindWhat, migrating, openWorld, secretKeys, serverAccess, version, type World } from './world.ts'

/** `reeve up` and `reeve serve`. */
export function serveCommands(program: Command): void {
  program
    .command('up')
    .description('PostgreSQL, schema, demo data, server and console: everything, with one command')
    .option('--no-seed', 'leave an empty database empty')
    .addHelpText(
      'after',
      '\nExample:\n  PORT=4000 reeve up\n  DATABASE_URL=postgresql://me:secret@localhost/app reeve up\n',
    )
    .action(async ({ seed }: { seed: boolean }) => {
      const report = reportTo({})
      await run(report, async (world) => {
        const { applied } = await deploy(migrating(world, report))
        if (applied.length > 0) report.note(`applied ${applied.length} migrations`)
        return seed ? firstSeed(world, report) : undefined
      })
    })

  program
    .command('serve')
    .description('the server and the console alone, on a database that is migrated')
    .addHelpText('after', '\nExample:\n  NODE_ENV=production DATABASE_URL=… SECRET_KEYS=… reeve serve\n')
    .action(async () => run(reportTo({}), async () => undefined))
}

/** Prepares, serves until it is told to stop, then lets what is under way end. */
async function run(report: Report, prepare: (world: World) => Promise<Demo | undefined>): Promise<void> {
  const told = stopSignal()
  const world = await openOwnWorld(report)
  try {
    const demo = await prepare(world)
    const stop = await serve(world, report, demo)
    await told
    report.note('stopping: requests under way may end')
    await stop()
  } catch (error) {
    throw await behindWhat(error, world, report)
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
async function openOwnWorld(report: Report): Promise<World> {
  const until = Date.now() + commandMs
  for (let quietly = false; ; quietly = true) {
    const world = await openWorld(quietly ? { ...report, note: () => {} } : report)
    if (!world.embedded?.joined) return world
    await world.close()
    if (Date.now() > until) {
      throw new Refusal(
        'postgres_in_use',
        `Reeve is up already in ${world.directory}`,
        'use that one, stop it first, or start this one in another folder',
      )
    }
    await pause(500)
  }
}

async function serve(world: World, report: Report, demo: Demo | undefined): Promise<() => Promise<void>> {
  // Here, and not above: every other command would wait for them too.
  const { openPrisma, warmUp } = await import('../database/prisma.ts')
  const { startServer } = await import('../http/server.ts')
  const { config } = world
  const log = createLog(config)
  const database = openDatabase(await serverAccess(world), queryLog(log, config))
  const prisma = await openPrisma(database)
  let server: Server
  let partitions: NodeJS.Timeout
  try {
    await warmUp(prisma)
    await makePartitions(database)
    // A month begins whether or not the server was restarted in the one before.
    partitions = setInterval(
      () => void makePartitions(database).catch((err: unknown) => log.error({ err }, 'partitions')),
      day,
    )
    partitions.unref()
    server = await startServer({
      ...{ database, prisma, log, host: config.host, port: config.port },
      keys: await secretKeys(world),
      version: await version(),
      check: checkup(database, world),
      trustProxy: config.trustProxy ?? false,
      limits: config.limits,
    })
  } catch (error) {
    await closeDatabase(database)
    throw error
  }
  report.done({ url: server.url }, () => welcome(server.url, world, demo))
  return async () => {
    clearInterval(partitions)
    await server.drain()
    await closeDatabase(database)
  }
}

const day = 24 * 60 * 60 * 1000

/** Whoever says it twice does not want to wait; at the exit the embedded PostgreSQL is told as well. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let told = false
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (told) process.exit(1)
        told = true
        resolve()
      })
    }
  })
}

function welcome(url: string, { embedded, directory }: World, demo: Demo | undefined): string {
  const line = (name: string, value: string) => `  ${paint.dim(name.padEnd(12))}${value}`
  return [
    '',
    paint.bold('Reeve is up'),
    line('console', paint.cyan(url)),
    line('API', `${url}/v1, described at ${url}/openapi.json`),
    line(
      'PostgreSQL',
      embedded ? `${embedded.version} in ${directory}, port ${embedded.port}` : 'the one of DATABASE_URL',
    ),
    ...(demo ? [line('sign in as', `${demo.email}  ${demo.password}`)] : []),
    '',
    paint.dim('  Ctrl-C stops it all.'),
  ].join('\n')
}
