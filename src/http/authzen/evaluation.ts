import { z } from 'zod'
import { readInTenant } from '../../database/database.ts'
import { evaluate, mostQuestions } from '../../domains/authzen/evaluate.ts'
import type { Question } from '../../domains/authzen/question.ts'
import { Refusal } from '../../foundation/refusal.ts'
import type { App, House } from '../house.ts'
import { about } from '../openapi.ts'
import { pepContext } from './door.ts'
import { action, context, decision, decisions, question, resource, subject, type Asked } from './shapes.ts'

const semantics = ['execute_all', 'deny_on_first_deny', 'permit_on_first_permit'] as const
type Semantic = (typeof semantics)[number]

const many = z.object({
  subject: subject.optional(),
  action: action.optional(),
  resource: resource.optional(),
  context,
  evaluations: z
    .array(z.record(z.string(), z.unknown()))
    .max(mostQuestions)
    .nullish()
    .describe('Each a question; what it leaves out is what stands beside this list.'),
  options: z.object({ evaluations_semantic: z.enum(semantics).optional() }).nullish(),
})

const example = {
  subject: { type: 'user', id: 'kim@example.com' },
  action: { name: 'read' },
  resource: { type: 'tenant', id: '0199b2c4-7d3e-7a51-9c1f-3f6f4a2b8d10' },
}

/** Whether somebody may do something: one question, or several. */
export function evaluationRoutes(
  app: App,
  { database }: House,
  path: { name: string; params: object },
): void {
  const needs = ['access:evaluate' as const]
  const one = {
    ...about('access', `evaluateOne${path.name}`, 'May this subject do this to that', {
      needs,
      more: 'AuthZEN 1.0, Access Evaluation. Whoever and whatever is unknown is denied, which is an answer and no error.',
      example,
    }),
    ...path.params,
    body: question,
    response: { 200: decision },
  }
  app.post('/evaluation', { schema: one }, async (request) => {
    const [permitted] = await readInTenant(database, pepContext(request), (tx) =>
      evaluate(tx, [questionOf(request.body)]),
    )
    return { decision: permitted! }
  })

  const all = {
    ...about('access', `evaluateMany${path.name}`, 'Several questions at once', {
      needs,
      more: `AuthZEN 1.0, Access Evaluations: ${mostQuestions} at most. An evaluation that cannot be understood is denied, and says why in its context.`,
      example: { ...example, evaluations: [{}, { action: { name: 'update' } }] },
    }),
    ...path.params,
    body: many,
    response: { 200: decisions },
  }
  app.post('/evaluations', { schema: all }, async (request) => {
    const { evaluations, options, ...defaults } = request.body
    const { evaluations_semantic: semantic = 'execute_all' } = options ?? {}
    const ask = (questions: readonly Question[]) =>
      readInTenant(database, pepContext(request), (tx) => evaluate(tx, questions))
    if (!evaluations?.length) {
      const [permitted] = await ask([questionOf(wholeOf(defaults))])
      return { decision: permitted! }
    }
    const read = evaluations.map((own) => question.safeParse({ ...defaults, ...own }))
    const permitted = await ask(read.flatMap(({ data }) => (data ? [questionOf(data)] : [])))
    const answers = read.map(({ success, error }) =>
      success ? { decision: permitted.shift()! } : { decision: false, context: { error: faultOf(error) } },
    )
    return { evaluations: until(semantic, answers) }
  })
}

export function questionOf({ subject, action, resource, context }: Asked): Question {
  return {
    subject: plain(subject),
    action: plain(action),
    resource: plain(resource),
    context: context ?? undefined,
  }
}

/** With null for what it is: nothing. */
export function plain<T extends { properties?: Record<string, unknown> | null | undefined }>(
  one: T,
): Omit<T, 'properties'> & { properties: Record<string, unknown> | undefined } {
  return { ...one, properties: one.properties ?? undefined }
}

/** Without a list, what stands beside it must be a whole question. */
function wholeOf(defaults: unknown): Asked {
  const read = question.safeParse(defaults)
  if (read.success) return read.data
  throw new Refusal(
    'invalid_request',
    `body.${faultOf(read.error).message}`,
    'send subject, action and resource, or evaluations that have them',
  )
}

function faultOf({ issues }: z.ZodError): { status: number; message: string } {
  const { path, message } = issues[0]!
  return { status: 400, message: `${path.join('.')}: ${message}`.slice(0, 300) }
}

/** The answers up to the one that decides. */
function until<Answer extends { decision: boolean }>(semantic: Semantic, answers: Answer[]): Answer[] {
  if (semantic === 'execute_all') return answers
  const decisive = semantic === 'permit_on_first_permit'
  const at = answers.findIndex(({ decision }) => decision === decisive)
  return at === -1 ? answers : answers.slice(0, at + 1)
}
