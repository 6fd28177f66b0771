// Over HTTP: wrk, one thread, so many connections that each wait for the answer before they ask again.
import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const script = fileURLToPath(new URL('./wrk.lua', import.meta.url))

/** Writes the requests where wrk reads them. */
export async function writeRequests(file, requests) {
  const lines = requests.map(({ method = 'GET', path, headers = {}, body }) => {
    const sent = { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }
    const pairs = Object.entries(sent).map(([name, value]) => `${name}: ${value}`)
    return [method, path, pairs.join('\u0001'), body === undefined ? '' : JSON.stringify(body)].join('\t')
  })
  await writeFile(file, `${lines.join('\n')}\n`)
}

/** Asks for so many seconds; an answer that is no success ends the measurement: what is refused is refused fast. */
export async function wrk({ url, file, connections, seconds }) {
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '120s', '-s', script, url, file]
  const said = await output('wrk', args)
  const [, found] = /^measured (.*)$/m.exec(said) ?? []
  if (found === undefined) throw new Error(`wrk said nothing that we understand:\n${said}`)
  const { requests, microseconds, p50, p95, p99, failed } = JSON.parse(found)
  // On a machine that is very busy, nobody may have been answered in that time.
  if (requests === 0 && seconds < 60) return wrk({ url, file, connections, seconds: seconds * 2 })
  if (failed > 0) throw new Error(`${failed} of ${requests} requests to ${url} failed`)
  return { perSecond: (requests / microseconds) * 1e6, p50, p95, p99 }
}

/** What a program writes to its standard output. */
export function output(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
    let out = ''
    let err = ''
    child.stdout.on('data', (chunk) => (out += chunk))
    child.stderr.on('data', (chunk) => (err += chunk))
    child.on('error', reject)
    child.on('close', (status) => {
      if (status === 0) resolve(out)
      else reject(new Error(`${program} ended with ${status}:\n${out}${err}`))
    })
  })
}
