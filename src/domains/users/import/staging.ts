import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import copyStreams from 'pg-copy-streams'
import { uuidV7 } from '../../../foundation/id.ts'
import type { Person } from './person.ts'

/** A person on their way to the staging table, and where in the file they come from. */
export type Placed = { person: Person; line: number; lastLine: number }

/**
 * The table through which everybody passes. It is the connection's own and ends with the transaction.
 * `account_id` is made ahead for those who bring a hash; `ordinal` numbers the sound rows, so that they can be
 * written in slices.
 */
export async function createStaging(client: pg.Client): Promise<void> {
  await client.query(`
    create temporary table import_people (
      ordinal       integer not null,
      line          integer not null,
      last_line     integer not null,
      user_id       uuid not null,
      account_id    uuid,
      linked        boolean not null default false,
      hash_unused   boolean not null default false,
      email         text collate "C" not null,
      name          text not null,
      username      text collate "C",
      phone         text,
      avatar_url    text,
      role_ids      uuid[] not null,
      password_hash text,
      is_verified   boolean not null,
      created_at    timestamptz
    ) on commit drop;
    create temporary table import_faults (
      line          integer not null,
      last_line     integer not null,
      field         text not null,
      code          text not null,
      value         text not null,
      other_line    integer,
      other_address text
    ) on commit drop`)
}

/** Sends people to the staging table as fast as PostgreSQL takes them, and no faster. */
export async function stage(
  client: pg.Client,
  people: AsyncIterable<Placed[]>,
  signal: AbortSignal | undefined,
): Promise<number> {
  const copy = client.query(
    copyStreams.from(
      `copy pg_temp.import_people (ordinal, line, last_line, user_id, account_id, email, name, username, phone,
         avatar_url, role_ids, password_hash, is_verified, created_at) from stdin`,
    ),
  )
  await pipeline(Readable.from(lines(people)), copy, { signal })
  return copy.rowCount
}

async function* lines(people: AsyncIterable<Placed[]>): AsyncGenerator<Buffer> {
  let ordinal = 0
  for await (const some of people) {
    if (some.length === 0) continue
    yield Buffer.from(some.map((placed) => line(placed, ++ordinal)).join(''))
  }
}

function line({ person, line, lastLine }: Placed, ordinal: number): string {
  return `${ordinal}\t${line}\t${lastLine}\t${uuidV7()}\t${person.passwordHash === null ? '\\N' : uuidV7()}\t${[
    person.email,
    person.name,
    person.username,
    person.phone,
    person.avatarUrl,
    `{${person.roleIds.join(',')}}`,
    person.passwordHash,
    person.isVerified ? 't' : 'f',
    person.createdAt?.toISOString() ?? null,
  ]
    .map(escaped)
    .join('\t')}\n`
}

/** A value in COPY's text format. Nothing else in it needs escaping: control characters were refused before. */
function escaped(value: string | null): string {
  if (value === null) return '\\N'
  return value.includes('\\') ? value.replaceAll('\\', '\\\\') : value
}
