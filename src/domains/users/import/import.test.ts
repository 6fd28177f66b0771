import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { testDatabase } from '../../../testing/database.ts'
import { aTenant, aUser, type Tenant } from '../../../testing/people.ts'
import { hashPassword, verifyPassword } from '../../accounts/passwords.ts'
import { faultsKept } from './faults.ts'
import { importPeople, type Import } from './import.ts'
import { ImportRefusal, type ImportReport } from './report.ts'

const { database, access, admin, adminUrl } = await testDatabase()

test('people of a file become users of the tenant', async () => {
  const tenant = await aTenant(database)
  const report = await bring(tenant, [
    'E-Mail;Full Name;Login;Phone;Picture;Roles;Email verified;Created At;Department',
    'Zoë@Example.com ; Zoë "Zo" Żółć;zoe;+41 44 123;https://example.com/z.png;member| viewer |member;yes;2019-05-06T07:08:09+02:00;R&D'.replaceAll(
      '"',
      '',
    ),
    'ali@example.com;علي;;;;;no;2020-02-29;',
  ])

  expect(report).toMatchObject({
    outcome: 'imported',
    rows: 2,
    imported: 2,
    faulty: 0,
    faults: [],
    withoutRole: 1,
  })
  expect(report.columns.at(-1)).toEqual({ header: 'Department', field: null })
  expect(await usersOf(tenant)).toEqual([
    {
      email: 'ali@example.com',
      name: 'علي',
      username: null,
      phone: null,
      avatar_url: null,
      account_id: null,
      is_verified: false,
      created_at: new Date('2020-02-29T00:00:00Z'),
      roles: [],
    },
    {
      email: 'zoë@example.com',
      name: 'Zoë Zo Żółć',
      username: 'zoe',
      phone: '+41 44 123',
      avatar_url: 'https://example.com/z.png',
      account_id: null,
      is_verified: true,
      created_at: new Date('2019-05-06T05:08:09Z'),
      roles: ['member', 'viewer'],
    },
  ])
})

test('the audit log says which operator imported whom, and never shows a hash', async () => {
  const tenant = await aTenant(database)
  await bring(tenant, [
    'email,name,password_hash',
    `log@example.com,Log,"${await hashPassword('correct horse')}"`,
  ])

  const { rows } = await admin.query<{ action: string; text: string }>(
    `select action, new_values::text as text from audit_logs where operator = $1 and request_id = $2 order by id`,
    ['casey', tenant.tenantId],
  )
  expect(rows.map(({ action }) => action)).toEqual([
    'account.created',
    'account_email.created',
    'credential.created',
    'user.created',
  ])
  expect(rows.filter(({ text }) => text.includes('argon2'))).toEqual([])
})

test('one bad row refuses the whole file, and the tenant stays as it was', async () => {
  const tenant = await aTenant(database)
  const before = await everything()
  const refusal = await refused(
    bring(tenant, ['email,name', 'a@example.com,A', 'b@example,com,B', 'c@example.com,', 'd@@example.com,D']),
  )

  expect(refusal.code).toBe('import_refused')
  expect(refusal.message).toBe('3 of 4 rows cannot be imported; nothing was')
  expect(refusal.report.faults).toEqual([
    fault(3, null, 'wrong_column_count', 'the header names 2 columns, and here are 3'),
    fault(4, 'name', 'missing', 'everybody has a name here'),
    fault(5, 'email', 'not_an_email', '"d@@example.com" is not an e-mail address'),
  ])
  expect(await everything()).toEqual(before)
})

test('asked to skip, it leaves out the bad rows alone', async () => {
  const tenant = await aTenant(database)
  const report = await bring(
    tenant,
    ['email,name', 'a2@example.com,A', 'b2@example,com,B', '"c2@example.com,C', 'd2@example.com,D'],
    {
      skipBad: true,
    },
  )

  expect(report).toMatchObject({ outcome: 'imported', rows: 4, imported: 2, faulty: 2 })
  expect(await addressesOf(tenant)).toEqual(['a2@example.com', 'd2@example.com'])
})

test('a dry run does everything, says the same, and leaves nothing', async () => {
  const tenant = await aTenant(database)
  const before = await everything()
  const lines = ['email,name', 'dry@example.com,A', 'bad,B']
  const rehearsed = await bring(tenant, lines, { dryRun: true, skipBad: true })
  expect(await everything()).toEqual(before)

  const done = await bring(tenant, lines, { skipBad: true })
  expect({ ...rehearsed, outcome: 'imported', ms: null }).toEqual({ ...done, ms: null })
  expect((await refused(bring(tenant, ['email,name', 'bad,B'], { dryRun: true }))).report.faulty).toBe(1)
})

