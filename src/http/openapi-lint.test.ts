import { createConfig, lintFromString, type NormalizedProblem } from '@redocly/openapi-core'
import { expect, test } from 'vitest'
import { testApp } from '../testing/http.ts'
import type { OpenApi } from '../testing/openapi.ts'

/** Every rule that Redocly has, but for those that are a matter of taste, and of another one. */
const config = await createConfig({
  extends: ['all'],
  rules: {
    'tags-alphabetical': 'off', // they stand in the order in which one reads them
    'path-segment-plural': 'off', // one has one account and one session
    'no-http-verbs-in-paths': 'off', // what people write is called a post
    'info-contact': 'off', // whoever runs the server knows where they are to be found
    'response-mime-type': 'off', // it knows no application/problem+json, which RFC 9457 asks for
    'scalar-property-missing-example': 'off', // each body has an example as a whole
    'required-string-property-missing-min-length': 'off', // what we answer may well be empty
  },
})

const { ask } = await testApp({ console: 'nowhere' })
const { body: document } = await ask<OpenApi>('GET', '/openapi.json')

test('a linter has nothing to complain of', async () => {
  expect((await complaints(document)).map(inWords)).toEqual([])
})

test('it would be heard if it had', async () => {
  const about = async (spoil: (broken: OpenApi) => unknown) => {
    const broken = structuredClone(document)
    spoil(broken)
    return (await complaints(broken)).map(({ ruleId }) => ruleId)
  }
  const users = (broken: OpenApi) => broken.paths['/v1/tenants/{tenantId}/users']!

  expect(await about((broken) => delete users(broken)['get']!.responses['200'])).toContain(
    'operation-2xx-response',
  )
  expect(await about((broken) => (users(broken)['get']!.operationId = 'createUser'))).toContain(
    'operation-operationId-unique',
  )
  expect(await about((broken) => delete broken.components.schemas['User'])).toContain('no-unresolved-refs')
  expect(await about((broken) => delete broken.paths['/v1/sessions']!['post']!.responses['401'])).toContain(
    'no-unused-components',
  )
  expect(
    await about((broken) => (users(broken)['post']!.requestBody!.content!['application/json']!.example = {})),
  ).toContain('no-invalid-media-type-examples')
})

function complaints(contract: OpenApi): Promise<NormalizedProblem[]> {
  return lintFromString({ source: JSON.stringify(contract), absoluteRef: 'openapi.json', config })
}

function inWords({ ruleId, message, location }: NormalizedProblem): string {
  return `${ruleId}: ${message} ${location[0]?.pointer ?? ''}`
}
