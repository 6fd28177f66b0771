import { readFile, rename, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Refusal } from '../../foundation/refusal.ts'

/** Where the search for a free port begins. 5432 is left to a PostgreSQL that the machine may have. */
export const firstPort = 5433

/** The port asked for, if it is free. Else the one of last time, else the first free one. */
export async function choosePort(directory: string, asked: number | undefined): Promise<number> {
  if (asked !== undefined) {
    if (await isFree(asked)) return asked
    throw portTaken(asked)
  }
  const last = Number(await readFile(join(directory, 'postgres.port'), 'utf8').catch(() => ''))
  if (last > 0 && (await isFree(last))) return last
  for (let port = firstPort; port < firstPort + 100; port++) if (await isFree(port)) return port
  return anyPort()
}

/** Keeps a port for the next start, so that a connection string written down stays true. */
export async function rememberPort(directory: string, port: number): Promise<void> {
  const file = join(directory, 'postgres.port')
  await writeFile(`${file}.new`, `${port}\n`)
  await rename(`${file}.new`, file) // also over a file that root wrote in our folder
}

export function portTaken(port: number): Refusal {
  return new Refusal(
    'port_taken',
    `port ${port} on 127.0.0.1 is already in use`,
    'stop what listens there, or ask for no port: then a free one is chosen and remembered',
  )
}

function isFree(port: number): Promise<boolean> {
  return listen(port).then((found) => found !== undefined)
}

async function anyPort(): Promise<number> {
  return (await listen(0))!
}

function listen(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen(port, '127.0.0.1', () => {
      const found = (server.address() as AddressInfo).port
      server.close(() => resolve(found))
    })
  })
}
