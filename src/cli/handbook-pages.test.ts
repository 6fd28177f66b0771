/** Every page of docs/handbook, done as somebody would who reads it, from where its first page leaves them. */
import { readdir } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { home } from '../foundation/package.ts'
import { follow } from '../testing/document.ts'
import { testApp } from '../testing/http.ts'
import { aProject, type Project } from '../testing/project.ts'
import { openShell } from '../testing/shell.ts'
import { snippetsOf } from '../testing/snippets.ts'

const beginning = 'docs/handbook/README.md'
const names = await readdir(join(home, 'docs/handbook'))
const pages = names.map((name) => `docs/handbook/${name}`).filter((page) => page !== beginning)

let project: Project
beforeAll(async () => {
  project = await aProject({ NO_COLOR: '1', LOG_LEVEL: 'error' })
})
afterAll(() => project.remove())

describe.each(pages)('%s', async (page) => {
  const { app, adminUrl } = await testApp({ console: 'nowhere' })

  test('does what it says, from top to bottom', async () => {
    expect((await snippetsOf(page)).length).toBeGreaterThan(0)
    await app.listen({ host: '127.0.0.1', port: 0 })
    const { port } = app.server.address() as AddressInfo
    const { folder, env } = project
    const shell = await openShell(folder, { ...env, DATABASE_URL: adminUrl })
    const here = { '127.0.0.1:3000': `127.0.0.1:${port}` }
    try {
      await follow({ page: beginning, folder, shell, here })
      await follow({ page, folder, shell, here })
    } finally {
      await shell.close()
    }
  }, 60_000)
})
