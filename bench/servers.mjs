// Servers over HTTP, each in a process of its own, in production's settings. What they say goes to a file.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** Starts a Node program that listens on PORT, and waits until a path of it answers. */
export async function startServer({ folder, closing }, { name, args, env = {}, cwd = folder, path = '/' }) {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const file = join(folder, `${name.replace(/\W+/g, '-')}.log`)
  const log = await open(file, 'w')
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, NODE_ENV: 'production', HOST: '127.0.0.1', PORT: String(port), ...env },
    stdio: ['ignore', log.fd, log.fd],
  })
  await log.close()
  let ended = false
  const end = once(child, 'close').then(() => (ended = true))
  closing.push(async () => {
    child.kill('SIGTERM')
    const impatient = setTimeout(() => child.kill('SIGKILL'), 10_000)
    await end
    clearTimeout(impatient)
  })
  const until = Date.now() + 120_000
  while (!(await answers(`${url}${path}`))) {
    if (ended || Date.now() > until)
      throw new Error(`${name} did not begin to serve:\n${(await readFile(file, 'utf8')).slice(-4_000)}`)
    await pause(100)
  }
  return url
}

/** Runs a Node program to its end. */
export async function runProgram({ folder }, { name, args, env = {}, cwd = folder }) {
  const file = join(folder, `${name.replace(/\W+/g, '-')}.log`)
  const log = await open(file, 'w')
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, NODE_ENV: 'production', ...env },
    stdio: ['ignore', log.fd, log.fd],
  })
  await log.close()
  const [status] = await once(child, 'close')
  if (status !== 0) throw new Error(`${name} failed:\n${(await readFile(file, 'utf8')).slice(-4_000)}`)
}

/** One answer, which has to be a success and to contain what it should: what is wrong is fast. */
export async function probe(url, { method = 'GET', path, headers = {}, body }, contains) {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  const type = body === undefined ? {} : { 'content-type': 'application/json' }
  const answer = await fetch(`${url}${path}`, { method, headers: { ...headers, ...type }, ...sent })
  const text = await answer.text()
  if (!answer.ok || !contains(text)) {
    throw new Error(`${method} ${path} answered ${answer.status}: ${text.slice(0, 500)}`)
  }
  return { text, headers: answer.headers }
}

async function answers(url) {
  return fetch(url).then(
    async (answer) => {
      await answer.arrayBuffer()
      return answer.status < 500
    },
    () => false,
  )
}

/** One that nobody listens on now. */
function freePort() {
  return new Promise((resolve, reject) => {
    const one = createServer()
    one.once('error', reject)
    one.listen(0, '127.0.0.1', () => {
      const { port } = one.address()
      one.close(() => resolve(port))
    })
  })
}
