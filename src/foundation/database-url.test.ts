import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readDatabaseUrl, type DatabaseUrl } from './database-url.ts'

const read = (text: string) => readDatabaseUrl(text) as DatabaseUrl

test('an ordinary URL', () => {
  expect(read('postgresql://kim:secret@db.example.com:5433/reeve')).toEqual({
    hosts: [{ host: 'db.example.com', port: 5433 }],
    user: 'kim',
    password: 'secret',
    name: 'reeve',
    sslMode: undefined,
    sslRootCert: undefined,
  })
})

test('the short scheme, no port and no password', () => {
  expect(read('postgres://kim@localhost/reeve')).toMatchObject({
    hosts: [{ host: 'localhost', port: 5432 }],
    user: 'kim',
    password: '',
  })
})

test('several hosts, each with its port', () => {
  expect(read('postgresql://kim:s@one:5432,two:5433,[2001:db8::1]:5434,four/reeve').hosts).toEqual([
    { host: 'one', port: 5432 },
    { host: 'two', port: 5433 },
    { host: '2001:db8::1', port: 5434 },
    { host: 'four', port: 5432 },
  ])
})

test('a directory of sockets, in the place of the host or beside it', () => {
  const hosts = [{ host: '/var/run/postgresql', port: 5432 }]

  expect(read('postgresql://kim@%2Fvar%2Frun%2Fpostgresql/reeve').hosts).toEqual(hosts)
  expect(read('postgresql://kim@/reeve?host=/var/run/postgresql').hosts).toEqual(hosts)
})

test('any user, password and name survive, percent-encoded', () => {
  const word = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('\0'))
  fc.assert(
    fc.property(word, word, word, (user, password, name) => {
      const [u, p, n] = [user, password, name].map(encodeURIComponent)
      expect(read(`postgresql://${u}:${p}@localhost/${n}`)).toMatchObject({ user, password, name })
    }),
  )
})

test('a password may hold @ : # and a space as they are, for the last @ ends it', () => {
  expect(read('postgresql://kim:a@b:c#d e@localhost/reeve')).toMatchObject({
    user: 'kim',
    password: 'a@b:c#d e',
  })
})

test('TLS may be asked for in the URL', () => {
  const url = read('postgresql://kim@localhost/reeve?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem')

  expect(url).toMatchObject({ sslMode: 'verify-full', sslRootCert: '/etc/ca.pem' })
})

test('what other tools put there is let through when it says what we do anyway', () => {
  const url = 'postgresql://kim@localhost/reeve?schema=public&target_session_attrs=read-write'

  expect(read(url)).toMatchObject({ name: 'reeve' })
})

test.each([
  ['mysql://kim@localhost/reeve', 'does not begin with postgresql://'],
  ['localhost:5432/reeve', 'does not begin with postgresql://'],
  ['postgresql://localhost/reeve', 'names no user'],
  ['postgresql://:hush@localhost/reeve', 'names no user'],
  ['postgresql://kim@/reeve', 'names no host'],
  ['postgresql://kim@one,,two/reeve', 'names no host'],
  ['postgresql://kim@localhost', 'names no database'],
  ['postgresql://kim@localhost/', 'names no database'],
  ['postgresql://kim@localhost/a/b', 'has a / in the name of the database'],
  ['postgresql://kim@localhost:0/reeve', 'has a port that is not between 1 and 65535'],
  ['postgresql://kim@localhost:65536/reeve', 'has a port that is not between 1 and 65535'],
  ['postgresql://kim@localhost:hush/reeve', 'has a host that is neither'],
  ['postgresql://kim@::1/reeve', 'has a host that is neither'],
  ['postgresql://kim@[hush]/reeve', 'has a host that is neither'],
  ['postgresql://kim@local host/reeve', 'has a host that is neither'],
  ['postgresql://kim:hu/sh@localhost/reeve', 'has a / or ? in its user or password'],
  ['postgresql://kim:hu?sh@localhost/reeve', 'has a / or ? in its user or password'],
  ['postgresql://kim:hush%@localhost/reeve', 'has a % that encodes nothing'],
  ['postgresql://kim:hush%00@localhost/reeve', 'has a NUL character'],
  ['postgresql://kim:hush\n@localhost/reeve', 'has a control character'],
  ['postgresql://kim@localhost/reeve?hush=1', 'has a parameter that we do not know'],
  [
    'postgresql://kim@localhost/reeve?sslmode=prefer',
    'has an sslmode other than disable, require and verify-full',
  ],
  ['postgresql://kim@localhost/reeve?sslmode=require&sslmode=disable', 'says the same parameter twice'],
  ['postgresql://kim@localhost/reeve?schema=hush', 'has a schema other than public'],
  ['postgresql://kim@localhost/reeve?target_session_attrs=standby', 'has target_session_attrs other than'],
])('%j is refused with a reason', (text, reason) => {
  expect(readDatabaseUrl(text)).toContain(reason)
  expect(readDatabaseUrl(text)).not.toContain('hush')
})

test('whatever stands there, it is read or refused with a reason', () => {
  const almost = fc
    .array(
      fc.constantFrom(
        'postgresql://',
        ':',
        '@',
        '/',
        '?',
        '&',
        '=',
        '%',
        '[',
        ']',
        ',',
        'kim',
        '5432',
        'sslmode',
        '\0',
      ),
    )
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        almost,
        almost.map((text) => `postgresql://${text}`),
      ),
      (text) => {
        const url = readDatabaseUrl(text)
        if (typeof url === 'string') expect(url).toMatch(/^[a-z]/)
        else expect(url.hosts.length).toBeGreaterThan(0)
      },
    ),
  )
})
