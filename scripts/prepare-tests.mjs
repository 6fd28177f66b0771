// What the tests need beyond npm: a Chromium, for the console. Installed here where that can be done (Debian, as root);
// otherwise this says what is missing. In CI a missing part is a failure.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const browsers = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

if (!findBrowser()) {
  const root = process.getuid?.() === 0
  if (root && existsSync('/usr/bin/apt-get')) {
    console.log('installing Chromium for the tests of the console')
    apt('update', '-qq')
    apt('install', '-y', '-qq', '--no-install-recommends', 'chromium')
  }
  if (!findBrowser()) {
    console.log('Missing: Chromium. The tests of the console in a browser are left out.')
    console.log(
      '  Debian and Ubuntu: sudo apt-get install chromium; elsewhere set CHROME_PATH to a Chrome or Chromium.',
    )
    if (process.env.CI) process.exit(1)
  }
}

function findBrowser() {
  const { CHROME_PATH } = process.env
  return CHROME_PATH ? existsSync(CHROME_PATH) : browsers.some((path) => existsSync(path))
}

function apt(...args) {
  spawnSync('apt-get', args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
}
