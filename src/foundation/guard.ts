import { lstat, realpath, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join, normalize, parse, relative, sep } from 'node:path'
import { Refusal } from './refusal.ts'

/**
 * Deletes a file or a folder with everything in it, but only inside `root`. Everything of ours that deletes
 * goes through here. Both paths are absolute; the root itself goes only with `{ rootItself: true }`.
 * A symbolic link is deleted as a link, and no folder on the way may lead out of the root.
 * What does not exist is already deleted.
 */
export async function removeInside(
  root: string,
  path: string,
  options: { rootItself?: boolean } = {},
): Promise<void> {
  refuseUnusable(root)
  refuseUnusable(path)
  const from = withoutTrailingSeparator(root)
  const target = withoutTrailingSeparator(path)
  if (from === parse(from).root || from === normalize(homedir()))
    throw unsafe(`${from} is no folder to delete from`)
  if (target === from && !options.rootItself) throw unsafe(`${target} is the root itself`)
  if (!isWithin(from, target)) throw unsafe(`${target} is not inside ${from}`)

  const realRoot = await whereItReallyIs(from, target === from)
  const realTarget = await whereItReallyIs(target, true)
  if (realRoot === undefined || realTarget === undefined) return
  if (!isWithin(realRoot, realTarget)) throw unsafe(`${target} leads out of ${from}, to ${realTarget}`)
  for (const lived of [process.cwd(), await realpath(homedir()).catch(homedir)]) {
    if (isWithin(realTarget, lived)) throw unsafe(`${lived} is in it`) // whatever root was named
  }

  await rm(realTarget, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 })
}

function refuseUnusable(path: string): void {
  if (typeof path !== 'string' || path.trim() === '') throw unsafe('the path is empty')
  if (path.includes('\0')) throw unsafe('the path contains a NUL character')
  if (!isAbsolute(path)) throw unsafe(`${path} is relative, and so depends on where we stand`)
}

function withoutTrailingSeparator(path: string): string {
  const normal = normalize(path)
  return normal.endsWith(sep) && normal !== parse(normal).root ? normal.slice(0, -1) : normal
}

function isWithin(root: string, path: string): boolean {
  const way = relative(root, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

/** The path with every link on the way resolved; its last part only when it is not what we delete. */
async function whereItReallyIs(path: string, keepLast: boolean): Promise<string | undefined> {
  try {
    if (!keepLast) return await realpath(path)
    await lstat(path)
    return join(await realpath(dirname(path)), parse(path).base)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}

function unsafe(why: string): Refusal {
  return new Refusal(
    'unsafe_delete',
    `refused to delete: ${why}`,
    'name an absolute path inside the folder that we look after',
  )
}