test('of two rows for one person the first counts, and the report names both', async () => {
  const tenant = await aTenant(database)
  const report = await bring(
    tenant,
    [
      'email,name,username',
      'ann@example.com,Ann,ann',
      'ANN@Example.COM,Ann,ann2',
      'bob@example.com,Bob,ANN',
      'ann2@example.com,Ann 2,ann2',
    ],
    { skipBad: true },
  )

  expect(report.faults).toEqual([
    fault(3, 'email', 'repeated', '"ann@example.com" is the person of line 2 again'),
    fault(4, 'username', 'repeated', '"ann" is the username of line 2 again'),
  ])
  expect(await addressesOf(tenant)).toEqual(['ann2@example.com', 'ann@example.com'])
})

test('whoever is in the tenant already is not imported again; in another tenant they do not matter', async () => {
  const tenant = await aTenant(database)
  const elsewhere = await aTenant(database)
  await bring(elsewhere, ['email,name,username', 'far@example.com,Far,far'])
  await bring(tenant, ['email,name,username', 'near@example.com,Near,near'])

  const { report } = await refused(
    bring(tenant, [
      'email,name,username',
      'Near@example.com,N,n',
      'far@example.com,Far,far',
      'new@example.com,New,near',
    ]),
  )
  expect(report.faults).toEqual([
    fault(2, 'email', 'already_here', '"near@example.com" is a user of this tenant already'),
    fault(4, 'username', 'already_here', '"near" is a user of this tenant already'),
  ])
})

test('people with a password hash sign in with their old password', async () => {
  const tenant = await aTenant(database)
  const bcrypt = '$2b$04$abcdefghijklmnopqrstuuXjz5V8D5v8j5wTsTnDUWLdqFUMyFzJy'
  const report = await bring(tenant, [
    'email,name,password_hash,is_verified,created_at',
    `old@example.com,Old,"${await hashPassword('correct horse')}",yes,2018-01-01`,
    `older@example.com,Older,${bcrypt},no,`,
  ])

  expect(report.accounts).toEqual({ created: 2, linked: 0, without: 0, hashesUnused: 0 })
  const old = await account('old@example.com')
  expect(await verifyPassword('correct horse', old.hash)).toBe(true)
  expect(old).toMatchObject({
    name: 'Old',
    verified: true,
    users: [tenant.tenantId],
    created_at: new Date('2018-01-01T00:00:00Z'),
  })
  expect(await account('older@example.com')).toMatchObject({ hash: bcrypt, verified: false })
})

test('an account that is there is linked when the address is verified, and keeps its password either way', async () => {
  const home = await aTenant(database)
  const tenant = await aTenant(database)
  const hash = await hashPassword('from the file')
  await bring(home, [
    'email,name,is_verified,password_hash',
    `yes@example.com,Yes,yes,"${hash}"`,
    `no@example.com,No,no,"${hash}"`,
  ])

  const other = await hashPassword('another one')
  const report = await bring(tenant, [
    'email,name,password_hash',
    `yes@example.com,Y,"${other}"`,
    `no@example.com,N,"${other}"`,
  ])

  expect(report.accounts).toEqual({ created: 0, linked: 1, without: 1, hashesUnused: 2 })
  expect(await account('yes@example.com')).toMatchObject({
    hash,
    name: 'Yes',
    users: [home.tenantId, tenant.tenantId].toSorted(),
  })
  expect(await account('no@example.com')).toMatchObject({ hash, users: [home.tenantId] })
  expect((await usersOf(tenant)).map(({ email, is_verified }) => [email, is_verified])).toEqual([
    ['no@example.com', false],
    ['yes@example.com', true],
  ])
})

