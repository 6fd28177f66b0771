import { statements } from '../../dist/database/sql.js'

// What a plan must not do, however fast it was today.

/** Tables that grow with the number of people; the others may be read whole. */
const big =
  /^(users|user_profiles|user_roles|accounts|account_emails|credentials|sessions|audit_logs\w*|posts|comments|invitations)$/
const lookup = 60
/** A month of the log in which nothing happened yet is read whole, and why not. */
const few = 100
const sorted = 2_500
const thrownAway = 2_500
const perRow = 1_000

/** Everything that is wrong with what was run. */
export function judge(runs) {
  return runs.flatMap((run) => {
    const name = `${run.name}${run.note ? ` (${run.note})` : ''}, ${run.mode}`
    const found = run.plans.flatMap(({ plan }) => faults(plan, run.allows ?? []))
    const limit = run.limit ?? lookup
    const read = buffersOf(run)
    if (read > limit) found.push(`reads ${read} pages, and may read ${limit}`)
    return [...new Set(found)].map((what) => ({ name, what }))
  })
}

function faults(plan, allowed) {
  const nodes = nodesOf(plan)
  const found = []
  for (const node of nodes) {
    const { title, rows, loops, lines } = node
    const [, table] = /Seq Scan on (?:\w+\.)?(\w+)/.exec(title) ?? []
    const removed = numberIn(lines, /^Rows Removed by (?:Filter|Index Recheck|Join Filter): (\d+)/)
    if (table && big.test(table) && (rows + removed) * loops > few) found.push(`reads all of ${table}`)
    if (/^(Incremental )?Sort/.test(title) && rows * loops > sorted) found.push(`sorts ${rows * loops} rows`)
    if (removed * loops > thrownAway) found.push(`${title}: throws ${removed * loops} rows away`)
    const filter = lines.find((line) => line.startsWith('Filter:')) ?? ''
    if (/current_setting|reeve\.(tenant_id|actor)/.test(filter) && (rows + removed) * loops > perRow)
      found.push(`${title}: asks for the tenant once for each of ${(rows + removed) * loops} rows`)
    if (node.inSubPlan && loops > perRow) found.push(`${title}: a sub-plan run ${loops} times`)
  }
  return found.filter((what) => !allowed.some((pattern) => pattern.test(what)))
}

/** The nodes of a plan in text form: what they are, how much came out of them, and the lines below. */
export function nodesOf(plan) {
  const nodes = []
  let underSubPlan
  for (const line of plan.split('\n')) {
    const indent = line.search(/\S/)
    const node =
      /^\s*(?:->\s+)?(\S.*?)\s+\(cost=.*?\)\s+\((?:actual rows=([\d.]+) loops=(\d+)|never executed)\)/.exec(
        line,
      )
    if (underSubPlan !== undefined && indent <= underSubPlan) underSubPlan = undefined
    if (/^\s*(SubPlan|InitPlan)/.test(line)) underSubPlan ??= indent
    if (node) {
      nodes.push({
        title: node[1],
        rows: Number(node[2] ?? 0),
        loops: Number(node[3] ?? 0),
        inSubPlan: underSubPlan !== undefined,
        lines: [],
      })
    } else nodes.at(-1)?.lines.push(line.trim())
  }
  return nodes
}

/** How many pages were read: by the statement with all that it calls; a write's triggers and Prisma's statements come on top. */
export function buffersOf({ plans, outer }) {
  if (outer === undefined)
    return plans
      .filter(({ text }) => isOurs(text) || /"public"\./.test(text))
      .reduce((sum, { plan }) => sum + pagesOf(plan), 0)
  const own = plans.filter(({ text }) => text === outer)
  const isRead = own.length === 1 && !/^\s*(insert|update|delete|with)/i.test(outer)
  return (isRead ? own : plans).reduce((sum, { plan }) => sum + pagesOf(plan), 0)
}

/** Sent by the program, not by a function; Prisma names the schema, and so do the checks of foreign keys. */
export function isOurs(text) {
  return [...statements.values()].some((statement) => statement.text === text)
}

export function pagesOf(plan) {
  const [, line = ''] = /Buffers: shared (.*)/.exec(plan) ?? []
  return ['hit', 'read'].reduce(
    (sum, kind) => sum + Number(new RegExp(`${kind}=(\\d+)`).exec(line)?.[1] ?? 0),
    0,
  )
}

function numberIn(lines, pattern) {
  for (const line of lines) {
    const found = pattern.exec(line)
    if (found) return Number(found[1])
  }
  return 0
}
