import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

test('the list of SQLSTATEs is the one of the PostgreSQL that we bring along', () => {
  const printed = execFileSync(process.execPath, [here('../../tools/sqlstates.mjs'), '--print'], {
    encoding: 'utf8',
  })

  expect(readFileSync(here('./sqlstates.ts'), 'utf8')).toBe(printed)
})