test('one account is one user in a tenant, whichever of its addresses the file has', async () => {
  const home = await aTenant(database)
  const tenant = await aTenant(database)
  const hash = await hashPassword('two addresses')
  await bring(home, ['email,name,is_verified,password_hash', `work@example.com,W,yes,"${hash}"`])
  await admin.query(
    `insert into account_emails (email, account_id, is_primary, verified_at)
     select 'private@example.com', account_id, false, now() from account_emails where email = 'work@example.com'`,
  )

  const twice = await refused(bring(tenant, ['email,name', 'work@example.com,W', 'private@example.com,W']))
  expect(twice.report.faults).toEqual([
    fault(3, 'email', 'repeated', '"private@example.com" is the person of line 2 again'),
  ])
  const again = await refused(bring(home, ['email,name', 'private@example.com,W']))
  expect(again.report.faults).toEqual([
    fault(
      2,
      'email',
      'already_here',
      '"private@example.com" is a user of this tenant already, as "work@example.com"',
    ),
  ])
})

test('people without a role of their own get the one that was named', async () => {
  const tenant = await aTenant(database)
  await bring(
    tenant,
    ['email,first name,surname,role', 'r1@example.com,Ada,Lovelace,', 'r2@example.com,,Plato,viewer'],
    {
      defaultRole: 'member',
    },
  )

  expect((await usersOf(tenant)).map(({ name, roles }) => [name, roles])).toEqual([
    ['Ada Lovelace', ['member']],
    ['Plato', ['viewer']],
  ])
  await expect(bring(tenant, ['email,name'], { defaultRole: 'king' })).rejects.toMatchObject({
    code: 'invalid_request',
  })
})

test('who is who can be said by hand', async () => {
  const tenant = await aTenant(database)
  const lines = ['Kontakt,Anzeige,email,Rolle', 'hand@example.com,Hand,not@used.example,member']
  await bring(tenant, lines, {
    mapping: { kontakt: 'email', Anzeige: 'name', Rolle: 'roles', email: 'ignore' },
  })

  expect((await usersOf(tenant)).map(({ email, name, roles }) => [email, name, roles])).toEqual([
    ['hand@example.com', 'Hand', ['member']],
  ])
})

test('a file of another kind is refused before anything is done', async () => {
  const tenant = await aTenant(database)
  const utf16 = Readable.from([Buffer.from('\ufeffemail,name', 'utf16le')])

  await expect(importPeople(order(tenant, utf16))).rejects.toMatchObject({ code: 'unsupported_media_type' })
  await expect(bring(tenant, [])).rejects.toMatchObject({
    code: 'invalid_request',
    message: 'the file is empty',
  })
  await expect(bring(tenant, ['email,"name'])).rejects.toMatchObject({
    code: 'invalid_request',
    message: 'the first line cannot be read: a quote is opened here and not closed before the next delimiter',
  })
})

test('of very many faults the first ten thousand are told, and all are counted', async () => {
  const tenant = await aTenant(database)
  const rows = Array.from({ length: 6_000 }, (_, i) => [
    `many-${i}@example.com,M`,
    `MANY-${i}@example.com,M`,
    `x,`,
  ]).flat()
  const { report } = await refused(bring(tenant, ['email,name', ...rows]))

  expect(report.faulty).toBe(12_000)
  expect(report.faults).toHaveLength(faultsKept)
  expect(report.faultsLeftOut).toBe(8_000)
  expect(report.faults.slice(0, 4).map(({ line, code }) => [line, code])).toEqual([
    [3, 'repeated'],
    [4, 'not_an_email'],
    [4, 'missing'],
    [6, 'repeated'],
  ])
  expect(report.faults.map(({ line }) => line)).toEqual(
    report.faults.map(({ line }) => line).toSorted((a, b) => a - b),
  )
})

test('whatever is in a file, a row is imported or has a fault; PostgreSQL never has to refuse one', async () => {
  const tenant = await aTenant(database)
  const odd = fc.constantFrom(
    '\u0000',
    '\u0085',
    '\u00a0',
    '\u2028',
    '\ufeff',
    '\u200d',
    '\ud83d\ude00',
    'İ',
    'ß',
    'Σ',
    '"',
    '\\',
    '\t',
    '|',
    ' ',
  )
  const text = fc.string({
    unit: fc.oneof(odd, fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })),
    maxLength: 6,
  })
  const address = fc.tuple(text, text).map(([mailbox, domain]) => `a${mailbox}@b${domain}`)
  const name = fc.oneof(text, fc.constantFrom('x'.repeat(120), '\u0344'.repeat(61)))
  const phone = text.map((digits) => `+1${digits}`)
  const url = text.map((path) => `https://x.example/${path}`)
  const username = fc.oneof(text, fc.constant('İ'.repeat(60)))
  const row = fc.tuple(address, name, username, phone, url, fc.constantFrom('', 'member', 'member|viewer'))

  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 20, maxLength: 60 }), async (rows) => {
      const lines = rows.map((cells) => cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(','))
      const report = await bring(tenant, ['email,name,username,phone,picture,roles', ...lines], {
        skipBad: true,
        dryRun: true,
      })
      expect(report.imported + report.faulty).toBe(rows.length)
    }),
    { numRuns: 60 },
  )
})

