import { existsSync, utimesSync, writeFileSync } from 'node:fs'
import { link, mkdir, readdir, readFile, stat, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isRunning, processOf, thisWorld, type Process } from './processes.ts'

/** The right to start and stop the server of one folder. It ends with the process that holds it. */
export type Lease = { mine: true; release(): void }
export type Holder = { mine: false; process: Process; elsewhere: boolean }

const beat = 2_000

/**
 * Takes the lease of a folder, or says who holds it.
 *
 * Each lease is a file of its own, numbered upwards, and only the highest number counts. That makes taking over
 * from a dead holder safe when several try: a file can be created once, and whoever created one that is no longer
 * the highest has lost. The highest file is never deleted; a released lease is an empty file.
 */
export async function takeLease(folder: string): Promise<Lease | Holder> {
  await mkdir(folder, { recursive: true })
  for (;;) {
    const highest = await highestLease(folder)
    const holder = highest === 0 ? undefined : await holderOf(join(folder, String(highest)))
    if (holder) return holder

    const number = highest + 1
    if (!(await createOnce(folder, number))) continue
    if ((await highestLease(folder)) === number) return hold(folder, number)
    await unlink(join(folder, String(number))).catch(() => {})
  }
}

async function highestLease(folder: string): Promise<number> {
  const numbers = (await readdir(folder)).filter((name) => /^\d+$/.test(name)).map(Number)
  return Math.max(0, ...numbers)
}

async function holderOf(file: string): Promise<Holder | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  if (text === '') return undefined
  const { world, ...who } = JSON.parse(text) as Process & { world: string }
  if (world === thisWorld())
    return isRunning(who) ? { mine: false, process: who, elsewhere: false } : undefined
  return (await stillBeats(file)) ? { mine: false, process: who, elsewhere: true } : undefined
}

/** A holder in another container cannot be seen, but a living one touches its file. */
async function stillBeats(file: string): Promise<boolean> {
  const before = (await stat(file)).mtimeMs
  const until = Date.now() + 2.5 * beat
  while (Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 200))
    const now = await stat(file).catch(() => undefined)
    if (!now || now.size === 0) return false
    if (now.mtimeMs !== before) return true
  }
  return false
}

async function createOnce(folder: string, number: number): Promise<boolean> {
  const draft = join(folder, `draft-${process.pid}-${Math.random().toString(36).slice(2)}`)
  await writeFile(draft, JSON.stringify({ ...processOf(process.pid), world: thisWorld() }))
  try {
    await link(draft, join(folder, String(number))) // complete from its first moment, or not there
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    await unlink(draft)
  }
}

async function hold(folder: string, number: number): Promise<Lease> {
  const file = join(folder, String(number))
  for (const name of await readdir(folder)) {
    if (/^\d+$/.test(name) && Number(name) < number) await unlink(join(folder, name)).catch(() => {})
  }
  const heart = setInterval(() => touch(file), beat)
  heart.unref()
  let released = false
  return {
    mine: true,
    release() {
      if (released) return
      released = true
      clearInterval(heart)
      if (existsSync(file)) writeFileSync(file, '')
    },
  }
}

function touch(file: string): void {
  try {
    const now = new Date()
    utimesSync(file, now, now)
  } catch {
    // the folder was deleted under us: nobody else can come for what is gone
  }
}
