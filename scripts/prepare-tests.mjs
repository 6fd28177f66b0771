// What the tests need beyond npm: a Chromium, for the console, the shells that the command line completes words in, the
// programs with which the documents are followed, and a PgBouncer, for what may leak through one.
// Installed here where that can be done (Debian, as root); otherwise this says what is missing. In CI a missing part is
// a failure.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const browsers = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]
/** What the tests look for, where Debian has it, and what is not tested without it. */
const parts = [
  {
    name: 'Chromium',
    isThere: findBrowser,
    debian: ['chromium'],
    without: 'The tests of the console in a browser are left out.',
    elsewhere: 'elsewhere set CHROME_PATH to a Chrome or Chromium',
  },
  {
    name: 'bash, zsh and fish',
    isThere: () => ['bash', 'zsh', 'fish', 'script'].every(isCommand),
    debian: ['bash', 'zsh', 'fish', 'bsdutils'],
    without: 'Completion is tested in those shells that are there.',
    elsewhere: 'elsewhere they have the same names',
  },
  {
    name: 'curl, jq and psql',
    isThere: () => ['curl', 'jq', 'psql'].every(isCommand),
    debian: ['curl', 'jq', 'postgresql-client'],
    without: 'The tests that follow the documents step by step fail.',
    elsewhere: 'elsewhere they have the same names',
  },
  {
    name: 'PgBouncer',
    // Debian keeps it where only root looks
    isThere: () => isCommand('pgbouncer') || existsSync('/usr/sbin/pgbouncer'),
    debian: ['pgbouncer'],
    without: 'That nothing leaks through a pooler is not tested.',
    elsewhere: 'elsewhere it has the same name',
    // its package starts one on 6432, which nobody here asked for
    installed: () => spawnSync('systemctl', ['disable', '--now', 'pgbouncer'], { stdio: 'ignore' }),
  },
]

const mayInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
const toInstall = mayInstall ? parts.filter(({ isThere }) => !isThere()) : []
if (toInstall.length > 0) {
  console.log(`installing for the tests: ${toInstall.map(({ name }) => name).join('; ')}`)
  apt('update', '-qq')
  for (const { debian, installed } of toInstall) {
    apt('install', '-y', '-qq', '--no-install-recommends', ...debian)
    installed?.()
  }
}
for (const { name, isThere, debian, without, elsewhere } of parts) {
  if (isThere()) continue
  console.log(`Missing: ${name}. ${without}`)
  console.log(`  Debian and Ubuntu: sudo apt-get install ${debian.join(' ')}; ${elsewhere}.`)
  if (process.env.CI) process.exitCode = 1
}

function findBrowser() {
  const { CHROME_PATH } = process.env
  return CHROME_PATH ? existsSync(CHROME_PATH) : browsers.some((path) => existsSync(path))
}

function isCommand(name) {
  return process.env.PATH.split(delimiter).some((folder) => existsSync(join(folder, name)))
}

function apt(...args) {
  spawnSync('apt-get', args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
}
