/**
 * Fifty thousand people with names from everywhere, in a file as files are: a byte order mark, CRLF, quotes, line
 * breaks inside of fields. Faults are planted in it, and the one who plants them notes what the report has to say.
 */
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { testDatabase } from '../../../testing/database.ts'
import { aTenant } from '../../../testing/people.ts'
import type { Fault, FaultCode } from './faults.ts'
import { importPeople } from './import.ts'
import { ImportRefusal } from './report.ts'

type Expected = {
  email: string
  name: string
  username: string | null
  phone: string | null
  created_at: string | null
  roles: string[]
}

const size = 50_000
const { database, admin, adminUrl } = await testDatabase()

test('of fifty thousand people the report names every planted fault, and everybody else arrives unharmed', async () => {
  const tenant = await aTenant(database, 'Crowd')
  const earlier = Array.from({ length: 120 }, (_, i) => `earlier-${i}@crowd.example`)
  const bring = (file: Buffer, skipBad: boolean) =>
    importPeople({
      connect: () => ({ connectionString: adminUrl }),
      tenantId: tenant.tenantId,
      operator: 'crowd',
      requestId: 'crowd',
      input: Readable.from(inPieces(file)),
      size: file.length,
      skipBad,
    })
  await bring(Buffer.from(['email,name', ...earlier.map((email) => `${email},Here`)].join('\n')), false)
  const { file, faults, people } = plant(earlier)
  expect(people.length + faults.length).toBe(size)
  expect(new Set(faults.map(({ code }) => code)).size).toBe(18)

  const before = await fingerprint()
  const refusal = await bring(file, false).catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(ImportRefusal)
  const { report } = refusal as ImportRefusal
  expect(report).toMatchObject({
    rows: size,
    bytes: file.length,
    imported: 0,
    faulty: faults.length,
    faultsLeftOut: 0,
  })
  expect(report.faults).toEqual(faults)
  expect(await fingerprint()).toEqual(before)

  const done = await bring(file, true)
  expect(done).toMatchObject({ outcome: 'imported', imported: people.length, faulty: faults.length })
  expect(done.faults).toEqual(faults)

  const { rows } = await admin.query<Expected>(
    `select email, name, username, phone, case when created_at < '2026-01-01' then to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') end as created_at,
            array(select r.name::text from user_roles ur join roles r on r.tenant_id = ur.tenant_id and r.id = ur.role_id
                  where ur.tenant_id = u.tenant_id and ur.user_id = u.id order by 1) as roles
     from users u where tenant_id = $1 and id <> $2 and email <> all ($3)`,
    [tenant.tenantId, tenant.owner.userId, earlier],
  )
  const found = new Map(rows.map((row) => [row.email, row]))
  const harmed = people.filter((person) => JSON.stringify(found.get(person.email)) !== JSON.stringify(person))
  expect(harmed.map((person) => [person, found.get(person.email)])).toEqual([])
  expect(rows.length).toBe(people.length)
}, 120_000)

/** Numbers that look random and are the same in every run (mulberry32). */
function randomness(seed: number) {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    below: (most: number) => Math.floor(next() * most),
    of: <T>(choices: readonly T[]): T => choices[Math.floor(next() * choices.length)]!,
  }
}

const scripts = [
  {
    given: ['Zoë', 'Łukasz', 'Þórunn', 'Nguyễn', 'İpek', 'Åse', 'Željko', 'Ñusta', 'ẞarah'],
    family: [
      'Żółć',
      'Sigurðsson',
      'Hồng',
      'Çelik',
      'Şahin',
      'Ekström',
      "O'Brien",
      'de la Cruz, Jr.',
      'D’Angelo',
    ],
  },
  { given: ['Мария', 'Ђорђе', 'Ўткир', 'Їжак'], family: ['Щукина', 'Ђоковић', 'Қўқонов', 'Ґедзь'] },
  { given: ['Ἀλέξανδρος', 'Μαρία', 'Ὀδυσσεύς'], family: ['Παπαδόπουλος', 'Ζωγράφου'] },
  { given: ['محمد', 'فاطمة', 'می\u200cترا'], family: ['الحسن', 'عبد\u200fالله', 'گل\u200cمحمدی'] },
  { given: ['שרה', 'דָּוִד'], family: ['כֹּהֵן', 'לוי'] },
  { given: ['अनन्या', 'विक्रम'], family: ['श्रीवास्तव', 'द्विवेदी'] },
  { given: ['สมชาย', 'กรุณา'], family: ['ณ อยุธยา', 'ใจดี'] },
  { given: ['小明', '𠮷野', '雅'], family: ['王', '歐陽', '髙橋'] },
  { given: ['민준', '서연', '\u1112\u1161\u11ab'], family: ['김', '이', '독고'] },
  { given: ['👩🏽‍💻', '🏳️‍🌈', 'Kim 🦊'], family: ['Ltd. "The Best"', '§ & Söhne', '100% <b>'] },
  {
    given: ['e\u0301lodie', 'Z\u0351\u036b\u0343a\u030algo', 'o\u0308zge'],
    family: ['n\u0303andu', 'Smith\\Jones', '\\N', "Robert'); DROP TABLE users;--"],
  },
] as const

