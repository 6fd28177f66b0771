// For every statement the values it is tried with: what a big tenant asks, where that differs from a small one, and the
// pages far behind the first. `limit` is how many 8 kB pages of the database it may read; a look-up may read 60.
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** These have no plan, for they open, end and lock; or the program never runs them. */
export const withoutPlan =
  /^(prisma\.)?(begin|commit|rollback|savepoint|release|declare)|^plan_for_values$|^settle$|^separation\.judge$|^(drill|testing|leak)\.|^partition\.ensure$|lock_password$|lock_founder$|^checkup\./

/** What each statement does. */
export const words = JSON.parse(readFileSync(new URL('./words.json', import.meta.url), 'utf8'))

const last = 'ffffffff-ffff-ffff-ffff-ffffffffffff'
const page = 21
const nil = '00000000-0000-0000-0000-000000000000'

/** Twenty people, each looked up behind the index that is walked. */
const people = 150

export function samples(it) {
  const { tenant, small, owner, member, roles } = it
  const actor = { user: owner.user, account: owner.account, request: 'drill' }
  const asOwner = { tenant, actor }
  const asMember = { tenant, actor: { user: member.user, account: member.account, request: 'drill' } }
  const inSmall = {
    tenant: small,
    actor: { user: it.smallOwner.user, account: it.smallOwner.account, request: 'drill' },
  }
  const asOperator = { tenant: nil, actor: { operator: 'drill', request: 'drill' } }
  const asAccount = { tenant: nil, actor: { account: owner.account, request: 'drill' } }
  const fresh = {
    id: randomUUID(),
    role: randomUUID(),
    tenant: randomUUID(),
    account: randomUUID(),
    set: randomUUID(),
  }
  const aSet = [
    ['separation.insert', [tenant, fresh.set, 'drill', 2]],
    ['separation.insert_roles', [tenant, fresh.set, [roles.owner, roles.rare]]],
  ]
  const hash = (letter) => Buffer.alloc(32, letter)

  const search = (note, q, { active = null, role = null, before = last, limit = people, allows } = {}) => ({
    ...asOwner,
    note,
    limit,
    allows,
    values: [tenant, before, page, q, active, role],
  })
  const audit = (
    note,
    more,
    { before = ['infinity', '0'], from = '-infinity', limit = 200, as = asOwner } = {},
  ) => ({
    ...as,
    note,
    limit,
    values: [as.tenant, from, ...before, page, ...more],
  })
  const middle = [it.middleAudit.at, it.middleAudit.id]
  const aMonthAgo = new Date(Date.now() - 30 * 24 * 60 * 60 * 1000).toISOString()

  return {
    'access.authorize': [
      { ...asOwner, note: 'an owner', values: ['users:read', null] },
      { ...asMember, note: 'a member, over what is theirs', values: ['posts:update', member.user] },
    ],
    'access.decide': [
      { ...asMember, note: 'granted', values: [tenant, member.user, 'users:read', null] },
      { ...asMember, note: 'not granted', values: [tenant, member.user, 'users:delete', null] },
    ],
    'prisma.demand': [{ ...asMember, values: ['posts:read', null] }],
    'prisma.may': [{ ...asMember, values: [tenant, member.user, 'posts:update', null] }],
    'permissions.list': [{ ...asMember, values: [1000] }],
    ...decisions(asOwner, it),

    'users.find': [{ ...asOwner, values: [tenant, member.user] }],
    'users.by_email': [
      { ...asOwner, note: 'by address', values: [tenant, member.email, null] },
      { ...asOwner, note: 'by id', values: [tenant, member.user, member.user] },
    ],
    'users.list': [
      { ...asOwner, note: 'first page of 200,000', limit: people, values: [tenant, last, page] },
      { ...asOwner, note: 'in the middle of 200,000', limit: people, values: [tenant, it.middle, page] },
      { ...inSmall, note: 'first page of 750', limit: people, values: [small, last, page] },
    ],
    ...sortedPeople(asOwner, it),
    'users.list_by_email': [
      { ...asOwner, note: 'somebody', values: [tenant, owner.email, last, null, null] },
    ],
    'roles.list_by_name': [{ ...asOwner, limit: 120, values: [tenant, 'm', page] }],
    'once.claim': [{ ...asOwner, values: [tenant, owner.account, 'drill', 'asked'] }],
    'once.find': [{ ...asOwner, values: [tenant, owner.account, 'drill'] }],
    'once.find_known': [{ ...asOwner, values: [tenant, owner.account, 'drill'] }],
    'once.keep': [{ ...asOwner, values: [tenant, owner.account, 'drill', 'sealed'] }],
    'once.forget': [{ ...asOwner, values: [tenant] }],
    'users.by_emails': [
      { ...asOwner, note: 'one', values: [[tenant], [owner.user], [member.email]] },
      {
        ...asOwner,
        note: '64 in one flight',
        limit: 600,
        values: [it.page.map(() => tenant), it.page.map(() => owner.user), it.page.map(({ email }) => email)],
      },
    ],
    'users.roles': [
      { ...asOwner, note: 'of one', values: [tenant, [member.user]] },
      {
        ...asOwner,
        note: 'of a page',
        limit: 400,
        values: [tenant, it.page.slice(0, page).map(({ user }) => user)],
      },
    ],
    'users.touch': [{ ...asOwner, limit: 150, values: [tenant, member.user] }],
    'users.list_by_active': [
      { ...asOwner, note: 'active', limit: people, values: [tenant, it.middle, page, true] },
      {
        ...asOwner,
        note: 'suspended, one of a hundred',
        limit: people,
        values: [tenant, it.middle, page, false],
      },
    ],
    'users.list_by_role': [
      { ...asOwner, note: 'a role of 40,000', limit: people, values: [tenant, last, page, roles.common] },
      { ...asOwner, note: 'a role of twenty', limit: people, values: [tenant, last, page, roles.rare] },
    ],
    'users.list_active_by_role': [
      { ...asOwner, note: 'a role of 40,000', limit: people, values: [tenant, last, page, roles.common] },
      { ...asOwner, note: 'a role of twenty', limit: people, values: [tenant, last, page, roles.rare] },
    ],
    'users.list_suspended_by_role': [
      { ...asOwner, note: 'a role of 40,000', limit: 2_000, values: [tenant, last, page, roles.common] },
      {
        ...asOwner,
        note: 'a role of twenty: walks the 2,000 suspended',
        limit: 20_000,
        values: [tenant, last, page, roles.rare],
      },
    ],
    // The newest two thousand are read first, and the trigram index after them.
    'users.search': [
      search('part of many names', 'ünal', { limit: 5_000 }),
      search('one address in 200,000', 'person500003@', { limit: 9_000 }),
      search('nobody', 'xyzzyxyzzy', { limit: 5_000 }),
      search('two characters', 'ki', { limit: 5_000 }),
      search('part of many names, suspended', 'smith', { active: false, limit: 30_000 }),
      // ten thousand are called that, and two of them have the role: only an index over both would know
      search('part of many names, with a role of twenty', 'smith', {
        role: roles.rare,
        limit: 30_000,
        allows: [/throws \d+ rows away/],
      }),
      {
        ...search('in a tenant of 750', 'ünal', { limit: 2_500 }),
        ...inSmall,
        values: [small, last, page, 'ünal', null, null],
      },
    ],
    'users.insert': [
      {
        ...asOwner,
        limit: 300,
        values: [tenant, fresh.id, 'new@example.com', 'New Person', 'new', null, null],
      },
    ],
    'users.update': [
      {
        ...asOwner,
        limit: 300,
        values: [tenant, member.user, JSON.stringify({ name: 'Other', email: 'other@example.com' })],
      },
    ],
    'users.change_profile': [
      { ...asOwner, limit: 150, values: [tenant, member.user, JSON.stringify({ bio: 'Hello' })] },
    ],
    'users.suspend': [{ ...asOwner, limit: 300, values: [tenant, member.user, owner.user, 'because'] }],
    'users.resume': [{ ...asOwner, limit: 300, values: [tenant, it.suspended.user] }],
    'users.verify': [{ ...asOwner, limit: 300, values: [tenant, member.user] }],
    'users.revoke_invitations': [{ ...asOwner, values: [tenant, member.user, owner.user] }],
    'users.delete': [{ ...asOwner, limit: 600, values: [tenant, member.user] }],

    'roles.find': [{ ...asOwner, values: [tenant, roles.member] }],
    'roles.by_name': [
      { ...asOwner, note: 'by name', values: [tenant, 'member', null] },
      { ...asOwner, note: 'by id', values: [tenant, roles.member, roles.member] },
    ],
    'roles.list': [{ ...asOwner, limit: 100, values: [tenant, nil, page] }],
    'roles.lock': [{ ...asOwner, values: [tenant, roles.common] }],
    'roles.touch': [
      {
        ...asOwner,
        note: 'other permissions',
        limit: 100,
        values: [tenant, roles.common, ['users:read'], ['any']],
      },
    ],
    'roles.catalogued': [{ ...asOwner, values: [['users:read', 'posts:read', 'nothing:here']] }],
    'roles.insert': [{ ...asOwner, limit: 100, values: [tenant, fresh.role, 'fresh', null] }],
    'roles.update': [{ ...asOwner, limit: 100, values: [tenant, roles.common, 'renamed', true, null] }],
    'roles.insert_grants': [
      {
        ...asOwner,
        limit: 200,
        values: [tenant, roles.common, ['posts:create', 'users:read'], ['any', 'any']],
      },
    ],
    // each of the four that go is held against what the actor has
    'roles.delete_other_grants': [
      { ...asOwner, limit: 400, values: [tenant, roles.common, ['users:read'], ['any']] },
    ],
    'roles.delete': [
      {
        ...asOwner,
        limit: 200,
        before: [['roles.insert', [tenant, fresh.role, 'fresh', null]]],
        values: [tenant, fresh.role],
      },
    ],
    'roles.touch_above': [{ ...asOwner, limit: 200, values: [tenant, roles.common] }],
    'roles.inherit': [
      {
        ...asOwner,
        note: 'one that a twelfth of everybody has',
        limit: 600,
        values: [tenant, roles.common, roles.rare],
      },
    ],
    'roles.disinherit': [
      {
        ...asOwner,
        limit: 600,
        before: [['roles.inherit', [tenant, roles.common, roles.rare]]],
        values: [tenant, roles.common, roles.rare],
      },
    ],
    'separation.by_name': [{ ...asOwner, before: aSet, values: [tenant, 'drill', null] }],
    'separation.find': [{ ...asOwner, before: aSet, values: [tenant, fresh.set] }],
    'separation.list': [{ ...asOwner, before: aSet, values: [tenant, nil, page] }],
    'separation.insert': [{ ...asOwner, limit: 200, values: [tenant, fresh.set, 'drill', 2] }],
    'separation.insert_roles': [
      {
        ...asOwner,
        limit: 300,
        before: aSet.slice(0, 1),
        values: [tenant, fresh.set, [roles.owner, roles.rare]],
      },
    ],
    'separation.update': [
      { ...asOwner, limit: 200, before: aSet, values: [tenant, fresh.set, 'drill 2', 2] },
    ],
    'separation.add_role': [
      { ...asOwner, limit: 200, before: aSet, values: [tenant, fresh.set, roles.other] },
    ],
    'separation.take_role': [
      { ...asOwner, limit: 200, before: aSet, values: [tenant, fresh.set, roles.owner] },
    ],
    'separation.delete': [{ ...asOwner, limit: 300, before: aSet, values: [tenant, fresh.set] }],
    'roles.find_assignment': [{ ...asOwner, values: [tenant, it.heldRole.user, it.heldRole.role] }],
    'roles.assign': [
      { ...asOwner, limit: 250, values: [tenant, member.user, roles.rare, owner.user, null, null] },
    ],
    'roles.unassign': [
      { ...asOwner, limit: 150, values: [tenant, it.heldRole.user, it.heldRole.role] },
      {
        ...asOwner,
        note: 'an owner who is not the last',
        limit: 400,
        before: [['roles.assign', [tenant, member.user, roles.owner, owner.user, null, null]]],
        values: [tenant, member.user, roles.owner],
      },
    ],

    'audit.list': [
      audit('first page of 400,000 lines in 12 months', [null, null, null, null]),
      audit('far back', [null, null, null, null], { before: middle }),
      audit('the last month', [null, null, null, null], { from: aMonthAgo }),
      audit('one kind of thing', [null, 'user', null, null]),
      audit('first page in a small tenant', [null, null, null, null], { as: inSmall }),
    ],
    'audit.list_of_action': [
      audit('one that never happened', [null, null, null, 'role.deleted']),
      audit('the commonest', [null, null, null, 'user.updated']),
      audit('the commonest, far back', [null, null, null, 'user.updated'], { before: middle }),
      audit('one that never happened, in the last month', [null, null, null, 'role.deleted'], {
        from: aMonthAgo,
      }),
    ],
    'audit.list_of_user': [
      audit('who did most of it', [owner.user, null, null, null]),
      audit('far back', [owner.user, null, null, null], { before: middle }),
      audit('who did little', [member.user, null, null, null]),
      audit('who did little, in the last month', [member.user, null, null, null], { from: aMonthAgo }),
    ],
    'audit.list_of_entity': [
      audit('one person', [null, 'user', member.user, null]),
      audit('far back', [null, 'user', member.user, null], { before: middle }),
      audit('in the last month', [null, 'user', member.user, null], { from: aMonthAgo }),
      audit('one person, by whom', [owner.user, 'user', member.user, null]),
    ],

    'sessions.check': [
      { ...asAccount, note: 'one', values: [[it.session.hash], [tenant]] },
      {
        ...asAccount,
        note: '64 in one flight',
        limit: 1_200,
        values: [it.hashes, it.hashes.map(() => tenant)],
      },
    ],
    'sessions.touch': [{ ...asAccount, limit: 60, values: [[it.session.id]] }],
    'sessions.who': [
      { ...asAccount, note: 'one', limit: 150, values: [[it.session.hash]] },
      { ...asAccount, note: '64 in one flight', limit: 6_000, values: [it.hashes] },
    ],
    'sessions.roles_told': [
      {
        ...asAccount,
        note: 'three of one tenant and one of another',
        limit: 150,
        values: [
          [tenant, tenant, tenant, small],
          [roles.owner, roles.member, it.heldRole.role, roles.owner],
        ],
      },
    ],
    'accounts.own_tenants': [{ ...asAccount, limit: 150, values: [owner.account] }],
    'sessions.open': [
      {
        ...asAccount,
        limit: 400,
        values: [randomUUID(), owner.account, hash('a'), '192.0.2.1', 'drill', 60, 600, it.credential.hash],
      },
    ],
    'sessions.list': [
      { ...asAccount, note: 'of an account that had 200', limit: 150, values: [owner.account] },
    ],
    'sessions.revoke': [
      { ...asAccount, note: 'one', limit: 150, values: [it.session.account, it.session.id, null, 'revoked'] },
      {
        ...asAccount,
        note: 'all 130 of an account that have not expired',
        limit: 7_000,
        values: [owner.account, null, null, 'revoked'],
      },
    ],

    'accounts.find': [{ ...asAccount, values: [owner.account] }],
    'accounts.by_email': [{ ...asOperator, values: ['person777777@example.com'] }],
    'accounts.credential_by_email': [
      { ...asAccount, note: 'known', values: ['person777777@example.com'] },
      { ...asAccount, note: 'unknown', values: ['nobody@example.com'] },
    ],
    'accounts.credential_by_id': [{ ...asAccount, values: [owner.account] }],
    'accounts.tenants': [{ ...asAccount, values: [owner.account] }],
    'accounts.create': [
      { ...asAccount, limit: 200, values: [fresh.account, 'fresh@example.com', 'Fresh', it.credential.hash] },
    ],
    'accounts.rename': [{ ...asAccount, limit: 100, values: [owner.account, 'Other'] }],
    'accounts.disable': [
      { ...asOperator, note: 'with its 130 sessions', limit: 7_000, values: [owner.account, 'drill'] },
    ],
    'accounts.enable': [
      {
        ...asOperator,
        before: [['accounts.disable', [owner.account, 'drill']]],
        limit: 100,
        values: [owner.account],
      },
    ],
    'accounts.replace_password': [
      {
        ...asAccount,
        limit: 100,
        values: [owner.account, it.credential.hash, it.credential.hash.replace('$m=19456', '$m=65536')],
      },
    ],

    'tenants.find': [{ ...asMember, values: [tenant] }],
    'tenants.by_slug': [
      { ...asOperator, note: 'by short name', values: ['tenant-77', null] },
      { ...asOperator, note: 'by id', values: [small, small] },
    ],
    'tenants.list': [{ ...asOperator, limit: 100, values: [last, page] }],
    'tenants.count_of_account': [{ ...asAccount, values: [owner.account] }],
    'tenants.update': [{ ...asOwner, limit: 100, values: [tenant, 'Renamed', null] }],
    'tenants.delete': [{ ...asOwner, limit: 100, values: [tenant, owner.user] }],
    'tenants.insert': [
      {
        tenant: fresh.tenant,
        actor: { account: owner.account },
        unfinished: true,
        limit: 100,
        values: [fresh.tenant, 'fresh', 'Fresh'],
      },
    ],
    'tenants.furnish': [
      {
        tenant: fresh.tenant,
        actor: { account: owner.account },
        unfinished: true,
        limit: 2_000,
        before: [['tenants.insert', [fresh.tenant, 'fresh', 'Fresh']]],
        values: [fresh.tenant],
      },
    ],
    'tenants.insert_owner': [
      {
        tenant: fresh.tenant,
        actor: { account: owner.account },
        unfinished: true,
        limit: 300,
        before: [
          ['tenants.insert', [fresh.tenant, 'fresh', 'Fresh']],
          ['tenants.furnish', [fresh.tenant]],
        ],
        values: [fresh.tenant, fresh.id, owner.account, 'person1@example.com', 'Founder'],
      },
    ],
    'tenants.assign_owner': [
      {
        tenant: fresh.tenant,
        actor: { account: owner.account },
        note: 'with what is judged at the commit',
        limit: 200,
        before: [
          ['tenants.insert', [fresh.tenant, 'fresh', 'Fresh']],
          ['tenants.furnish', [fresh.tenant]],
          ['tenants.insert_owner', [fresh.tenant, fresh.id, owner.account, 'person1@example.com', 'Founder']],
        ],
        values: [fresh.tenant, fresh.id],
      },
    ],

    'invitations.list': [{ ...asOwner, limit: 200, values: [tenant, last, page] }],
    'invitations.find': [{ ...asOwner, values: [tenant, it.invitation.id] }],
    'invitations.pending_by_email': [{ ...asOwner, values: [tenant, it.invitation.email] }],
    // one decision for each permission that the role gives
    'invitations.look_at': [{ ...asOwner, limit: 600, values: [tenant, it.invitation.hash] }],
    'invitations.claim': [{ ...asOwner, limit: 600, values: [tenant, it.invitation.hash] }],
    'invitations.known_as': [{ ...asOwner, limit: 100, values: [tenant, member.email] }],
    'invitations.insert': [
      {
        ...asOwner,
        limit: 300,
        values: [tenant, fresh.id, 'guest@example.org', roles.common, hash('b'), owner.user, 3600],
      },
    ],
    'invitations.revoke': [{ ...asOwner, limit: 150, values: [tenant, it.invitation.id, owner.user] }],
    'invitations.revoke_pending': [
      { ...asOwner, limit: 150, values: [tenant, it.invitation.email, owner.user] },
    ],
    'invitations.mark_accepted': [
      { ...asOwner, limit: 150, values: [tenant, it.invitation.id, member.user] },
    ],
    'invitations.become_user': [
      {
        ...asOwner,
        limit: 300,
        before: [['accounts.create', [fresh.account, 'fresh@example.com', 'Fresh', null]]],
        values: [tenant, fresh.id, fresh.account, 'fresh@example.com', 'Fresh'],
      },
    ],
    'invitations.give_role': [
      { ...asOwner, limit: 250, values: [tenant, member.user, roles.rare, owner.user] },
    ],
  }
}

