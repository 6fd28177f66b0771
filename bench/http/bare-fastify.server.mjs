// Fastify and nothing else: one route that answers a JSON object of the size of "who am I", serialised by a schema.
import Fastify from 'fastify'

const answer = JSON.parse(process.env.BENCH_ANSWER)
const app = Fastify({ logger: false })
const text = { type: 'string' }
const texts = { type: 'array', items: text }
const properties = (names) => Object.fromEntries(names.map((name) => [name, text]))
const schema = {
  type: 'object',
  properties: {
    account: { type: 'object', properties: properties(['id', 'email', 'name']) },
    expiresAt: text,
    tenants: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          ...properties(['tenantId', 'slug', 'name', 'userId']),
          roles: texts,
          permissions: texts,
        },
      },
    },
  },
}
app.get('/session', { schema: { response: { 200: schema } } }, async () => answer)
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) })
process.on('SIGTERM', () => process.exit())
