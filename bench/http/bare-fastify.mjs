// Fastify and nothing else, with the very answer that Reeve gives: what a JSON route costs at least.
import { fileURLToPath } from 'node:url'
import { tokenOf } from '../people.mjs'
import { probe, startServer } from '../servers.mjs'

const program = fileURLToPath(new URL('./bare-fastify.server.mjs', import.meta.url))

export const about =
  'Bare Fastify: one route without any look-up, answering the same JSON object by a schema; no log'

export async function open(place, { people, answer }) {
  const env = { BENCH_ANSWER: answer }
  const url = await startServer(place, { name: 'bare fastify', args: [program], env, path: '/session' })
  const requests = people.map((_, i) => ({
    path: '/session',
    headers: { authorization: `Bearer ${tokenOf(i + 1)}` },
  }))
  await probe(url, requests[0], (text) => text.length === answer.length)
  return {
    asks: [{ what: 'who am I', who: 'Bare Fastify', how: 'the same answer, no look-up', url, requests }],
  }
}
