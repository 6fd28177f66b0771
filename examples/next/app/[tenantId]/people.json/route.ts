import { reeve } from '../../../reeve'

type Context = { params: Promise<{ tenantId: string }> }

/** The same for programs. What is refused here comes out as a problem document. */
export const GET = reeve.route(async (_request: Request, { params }: Context) => {
  const me = await reeve.user((await params).tenantId)
  return Response.json(await me.users.list())
})

export const POST = reeve.route(async (request: Request, { params }: Context) => {
  const me = await reeve.user((await params).tenantId)
  return Response.json(await me.users.create(await request.json()), { status: 201 })
})
