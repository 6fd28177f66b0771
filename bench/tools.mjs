// The two measuring programs that do not come with npm. Debian's root gets them here; others are told what is missing.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const packages = { pgbench: 'postgresql-contrib', wrk: 'wrk' }

/** Which of these programs there are, after an attempt to install those that are missing. */
export function findTools(names, say) {
  let missing = names.filter((name) => !isThere(name))
  if (missing.length > 0 && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    const wanted = missing.map((name) => packages[name])
    say(`installing ${wanted.join(' and ')} (Debian)`)
    apt('update', '-qq')
    apt('install', '-y', '-qq', '--no-install-recommends', ...wanted)
    missing = names.filter((name) => !isThere(name))
  }
  for (const name of missing)
    say(
      `missing: ${name}. What it measures is left out. Debian and Ubuntu: apt-get install ${packages[name]}`,
    )
  return new Set(names.filter((name) => !missing.includes(name)))
}

/** The first line of what a program says about its version. */
export function versionOf(name) {
  const { stdout, stderr } = spawnSync(name, [name === 'wrk' ? '-v' : '--version'], { encoding: 'utf8' })
  return `${stdout}${stderr}`.split('\n')[0].replace(/ \[.*/, '').trim()
}

function isThere(name) {
  return spawnSync(name, ['--version'], { stdio: 'ignore' }).error === undefined
}

function apt(...args) {
  spawnSync('apt-get', args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
}
