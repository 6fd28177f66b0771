import { readdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { removeInside } from '../../foundation/guard.ts'
import { Refusal } from '../../foundation/refusal.ts'
import { takeLease } from './lease.ts'
import { linkTarget } from './place.ts'
import { findPostmaster } from './postmaster.ts'

/**
 * Deletes the embedded PostgreSQL of a directory: all data, wherever it is kept, the password, the port and the log.
 * Refuses while it runs. What else is in the directory stays.
 */
export async function discardEmbedded(directory: string): Promise<void> {
  const root = resolve(directory)
  const ours = (await readdir(root).catch(() => [])).filter((name) =>
    /^(postgres($|[.])|programs-)/.test(name),
  )
  if (!ours.includes('postgres')) return discard(root, ours)

  const elsewhere = await linkTarget(join(root, 'postgres'))
  const data = elsewhere ?? join(root, 'postgres')
  const lease = await takeLease(`${data}.owner`)
  if (!lease.mine || (await findPostmaster(data))) {
    if (lease.mine) lease.release()
    throw new Refusal('postgres_in_use', `the PostgreSQL in ${data} is running`, 'stop it first')
  }
  if (elsewhere) await removeInside(dirname(dirname(elsewhere)), dirname(elsewhere))
  await discard(root, ours)
  lease.release()
}

async function discard(root: string, names: string[]): Promise<void> {
  for (const name of names) await removeInside(root, join(root, name))
}
