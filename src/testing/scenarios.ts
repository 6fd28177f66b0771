import type { TestApp } from './http.ts'
import type { Tenant } from './people.ts'

const ref = (path: string) => ({ ref: path })
const hasRole = (role: string) => ({ in: [role, ref('subject.properties.roles')] })
const mine = {
  in: [ref('resource.properties.ownerID'), [ref('subject.id'), ref('subject.properties.email')]],
}

/** The policies of three applications, as a tenant declares them, and what it stores for them. */
export const scenarios = {
  /** The to-do application of the AuthZEN interoperability events. */
  todo: {
    policies: {
      todo: {
        description: 'To-dos: editors change their own, the evil genius everybody’s.',
        actions: ['can_read_todos', 'can_create_todo', 'can_update_todo', 'can_delete_todo'],
        subjects: { user: {} },
        // the application keeps its to-dos itself, and says whose they are
        resources: { open: true, attributes: { ownerID: { trust: 'request' } } },
        scopes: { own: mine },
        rules: [
          { actions: ['can_read_todos'] },
          { actions: ['can_create_todo'], when: { or: [hasRole('admin'), hasRole('editor')] } },
          { actions: ['can_update_todo'], when: hasRole('evil_genius') },
          { actions: ['can_update_todo', 'can_delete_todo'], scope: 'own', when: hasRole('editor') },
          { actions: ['can_delete_todo'], when: hasRole('admin') },
        ],
      },
      user: {
        actions: ['can_read_user'],
        subjects: { user: {} },
        resources: { open: true },
        rules: [{ actions: ['can_read_user'] }],
      },
    },
    entities: {
      'user:rick': { email: 'rick@the-citadel.com', roles: ['admin', 'evil_genius'] },
      'user:morty': { email: 'morty@the-citadel.com', roles: ['editor'] },
      'user:summer': { email: 'summer@the-smiths.com', roles: ['editor'] },
      'user:beth': { email: 'beth@the-smiths.com', roles: ['viewer'] },
      'user:jerry': { email: 'jerry@the-smiths.com', roles: ['viewer'] },
    },
  },

  /** A gateway in front of an API: routes, and the methods of HTTP. */
  gateway: {
    policies: {
      route: {
        actions: ['GET', 'POST', 'PUT', 'DELETE'],
        subjects: { identity: {} },
        resources: { open: true },
        rules: [
          { actions: ['GET'], when: { in: [ref('resource.id'), ['/users/{userId}', '/todos']] } },
          {
            actions: ['POST'],
            when: {
              and: [{ eq: [ref('resource.id'), '/todos'] }, { or: [hasRole('admin'), hasRole('editor')] }],
            },
          },
          {
            actions: ['PUT', 'DELETE'],
            when: { and: [{ like: [ref('resource.id'), '/todos/*'] }, { not: hasRole('viewer') }] },
          },
          {
            name: 'Nothing is changed from outside.',
            effect: 'deny',
            actions: ['POST', 'PUT', 'DELETE'],
            when: { ne: [ref('context.network'), 'inside'] },
          },
        ],
      },
    },
    entities: {
      'identity:rick': { roles: ['admin'] },
      'identity:morty': { roles: ['editor'] },
      'identity:beth': { roles: ['viewer'] },
    },
  },

  /** Records, which belong to somebody in a department, who has a manager. */
  records: {
    policies: {
      record: {
        actions: ['view', 'edit', 'share', 'delete'],
        subjects: { user: { attributes: { clearance: { trust: 'request' }, shift: { trust: 'missing' } } } },
        resources: {},
        relations: { owner: { type: 'user', id: 'resource.properties.owner' } },
        scopes: {
          own: { eq: [ref('resource.properties.owner'), ref('subject.id')] },
          department: { eq: [ref('resource.properties.department'), ref('subject.properties.department')] },
          managed: { eq: [ref('relations.owner.properties.manager'), ref('subject.id')] },
          team: { overlaps: [ref('resource.properties.teams'), ref('subject.properties.teams')] },
        },
        rules: [
          { actions: ['view'], when: { or: [{ scope: 'department' }, { scope: 'team' }] } },
          { actions: ['view', 'edit', 'delete'], scope: 'own' },
          { actions: ['view', 'edit'], scope: 'managed' },
          {
            actions: ['share'],
            scope: 'own',
            when: { in: [ref('action.properties.with'), ['team', 'department']] },
          },
          {
            name: 'What is secret is for those with a clearance.',
            effect: 'deny',
            actions: ['*'],
            when: {
              and: [
                { ge: [ref('resource.properties.secrecy'), 1] },
                { not: { ge: [ref('subject.properties.clearance'), ref('resource.properties.secrecy')] } },
              ],
            },
          },
          {
            name: 'Nothing is deleted before it may be.',
            effect: 'deny',
            actions: ['delete'],
            when: { before: [ref('context.time'), ref('resource.properties.keepUntil')] },
          },
        ],
      },
    },
    entities: {
      'user:alice': { department: 'Sales', manager: 'dana', teams: ['red'] },
      'user:bob': { department: 'Sales', manager: 'dana' },
      'user:carol': { department: 'Legal', teams: ['red', 'blue'] },
      'user:dana': { department: 'Board' },
      'record:101': { owner: 'alice', department: 'Sales', teams: ['red'] },
      'record:102': { owner: 'bob', department: 'Sales', keepUntil: '2027-01-01T00:00:00Z' },
      'record:103': { owner: 'carol', department: 'Legal', secrecy: 2 },
      'record:104': {},
    },
  },
} as const

/** Declares all of a scenario, over HTTP, as its owner. */
export async function declare(
  { ask }: Pick<TestApp, 'ask'>,
  { tenantId }: Tenant,
  token: string,
  { policies, entities }: { policies: Record<string, object>; entities: Record<string, object> },
): Promise<void> {
  const put = async (path: string, body: unknown) => {
    const answer = await ask('PUT', `/v1/tenants/${tenantId}/${path}`, { token, body })
    if (answer.status !== 200) throw new Error(`${path}: ${JSON.stringify(answer.body)}`)
  }
  for (const [type, definition] of Object.entries(policies)) await put(`policies/${type}`, definition)
  for (const [name, attributes] of Object.entries(entities)) {
    const [type, id] = name.split(':') as [string, string]
    await put(`entities/${type}/${encodeURIComponent(id)}`, { attributes })
  }
}
