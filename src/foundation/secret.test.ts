import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  decrypt,
  encrypt,
  fingerprint,
  hashToken,
  isToken,
  newKey,
  makeToken,
  open,
  readKeyRing,
  sameSecret,
  seal,
  type KeyRing,
} from './secret.ts'

const keys = aRing('one')

test('a token is 256 random bits behind our prefix, and no two are alike', () => {
  const tokens = Array.from({ length: 1000 }, () => makeToken('rv_s'))

  expect(new Set(tokens).size).toBe(1000)
  for (const token of tokens) expect(token).toMatch(/^rv_s_[A-Za-z0-9_-]{43}$/)
  expect(tokens.every((token) => isToken('rv_s', token))).toBe(true)
})

test('what cannot be a token is recognised as such', () => {
  const token = makeToken('rv_s')
  const others = [
    '',
    'rv_s_',
    token + 'x',
    token.slice(1),
    ` ${token}`,
    `${token}\n`,
    token.replace('rv', 'RV'),
  ]

  expect(others.filter((other) => isToken('rv_s', other))).toEqual([])
  expect(isToken('rv_i', token)).toBe(false)
})

test('of a token its SHA-256 is kept', () => {
  expect(hashToken('rv_s_abc').toString('hex')).toBe(
    'a535dd3c52025c43791234c75a657860e870efc1d0f6e67156b9582f3cbda132',
  )
  expect(hashToken('a')).toHaveLength(32)
})

test('secrets are compared as a whole, also when their lengths differ', () => {
  expect(sameSecret('secret', 'secret')).toBe(true)
  expect(sameSecret('secret', Buffer.from('secret'))).toBe(true)
  expect(sameSecret('', '')).toBe(true)
  expect(sameSecret('secret', 'Secret')).toBe(false)
  expect(sameSecret('secret', 'secret ')).toBe(false)
  expect(sameSecret('secret', '')).toBe(false)
})

test('whatever is sealed can be opened, and is safe in an address', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const sealed = seal(keys, 'cursor', text)
      expect(sealed).toMatch(/^[A-Za-z0-9_-]+$/)
      expect(open(keys, 'cursor', sealed)).toBe(text)
    }),
  )
})

test('a sealed text in which one character was changed, added or left out does not open', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1 }),
      fc.nat(),
      fc.constantFrom(...'ABCabc012-_'),
      (text, at, other) => {
        const sealed = seal(keys, 'cursor', text)
        const place = at % sealed.length
        const [before, after] = [sealed.slice(0, place), sealed.slice(place + 1)]

        for (const changed of [
          before + other + after,
          before + after,
          before + other + sealed.slice(place),
        ]) {
          if (changed !== sealed) expect(open(keys, 'cursor', changed)).toBeUndefined()
        }
      },
    ),
  )
})

test('what somebody made up does not open, and does not throw', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.base64String(), fc.string({ unit: 'binary' })), (text) => {
      expect(open(keys, 'cursor', text)).toBeUndefined()
    }),
  )
})

test('what only decodes to the same bytes does not open', () => {
  const sealed = seal(keys, 'cursor', 'ab')
  expect(open(keys, 'cursor', `${sealed}=`)).toBeUndefined()
  expect(open(keys, 'cursor', ` ${sealed}`)).toBeUndefined()
})

test('what was sealed for one purpose does not open for another', () => {
  const sealed = seal(keys, 'cursor', 'text')

  expect(open(keys, 'invitation', sealed)).toBeUndefined()
  expect(open(keys, '', sealed)).toBeUndefined()
})

test('after a new key was put in front the old seals still open, and when the old key is gone they do not', () => {
  const [old, fresh] = [aRing('old'), aRing('fresh')]
  const rotated: KeyRing = [fresh[0], old[0]]
  const before = seal(old, 'cursor', 'text')
  const after = seal(rotated, 'cursor', 'text')

  expect(open(rotated, 'cursor', before)).toBe('text')
  expect(open(rotated, 'cursor', after)).toBe('text')
  expect(open(fresh, 'cursor', after)).toBe('text')
  expect(open(fresh, 'cursor', before)).toBeUndefined()
})

test('what is too long is not sealed, and what is too long is not even read', () => {
  expect(open(keys, 'cursor', seal(keys, 'cursor', 'x'.repeat(4096)))).toHaveLength(4096)
  expect(() => seal(keys, 'cursor', 'x'.repeat(4097))).toThrow(RangeError)
  expect(open(keys, 'cursor', 'A'.repeat(10_000_000))).toBeUndefined()
})

