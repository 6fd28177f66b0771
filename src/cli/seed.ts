import { randomInt } from 'node:crypto'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { hashPassword } from '../domains/accounts/passwords.ts'
import { demoEmail, isEmpty, seed, type Seeded } from '../operations/seed/seed.ts'
import { reportTo, type Report } from './report.ts'
import { openWorld, type World } from './world.ts'

export type Demo = { email: string; password: string; passwordFile: string }

/** `reeve seed` */
export function seedCommand(program: Command): void {
  program
    .command('seed')
    .description('demo data: three tenants, sixty people, half a year of history')
    .option('--json', 'answer for programs')
    .addHelpText(
      'after',
      '\nExample:\n  reeve seed\n\nDoes nothing where the demo data is already. Refuses in production.\n',
    )
    .action(async (options: { json?: boolean }) => {
      const report = reportTo(options)
      const world = await openWorld(report)
      try {
        report.progress({ message: 'seeding demo data' })
        const { seeded, ...there } = await seedWorld(world)
        const demo = await demoAccount(world)
        report.done({ seeded, ...there, demo: withoutPassword(demo) }, () =>
          [
            seeded ? 'seeded' : 'the demo data is there already',
            `  ${there.tenants} tenants, ${there.users} users, ${there.posts} posts, ${there.comments} comments`,
            ...(demo ? [`  sign in as ${demo.email} with ${demo.password}`] : []),
          ].join('\n'),
        )
      } finally {
        await world.close()
      }
    })
}

/** Seeds a database that has no tenant yet; returns the demo account where there is one. */
export async function firstSeed(world: World, report: Report): Promise<Demo | undefined> {
  if (world.config.environment === 'production') return undefined
  if (await isEmpty(world.admin)) {
    report.progress({ message: 'seeding demo data' })
    await seedWorld(world)
  }
  return demoAccount(world)
}

/** Seeds; every demo account gets the password of this installation. */
export async function seedWorld(world: World): Promise<Seeded> {
  const { environment } = world.config
  const hash = async () => hashPassword(await makePassword(world))
  return seed({ connect: world.admin, hash, environment })
}

/** Undefined where this directory has no demo password: then the data came from elsewhere, or not at all. */
async function demoAccount(world: World): Promise<Demo | undefined> {
  const file = passwordFile(world)
  const password = await readFile(file, 'utf8').catch(() => undefined)
  if (password === undefined) return undefined
  return { email: demoEmail, password: password.trim(), passwordFile: file }
}

/** For programs: where the password is, and not the password. */
export function withoutPassword(demo: Demo | undefined): object | null {
  return demo ? { email: demo.email, passwordFile: demo.passwordFile } : null
}

function passwordFile({ directory }: World): string {
  return join(directory, 'demo-password')
}

/** Made for each installation: a password that everybody could read in the repository would be none. */
async function makePassword(world: World): Promise<string> {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789'
  const group = () => Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join('')
  const password = [group(), group(), group(), group()].join('-')
  const file = passwordFile(world)
  await mkdir(world.directory, { recursive: true })
  await writeFile(file, `${password}\n`, { mode: 0o600 })
  await chmod(file, 0o600)
  return password
}
