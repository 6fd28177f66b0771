// Everything that a connection may do and a client never would. Each returns what should not be so, in words.
import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** In milliseconds, for a request while others misbehave. */
const tooLong = 10_000

/** All of it, one after the other; in the end the server must be as it was. */
export async function mischief(port, token) {
  const via = { port, token }
  const faults = []
  for (const [what, misbehave] of Object.entries(ways)) {
    const found = await misbehave(via)
    const asUsual = await ask(via, 'GET', '/v1/session')
    if (asUsual.status !== 200 || asUsual.ms > tooLong)
      found.push(`afterwards a request is answered ${asUsual.status} after ${asUsual.ms} ms`)
    faults.push(...found.map((fault) => `${what}: ${fault}`))
  }
  return faults
}

const ways = {
  'a hundred requests in one go': async (via) => {
    const asked = Array.from({ length: 100 }, (_, n) => {
      const url = ['/v1/session', '/nowhere', '/v1/account?x=1', '/v1/tenants'][n % 4]
      return head(via, 'GET', url, [`x-request-id: pipe-${n}`])
    })
    const line = await open(via)
    line.socket.write(asked.join(''))
    await until(() => line.heard().split('HTTP/1.1 ').length > 100, 20_000)
    line.socket.destroy()
    const ids = line.heard().match(/(?<=x-request-id: )\S+/g) ?? []
    const expected = asked.map((_, n) => `pipe-${n}`)
    return ids.join() === expected.join() ? [] : [`answered ${ids.length}, or not in order: ${ids.join()}`]
  },

  'bodies of one byte a chunk': async (via) => {
    const body = JSON.stringify({ name: 'Chunky' })
    const chunks = [...body].map((letter) => `1;ext=${'y'.repeat(50)}\r\n${letter}\r\n`).join('')
    const more = ['content-type: application/json', 'transfer-encoding: chunked', 'trailer: x']
    const line = await open(via)
    line.socket.write(`${head(via, 'PATCH', '/v1/account', more)}${chunks}0\r\nx: y\r\n\r\n`)
    await until(() => line.heard() !== '', 10_000)
    line.socket.destroy()
    return line.heard().startsWith('HTTP/1.1 200 ') ? [] : [`answered ${line.heard().slice(0, 100)}`]
  },

  'two hundred who speak slowly, and one who does not': async (via) => {
    const lines = await Promise.all(Array.from({ length: 200 }, () => open(via)))
    const text = head(via, 'GET', '/v1/session')
    let slowest = 0
    for (let n = 0; n < 60; n++) {
      for (const { socket } of lines) socket.write(text[n])
      if (n % 10 === 0) slowest = Math.max(slowest, (await ask(via, 'GET', '/v1/session')).ms)
      await sleep(20)
    }
    for (const { socket } of lines) socket.write(text.slice(60))
    await until(() => lines.every(({ heard }) => heard().includes('200 OK')), 20_000)
    const unanswered = lines.filter(({ heard }) => !heard().includes('200 OK')).length
    for (const { socket } of lines) socket.destroy()
    return [
      ...(unanswered > 0 ? [`${unanswered} were not answered in the end`] : []),
      ...(slowest > tooLong ? [`meanwhile the other one waited ${slowest} ms`] : []),
    ]
  },

  'five hundred who leave in the middle of asking': async (via) => {
    const texts = [
      head(via, 'GET', '/v1/session').slice(0, 30),
      `${head(via, 'POST', '/v1/tenants', ['content-type: application/json', 'content-length: 400'])}{"na`,
      `${head(via, 'POST', '/v1/tenants', ['content-type: application/json', 'transfer-encoding: chunked'])}5\r\n{"n`,
    ]
    await inTens(500, async (n) => {
      const { socket } = await open(via)
      await new Promise((resolve) => socket.write(texts[n % texts.length], resolve))
      socket.destroy()
    })
    return []
  },

  'five hundred who do not wait for the answer': async (via) => {
    await inTens(500, async (n) => {
      const { socket } = await open(via)
      const url = n % 2 === 0 ? '/v1/tenants' : '/v1/account/sessions'
      await new Promise((resolve) => socket.write(head(via, 'GET', url), resolve))
      await sleep(n % 10)
      if (n % 3 === 0) socket.resetAndDestroy()
      else socket.destroy()
    })
    return []
  },

  'fifty who ask on and on, and never read': async (via) => {
    const lines = await Promise.all(Array.from({ length: 50 }, () => open(via)))
    for (const { socket } of lines) {
      socket.pause()
      for (let n = 0; n < 200; n++) socket.write(head(via, 'GET', '/openapi.json'))
    }
    await sleep(3_000)
    const other = await ask(via, 'GET', '/v1/session')
    for (const { socket } of lines) socket.destroy()
    return other.ms > tooLong ? [`meanwhile another one waited ${other.ms} ms`] : []
  },

  'three hundred who speak something else': async (via) => {
    const hello = Buffer.from('16030100c8010000c40303', 'hex')
    const unanswered = []
    await inTens(300, async (n) => {
      const text = n % 3 === 0 ? hello : n % 3 === 1 ? randomBytes(200) : `\r\n\r\nGET\t/ \0HTTP/9.9\r\n\r\n`
      const line = await open(via)
      line.socket.write(text)
      line.socket.write('\r\n\r\n')
      if (!(await until(() => line.closed() || line.heard() !== '', 10_000))) unanswered.push(n)
      if (line.heard().startsWith('HTTP') && !/^HTTP\/1\.1 4\d\d /.test(line.heard()))
        unanswered.push(line.heard().slice(0, 80))
      line.socket.destroy()
    })
    return unanswered.length > 0 ? [`some were neither refused nor left: ${unanswered.slice(0, 5)}`] : []
  },
}

function head({ token }, method, url, more = []) {
  return [`${method} ${url} HTTP/1.1`, 'host: x', `authorization: Bearer ${token}`, ...more, '', ''].join(
    '\r\n',
  )
}

/** A connection on which one can say anything. */
async function open({ port }) {
  const socket = connect(port, '127.0.0.1')
  let heard = ''
  let closed = false
  socket.setEncoding('latin1')
  socket.on('data', (text) => void (heard += text))
  socket.on('error', () => {})
  socket.once('close', () => (closed = true))
  await new Promise((resolve) => {
    socket.once('connect', resolve)
    socket.once('close', resolve)
  })
  return { socket, heard: () => heard, closed: () => closed }
}

async function ask({ port, token }, method, url) {
  const started = performance.now()
  const answer = await fetch(`http://127.0.0.1:${port}${url}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(20_000),
  }).catch((error) => ({ status: String(error), text: () => '' }))
  await answer.text()
  return { status: answer.status, ms: Math.round(performance.now() - started) }
}

async function until(isSo, ms) {
  const end = Date.now() + ms
  while (!isSo()) {
    if (Date.now() > end) return false
    await sleep(10)
  }
  return true
}

/** Ten at a time. */
async function inTens(count, work) {
  let next = 0
  const worker = async () => {
    while (next < count) await work(next++)
  }
  await Promise.all(Array.from({ length: 10 }, worker))
}
