import { createServer, type AddressInfo } from 'node:net'
import { afterAll, expect, test } from 'vitest'
import { acquire, giveBack, openPool } from './pool.ts'

const text = (type: string, body: string) => {
  const bytes = Buffer.from(`${type}....${body}`, 'latin1')
  bytes.writeInt32BE(bytes.length - 1, 1)
  return bytes
}
const welcome = Buffer.concat([text('R', '\0\0\0\0'), text('Z', 'I')])
const farewell = text('E', 'SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0')

// what PostgreSQL does to a connection of which it is told to end it while it begins
const server = createServer((socket) => {
  socket.on('error', () => {})
  socket.once('data', () => socket.end(Buffer.concat([welcome, farewell])))
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
afterAll(() => void server.close())

test('a connection that is ended in the same breath as it is opened ends nothing else', async () => {
  const pool = openPool({
    ...{ host: '127.0.0.1', port: (server.address() as AddressInfo).port },
    ...{ user: 'reeve_app', password: '', database: 'reeve', poolSize: 1 },
    ...{ acquireTimeoutMs: 1_000, statementTimeoutMs: 1_000, lockTimeoutMs: 1_000 },
    idleInTransactionTimeoutMs: 1_000,
  })
  const client = await acquire(pool)
  await expect(client.query('select 1')).rejects.toThrow()
  giveBack(client, true)
  await pool.end()
})
