import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll } from 'vitest'

/** Serves requests on a port that is free, until the tests of the file are over; returns where. */
export async function serving(what: RequestListener | Server): Promise<string> {
  const server = typeof what === 'function' ? createServer(what) : what
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

export type Sent = { status: number; headers: Headers; text: string; body: unknown }

/** A request as a browser or a program sends it; the answer with its body read, where it has one in JSON. */
export async function send<Body = Record<string, unknown>>(
  url: string,
  {
    json,
    headers = {},
    ...rest
  }: Omit<RequestInit, 'headers'> & {
    json?: unknown
    headers?: Record<string, string>
  } = {},
): Promise<Omit<Sent, 'body'> & { body: Body }> {
  const answer = await fetch(url, {
    redirect: 'manual',
    headers: { ...(json === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    ...rest,
  })
  const text = await answer.text()
  const isJson = text !== '' && /json/.test(answer.headers.get('content-type') ?? '')
  const body = (isJson ? JSON.parse(text) : undefined) as Body
  return { status: answer.status, headers: answer.headers, text, body }
}
