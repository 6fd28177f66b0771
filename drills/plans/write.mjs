// Keeps the plans where people can look at them: one file for a statement, and a page that sums them up.
import { readdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { statements } from '../../dist/database/sql.js'
import { removeInside } from '../../dist/foundation/guard.js'
import { buffersOf, pagesOf } from './judge.mjs'
import { size } from './load.mjs'
import { words } from './samples.mjs'

const folder = fileURLToPath(new URL('../../docs/plans/', import.meta.url))

export async function write(runs, version) {
  const byName = Map.groupBy ? Map.groupBy(runs, (run) => run.name) : grouped(runs)
  for (const [name, own] of byName) await writeFile(`${folder}${name}.txt`, pageOf(name, own))
  await writeFile(`${folder}README.md`, summary(byName, version))
  for (const page of await readdir(folder))
    if (page.endsWith('.txt') && !byName.has(page.slice(0, -4)))
      await removeInside(folder, `${folder}${page}`)
}

function grouped(runs) {
  const groups = new Map()
  for (const run of runs) groups.set(run.name, [...(groups.get(run.name) ?? []), run])
  return groups
}

function pageOf(name, runs) {
  const text = statements.get(name)?.text
  const parts = [`${name}\n${'='.repeat(name.length)}`]
  if (text) parts.push(text)
  const seen = new Map()
  for (const run of runs) {
    const body = bodyOf(run)
    const key = `${run.note ?? ''}\n${shapeOf(body)}`
    if (seen.has(key)) seen.get(key).modes.push(run.mode)
    else seen.set(key, { run, body, modes: [run.mode] })
  }
  for (const { run, body, modes } of seen.values()) {
    parts.push(
      `--- ${run.note ? `${run.note}; ` : ''}${modes.join(' and ')} plan; ${buffersOf(run)} pages\n\n${body}`,
    )
  }
  return `${parts.join('\n\n')}\n`
}

/** What ran on its behalf stands before it, each once: a trigger or a decision may run the same plan for many rows. */
function bodyOf({ plans, outer }) {
  const parts = new Map()
  for (const { text, plan } of plans) {
    const own = text === outer
    const part = own ? normal(plan) : `[ ${oneLine(text)} ]\n${normal(plan)}`
    const key = own ? outer : shapeOf(part)
    parts.set(key, { part: parts.get(key)?.part ?? part, times: (parts.get(key)?.times ?? 0) + 1 })
  }
  return [...parts.values()]
    .map(({ part, times }) => (times > 1 ? `${times} times: ${part}` : part))
    .join('\n\n')
}

/** Without what differs from run to run: costs, times, and whether a page was in memory. */
function normal(plan) {
  let executed = true
  return plan
    .split('\n')
    .filter((line) => {
      // of what was not executed, the name says enough
      const isNode = /\(cost=[^)]*\) \(/.test(line)
      if (isNode) executed = !line.includes('(never executed)')
      return isNode || executed
    })
    .map((line) =>
      line
        .replace(/\s+\(cost=[^)]*\) \(actual (rows=[\d.]+ loops=\d+)\)/, '  ($1)')
        .replace(/\s+\(cost=[^)]*\) \(never executed\)/, '  (never executed)')
        .replace(/Buffers: (.*)/, (all) => `Pages: ${pagesOf(all)}`)
        .replace(/'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'::uuid/g, "'…'::uuid")
        .replace(/'\d{4}-\d\d-\d\d[^']*'::(timestamp with time zone|timestamptz)/g, "'…'::timestamptz")
        .replace(/'\\x[0-9a-f]+'::bytea/g, "'…'::bytea"),
    )
    .filter((line) => !/^\s*(I\/O Timings|Query Identifier|Planning)/.test(line))
    .join('\n')
    .trimEnd()
}

/** The same plan, whether for these values or for any. */
function shapeOf(body) {
  return body
    .replace(/\$\d+|'[^']*'(::[a-z ]+(\[\])?)?|\b\d+\b(?=[\s)])/g, '?')
    .replace(
      /Memory: .*|Pages: .*|rows=[\d.]+ loops=\d+|Heap Fetches: .*|Index Searches: .*|Rows Removed.*|Heap Blocks.*|Sort Method.*/g,
      '',
    )
    .replace(/\(\?\)(::[a-z]+)?/g, '?')
}

function oneLine(text) {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > 160 ? `${line.slice(0, 157)}…` : line
}

function summary(byName, version) {
  const rows = []
  for (const [name, runs] of byName) {
    const notes = [...new Set(runs.map((run) => run.note))]
    for (const note of notes) {
      const [custom, generic] = ['custom', 'generic'].map((mode) =>
        runs.find((run) => run.note === note && run.mode === mode),
      )
      const what = note === notes[0] ? (words[name] ?? '') : ''
      const both = (of) => (of(custom) === of(generic) ? of(custom) : `${of(custom)} · ${of(generic)}`)
      rows.push(
        `| ${note === notes[0] ? `[${name}](${name}.txt)` : ''} | ${[what, note].filter(Boolean).join(': ')} | ${custom.rows} | ${both(buffersOf)} | ${both((run) => run.ms.toFixed(2))} |`,
      )
    }
  }
  const big = (n) => n.toLocaleString('en-US')
  return `# What every statement does at a million users

Written by \`npm run drill:plans\` on PostgreSQL ${version}, with the settings that come with it. The database has ${big(size.users)}
users in ${big(size.tenants)} tenants (one of 200,000, one of 50,000), three million role assignments, a million sessions,
${big(size.audit)} lines of audit in a year, ${big(size.posts)} posts and ${big(size.comments)} comments; the rows lie in the order in which
they would have been written. Each statement ran as \`reeve_app\` in a declared tenant, in a transaction that was undone.

*Pages* are the 8 kB pages of the database that were touched, with all that functions and triggers touch; *ms* is what
PostgreSQL took for the statement, the middle one of three runs with everything in memory, while it also counted (which
makes many short statements up to twice as slow). Where two figures stand, the first is the plan made for the values,
the second the one made for any. The drill fails where a plan reads all of a table that grows, asks for the tenant once
per row, sorts or throws away thousands of rows, or touches more pages than \`drills/plans/samples.mjs\` allows it.

| statement | what it does | rows | pages | ms |
|--|--|--:|--:|--:|
${rows.join('\n')}

## Worth knowing

- A policy costs nothing per row: that the statement names the declared tenant is a *One-Time Filter*, asked once.
- A page of people is read from seven pages where the index lies in the order of the table, and from one or more for each
  person where it does not. Their roles are a second question.
- The audit log opens one index for each month that is asked for (four pages each). \`from\` leaves the months before out.
  The plan for any values is made [as if one tenant had written all of it](../decisions/0013-the-log-is-planned-for-a-big-tenant.md).
- A search reads the newest 2,000 people first. What none of them has is looked for in the trigram index, and there a word
  that is made of common parts costs the most: tens of milliseconds among 200,000 people.
- Suspended people with a rare role are found by walking all the suspended; in another order than the usual one they are
  all sorted, or met on the way.
- Ending a session writes a line of the log, so ending 130 is 130 of them.
- Functions plan what is in them. The plan for any values is made once for a connection, and then costs nothing; where the
  first figure of a function is far above the second, the difference is planning.
`
}
