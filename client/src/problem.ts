import type { components } from './contract.ts'

/**
 * What a program looks at: the server's closed list, and two of the client's own. `unreachable`: no answer came, and
 * `status` is 0. `unreadable_answer`: one came that is not of this contract, as from a proxy in between.
 */
export type ProblemCode = components['schemas']['Problem']['code'] | 'unreachable' | 'unreadable_answer'

/** `at` is a path such as `profile.locale`. */
export type FieldError = { at: string; message: string }

export type ProblemDocument = {
  type?: string
  title: string
  status: number
  code: ProblemCode
  detail?: string
  remedy: string
  requestId?: string
  errors?: FieldError[]
  retryAfter?: number | undefined
}

/**
 * Why a request was not done: an RFC 9457 problem document as an Error, whose `message` is what happened, in words.
 * `code` is for programs, `remedy` for people.
 */
export class Problem<Code extends ProblemCode = ProblemCode> extends Error {
  override readonly name = 'Problem'
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: Code
  readonly detail: string | undefined
  readonly remedy: string
  readonly requestId: string | undefined
  /** What is wrong in the request, field by field. */
  readonly errors: FieldError[]
  /** In how many seconds the server wants to be asked again, if it said so. */
  readonly retryAfter: number | undefined

  constructor(document: ProblemDocument & { code: Code }, options?: ErrorOptions) {
    super(document.detail ?? document.title, options)
    this.type = document.type ?? 'about:blank'
    this.title = document.title
    this.status = document.status
    this.code = document.code
    this.detail = document.detail
    this.remedy = document.remedy
    this.requestId = document.requestId
    this.errors = document.errors ?? []
    this.retryAfter = document.retryAfter
  }
}

/** Whether this is a refusal or a failure of a request; with codes, whether it is one of these. */
export function isProblem<Code extends ProblemCode = ProblemCode>(
  error: unknown,
  ...codes: Code[]
): error is Problem<Code> {
  return error instanceof Problem && (codes.length === 0 || codes.includes(error.code as Code))
}

/** The problem that an answer tells of, also when the answer is not one of ours. */
export function problemOf(answer: Response, document: unknown): Problem {
  if (!isProblemDocument(document)) return unreadable(answer)
  return new Problem({ ...document, status: answer.status, retryAfter: retryAfterOf(answer) })
}

/** An answer that this contract does not know: what is at that address may not be Reeve. */
export function unreadable(answer: Response, cause?: unknown): Problem {
  return new Problem(
    {
      title: `the answer (status ${answer.status}) is not one of Reeve's`,
      status: answer.status,
      code: 'unreadable_answer',
      remedy: 'check that the address is right and that no proxy answers instead; then try again',
      retryAfter: retryAfterOf(answer),
    },
    { cause },
  )
}

/** No answer came. Whether the request was carried out is not known. */
export function unreachable(cause: unknown): Problem {
  return new Problem(
    {
      title: 'the server did not answer',
      status: 0,
      code: 'unreachable',
      remedy: 'check that it runs and that you are connected, then try again',
    },
    { cause },
  )
}

function isProblemDocument(document: unknown): document is ProblemDocument {
  return (
    typeof document === 'object' &&
    document !== null &&
    ['title', 'code', 'remedy'].every(
      (name) => typeof (document as Record<string, unknown>)[name] === 'string',
    )
  )
}

/** Servers say seconds; proxies may say a date. */
function retryAfterOf({ headers }: Response): number | undefined {
  const said = headers.get('retry-after')
  if (said === null) return undefined
  const seconds = /^\d+$/.test(said) ? Number(said) : (Date.parse(said) - Date.now()) / 1000
  return Number.isNaN(seconds) ? undefined : Math.max(0, Math.ceil(seconds))
}
