import { execFile } from 'node:child_process'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import type { OpenAPIV3_1 } from 'openapi-types'
import { describe, expect, test } from 'vitest'
import { refusals } from '../../foundation/refusal.ts'
import { hasBrowser, openBrowser } from '../../testing/browser.ts'
import { testApp } from '../../testing/http.ts'
import { codesOf, operationsOf, responseOf, type OpenApi } from '../../testing/openapi.ts'
import { aScene } from '../../testing/scene.ts'
import { problemCodes, type ToldCode } from '../problem-codes.ts'
import { variableOf } from './curl.ts'
import { referencePage } from './page.ts'
import { exampleOf, problemPage } from './problems.ts'

const world = await testApp({ console: 'nowhere' })
const { ask, app } = world
const { body: document } = await ask<OpenApi>('GET', '/openapi.json')
const { body: page } = await ask<string>('GET', '/docs')
const operations = Object.entries(operationsOf(document))
const codes = Object.keys(problemCodes) as ToldCode[]
const articles = Object.fromEntries(
  [...page.matchAll(/<article id="(\w+)">([^]*?)<\/article>/g)].map(([, id, text]) => [id!, text!]),
)
await app.listen({ host: '127.0.0.1', port: 0 })
const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`

test.each(operations)('%s is explained: what it does, takes, answers and refuses', (_route, operation) => {
  const article = articles[operation.operationId]!
  const text = wordsOf(article)
  expect(text).toContain(operation.summary)
  for (const paragraph of operation.description!.split('\n\n')) {
    expect(text).toContain(paragraph.replaceAll('`', ''))
  }
  const fields = Object.keys(operation.requestBody?.content?.['application/json']?.schema.properties ?? {})
  const parameters = (operation.parameters ?? []).map(({ name }) => name)
  for (const name of [...fields, ...parameters]) expect(text.toLowerCase()).toContain(name.toLowerCase())

  for (const status of Object.keys(operation.responses)) {
    expect(article).toMatch(new RegExp(`<th scope="row">(<strong>)?${status}<`))
    for (const code of codesOf(responseOf(document, operation, status)!)) {
      expect(article).toContain(`href="/docs/problems/${code}"`)
    }
  }
})

test('every example runs as it stands, and does what it is for', { timeout: 120_000 }, async () => {
  const scene = await aScene(world, document)
  for (const [route, { operationId }] of operations) {
    const { ids, request } = (route.startsWith('DELETE ') ? await aScene(world, document) : scene).wanting(
      route,
    )
    const { token = scene.token, body } = request as {
      token?: string
      body?: { token?: string; roleIds?: string[] }
    }
    const variables = Object.entries(ids).map(([name, value]) => [variableOf(name), value])
    const env = {
      ...process.env,
      ...Object.fromEntries(variables),
      ...{ REEVE: url, TOKEN: token, INVITATION_TOKEN: body?.token },
      ...{ ONE_ROLE_ID: body?.roleIds?.[0], OTHER_ROLE_ID: body?.roleIds?.[1] },
    }
    const [, example = ''] = /<pre[^>]*><code>([^]*?)<\/code>/.exec(articles[operationId]!)!
    const said = `curl() { command curl -o /dev/null -w '%{http_code}' "$@"; }\n${wordsOf(example)}`
    const { stdout } = await promisify(execFile)('bash', ['-euc', said], { env })
    expect([operationId, Number(stdout) < 300 ? 'done' : stdout]).toEqual([operationId, 'done'])
  }
})

test('every link on a page leads somewhere', async () => {
  const pages = ['/docs', '/docs/problems', ...codes.map((code) => `/docs/problems/${code}`)]
  const anchors = new Map<string, string[]>()
  const links: string[] = []
  for (const at of pages) {
    const { status, body } = await ask<string>('GET', at)
    expect([at, status]).toEqual([at, 200])
    const here = [...body.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!)
    expect([at, new Set(here).size]).toEqual([at, here.length])
    anchors.set(at, here)
    links.push(
      ...[...body.matchAll(/ href="([^"]+)"/g)].map(([, to]) => (to!.startsWith('#') ? at + to! : to!)),
    )
  }
  const others = ['data:,', '/openapi.json']
  const lost = [...new Set(links)].filter((link) => {
    const [path, anchor] = link.split('#') as [string, string | undefined]
    return (
      !others.includes(path) &&
      (anchor === undefined ? !anchors.has(path) : !anchors.get(path)?.includes(anchor))
    )
  })
  expect(lost).toEqual([])
})

