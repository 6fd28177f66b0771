/**
 * Writes Prisma Clients, and sets their schema files in order on the way. Needs no Prisma CLI, no engine and no network.
 *
 *   npm run db:generate                                    both
 *   node tools/prisma/generate.mjs src/database/generated  one of them
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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

/** Where a client goes: the folder of its schema.prisma, its preview features, and what its files import each other as. */
const clients = {
  'src/database/generated': { folder: 'prisma', previewFeatures: ['partialIndexes'], extension: 'ts' },
  'examples/prisma/generated': { folder: 'examples/prisma/prisma', previewFeatures: [], extension: 'js' },
}

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(clients)
for (const output of wanted) await generate(output, clients[output])

async function generate(output, { folder, previewFeatures, extension }) {
  const schemaPath = join(home, folder, 'schema.prisma')
  const outputDir = join(home, output)
  const paths = [schemaPath, ...modelFiles(join(home, folder, 'models'))]
  const files = formatted(paths.map((path) => [path, readFileSync(path, 'utf8')]))
  for (const [path, text] of files) writeFileSync(path, text)

  // src/database/generated.test.ts joins them the same way, to see that the client is the one of these files
  const datamodel = files.map(([, text]) => text).join('\n')
  const dmmf = getDMMF({ datamodel })
  if ('type' in dmmf) throw dmmf.error

  rmSync(outputDir, { recursive: true, force: true })
  await generateClient({
    datamodel,
    dmmf,
    schemaPath,
    outputDir,
    runtimeBase: '@prisma/client/runtime',
    generator: {
      name: 'client',
      provider: literal('prisma-client'),
      output: literal(outputDir),
      config: {},
      binaryTargets: [],
      previewFeatures,
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
    importFileExtension: extension,
    moduleFormat: 'esm',
    tsNoCheckPreamble: true,
    compilerBuild: 'fast',
  })
  process.stdout.write(`wrote the client of ${dmmf.datamodel.models.length} models to ${output}\n`)
}

function modelFiles(models) {
  if (!existsSync(models)) return []
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
