import pg from 'pg'

/** What PostgreSQL really did for a statement: of ours, or of a function or trigger on our behalf. */
export type Plan = { ms: number; text: string; plan: string }

/** A connection whose every statement is explained while it runs. */
export type Explaining = {
  pool: pg.Pool
  /** Forgets what was heard before, and listens. */
  listen: () => void
  /** What was heard since, in the order in which it ended: what a function does, before the function. */
  heard: () => Plan[]
}

/**
 * Logs in as a superuser, whom alone auto_explain obeys, and acts as the server's role. A statement is reported when its
 * portal is closed, which is when the next one begins.
 */
export function openExplaining(
  connect: pg.ClientConfig,
  { mode = 'auto', timing }: { mode?: 'auto' | 'force_generic_plan' | 'force_custom_plan'; timing: boolean },
): Explaining {
  const settings = {
    role: 'reeve_app',
    timezone: 'UTC',
    session_preload_libraries: 'auto_explain',
    plan_cache_mode: mode,
    'auto_explain.log_min_duration': 0,
    'auto_explain.log_level': 'notice',
    'auto_explain.log_analyze': 'on',
    'auto_explain.log_buffers': 'on',
    'auto_explain.log_timing': timing ? 'on' : 'off',
    'auto_explain.log_nested_statements': 'on',
    'auto_explain.log_parameter_max_length': 0,
  }
  const options = Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ')
  let plans: Plan[] = []
  const pool = new pg.Pool({ ...connect, max: 1, options })
  pool.on('error', () => {})
  pool.on('connect', (client) => {
    client.on('notice', ({ message }) => {
      const plan = planIn(message ?? '')
      if (plan) plans.push(plan)
    })
  })
  return { pool, listen: () => void (plans = []), heard: () => [...plans] }
}

/** `duration: 0.123 ms  plan:\nQuery Text: …\n<plan>` */
function planIn(message: string): Plan | undefined {
  const [, ms, rest] = /^duration: ([\d.]+) ms {2}plan:\n([^]*)$/.exec(message) ?? []
  if (rest === undefined) return undefined
  const from = rest.search(/\n[^\n]*\(cost=[\d.]+\.\.[\d.]+ rows=\d+ width=\d+\)/)
  return { ms: Number(ms), text: rest.slice('Query Text: '.length, from).trim(), plan: rest.slice(from + 1) }
}