test('a page is small, is asked for again only if it is new, and needs nothing but itself', async () => {
  for (const at of ['/docs', '/docs/problems', '/docs/problems/not_found', '/openapi.json']) {
    const plain = await app.inject(at)
    const small = await app.inject({ url: at, headers: { 'accept-encoding': 'br, gzip' } })
    expect(plain.headers).toMatchObject({ 'cache-control': 'no-cache', vary: 'accept-encoding' })
    expect(small.headers).toMatchObject({ 'content-encoding': 'gzip', etag: plain.headers.etag })
    expect(gunzipSync(small.rawPayload).toString()).toBe(plain.payload)
    expect(small.rawPayload.length).toBeLessThan(40_000)

    const again = await app.inject({ url: at, headers: { 'if-none-match': String(plain.headers.etag) } })
    expect([again.statusCode, again.payload]).toEqual([304, ''])
    const other = await app.inject({ url: at, headers: { 'if-none-match': 'W/"another"' } })
    expect(other.statusCode).toBe(200)
    expect(plain.payload).not.toMatch(/<script|<link rel="stylesheet|@import|src=/)
  }
})

test('whatever the document says is said as text', () => {
  const said = `<img src=x onerror="alert(1)"> & 'more'`
  const hostile = JSON.parse(JSON.stringify(document), (name, value: unknown) =>
    typeof value === 'string' && ['description', 'summary', 'name', 'title', 'default'].includes(name)
      ? `${value} ${said}`
      : value,
  ) as OpenAPIV3_1.Document

  expect(referencePage(hostile)).not.toContain('<img')
  expect(referencePage(hostile)).toContain(
    '&#60;img src=x onerror=&#34;alert(1)&#34;&#62; &#38; &#39;more&#39;',
  )
  expect(problemPage('not_found', hostile)).not.toContain('<img')
})

test.each(codes)('%s has a page that says what it means and what to do', async (code) => {
  const { body, headers } = await ask<string>('GET', `/docs/problems/${code}`)
  const text = wordsOf(body)
  expect(headers['content-type']).toBe('text/html; charset=utf-8')
  expect(text).toContain(problemCodes[code].means.replaceAll('`', ''))
  expect(text).toContain(problemCodes[code].advice.replaceAll('`', ''))
  expect(text).toContain(`"status": ${refusals[code].status}`)
  const ours = operations.filter(([, operation]) =>
    Object.keys(operation.responses).some((status) =>
      codesOf(responseOf(document, operation, status)!).includes(code),
    ),
  )
  for (const [, { operationId }] of ours) expect(body).toContain(`href="/docs#${operationId}"`)
})

test('the type of a problem leads to the page of its code', async () => {
  const { body } = await ask<{ type: string; code: string }>('GET', '/v1/nothing')
  const explained = await ask<string>('GET', body.type)
  expect(explained.status).toBe(200)
  expect(explained.body).toContain(`<h1><code>${body.code}</code></h1>`)
})

test('a code that is none has no page', async () => {
  for (const code of ['nothing', 'append_only', 'toString', '__proto__', '%3Cscript%3E', '']) {
    const answer = await ask('GET', `/docs/problems/${code}`)
    expect([code, answer.status]).toEqual([code, 404])
    expect(answer.body).toMatchObject({ code: 'not_found' })
  }
})

test('docs/problems.md says the same; after a change: npx vitest run src/http/reference -u', async () => {
  await expect(handbook()).toMatchFileSnapshot('../../../docs/problems.md')
})

describe.runIf(hasBrowser)('in a browser', () => {
  test('the pages fit, light and dark, narrow and wide, and load nothing that they may not', async () => {
    const browser = await openBrowser()
    const complaints: string[] = []
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [360, 800, 1280]) {
        const tab = await browser.newPage({ colorScheme, viewport: { width, height: 800 } })
        tab.on('console', (line) => complaints.push(line.text()))
        tab.on('requestfailed', (request) => complaints.push(request.url()))
        for (const at of ['/docs', '/docs/problems', '/docs/problems/idempotency_key_reused']) {
          await tab.goto(url + at)
          const tooWide = await tab.evaluate('document.documentElement.scrollWidth - innerWidth')
          expect([at, width, tooWide]).toEqual([at, width, 0])
        }
        await tab.close()
      }
    }
    await browser.close()
    expect(complaints).toEqual([])
  })

  test('whoever has no mouse reaches the text, and what they look for', async () => {
    const browser = await openBrowser()
    const tab = await browser.newPage()
    await tab.goto(`${url}/docs`)
    await tab.keyboard.press('Tab')
    expect(await tab.evaluate('document.activeElement.textContent')).toBe('Skip to the text')
    await tab.getByRole('navigation').getByRole('link', { name: 'Shut somebody out' }).press('Enter')
    expect(await tab.evaluate('location.hash')).toBe('#suspendUser')
    await expect
      .poll(() =>
        tab.evaluate(`document.querySelector('#suspendUser').getBoundingClientRect().top < innerHeight`),
      )
      .toBe(true)
    await browser.close()
  })
})

/** What one reads of a piece of a page. */
function wordsOf(text: string): string {
  return text
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/&#(\d+);/g, (_, sign: string) => String.fromCharCode(Number(sign)))
}

function handbook(): string {
  const opening = `# Problems

Written from \`src/http/problem-codes.ts\`; a test compares.

Every answer that refuses is a problem document (RFC 9457, \`application/problem+json\`) with a \`code\`. Programs look at the code; this is the closed list. \`detail\` and \`remedy\` say in words what happened and what to do in that case. A server has a page for each at \`/docs/problems\`, with the operations that answer so.
`
  return [opening, ...codes.map(section)].join('\n')
}

function section(code: ToldCode): string {
  const { means, advice } = problemCodes[code]
  return `## ${code}

${refusals[code].status} · ${means}

${advice}

\`\`\`json
${JSON.stringify(exampleOf(code), null, 2)}
\`\`\`
`
}