test('a file that is too large is refused before its end', async () => {
  const tenant = await aTenant(database)
  const empty = Readable.from([])
  await expect(importPeople(order(tenant, empty, { size: 2 ** 31 }))).rejects.toMatchObject({
    code: 'too_large',
  })

  const rows = Buffer.from('x\n'.repeat(100_000))
  let asked = 0
  const endless = Readable.from(
    (function* () {
      yield Buffer.from('email,name\n')
      for (;;) yield ((asked++, rows))
    })(),
  )
  await expect(importPeople(order(tenant, endless, { skipBad: true }))).rejects.toMatchObject({
    code: 'too_large',
    message: 'the file has more than 1,000,000 rows',
  })
  expect(asked).toBeLessThan(20)
})

test('a cancelled import leaves nothing behind, neither people nor a connection', async () => {
  const tenant = await aTenant(database)
  const stop = new AbortController()
  const stalled = new Readable({ read() {} })
  stalled.push('email,name\nstalled@example.com,S\n')
  const reading = importPeople(
    order(tenant, stalled, { signal: stop.signal, progress: () => stop.abort(new Error('enough')) }),
  )
  await expect(reading).rejects.toThrow('enough')

  const stopLater = new AbortController()
  const lines = Array.from({ length: 12_000 }, (_, i) => `cancel-${i}@example.com,C`)
  const writing = bring(tenant, ['email,name', ...lines], {
    signal: stopLater.signal,
    progress: ({ message }) => message === 'writing' && stopLater.abort(new Error('enough now')),
  })
  await expect(writing).rejects.toThrow('enough now')

  expect(await addressesOf(tenant)).toEqual([])
  const { rows } = await admin.query(
    `select from pg_stat_activity where application_name = 'reeve import' and datname = current_database()`,
  )
  expect(rows).toEqual([])
})

test('a file that breaks off while it is read leaves nothing behind', async () => {
  const tenant = await aTenant(database)
  const broken = Readable.from(
    (function* () {
      yield Buffer.from('email,name\nbroken@example.com,B\n')
      throw new Error('EIO: i/o error, read')
    })(),
  )

  await expect(importPeople(order(tenant, broken))).rejects.toMatchObject({
    code: 'invalid_request',
    message: 'the file cannot be read: EIO: i/o error, read',
  })
  expect(await addressesOf(tenant)).toEqual([])
})

test('a file that is not there, or is a folder, is refused as what it is', async () => {
  const tenant = await aTenant(database)
  for (const path of ['/nowhere/people.csv', import.meta.dirname]) {
    await expect(importPeople(order(tenant, createReadStream(path)))).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringMatching(/^the file cannot be read: E/),
    })
  }
})

test('somebody who signs up under an address of the file meanwhile undoes the import, and it says so', async () => {
  const tenant = await aTenant(database)
  const rival = await admin.connect()
  await rival.query('begin')
  await rival.query(`insert into users (tenant_id, email, name) values ($1, 'race@example.com', 'R')`, [
    tenant.tenantId,
  ])

  const late = bring(tenant, ['email,name', 'ok@example.com,O', 'race@example.com,R'])
  await waitsForLock()
  await rival.query('commit')
  rival.release()

  await expect(late).rejects.toMatchObject({ code: 'transaction_conflict' })
  expect(await addressesOf(tenant)).toEqual(['race@example.com'])
})

test('two imports into one tenant do not run at once; into two tenants they do', async () => {
  const tenant = await aTenant(database)
  const other = await aTenant(database)
  const slow = new Readable({ read() {} })
  slow.push('email,name\nslow@example.com,S\n')
  const first = importPeople(
    order(tenant, slow, { progress: ({ message }) => message === 'reading' && begun() }),
  )
  let begun = () => {}
  await new Promise<void>((resolve) => (begun = resolve))

  await expect(bring(tenant, ['email,name', 'b@example.com,B'])).rejects.toMatchObject({
    code: 'still_in_use',
  })
  await bring(other, ['email,name', 'b@example.com,B'])
  slow.push(null)
  expect((await first).imported).toBe(1)
})

