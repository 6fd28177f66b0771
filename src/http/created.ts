import type { FastifyReply, FastifyRequest } from 'fastify'

/** Answers 201 and says where that is which was just made: under the address of its list, by its id. */
export function created<Reply extends FastifyReply>(
  request: FastifyRequest,
  reply: Reply,
  { id }: { id: string },
): Reply {
  const [list] = request.url.split('?')
  return reply.code(201).header('location', `${list}/${id}`) as Reply
}
