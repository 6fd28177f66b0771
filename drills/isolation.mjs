// Whether the isolation prover can fail: `npm run drill:isolation`.
// On a PostgreSQL of its own each policy, key, reference, grant, owner and function that keeps tenants apart is dropped
// or weakened in turn, and `reeve prove isolation` has to notice. Survivors must be the ones that are written down.
//   node drills/isolation.mjs [--only <part of a name>]
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { runnerImport } from 'vite'
import { removeInside } from '../dist/foundation/guard.js'
import { startEmbedded } from '../dist/operations/embedded/embedded.js'
import { deploy } from '../dist/operations/migrate/deploy.js'
import { houseRoles } from '../dist/operations/migrate/roles.js'

const { values: options } = parseArgs({ options: { only: { type: 'string', default: '' } } })
const root = fileURLToPath(new URL('..', import.meta.url))
const { module } = await runnerImport(join(root, 'src/testing/mutants/run.ts'), {
  root,
  configFile: false,
  logLevel: 'error',
})
const { hunt, mutantsOf, survivorsIn } = module
const written = survivorsIn(await readFile(join(root, 'src/testing/mutants/survivors.txt'), 'utf8'))

const directory = await mkdtemp(join(tmpdir(), 'reeve-isolation-'))
const server = await startEmbedded({ directory, settings: { fsync: 'off', full_page_writes: 'off' } })
const started = Date.now()
try {
  const maker = new pg.Client(server.url())
  await maker.connect()
  await maker.query('create database reeve')
  await maker.end()
  await deploy({
    connect: () => ({ connectionString: server.url('reeve') }),
    folder: join(root, 'prisma/migrations'),
    application: join(root, 'examples/prisma/prisma/migrations'),
    roles: houseRoles(join(root, 'prisma')),
  })
  const client = new pg.Client(server.url('reeve'))
  await client.connect()
  const mutants = (await mutantsOf(client)).filter(({ name }) => name.includes(options.only))
  const { host, port, user, password } = server
  const bounds = {
    acquireTimeoutMs: 5_000,
    statementTimeoutMs: 15_000,
    lockTimeoutMs: 5_000,
    idleInTransactionTimeoutMs: 15_000,
  }
  const access = { host, port, user, password, database: 'reeve', role: 'reeve_app', poolSize: 1, ...bounds }
  const admin = { connectionString: server.url('reeve') }
  const fates = await hunt({ client, admin, access }, mutants, ({ mutant, noticed }) =>
    console.log(
      `${noticed ? 'noticed ' : 'SURVIVED'}  ${mutant.name}${noticed ? `\n          ${noticed}` : ''}`,
    ),
  )
  await client.end()

  const survived = fates.filter(({ noticed }) => noticed === undefined).map(({ mutant }) => mutant.name)
  const unexpected = survived.filter((name) => !written.has(name))
  const gone = options.only === '' ? [...written.keys()].filter((name) => !survived.includes(name)) : []
  for (const name of unexpected) console.log(`survived, and is not written down: ${name}`)
  for (const name of gone) console.log(`is written down as a survivor, and did not survive: ${name}`)
  const share = (100 * (fates.length - survived.length)) / fates.length
  console.log(
    `\n${fates.length} mutants, ${fates.length - survived.length} noticed (${share.toFixed(2)} %), ${Math.round((Date.now() - started) / 1000)} s`,
  )
  if (unexpected.length + gone.length > 0 || (options.only === '' && share < 99)) process.exitCode = 1
} finally {
  await server.stop()
  await removeInside(tmpdir(), directory)
}
