import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where this package lies; `prisma/` is in it. */
export const home = fileURLToPath(new URL('../..', import.meta.url))

/** The version of this package. */
export async function version(): Promise<string> {
  const { version } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8')) as { version: string }
  return version
}