test('what is encrypted reads like noise, each time another, and comes back whatever its length', () => {
  const token = makeToken('rv_s')
  const [once, again] = [encrypt(keys, 'kept', 'Ada', token), encrypt(keys, 'kept', 'Ada', token)]

  expect(once).not.toBe(again)
  expect(once + Buffer.from(once.split(':')[1]!, 'base64url').toString('latin1')).not.toContain(token)
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(decrypt(keys, 'kept', 'Ada', encrypt(keys, 'kept', 'Ada', text))).toBe(text)
    }),
  )
  const long = 'é'.repeat(2_000_000)
  expect(decrypt(keys, 'kept', 'Ada', encrypt(keys, 'kept', 'Ada', long))).toBe(long)
})

test('what was encrypted for one purpose and about one subject serves no other', () => {
  const encrypted = encrypt(keys, 'kept', 'Ada', 'text')

  expect(decrypt(keys, 'kept', 'Ada', encrypted)).toBe('text')
  expect(decrypt(keys, 'other', 'Ada', encrypted)).toBeUndefined()
  expect(decrypt(keys, 'kept', 'Kim', encrypted)).toBeUndefined()
  expect(decrypt(keys, 'kept', '', encrypted)).toBeUndefined()
})

test('what was encrypted and then changed by a single bit cannot be read, and neither can what somebody made up', () => {
  const [id, content] = encrypt(keys, 'kept', 'Ada', 'text').split(':') as [string, string]
  const bytes = Buffer.from(content, 'base64url')
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const other = Buffer.from(bytes)
    other[bit >> 3]! ^= 1 << (bit & 7)
    expect(decrypt(keys, 'kept', 'Ada', `${id}:${other.toString('base64url')}`)).toBeUndefined()
  }
  for (const text of ['', ':', id, `${id}:`, content, `other:${content}`, `${id}:${content.slice(0, 30)}`]) {
    expect(decrypt(keys, 'kept', 'Ada', text)).toBeUndefined()
  }
})

test('what is encrypted can be read for as long as its key is in the ring', () => {
  const [old, fresh] = [aRing('old'), aRing('fresh')]
  const rotated: KeyRing = [fresh[0], old[0]]
  const before = encrypt(old, 'kept', 'Ada', 'text')

  expect(decrypt(rotated, 'kept', 'Ada', before)).toBe('text')
  expect(decrypt(fresh, 'kept', 'Ada', encrypt(rotated, 'kept', 'Ada', 'text'))).toBe('text')
  expect(decrypt(fresh, 'kept', 'Ada', before)).toBeUndefined()
})

test('a fingerprint tells texts apart, for one purpose, and stays when a key is put in front', () => {
  const ring = aRing('old')
  const print = fingerprint(ring, 'kept', 'text')

  expect(print).toMatch(/^[\w-]{22}\.[0-9a-f]{8}$/)
  expect(fingerprint(ring, 'kept', 'text')).toBe(print)
  expect(fingerprint([keys[0], ring[0]], 'kept', 'text')).toBe(print)
  expect(fingerprint(ring, 'kept', 'texts')).not.toBe(print)
  expect(fingerprint(ring, 'other', 'text')).not.toBe(print)
  expect(fingerprint(keys, 'kept', 'text')).not.toBe(print)
})

test('a key ring is read as it is written: the first signs', () => {
  const ring = readKeyRing(`${newKey('2026b')}, ${newKey('2026a')}`) as KeyRing

  expect(ring.map((key) => key.id)).toEqual(['2026b', '2026a'])
  expect(ring.map((key) => key.bytes.length)).toEqual([32, 32])
})

test('an unusable key ring is refused with a reason that repeats nothing of it', () => {
  const short = Buffer.from('too short to be a key').toString('base64')
  const same = Buffer.alloc(32, 7).toString('base64')
  const refused = {
    '': 'is not of the form id:base64',
    [newKey('a').slice(2)]: 'is not of the form id:base64',
    [`${newKey('a')},`]: 'key 2 is not of the form',
    [`a b:${newKey('a').slice(2)}`]: 'is not of the form id:base64',
    'a:hush!hush': 'is not of the form id:base64',
    [`a:${short}`]: 'fewer than 32 bytes',
    [`a:${same}`]: 'is not random',
    [`${newKey('a')},${newKey('a')}`]: 'the same id',
    [Array.from({ length: 17 }, (_, at) => newKey(`k${at}`)).join(',')]: 'more than 16 keys',
  }

  for (const [text, reason] of Object.entries(refused)) {
    const said = readKeyRing(text)
    expect(said).toContain(reason)
    if (text.length > 20) expect(said).not.toContain(text.slice(3, 12))
  }
})

function aRing(id: string): KeyRing {
  return readKeyRing(newKey(id)) as KeyRing
}