test('it needs the login that migrates, which need not be a superuser', async () => {
  const tenant = await aTenant(database)
  const lines = ['email,name', 'rights@example.com,R']
  const { host, port, user, password } = access
  const server = () => ({ host, port, user, password, database: access.database })
  await expect(bring(tenant, lines, { connect: server })).rejects.toMatchObject({ code: 'unsafe_role' })

  await admin.query(
    `create role importer_${tenant.tenantId.slice(-6)} login password 'p' in role reeve_owner`,
  )
  const migrator = () => ({ ...server(), user: `importer_${tenant.tenantId.slice(-6)}`, password: 'p' })
  expect((await bring(tenant, lines, { connect: migrator })).imported).toBe(1)
  await admin.query(`drop role importer_${tenant.tenantId.slice(-6)}`)
})

test('a tenant that is not there, or no longer, gets nobody', async () => {
  const gone = await aTenant(database)
  await admin.query('update tenants set deleted_at = now() where id = $1', [gone.tenantId])

  await expect(bring(gone, ['email,name', 'x@example.com,X'])).rejects.toMatchObject({ code: 'not_found' })
})

test('people who were there before are not touched', async () => {
  const tenant = await aTenant(database)
  const mia = await aUser(database, tenant, { name: 'Mia' })
  await bring(tenant, ['email,name', `${mia.email},Not Mia`, 'someone@example.com,S'], { skipBad: true })

  const { rows } = await admin.query('select name, account_id from users where id = $1', [mia.userId])
  expect(rows).toEqual([{ name: 'Mia', account_id: mia.accountId }])
})

function bring(tenant: Tenant, lines: string[], options: Partial<Import> = {}): Promise<ImportReport> {
  return importPeople(order(tenant, Readable.from([Buffer.from(lines.join('\n'))]), options))
}

function order({ tenantId }: Tenant, input: Readable, options: Partial<Import> = {}): Import {
  return {
    connect: () => ({ connectionString: adminUrl }),
    tenantId,
    operator: 'casey',
    requestId: tenantId,
    input,
    ...options,
  }
}

async function refused(importing: Promise<unknown>): Promise<ImportRefusal> {
  const refusal = await importing.catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(ImportRefusal)
  return refusal as ImportRefusal
}

function fault(line: number, column: string | null, code: string, reason: string) {
  return { line, lastLine: line, column, code, reason }
}

type UserRow = { email: string; name: string; is_verified: boolean; roles: string[] }

/** Everybody of a tenant but its owner. */
async function usersOf({ tenantId, owner }: Tenant): Promise<UserRow[]> {
  const { rows } = await admin.query<UserRow>(
    `select email, name, username, phone, avatar_url, account_id, is_verified, created_at,
            array(select r.name::text from user_roles ur join roles r on r.tenant_id = ur.tenant_id and r.id = ur.role_id
                  where ur.tenant_id = u.tenant_id and ur.user_id = u.id order by r.name) as roles
     from users u where tenant_id = $1 and id <> $2 order by email`,
    [tenantId, owner.userId],
  )
  return rows
}

async function addressesOf(tenant: Tenant): Promise<string[]> {
  return (await usersOf(tenant)).map(({ email }) => email)
}

async function account(email: string) {
  const { rows } = await admin.query(
    `select a.name, c.hash, e.verified_at is not null as verified, a.created_at,
            array(select tenant_id::text from users u where u.account_id = a.id order by 1) as users
     from account_emails e join accounts a on a.id = e.account_id left join credentials c on c.account_id = a.id
     where e.email = $1`,
    [email],
  )
  return rows[0]
}

/** So many rows in every table that an import writes. */
async function everything() {
  const { rows } = await admin.query(
    `select (select count(*) from users) as users, (select count(*) from accounts) as accounts,
            (select count(*) from account_emails) as emails, (select count(*) from credentials) as credentials,
            (select count(*) from user_roles) as roles, (select count(*) from audit_logs) as audit`,
  )
  return rows[0]
}

async function waitsForLock(): Promise<void> {
  for (;;) {
    const { rows } = await admin.query(
      `select from pg_stat_activity where application_name = 'reeve import' and datname = current_database() and wait_event_type = 'Lock'`,
    )
    if (rows.length > 0) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
