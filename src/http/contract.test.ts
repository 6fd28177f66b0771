import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { testApp } from '../testing/http.ts'

const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'))
const { app } = await testApp({ version })

test('client/openapi.json is the contract as it is served; after a change: npm run client:generate', async () => {
  const served = `${JSON.stringify(app.swagger(), null, 2)}\n`
  await expect(served).toMatchFileSnapshot('../../client/openapi.json')
})
