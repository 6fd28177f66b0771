import { expect, test } from 'vitest'
import { createLog } from '../foundation/log.ts'
import { readableLog } from './log-lines.ts'

test('somebody at a terminal reads one line for a request, and what went wrong in words', () => {
  const { log, lines } = listening('info')
  log.info('Server listening at http://127.0.0.1:3000')
  log.info({ reqId: 'a', req: { method: 'GET', url: '/v1/session?token=1' } }, 'incoming request')
  log.info({ reqId: 'b', req: { method: 'POST', url: '/v1/\x1b[31msessions' } }, 'incoming request')
  log.info({ reqId: 'a', res: { statusCode: 401 }, responseTime: 3.6 }, 'request completed')
  log.info({ reqId: 'b', res: { statusCode: 201 }, responseTime: 81.2 }, 'request completed')
  log.debug({ statement: 'users.find', ms: 1.25 }, 'statement')
  log.warn('the pool is full')
  log.error({ err: new Error('out of luck') }, 'partitions')

  const texts = lines().map((line) => line.replace(/^\d\d:\d\d:\d\d /, ''))
  expect(texts.slice(0, 3)).toEqual([
    'GET /v1/session 401 4 ms',
    'POST /v1/�[31msessions 201 81 ms',
    'warn the pool is full',
  ])
  expect(texts[3]).toMatch(/^error partitions: .*out of luck/)
})

test('LOG_LEVEL=debug shows every statement by its name', () => {
  const { log, lines } = listening('debug')
  log.debug({ statement: 'users.find', ms: 1.25 }, 'statement')
  expect(lines()[0]).toMatch(/^\d\d:\d\d:\d\d users\.find 1\.3 ms$/)
})

test('requests that never end are not remembered for ever', () => {
  const { log, lines } = listening('info')
  for (let n = 0; n <= 1_000; n++)
    log.info({ reqId: String(n), req: { method: 'GET', url: '/' } }, 'incoming request')
  log.info({ reqId: '1', res: { statusCode: 200 }, responseTime: 1 }, 'request completed')
  log.info({ reqId: '1000', res: { statusCode: 200 }, responseTime: 1 }, 'request completed')
  expect(lines().map((line) => line.slice(9))).toEqual(['a request 200 1 ms', 'GET / 200 1 ms'])
})

function listening(logLevel: 'info' | 'debug') {
  const written: string[] = []
  const log = createLog(
    { logLevel },
    readableLog((text) => void written.push(text)),
  )
  return { log, lines: () => written.join('').trimEnd().split('\n') }
}
