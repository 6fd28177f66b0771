import { expect, test } from 'vitest'
import { columnsOf } from './columns.ts'
import { formatOf } from './format.ts'

test.for([
  [
    ['E-Mail', 'Full Name', 'Mobile phone', 'Department'],
    ['email', 'name', 'phone', null],
  ],
  [
    ['email_address', 'given_name', 'family_name', 'picture'],
    ['email', 'first_name', 'last_name', 'avatar_url'],
  ],
  [
    ['id', 'Email', 'Email Verified', 'Username', 'First Name', 'createdTimestamp'],
    [null, 'email', 'is_verified', 'username', 'first_name', 'created_at'],
  ],
  [
    ['mail', 'CN', 'encrypted_password', 'roles'],
    ['email', 'name', 'password_hash', 'roles'],
  ],
] as const)('%s are understood without being told', ([headers, fields]) => {
  expect(columnsOf(headers).headers.map(({ field }) => field)).toEqual(fields)
})

test('what is said by hand goes before what a header seems to say', () => {
  const { headers } = columnsOf(['Kontakt', 'email', 'Anzeige', 'name'], {
    kontakt: 'email',
    Anzeige: 'name',
    name: 'ignore',
  })
  expect(headers.map(({ field }) => field)).toEqual(['email', null, 'name', null])
})

test.for([
  [['email', 'name'], { Mail: 'email' }, 'the file has no column Mail'],
  [['email', 'name'], { name: 'surname' }, 'surname is nothing that people have here'],
  [['email', 'mail', 'name'], {}, 'both email and mail could be email'],
  [['email', 'name', 'x'], { email: 'email', x: 'email' }, 'both email and x could be email'],
  [
    ['email', 'name'],
    { email: 'ignore' },
    'the file has no column of e-mail addresses; its first line must name the columns',
  ],
  [['email', 'id'], {}, 'the file has no column of names; its first line must name the columns'],
  [
    ['ann@example.com', 'Ann'],
    {},
    'the file has no column of e-mail addresses; its first line must name the columns',
  ],
] as const)('%s with %o cannot be understood', ([headers, mapping, message]) => {
  expect(() => columnsOf(headers, mapping)).toThrow(
    expect.objectContaining({ code: 'invalid_request', message }),
  )
})

test.for([
  ['email,name\n', ',', 'lf'],
  ['email;name\r\n', ';', 'lf'],
  ['email\tname\rx\ty\r', '\t', 'cr'],
  ['email;"name, first, or, last"\n', ';', 'lf'],
  ['email', ',', 'lf'],
] as const)('%j is read as it is written', ([text, delimiter, lineEnd]) => {
  expect(formatOf(Buffer.from(text), true)).toEqual({ format: { delimiter, lineEnd }, start: 0 })
  expect(formatOf(Buffer.from(`\ufeff${text}`), true)).toEqual({ format: { delimiter, lineEnd }, start: 3 })
})

test('nothing is said of a first line that is not complete', () => {
  expect(formatOf(Buffer.from('email,na'), false)).toBeUndefined()
})

test.for([
  [Buffer.from('\ufeffemail', 'utf16le'), 'the file is text in UTF-16, not CSV'],
  [Buffer.from('email,name\n', 'utf16le'), 'the file has zero bytes in its first line, not CSV'],
  [Buffer.from('PK\u0003\u0004…'), 'the file is a workbook or an archive, not CSV'],
  [Buffer.from([0x1f, 0x8b, 0x08]), 'the file is compressed, not CSV'],
] as const)('%s is no CSV', ([bytes, message]) => {
  expect(() => formatOf(bytes, true)).toThrow(
    expect.objectContaining({ code: 'unsupported_media_type', message }),
  )
})