type Row = {
  cells: string[]
  raw?: Buffer
  person?: Expected
  fault?: Pick<Fault, 'code' | 'column' | 'reason'>
}

/** The file, what its report must say, and who must arrive. */
function plant(earlier: string[]): { file: Buffer; faults: Fault[]; people: Expected[] } {
  const random = randomness(20_261_120)
  const pieces: Buffer[] = [
    Buffer.from('\ufeff"E-Mail",Name,Username,Phone,Roles,Created,"password_hash",Notes\r\n'),
  ]
  const faults: Fault[] = []
  const people: Expected[] = []
  const lineOf = new Map<string, number>()
  const unused = [...earlier]
  let line = 2

  for (let i = 0; i < size; i++) {
    const row = i % 23 === 22 ? faulty(i, Math.floor(i / 23)) : sound(i)
    const bytes =
      row.raw ?? Buffer.from(row.cells.map((cell) => written(cell, random.below(4) === 0)).join(','))
    const breaks = bytes.filter((byte) => byte === 0x0a).length
    if (row.fault) faults.push({ line, lastLine: line + breaks, ...row.fault })
    if (row.person) {
      people.push(row.person)
      lineOf.set(row.person.email, line)
      if (row.person.username !== null) lineOf.set(row.person.username, line)
    }
    const empty = random.below(500) === 0
    pieces.push(bytes, Buffer.from(random.below(50) === 0 ? '\n' : '\r\n'), Buffer.from(empty ? '\r\n' : ''))
    line += breaks + (empty ? 2 : 1)
  }
  return { file: Buffer.concat(pieces), faults, people }

  function sound(i: number): Row & { person: Expected } {
    const { given, family } = random.of(scripts)
    const name =
      random.below(3) === 0
        ? `${random.of(family)} ${random.of(given)}`
        : `${random.of(given)} ${random.of(family)}`
    const mailbox = random.of(['Person', 'зоя', 'MÜLLER', 'a+b', "o'neil", '田中'])
    const address = `${mailbox}.${i}@${random.of(['Crowd.Example', 'пример.example', 'sub.crowd.example'])}`
    const username = random.below(3) === 0 ? `User_${i}` : ''
    const phone = random.below(2) === 0 ? `+${1 + random.below(99)} (0) ${random.below(1e6)}` : ''
    const roles = random.below(8) === 0 ? random.of([['member'], ['viewer'], ['viewer', 'admin']]) : []
    const created =
      random.below(2) === 0
        ? `20${10 + random.below(15)}-0${1 + random.below(9)}-1${random.below(9)}T08:30:00Z`
        : ''
    const notes = random.of([
      '',
      'plain',
      'with, comma',
      'says "hi"',
      'two\r\nlines',
      'three\nlines\n"quoted", too',
      '=1+1',
      '"',
    ])
    return {
      cells: [
        address,
        random.below(20) === 0 ? `  ${name}\u00a0` : name,
        username,
        phone,
        roles.join(' | '),
        created,
        '',
        notes,
      ],
      person: {
        email: address.normalize('NFC').toLowerCase(),
        name: name.normalize('NFC'),
        username: username === '' ? null : username.toLowerCase(),
        phone: phone || null,
        created_at: created || null,
        roles: roles.toSorted(),
      },
    }
  }

  /** A row that would be sound but for one thing. */
  function faulty(i: number, turn: number): Row {
    const { cells } = sound(i)
    cells[7] = ''
    const other = random.of(people)
    const named = people.findLast(({ username }) => username !== null)!
    const kinds: (() => Row)[] = [
      () =>
        damaged(
          'Name',
          'quote_unbalanced',
          'a quote is opened here and not closed before the next delimiter',
          '"Bob Unclosed',
        ),
      () =>
        damaged(
          'Name',
          'quote_stray',
          'there is a quote inside an unquoted field; quote the field and double the quote',
          'Bob 6" Tall',
        ),
      () =>
        damaged(
          'Name',
          'not_utf8',
          'there are bytes here that are not UTF-8',
          Buffer.from('Zo\u00eb', 'latin1'),
        ),
      () => ({
        cells: cells.slice(1),
        fault: told(null, 'wrong_column_count', 'the header names 8 columns, and here are 7'),
      }),
      () => ({
        cells: [...cells, 'more'],
        fault: told(null, 'wrong_column_count', 'the header names 8 columns, and here are 9'),
      }),
      () => but(1, ' \u200b ', 'missing', 'everybody has a name here'),
      () => but(0, '', 'missing', 'everybody has an e-mail address here'),
      () => but(1, '漢'.repeat(121), 'too_long', 'it is longer than 120 characters'),
      () => but(0, `${'m'.repeat(250)}@x.example`, 'too_long', 'it is longer than 255 characters'),
      () => but(3, '+'.padEnd(21, '1'), 'too_long', 'it is longer than 20 characters'),
      () => but(1, 'Nul\0Byte', 'nul_byte', 'there is a zero byte in it'),
      () => but(1, 'Line\nBreak', 'control_character', 'there is a line break in it'),
      () => but(1, 'Be\u0007ll', 'control_character', 'there is a control character in it: "\\u{7}"'),
      () => but(0, 'two@at@signs', 'not_an_email', '"two@at@signs" is not an e-mail address'),
      () => but(2, 'a space', 'not_a_username', '"a space" has a space or an @ in it'),
      () => but(3, 'ask me', 'not_a_phone_number', '"ask me" is not a phone number'),
      () => but(4, 'viewer|king', 'unknown_role', 'the tenant has no role "king"'),
      () => but(5, '31.12.2020', 'not_a_time', '"31.12.2020" is not a time like 2026-01-31T08:30:00Z'),
      () => but(5, '2999-01-01', 'in_the_future', '"2999-01-01" has not come yet'),
      () =>
        but(
          6,
          'hunter2',
          'unusable_hash',
          'it is neither argon2 in PHC form nor bcrypt, or it costs too much to check',
        ),
      () =>
        but(
          0,
          other.email.toUpperCase(),
          'repeated',
          `"${other.email}" is the person of line ${lineOf.get(other.email)} again`,
        ),
      () =>
        but(
          2,
          named.username!.toUpperCase(),
          'repeated',
          `"${named.username}" is the username of line ${lineOf.get(named.username!)} again`,
        ),
      () => {
        const here = unused.pop()!
        return but(0, here.toUpperCase(), 'already_here', `"${here}" is a user of this tenant already`)
      },
    ]
    // Once is enough for what takes a quarter of a megabyte.
    if (turn === 99)
      return {
        cells,
        raw: Buffer.from('x'.repeat(300_000)),
        fault: told(null, 'record_too_long', 'the row is longer than 256 KiB'),
      }
    return kinds[turn % kinds.length]!()

    function told(column: string | null, code: FaultCode, reason: string) {
      return { column, code, reason }
    }

    function but(at: number, cell: string, code: FaultCode, reason: string): Row {
      return { cells: cells.with(at, cell), fault: told(headers[at]!, code, reason) }
    }

    function damaged(column: string, code: FaultCode, reason: string, cell: string | Buffer): Row {
      const raw = Buffer.concat([
        Buffer.from('damaged@crowd.example,'),
        Buffer.from(cell as string),
        Buffer.from(',,,,,,'),
      ])
      return { cells, raw, fault: told(column, code, reason) }
    }
  }
}

const headers = ['E-Mail', 'Name', 'Username', 'Phone', 'Roles', 'Created', 'password_hash', 'Notes']

function written(cell: string, anyway: boolean): string {
  return anyway || /["\r\n,]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}

/** As a disk and a pipe hand them out: of any size. */
function* inPieces(file: Buffer): Generator<Buffer> {
  const random = randomness(7)
  for (let at = 0; at < file.length;) {
    const size = 1 + random.below(100_000)
    yield file.subarray(at, at + size)
    at += size
  }
}

/** What stands in every table that an import writes, as one value. */
async function fingerprint() {
  const tables = ['users', 'user_roles', 'accounts', 'account_emails', 'credentials', 'audit_logs']
  const { rows } = await admin.query(
    tables
      .map(
        (table) =>
          `select '${table}' as name, count(*), md5(string_agg(t::text, '' order by t::text)) from ${table} t`,
      )
      .join(' union all '),
  )
  return rows
}
