// Puts the Reeve of this repository where npm would have installed it, for this example: what is only linked, Next
// bundles, and Reeve cannot be bundled. `npm run build` in the repository comes first.
import { cpSync, lstatSync, mkdirSync, symlinkSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const repository = fileURLToPath(new URL('../..', import.meta.url))
const [built = repository] = process.argv.slice(2)
const installed = fileURLToPath(new URL('node_modules/reeve', import.meta.url))

unlink(installed)
mkdirSync(installed, { recursive: true })
for (const name of ['dist', 'package.json']) {
  cpSync(join(built, name), join(installed, name), { recursive: true })
}
for (const name of ['prisma', 'node_modules']) {
  unlink(join(installed, name))
  symlinkSync(join(repository, name), join(installed, name))
}

function unlink(path) {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) unlinkSync(path)
}
