import { expect, test } from 'vitest'
import { refusals, type RefusalCode } from '../foundation/refusal.ts'
import { testApp } from '../testing/http.ts'
import { meanings } from './problem-codes.ts'

const { ask } = await testApp({ console: 'nowhere' })

test('every refusal that an answer can have is explained, and no other', () => {
  const codes = Object.keys(refusals) as RefusalCode[]
  const told = codes.filter((code) => refusals[code].status !== 500 || code === 'internal')
  expect(Object.keys(meanings).toSorted()).toEqual(told.toSorted())
})

test('the type of a problem leads to where its code is explained', async () => {
  const { body } = await ask<{ type: string; code: string }>('GET', '/v1/nothing')
  const [path, anchor] = body.type.split('#') as [string, string]

  const page = await ask<string>('GET', path)

  expect(page).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } })
  expect(page.body).toContain(`<tr id="${anchor}"><th scope="row"><code>${body.code}</code></th><td>404</td>`)
})
