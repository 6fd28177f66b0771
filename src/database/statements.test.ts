import { execFileSync } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import type pg from 'pg'
import { expect, test } from 'vitest'
import { testDatabase } from '../testing/database.ts'
import { statements, typeOf } from './sql.ts'

const { access, admin } = await testDatabase()

// Every file that declares statements is loaded; what it declared is in `statements` then.
const files = execFileSync('git', ['grep', '--untracked', '-lE', '\\bsql\\($', '--', 'src/**/*.ts'], {
  encoding: 'utf8',
})
const declaring = execFileSync('git', ['grep', '--untracked', '-lF', "/sql.ts'", '--', 'src'], {
  encoding: 'utf8',
})
for (const file of new Set(`${files}${declaring}`.trim().split('\n'))) {
  if (!file.endsWith('.test.ts')) await import(pathToFileURL(file).href)
}

const typeNames: Record<string, string[]> = {
  text: ['text', 'character varying', 'name', 'character'],
  uuid: ['uuid'],
  inet: ['inet'],
  int4: ['integer', 'smallint'],
  int8: ['bigint'],
  float8: ['double precision', 'real'],
  bool: ['boolean'],
  bytea: ['bytea'],
  timestamptz: ['timestamp with time zone'],
  jsonb: ['jsonb', 'json'],
  'text[]': ['text[]', 'character varying[]'],
  'uuid[]': ['uuid[]'],
}

test('the program declares statements', () => {
  expect(statements.size).toBeGreaterThan(20)
})

test('the drill of the plans knows every statement: with a sample and words for it', async () => {
  const samples = pathToFileURL('drills/plans/samples.mjs').href
  const { gaps } = (await import(samples)) as { gaps: (names: string[]) => Record<string, string[]> }

  expect(gaps([...statements.keys()])).toEqual({ missing: [], wordless: [], gone: [] })
  expect(gaps(['roles.find', 'roles.dream_of'])).toMatchObject({
    missing: ['roles.dream_of'],
    gone: expect.arrayContaining(['users.find']) as string[],
  })
})

test.each([...statements.values()])(
  '$name prepares against the live schema and returns what it declares',
  async ({ name, text, columns }) => {
    const client = await admin.connect()
    try {
      await client.query('set role reeve_app')
      if (/^(begin|commit|rollback|savepoint|release)\b/.test(text)) {
        expect(columns).toEqual({})
        return
      }
      const described = await describe(client, text)
      const claimed = Object.entries(columns).map(([column, type]) => ({
        column: snake(column),
        types: typeNames[typeOf(type)],
      }))
      expect(
        described.map((field) => field.name),
        name,
      ).toEqual(claimed.map((claim) => claim.column))
      for (const [i, field] of described.entries())
        expect(claimed[i]!.types, `${name}: ${field.name}`).toContain(field.type)
    } finally {
      await client.query('reset role')
      client.release()
    }
  },
)

test('the statements are checked on the database that the server uses', () => {
  expect(access.user).toBe('reeve_app')
})

/** Names and types of what a statement returns, from PostgreSQL's own description; it is not executed. */
async function describe(client: pg.PoolClient, text: string): Promise<{ name: string; type: string }[]> {
  const fields = await new Promise<{ name: string; dataTypeID: number }[]>((resolve, reject) => {
    let found: { name: string; dataTypeID: number }[] = []
    let failed: unknown
    client.query({
      callback: () => {},
      submit(wire: never) {
        const connection = wire as {
          parse(m: object): void
          describe(m: object): void
          sync(): void
        }
        connection.parse({ name: '', text })
        connection.describe({ type: 'S', name: '' })
        connection.sync()
        return null
      },
      handleRowDescription: (message: { fields: typeof found }) => (found = message.fields),
      handleError: (error: unknown) => reject((failed = error)),
      handleReadyForQuery: () => !failed && resolve(found),
    } as never)
  })
  if (fields.length === 0) return []
  const { rows } = await client.query<{ types: string[] }>(
    'select array(select format_type(t.oid, null) from unnest($1::oid[]) with ordinality as t (oid, ord) order by ord) as types',
    [fields.map((field) => field.dataTypeID)],
  )
  return fields.map((field, i) => ({ name: field.name, type: rows[0]!.types[i]! }))
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
