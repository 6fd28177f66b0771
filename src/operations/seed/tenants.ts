import { people } from './people.ts'

type Member = { person: number; role: string; term?: 'past' | 'future'; phone?: string; suspended?: boolean }
type CustomRole = { name: string; description: string; permissions: string[]; inherits?: string }

/** A tenant of the demo data. Its id is fixed: it is how a second seed recognises the first. */
export type SeededTenant = {
  id: string
  slug: string
  name: string
  isOperator: boolean
  members: Member[]
  roles: CustomRole[]
  /** Of these roles nobody has two. */
  separated?: string[]
}

const everybody = people.map((_, person) => person)

/** The installation's own, and two customers who share ten people. */
export const tenants: readonly [SeededTenant, SeededTenant, SeededTenant] = [
  {
    id: '01890000-0000-7000-8000-000000000001',
    slug: 'operator',
    name: 'Operator',
    isOperator: true,
    members: [1, 2, 55].map((person) => ({ person, role: person === 1 ? 'owner' : 'admin' })),
    roles: [{ name: 'on call', description: 'Looks, and touches nothing.', permissions: ['*:read'] }],
  },
  {
    id: '01890000-0000-7000-8000-000000000002',
    slug: 'blue-lantern',
    name: 'Blue Lantern Press',
    isOperator: false,
    members: everybody.slice(0, 40).map((person) => ({
      person,
      phone: `+49 30 555 0${String(100 + person)}`,
      ...(person === 0 ? { role: 'owner' } : roleOf(person, ['editor', 'proofreader'])),
      suspended: person === 11,
    })),
    roles: [
      {
        name: 'editor',
        description: 'Publishes what others wrote.',
        permissions: ['posts:*', 'comments:*', 'users:read', 'tenant:read'],
        inherits: 'viewer',
      },
      {
        name: 'proofreader',
        description: 'Corrects, and does not publish.',
        permissions: ['posts:read', 'posts:update', 'comments:read'],
      },
    ],
    separated: ['editor', 'proofreader', 'admin'],
  },
  {
    id: '01890000-0000-7000-8000-000000000003',
    slug: 'kestrel-logistics',
    name: 'Kestrel Logistics',
    isOperator: false,
    members: [0, ...everybody.slice(30)].map((person) => ({
      person,
      ...(person === 32
        ? { role: 'owner' }
        : person === 0
          ? { role: 'member' }
          : roleOf(person, ['dispatcher', 'auditor'])),
      suspended: person === 44,
    })),
    roles: [
      {
        name: 'dispatcher',
        description: 'Runs the day.',
        permissions: ['users:read', 'users:update', 'posts:*', 'comments:*'],
      },
      { name: 'auditor', description: 'Reads everything, changes nothing.', permissions: ['*:read'] },
    ],
  },
]

/** Most are members; every seventh runs things, every fifth has one of the tenant's own roles. */
function roleOf(person: number, own: [string, string]): { role: string; term?: 'past' | 'future' } {
  if (person % 17 === 0) return { role: 'admin', term: 'past' }
  if (person % 19 === 0) return { role: 'admin', term: 'future' }
  if (person % 7 === 0) return { role: 'admin' }
  if (person % 5 === 0) return { role: own[person % 2]! }
  return { role: person % 11 === 0 ? 'viewer' : 'member' }
}
