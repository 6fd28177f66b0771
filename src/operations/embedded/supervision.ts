import type { Holder, Lease } from './lease.ts'
import { shutDown, signal } from './postmaster.ts'
import { isRunning, type Process } from './processes.ts'

/** Who looks after a running server: `mine` says whether that is us. */
export type Supervision = { readonly mine: boolean; stop(): Promise<void> }

type Log = (line: string) => void

/** Looks after our server: stops it when asked, and at the latest when this process exits. */
export function supervise(server: Process, lease: Lease, log: Log): Supervision {
  const charge = { server, lease }
  if (charges.size === 0) process.on('exit', stopAllAtExit)
  charges.add(charge)
  return {
    mine: true,
    async stop() {
      const ended = await shutDown(server)
      charges.delete(charge)
      if (charges.size === 0) process.off('exit', stopAllAtExit)
      lease.release()
      if (ended === 'forced')
        log('PostgreSQL did not shut down in time and was forced to; it will recover at the next start')
      if (ended === 'stuck')
        log(`PostgreSQL (process ${server.pid}) does not end; look at it before starting again`)
    },
  }
}

/** Uses a server that another process looks after. Should that be killed, one of those who watch takes over. */
export function watch(
  server: Process,
  owner: Holder,
  take: () => Promise<Lease | Holder>,
  log: Log,
): Supervision {
  let holder = owner
  let taken: Supervision | undefined
  let looking: Promise<void> | undefined

  const look = async () => {
    if (taken || isRunning(holder.process)) return
    const lease = await take()
    if (!lease.mine) holder = lease
    else if (!isRunning(server)) lease.release()
    else {
      taken = supervise(server, lease, log)
      log(`process ${holder.process.pid}, which had started PostgreSQL, has ended; the server is ours now`)
    }
  }
  const timer = setInterval(() => {
    looking ??= look()
      .catch(() => {}) // the folder was deleted: there is nothing left to take over
      .finally(() => (looking = undefined))
  }, 500)
  timer.unref()

  return {
    get mine() {
      return taken !== undefined
    },
    async stop() {
      clearInterval(timer)
      await looking
      await look()
      await taken?.stop()
    },
  }
}

const charges = new Set<{ server: Process; lease: Lease }>()

/** Nothing asynchronous runs any more, so the server is told and not waited for. */
function stopAllAtExit(): void {
  for (const { server, lease } of charges) {
    signal(server, 'SIGINT')
    lease.release()
  }
}
