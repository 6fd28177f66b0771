// PostgreSQL's own measuring program: ten connections in one thread, prepared statements.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { output } from './wrk.mjs'

/** Transactions a second of a script. `variables` are texts; the password travels in the environment. */
export async function pgbench(place, { script, access, variables = {}, seconds }) {
  const file = join(place.folder, 'pgbench.sql')
  await writeFile(file, script)
  const { host, port, user, password, database } = access
  const given = Object.entries(variables).flatMap(([name, value]) => ['-D', `${name}=${value}`])
  const said = await output(
    'pgbench',
    ['-M', 'prepared', '-c', '10', '-j', '1', '-n', '-T', String(seconds), '-f', file, ...given, database],
    { env: { ...process.env, PGHOST: host, PGPORT: String(port), PGUSER: user, PGPASSWORD: password } },
  )
  // On a machine that is very busy, connecting may take all the time that there was.
  if (said.includes('actually processed: 0') && seconds < 60)
    return pgbench(place, { script, access, variables, seconds: seconds * 2 })
  const perSecond = /^tps = ([\d.]+) \(without/m.exec(said)?.[1]
  const failed = /number of failed transactions: (\d+)/.exec(said)?.[1]
  if (perSecond === undefined || Number(failed ?? 0) > 0)
    throw new Error(`pgbench did not do its work:\n${said}`)
  return { perSecond: Number(perSecond) }
}

/**
 * A statement as pgbench takes it: `$1` becomes the first of these expressions, and so on. pgbench would take a colon in
 * a quoted text for a variable; so such a text is put together by PostgreSQL, once, when it plans.
 */
export function forPgbench(text, expressions) {
  const line = text
    .replace(/'([^']*:[^']*)'/g, (_, quoted) => `('${quoted.split(':').join(`'||chr(58)||'`)}')`)
    .replace(/\$(\d+)/g, (_, n) => expressions[n - 1])
    .replace(/\s+/g, ' ')
  return `${line};`
}

/** Several statements with one Sync: one round trip, and one implicit transaction. */
export function oneSync(...statements) {
  return ['\\startpipeline', ...statements, '\\endpipeline'].join('\n')
}
