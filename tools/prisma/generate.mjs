/**
 * Writes the Prisma Client of prisma/schema.prisma and prisma/models into src/database/generated, and sets the schema
 * files in order on the way. Needs no Prisma CLI, no engine and no network.
 *
 *   npm run db:generate
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

// their ES modules of this version cannot be loaded
const require = createRequire(import.meta.url)
const { generateClient } = require('@prisma/client-generator-ts')
const { getDMMF } = require('@prisma/get-dmmf')
const { format } = require('@prisma/prisma-schema-wasm')
const { dependencies: versions } = require('./package.json')

const home = fileURLToPath(new URL('../..', import.meta.url))
const folder = join(home, 'prisma')
const schemaPath = join(folder, 'schema.prisma')
const output = join(home, 'src', 'database', 'generated')

const files = formatted([schemaPath, ...modelFiles()].map((path) => [path, readFileSync(path, 'utf8')]))
for (const [path, text] of files) writeFileSync(path, text)

// src/database/generated.test.ts joins them the same way, to see that the client is the one of these files
const datamodel = files.map(([, text]) => text).join('\n')
const dmmf = getDMMF({ datamodel })
if ('type' in dmmf) throw dmmf.error

rmSync(output, { recursive: true, force: true })
await generateClient({
  datamodel,
  dmmf,
  schemaPath,
  outputDir: output,
  runtimeBase: '@prisma/client/runtime',
  generator: {
    name: 'client',
    provider: literal('prisma-client'),
    output: literal(output),
    config: {},
    binaryTargets: [],
    previewFeatures: ['partialIndexes'],
    sourceFilePath: schemaPath,
  },
  datasources: [
    {
      name: 'db',
      provider: 'postgresql',
      activeProvider: 'postgresql',
      url: literal(null),
      schemas: [],
      sourceFilePath: schemaPath,
    },
  ],
  activeProvider: 'postgresql',
  binaryPaths: {},
  engineVersion: versions['@prisma/prisma-schema-wasm'].split('.').at(-1),
  clientVersion: versions['@prisma/client-generator-ts'],
  target: 'nodejs',
  generatedFileExtension: 'ts',
  importFileExtension: 'ts',
  moduleFormat: 'esm',
  tsNoCheckPreamble: true,
  compilerBuild: 'fast',
})
process.stdout.write(`wrote the client of ${dmmf.datamodel.models.length} models to src/database/generated\n`)

function modelFiles() {
  const models = join(folder, 'models')
  return readdirSync(models)
    .filter((name) => name.endsWith('.prisma'))
    .toSorted()
    .map((name) => join(models, name))
}

function formatted(schemas) {
  const options = { textDocument: { uri: 'file:/dev/null' }, options: { tabSize: 2, insertSpaces: true } }
  return JSON.parse(format(JSON.stringify(schemas), JSON.stringify(options)))
}

function literal(value) {
  return { fromEnvVar: null, value }
}
