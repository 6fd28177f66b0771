import { hash as argon2 } from '@node-rs/argon2'
import { hash as bcrypt } from '@node-rs/bcrypt'
import { expect, test } from 'vitest'
import { hashing, hashPassword, kindOf, needsRehash, verifyPassword } from './passwords.ts'

const secret = 'correct horse, battery staple'

test('a password is kept as argon2id at the parameters that OWASP asks for, salted each time', async () => {
  const [one, other] = await Promise.all([hashPassword(secret), hashPassword(secret)])

  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
  expect(one).not.toBe(other)
  expect(needsRehash(one)).toBe(false)
})

test.each([
  ['in another case', secret.toUpperCase()],
  ['with space around it', ` ${secret} `],
  ['cut short', secret.slice(0, -1)],
  ['not composed', 'jose\u0301 jose\u0301'],
])('a password is verified exactly as given: not %s', async (_, other) => {
  const password = other.startsWith('jose') ? 'jos\u00e9 jos\u00e9' : secret
  const kept = await hashPassword(password)

  expect(await verifyPassword(password, kept)).toBe(true)
  expect(await verifyPassword(other, kept)).toBe(false)
})

test('a password of 256 characters counts to its last one', async () => {
  const long = 'é'.repeat(255)
  const kept = await hashPassword(`${long}x`)

  expect(await verifyPassword(`${long}x`, kept)).toBe(true)
  expect(await verifyPassword(`${long}y`, kept)).toBe(false)
})

test.each(['2a', '2b', '2y'] as const)(
  'a %s hash of bcrypt opens, and asks to be replaced',
  async (version) => {
    const kept = (await bcrypt(secret, 4)).replace('2b', version)

    expect(await verifyPassword(secret, kept)).toBe(true)
    expect(await verifyPassword('another', kept)).toBe(false)
    expect(needsRehash(kept)).toBe(true)
  },
)

test('bcrypt never says yes to what it did not read', async () => {
  const reads = 'x'.repeat(72)
  const kept = await bcrypt(reads, 4)

  expect(await verifyPassword(reads, kept)).toBe(true)
  expect(await verifyPassword(`${reads}whatever`, kept)).toBe(false)
})

test.each([
  ['less memory', { memoryCost: 4096 }],
  ['one pass', { timeCost: 1 }],
  ['more lanes', { parallelism: 2 }],
  ['another variant', { algorithm: 1 }],
  ['a shorter result', { outputLen: 16 }],
])('an argon2 hash made with %s opens, and asks to be replaced', async (_, options) => {
  const kept = await argon2(secret, options)

  expect(await verifyPassword(secret, kept)).toBe(true)
  expect(needsRehash(kept)).toBe(true)
})

test.each([
  ['no hash', null],
  ['rubbish', '$argon2id$rubbish'],
  ['half a hash', '$2b$10$abcdefgh'],
  ['a bcrypt hash that would keep a core busy for a day', `$2b$31$${'a'.repeat(21)}O${'a'.repeat(30)}G`],
  [
    'an argon2 hash that would fill the memory',
    `$argon2id$v=19$m=4194304,t=2,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`,
  ],
  [
    'an argon2 hash that would never end',
    `$argon2id$v=19$m=19456,t=4000000,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`,
  ],
])('%s opens to nobody, after the work of one verification', async (_, kept) => {
  const before = hashing.passed

  expect(kindOf(kept)).toBeUndefined()
  expect(await verifyPassword(secret, kept)).toBe(false)
  expect(hashing.passed).toBe(before + 1)
})

test('to say no costs the processor the same, whether there is a hash or none', async () => {
  const kept = await hashPassword(secret)
  const costOf = async (hash: string | null) => {
    const before = process.cpuUsage()
    for (let i = 0; i < 10; i++) expect(await verifyPassword('another', hash)).toBe(false)
    return process.cpuUsage(before).user
  }

  const ratio = (await costOf(null)) / (await costOf(kept))
  expect(ratio).toBeGreaterThan(0.5)
  expect(ratio).toBeLessThan(2)
})

test('hashing leaves the event loop free', async () => {
  let turns = 0
  const ticking = setInterval(() => turns++, 1)
  await Promise.all(Array.from({ length: 10 }, () => hashPassword(secret)))
  clearInterval(ticking)

  expect(turns).toBeGreaterThan(10)
})
