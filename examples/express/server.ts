import express from 'express'
import { createReeve } from 'reeve'
import { reeveExpress, refusals, requirePermission } from 'reeve/express'
import { peoplePage, signInPage } from './pages.js'

const reeve = await createReeve() // DATABASE_URL
const app = express()
app.use(reeveExpress(reeve))
app.use(express.urlencoded())

app.get('/', async (request, response) => {
  const [tenant] = (await request.reeve.session())?.tenants ?? []
  if (tenant) return response.redirect(`/${tenant.tenantId}/people`)
  response.send(signInPage())
})

app.post('/sign-in', async (request, response) => {
  await request.reeve.signIn(request.body)
  response.redirect(303, '/')
})

app.post('/sign-out', async (request, response) => {
  await request.reeve.signOut()
  response.redirect(303, '/')
})

app.get('/:tenantId/people', async (request, response) => {
  const me = await request.reeve.user()
  const { items } = await me.users.list({ limit: 100 })
  response.send(peoplePage(me, items))
})

app.post('/:tenantId/people', requirePermission('users:create'), async (request, response) => {
  const me = await request.reeve.user()
  const { name, email } = request.body
  await me.users.create({ name, email })
  response.redirect(303, `/${me.tenantId}/people`)
})

app.use(refusals())

const server = app.listen(Number(process.env['PORT'] ?? 3000))

process.once('SIGTERM', () => {
  server.close(() => void reeve.close())
  server.closeIdleConnections()
})