/** Of these statements, those that nobody tries or that have no words, and the samples of statements that are gone. */
export function gaps(statements) {
  const known = Object.keys(samples(nobody))
  return {
    missing: statements.filter((name) => !known.includes(name) && !withoutPlan.test(name)),
    wordless: known.filter((name) => !words[name]),
    gone: known.filter((name) => !statements.includes(name)),
  }
}

/** What is asked for a decision (AuthZEN), and what policies are kept in. */
function decisions(asOwner, { tenant, owner, member, post, comment }) {
  const start = nil
  const definition = { actions: ['view'], subjects: { user: {} }, rules: [{ actions: ['view'] }] }
  return {
    'authzen.people': [
      { ...asOwner, limit: people, values: [tenant, [owner.user, member.user], [owner.email, member.email]] },
    ],
    'authzen.people_after': [{ ...asOwner, limit: 2_000, values: [tenant, start, 100] }],
    'authzen.entities': [{ ...asOwner, values: [tenant, ['record', 'user'], ['101', owner.email]] }],
    'authzen.entities_after': [{ ...asOwner, values: [tenant, 'record', '', 100] }],
    'authzen.actions': [{ ...asOwner, values: [['users', 'posts']] }],
    'authzen.policies': [{ ...asOwner, values: [tenant, ['record']] }],
    'authzen.decide': [
      {
        ...asOwner,
        limit: people,
        values: [tenant, [owner.user, member.user], ['users:read', 'posts:update'], [null, member.user]],
      },
    ],
    'authzen.roles': [{ ...asOwner, values: [tenant, [nil]] }],
    'authzen.invitations': [{ ...asOwner, values: [tenant, [nil]] }],
    'authzen.posts': [{ ...asOwner, values: [tenant, [post.id]] }],
    'authzen.comments': [{ ...asOwner, values: [tenant, [comment.id]] }],
    'authzen.roles_after': [{ ...asOwner, limit: 200, values: [tenant, start, 100] }],
    'authzen.posts_after': [{ ...asOwner, limit: 200, values: [tenant, start, 100] }],
    'authzen.comments_after': [{ ...asOwner, limit: 200, values: [tenant, start, 100] }],
    'authzen.invitations_after': [{ ...asOwner, limit: 200, values: [tenant, start, 100] }],
    'policies.find': [{ ...asOwner, values: [tenant, 'record'] }],
    'policies.list': [{ ...asOwner, values: [tenant, '', page] }],
    'policies.put': [{ ...asOwner, values: [tenant, 'record', JSON.stringify(definition)] }],
    'policies.delete': [{ ...asOwner, values: [tenant, 'record'] }],
    'entities.find': [{ ...asOwner, values: [tenant, 'record', '101'] }],
    'entities.list': [{ ...asOwner, values: [tenant, 'record', '', page] }],
    'entities.put': [{ ...asOwner, values: [tenant, 'record', '101', '{}'] }],
    'entities.delete': [{ ...asOwner, values: [tenant, 'record', '101'] }],
  }
}

/** Stands for whomever a sample speaks of, where only the names of the samples are wanted. */
const nobody = new Proxy(() => nobody, { get: () => nobody })

/**
 * Every order of the people, at its beginning and far behind it. The suspended are one in a hundred: either all 2,000 of
 * them are sorted, or some 2,000 people are met on the way to a page of them.
 */
function sortedPeople({ tenant, ...as }, it) {
  const places = {
    createdat: [null, it.middleAt],
    name: [null, 'M'],
    email: [null, 'person5'],
  }
  const tried = {}
  for (const [by, starts] of Object.entries(places)) {
    for (const whom of ['all', 'active', 'suspended']) {
      for (const way of ['up', 'down']) {
        tried[`users.${whom}_by_${by}_${way}`] = starts.map((start) => ({
          tenant,
          ...as,
          note: start === null ? 'first page' : 'far behind',
          limit: whom === 'suspended' ? 6_000 : 60,
          allows: whom === 'suspended' ? [/^sorts/, /throws \d+ rows away/] : [],
          values: [tenant, start, start === null ? null : nil, page],
        }))
      }
    }
  }
  return tried
}
