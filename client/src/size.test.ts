import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build, type Rollup } from 'vite'
import { expect, test } from 'vitest'

/** In bytes, compressed: what a page may pay for all of it. */
const budget = 10_240

const everything = await bundled('export * from "client"')

test('a page pays less than 10 kB for the whole client', () => {
  expect(gzipSync(everything).length).toBeLessThanOrEqual(budget)
})

test('whoever takes a part of it pays for that part alone', async () => {
  const forRequests = await bundled('export { createClient } from "client"')
  const forRefusals = await bundled('export { isProblem } from "client"')

  expect(forRequests).toContain('/v1/sessions')
  expect(forRequests).not.toContain('nextCursor')
  expect(forRequests.length).toBeLessThan(everything.length)
  expect(forRefusals).not.toContain('/v1/sessions')
  expect(forRefusals.length).toBeLessThan(everything.length / 5)
})

/** A program that consists of this line, for browsers: in one file, minified. */
async function bundled(program: string): Promise<string> {
  const client = fileURLToPath(new URL('client.ts', import.meta.url))
  const built = await build({
    configFile: false,
    logLevel: 'error',
    resolve: { alias: { client } },
    plugins: [
      {
        name: 'program',
        resolveId: (id) => (id === 'program' ? '\0program' : undefined),
        load: (id) => (id === '\0program' ? program : undefined),
      },
    ],
    build: {
      write: false,
      target: 'es2022',
      modulePreload: { polyfill: false },
      rolldownOptions: { input: 'program', preserveEntrySignatures: 'strict' },
    },
  })
  const [{ output }] = [built].flat() as [Rollup.RollupOutput]
  expect(output).toHaveLength(1)
  return output[0].code
}
