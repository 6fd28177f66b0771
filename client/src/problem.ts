/**
 * Why a request was not done: an RFC 9457 problem document as an Error, whose `message` is what
 * happened, in words. `code` is from the server's closed list and is what a program should look at;
 * `remedy` is for a person.
 *
 * Two codes are the client's own: `unreachable`, when no answer came (`status` is 0), and
 * `unreadable_answer`, when one came that is not of this contract, as from a proxy in between.
 */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: string
  readonly detail: string | undefined
  readonly remedy: string
  readonly requestId: string | undefined
  /** What is wrong in the request, field by field. */
  readonly errors: FieldError[]

  constructor(document: ProblemDocument, options?: ErrorOptions) {
    super(document.detail ?? document.title, options)
    this.type = document.type ?? 'about:blank'
    this.title = document.title
    this.status = document.status
    this.code = document.code
    this.detail = document.detail
    this.remedy = document.remedy
    this.requestId = document.requestId
    this.errors = document.errors ?? []
  }
}

export type ProblemDocument = {
  type?: string
  title: string
  status: number
  code: string
  detail?: string
  remedy: string
  requestId?: string
  errors?: FieldError[]
}

/** `at` is a path such as `profile.locale`. */
export type FieldError = { at: string; message: string }

/** The problem that an answer tells of, also when the answer is not one of ours. */
export async function problemOf(answer: Response): Promise<Problem> {
  const document: unknown = await answer.json().catch(() => undefined)
  if (isProblemDocument(document)) return new Problem({ ...document, status: answer.status })
  return unreadable(answer)
}

/** An answer that this contract does not know: what is at that address may not be Reeve. */
export function unreadable(answer: Response, cause?: unknown): Problem {
  return new Problem(
    {
      title: `the answer (status ${answer.status}) is not one of Reeve's`,
      status: answer.status,
      code: 'unreadable_answer',
      remedy: 'check that the address is right and that no proxy answers instead; then try again',
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
