import {
  pino,
  stdTimeFunctions,
  type Bindings,
  type ChildLoggerOptions,
  type DestinationStream,
  type Logger,
} from 'pino'
import type { Config } from './config.ts'
import { withoutSecrets, withoutSecretsExcept, withoutSecretsIn } from './redact.ts'

export type Log = Logger

/** Fastify takes these over with the log. */
const serializers = { req: request, res: response, err: withoutSecrets }

/** Where log lines go: one JSON object a line, with no password, token or other secret in it. */
export function createLog(
  { logLevel }: Pick<Config, 'logLevel'>,
  destination: DestinationStream = pino.destination(1),
): Log {
  const log = pino(
    {
      level: logLevel,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
      serializers,
      hooks: {
        // here, and not in pino's own redaction, which knows paths to a secret but not its name at any depth
        logMethod(args, method) {
          const [first, ...rest] = args.map(harmless)
          const line = args[0] instanceof Error ? { err: first } : first
          method.apply(this, [line, ...rest] as Parameters<typeof method>)
        },
      },
    },
    destination,
  )
  // what a child adds to all its lines passes no hook and no formatter of its parent
  const { child } = log
  const harmlessChild = function (this: Logger, bindings: Bindings, options?: ChildLoggerOptions) {
    return child.apply(this, [isRequestId(bindings) ? bindings : (harmless(bindings) as Bindings), options])
  }
  return Object.assign(log, { child: harmlessChild })
}

/** What every request adds: an id that `withoutSecrets` would leave as it is, and nothing else. */
function isRequestId(bindings: Bindings): boolean {
  const { reqId, ...others } = bindings
  return typeof reqId === 'string' && Object.keys(others).length === 0 && withoutSecretsIn(reqId) === reqId
}

function harmless(value: unknown): unknown {
  return typeof value === 'string' ? withoutSecretsIn(value) : withoutSecretsExcept(['req', 'res'], value)
}

/** What a statement of ours took, by its name. Its values never come near the log. */
export type StatementLine = { statement: string; ms: number; failed?: boolean }

/** Writes every statement with its duration, in development; elsewhere undefined, so that nobody measures for nothing. */
export function queryLog(
  log: Pick<Log, 'debug'>,
  { environment }: Pick<Config, 'environment'>,
): ((line: StatementLine) => void) | undefined {
  if (environment !== 'development') return undefined
  return ({ statement, ms, failed = false }) =>
    log.debug({ statement, ms: Math.round(ms * 100) / 100, ...(failed ? { failed } : {}) }, 'statement')
}

type Request = { id?: unknown; method?: unknown; url?: unknown; ip?: unknown }

/** A request by its path: what stands behind the question mark may be anything. */
function request({ id, method, url, ip }: Request) {
  return {
    id,
    method,
    path: typeof url === 'string' ? withoutSecretsIn(url.replace(/\?.*/s, '')) : undefined,
    ip,
  }
}

function response({ statusCode }: { statusCode?: unknown }) {
  return { statusCode }
}
