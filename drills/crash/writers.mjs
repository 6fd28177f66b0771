// People who write without pause and remember what was acknowledged. A request without an answer may have been done or
// not: it is remembered as unknown.
import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/** What everybody remembers: what was asked, under a name that there is once, and what came of it. */
export class Ledger {
  acknowledged = {
    tenant: new Map(),
    user: new Map(),
    role: new Map(),
    post: new Map(),
    published: new Map(),
    deleted: new Map(),
  }
  unknown = []
  refused = []

  count() {
    return Object.fromEntries(Object.entries(this.acknowledged).map(([kind, ids]) => [kind, ids.size]))
  }
}

/** Signs up the person in whose tenant everything happens. */
export async function founder(port) {
  const answer = await ask({ port }, 'POST', '/v1/sign-up', {
    email: 'ada@example.com',
    password: 'correct horse battery',
    name: 'Ada',
    tenantName: 'Analytical Engines',
  })
  if (answer.status !== 201) throw new Error(`sign-up: ${answer.status} ${JSON.stringify(answer.body)}`)
  const { tenant, session } = answer.body
  const roles = await ask({ port, token: session.token }, 'GET', `/v1/tenants/${tenant.id}/roles?limit=100`)
  const member = roles.body.items.find(({ name }) => name === 'member').id
  return { tenantId: tenant.id, token: session.token, member }
}

/** Starts writers; `stop` resolves when the last has noticed. */
export function startWriters(count, port, who, ledger, round) {
  let stopped = false
  const writers = Array.from({ length: count }, (_, i) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    // Each comes from an address of its own: the limit of requests is one for an address.
    const localAddress = process.platform === 'linux' ? `127.0.${round % 250}.${10 + i}` : undefined
    return write(
      { port, token: who.token, agent, localAddress, timeout: 20_000 },
      who,
      ledger,
      `${round}-${i}`,
      () => stopped,
    ).finally(() => agent.destroy())
  })
  return {
    stop: async () => {
      stopped = true
      await Promise.all(writers)
    },
  }
}

async function write(via, { tenantId, member }, ledger, name, isStopped) {
  const stopped = () => isStopped() || via.refused
  const at = `/v1/tenants/${tenantId}`
  for (let n = 0; !stopped(); n++) {
    const mark = `${name}-${n}`
    const user = await attempt(via, ledger, 'user', mark, () =>
      ask(via, 'POST', `${at}/users`, {
        email: `u${mark}@example.com`,
        name: `User ${mark}`,
        profile: { bio: mark },
        roleIds: [member],
      }),
    )
    if (stopped()) return
    await attempt(via, ledger, 'role', mark, () =>
      ask(via, 'POST', `${at}/roles`, {
        name: `role ${mark}`,
        permissions: ['posts:read', 'posts:create', 'comments:read'],
      }),
    )
    if (stopped()) return
    const post = await attempt(via, ledger, 'post', mark, () =>
      ask(via, 'POST', `${at}/posts`, { title: `Post ${mark}`, content: mark }),
    )
    if (post && !stopped())
      await attempt(
        via,
        ledger,
        'published',
        mark,
        () => ask(via, 'PATCH', `${at}/posts/${post}`, { status: 'published' }),
        post,
      )
    if (user && n % 4 === 3 && !stopped())
      await attempt(via, ledger, 'deleted', mark, () => ask(via, 'DELETE', `${at}/users/${user}`), user)
    // An account founds a hundred at most.
    if (n === 2 && name.endsWith('-0') && !stopped())
      await attempt(via, ledger, 'tenant', mark, () =>
        ask(via, 'POST', '/v1/tenants', { name: `Tenant ${mark}` }),
      )
  }
}

/** The id, when it was acknowledged. */
async function attempt(via, ledger, kind, mark, send, known) {
  const answer = await send().catch((error) => ({ status: 0, error }))
  if (answer.status >= 200 && answer.status < 300) {
    const id = known ?? answer.body.id
    ledger.acknowledged[kind].set(mark, id)
    return id
  }
  if (answer.status === 0 || answer.status >= 500)
    ledger.unknown.push({ kind, mark, id: known, status: answer.status, code: answer.body?.code })
  else ledger.refused.push({ kind, mark, status: answer.status, body: answer.body })
  // Nobody listens there any more: the next round begins with other writers.
  if (answer.error?.code === 'ECONNREFUSED') via.refused = true
  await sleep(20)
  return undefined
}

export function ask({ port, token, agent, localAddress, timeout = 20_000 }, method, path, body) {
  return new Promise((resolve, reject) => {
    const payload = body === undefined ? undefined : JSON.stringify(body)
    const sent = request(
      {
        ...{ host: '127.0.0.1', port, method, path, agent, localAddress, timeout },
        headers: {
          ...(token ? { authorization: `Bearer ${token}` } : {}),
          ...(payload === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
        },
      },
      (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (more) => (text += more))
        answer.once('error', reject)
        answer.once('end', () =>
          resolve({ status: answer.statusCode, body: text === '' ? undefined : JSON.parse(text) }),
        )
      },
    )
    sent.once('error', reject)
    sent.once('timeout', () => sent.destroy(new Error('no answer in time')))
    sent.end(payload)
  })
}
