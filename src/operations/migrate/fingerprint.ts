import type { ClientBase } from 'pg'
import { catalogue } from './catalogue.ts'

/**
 * Everything that makes up a database but its rows: schemas, tables, columns, constraints, indexes, policies,
 * triggers, functions, types, sequences, extensions, owners, comments, grants, partitions, settings.
 * Kind and name → definition, the same text wherever it is read, so that two databases, or one database at two
 * times, can be compared. The order of columns is not part of it: a rollback cannot bring that back.
 */
export async function fingerprint(client: ClientBase): Promise<Map<string, string>> {
  // Names come out qualified, and times in UTC, whatever the session prefers.
  const { rows: before } = await client.query<{ name: string; value: string }>(`
    select name, setting as value from pg_settings
     where name in ('search_path', 'TimeZone', 'DateStyle', 'IntervalStyle', 'quote_all_identifiers')`)
  await client.query(`
    set search_path = pg_catalog; set timezone = 'UTC'; set datestyle = 'ISO'; set intervalstyle = 'postgres';
    set quote_all_identifiers = off`)
  try {
    const found = new Map<string, string>()
    for (const [kind, question] of Object.entries(catalogue)) {
      const { rows } = await client.query<[string, string | null]>({ text: question, rowMode: 'array' })
      for (const [name, definition] of rows) found.set(`${kind} ${name}`, definition ?? '')
    }
    return new Map([...found].toSorted(([one], [other]) => (one < other ? -1 : 1)))
  } finally {
    // A transaction that failed takes our settings back by itself.
    for (const { name, value } of before) {
      await client.query('select set_config($1, $2, false)', [name, value]).catch(() => {})
    }
  }
}

/** What differs between two fingerprints: one line for each object, saying what it was and what it is. */
export function differences(before: Map<string, string>, after: Map<string, string>): string[] {
  const objects = [...new Set([...before.keys(), ...after.keys()])].toSorted()
  return objects.flatMap((object) => {
    const [was, is] = [before.get(object), after.get(object)]
    if (was === is) return []
    if (was === undefined) return [`+ ${object}: ${is}`]
    if (is === undefined) return [`- ${object}: ${was}`]
    return [`~ ${object}: ${was} → ${is}`]
  })
}
