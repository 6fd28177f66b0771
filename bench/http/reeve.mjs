// Reeve's own server, one process: `reeve serve` in production's settings, ten connections, its limits out of the way.
import { fileURLToPath } from 'node:url'
import { newKey } from '../../dist/foundation/secret.js'
import { password, tokenOf } from '../people.mjs'
import { urlOf } from '../place.mjs'
import { probe, startServer } from '../servers.mjs'

const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

export const about =
  'Reeve: reeve serve, NODE_ENV=production, --max-semi-space-size=64 as "npm start" has it, pool of 10, rate limits raised; LOG_LEVEL=warn where the log is not named'

export async function open(place, { access, tenantId, people, signingIn }) {
  const env = {
    DATABASE_URL: urlOf(access),
    SECRET_KEYS: newKey('bench'),
    RATE_LIMIT_PER_MINUTE: '100000000',
    SIGN_IN_LIMIT_PER_MINUTE: '1000000',
  }
  const serve = { args: ['--max-semi-space-size=64', program, 'serve'], path: '/health/live' }
  const [quiet, usual] = await Promise.all([
    startServer(place, { ...serve, name: 'reeve', env: { ...env, LOG_LEVEL: 'warn' } }),
    startServer(place, { ...serve, name: 'reeve with its log', env }),
  ])
  const bearer = people.map((_, i) => ({ authorization: `Bearer ${tokenOf(i + 1)}` }))
  const whoAmI = bearer.map((headers) => ({ path: '/v1/session', headers }))
  const list = bearer.map((headers) => ({ path: `/v1/tenants/${tenantId}/users?limit=20`, headers }))
  const signIn = signingIn.map((email) => ({
    method: 'POST',
    path: '/v1/sessions',
    body: { email, password },
  }))

  const { text: answer } = await probe(quiet, whoAmI[0], (text) => text.includes(people[0].email))
  await probe(usual, whoAmI[0], (text) => text.includes(people[0].email))
  await probe(quiet, list[0], (text) => JSON.parse(text).items.length === 20)
  await probe(quiet, signIn[0], (text) => text.includes('"token"'))
  return {
    answer,
    asks: [
      { what: 'who am I', who: 'Reeve', how: 'GET /v1/session', url: quiet, requests: whoAmI },
      { what: 'who am I', who: 'Reeve, its usual log', how: 'GET /v1/session', url: usual, requests: whoAmI },
      {
        what: 'list of 20',
        who: 'Reeve',
        how: 'GET /v1/tenants/:tenantId/users?limit=20',
        url: quiet,
        requests: list,
      },
      {
        what: 'sign-in',
        who: 'Reeve',
        how: 'POST /v1/sessions; argon2id 19 MiB, t=2',
        url: quiet,
        requests: signIn,
      },
    ],
  }
}
