import type { Answer, Request, TestApp } from './http.ts'

/** A program that asks for decisions. */
export type Pep = {
  /** Asks at an address of AuthZEN: `evaluation`, `search/subject`. */
  ask: <Body = unknown>(api: string, body?: unknown, request?: Request) => Promise<Answer<Body>>
  evaluate: (subject: string, action: string | Action, resource: string, more?: object) => Promise<boolean>
  /** All that a search finds, page after page. */
  search: (kind: 'subject' | 'resource' | 'action', body: object, limit?: number) => Promise<string[]>
}
type Action = { name: string; properties?: object }
type Found = { page: { next_token: string; count: number }; results: { id?: string; name?: string }[] }

/** One who has a session, and speaks about what it names as `type:id`. */
export function aPep({ ask }: Pick<TestApp, 'ask'>, token: string | undefined, at = '/access/v1'): Pep {
  const knock = <Body>(api: string, body?: unknown, request: Request = {}) =>
    ask<Body>('POST', `${at}/${api}`, { token, body, ...request })
  return {
    ask: knock,
    evaluate: async (subject, action, resource, more = {}) => {
      const question = {
        subject: entity(subject),
        action: typeof action === 'string' ? { name: action } : action,
        resource: entity(resource),
      }
      const { body } = await knock<{ decision: boolean }>('evaluation', merged(question, more))
      return body.decision
    },
    search: async (kind, body, limit) => {
      const all: string[] = []
      let token: string | undefined
      do {
        const page = { ...(limit === undefined ? {} : { limit }), ...(token ? { token } : {}) }
        const answer = await knock<Found>(`search/${kind}`, { ...body, page })
        if (answer.status !== 200) throw new Error(JSON.stringify(answer.body))
        all.push(...answer.body.results.map(({ id, name }) => (id ?? name)!))
        token = answer.body.page.next_token
      } while (token !== '')
      return all
    },
  }
}

/** `todo:1` as AuthZEN says it. */
export function entity(name: string): { type: string; id: string } {
  const [, type, id] = /^([^:]*):(.*)$/s.exec(name)!
  return { type: type!, id: id! }
}

function merged(question: Record<string, object>, more: object): object {
  const all: Record<string, object> = { ...question }
  for (const [name, part] of Object.entries(more)) all[name] = { ...all[name], ...(part as object) }
  return all
}
