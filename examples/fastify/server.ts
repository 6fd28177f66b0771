import fastify from 'fastify'
import { createReeve } from 'reeve'
import { reeveFastify, requirePermission } from 'reeve/fastify'
import { peoplePage, signInPage } from './pages.js'

const reeve = await createReeve() // DATABASE_URL
const app = fastify({ logger: { level: 'warn' } })
await app.register(reeveFastify, { reeve })

// What a form of a page sends; Fastify reads JSON alone.
app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
  done(null, Object.fromEntries(new URLSearchParams(body as string))),
)

app.get('/', async (request, reply) => {
  const [tenant] = (await request.reeve.session())?.tenants ?? []
  if (tenant) return reply.redirect(`/${tenant.tenantId}/people`)
  return reply.type('text/html').send(signInPage())
})

app.post<{ Body: { email: string; password: string } }>('/sign-in', async (request, reply) => {
  await request.reeve.signIn(request.body)
  return reply.redirect('/', 303)
})

app.post('/sign-out', async (request, reply) => {
  await request.reeve.signOut()
  return reply.redirect('/', 303)
})

app.get('/:tenantId/people', async (request, reply) => {
  const me = await request.reeve.user()
  const { items } = await me.users.list({ limit: 100 })
  return reply.type('text/html').send(peoplePage(me, items))
})

app.post<{ Params: { tenantId: string }; Body: { name: string; email: string } }>(
  '/:tenantId/people',
  { preHandler: requirePermission('users:create') },
  async (request, reply) => {
    const me = await request.reeve.user()
    const { name, email } = request.body
    await me.users.create({ name, email })
    return reply.redirect(`/${me.tenantId}/people`, 303)
  },
)

await app.listen({ port: Number(process.env['PORT'] ?? 3000) })

process.once('SIGTERM', async () => {
  await app.close()
  await reeve.close()
})
