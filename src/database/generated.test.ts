/** The committed Prisma Clients are those of the committed schemas. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { schemaFiles } from '../testing/schema-engine.ts'

const home = join(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(join(home, file), 'utf8')
const client = read('src/database/generated/internal/class.ts')
const literalOf = (name: string, text = client): string =>
  JSON.parse(new RegExp(`"${name}": (".*")`).exec(text)![1]!)
const versionsOf = (file: string) => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(home, file), 'utf8'))
  return { ...dependencies, ...devDependencies } as Record<string, string>
}

test('the client was generated from the schema as it is: if not, npm run db:generate', async () => {
  const files = await schemaFiles()

  expect(literalOf('inlineSchema')).toBe(files.map(({ content }) => content).join('\n'))
})

test('and so was the one of examples/prisma', () => {
  const theirs = read('examples/prisma/generated/internal/class.ts')

  expect(literalOf('inlineSchema', theirs)).toBe(read('examples/prisma/prisma/schema.prisma'))
  expect(literalOf('clientVersion', theirs)).toBe(literalOf('clientVersion'))
})

test('whatever is Prisma’s has one version', () => {
  const ours = versionsOf('package.json')
  const tools = versionsOf('tools/prisma/package.json')

  const clients = ['@prisma/client', '@prisma/adapter-pg', '@prisma/driver-adapter-utils'].map(
    (name) => ours[name],
  )
  expect(new Set([...clients, tools['@prisma/client-generator-ts'], tools['@prisma/get-dmmf']])).toEqual(
    new Set([literalOf('clientVersion')]),
  )
  const engines = [ours['@prisma/schema-engine-wasm'], tools['@prisma/prisma-schema-wasm']]
  expect(engines.map((version) => version!.split('.').at(-1))).toEqual(
    Array(2).fill(literalOf('engineVersion')),
  )
})
