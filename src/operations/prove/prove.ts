import type pg from 'pg'
import { Refusal } from '../../foundation/refusal.ts'
import type { Attack, Family, Scene } from './attack.ts'
import { readCatalogue, type Catalogue } from './catalogue.ts'
import { becoming } from './families/becoming.ts'
import { calling } from './families/calling.ts'
import { copying } from './families/copying.ts'
import { doors } from './families/doors.ts'
import { reading } from './families/reading.ts'
import { referring } from './families/referring.ts'
import { shape } from './families/shape.ts'
import { sharing } from './families/sharing.ts'
import { standing } from './families/standing.ts'
import { switching } from './families/switching.ts'
import { telling } from './families/telling.ts'
import { viewing } from './families/viewing.ts'
import { alone, moving, writing } from './families/writing.ts'
import type { Judged } from './judge.ts'
import { acceptedBecause } from './known.ts'
import { plant, replanting, type Barren } from './plant.ts'
import { Stage } from './stage.ts'

/** In this order: what shows most is tried first, and what was never declared before anything is. */
export const families: readonly Family[] = [
  ...[reading, writing, moving, alone, standing, referring, telling, copying, sharing],
  ...[viewing, calling, doors, switching, becoming, shape],
]

/** One attack and how it went. */
export type Tried = {
  family: Pick<Family, 'name' | 'about'>
  attack: Attack
  judged: Judged
  accepted: string | undefined
  replay: string[]
}

export type Proving = {
  /** Tables and functions of which the operator says that they are meant to be shared. */
  allowed?: readonly string[]
  /** Ends at the first attack that got through. */
  hasty?: boolean
  /** What is attacked before everything else. */
  first?: string
  progress?: (step: { message: string; done: number; total: number }) => void
  signal?: AbortSignal
}

export type Trial = { catalogue: Catalogue; tried: Tried[]; barren: Barren[]; setting: string[] }
/** Two tenants that are there, in a transaction. */
export type Stand = { scene: Scene; superuser: boolean; barren: Barren[] }

/** No attack takes longer; one that does has shown nothing. */
const patience = `set local statement_timeout = '10s'; set local lock_timeout = '2s'`

/**
 * Makes two tenants in the open transaction of this client, lets the one attack the other in every way there is, and
 * tells how each went. The transaction is the caller's to roll back. The client is a superuser, or may act as the owner
 * and as the server.
 */
export async function tryEverything(client: pg.ClientBase, proving: Proving = {}): Promise<Trial> {
  const { scene, superuser, barren } = await takeStand(client)
  const tried = await attackAll(client, { scene, superuser, barren }, proving)
  const setting = [scene.own, scene.other].flatMap((cast) => replanting(scene.catalogue, cast))
  return { catalogue: scene.catalogue, tried, barren, setting }
}

/** Two new tenants with rows in every table. */
export async function takeStand(client: pg.ClientBase): Promise<Stand> {
  const superuser = await takeUp(client)
  const catalogue = await readCatalogue(client)
  const own = await plant(client, catalogue)
  const other = await plant(client, catalogue)
  await client.query('set constraints all immediate')
  return { scene: { catalogue, own: own.cast, other: other.cast }, superuser, barren: own.barren }
}

/** Every attack on what the catalogue names, each undone before the next. */
export async function attackAll(
  client: pg.ClientBase,
  { scene, superuser }: Stand,
  proving: Proving,
): Promise<Tried[]> {
  const { allowed = [], hasty = false, progress, signal } = proving
  const stage = new Stage(client, scene, superuser)
  await stage.begin()
  const inOrder = ordered(scene, proving)
  const tried: Tried[] = []
  for (const [i, { family, attack }] of inOrder.entries()) {
    signal?.throwIfAborted()
    if (i % 50 === 0) progress?.({ message: `${family.name}: ${attack.on}`, done: i, total: inOrder.length })
    const judged = await stage.attempt(attack)
    const accepted =
      judged.verdict === 'blocked' ? undefined : acceptedBecause(family.name, attack, allowed, judged)
    const isOpen = judged.verdict !== 'blocked' && accepted === undefined
    tried.push({ family, attack, judged, accepted, replay: isOpen ? stage.replay(attack) : [] })
    if (hasty && isOpen) break
  }
  progress?.({ message: 'done', done: inOrder.length, total: inOrder.length })
  return tried
}

/** What was declared once is there, empty, ever after; so whoever declared nothing goes first. */
function ordered(scene: Scene, { first }: Proving): Pick<Tried, 'family' | 'attack'>[] {
  const all = families.flatMap((family) => family.attacks(scene).map((attack) => ({ family, attack })))
  const isFirst = (one: (typeof all)[number]) => first !== undefined && one.attack.on.startsWith(first)
  const rank = (one: (typeof all)[number]) => (isFirst(one) ? 0 : 2) + (one.attack.context === 'none' ? 0 : 1)
  return all.toSorted((a, b) => rank(a) - rank(b))
}

/** Acts as the owner where the login is not above everything already. */
async function takeUp(client: pg.ClientBase): Promise<boolean> {
  await client.query(patience)
  const { rows } = await client.query<{ superuser: boolean; owner: boolean; app: boolean }>(`
    select rolsuper as superuser,
           coalesce(pg_has_role(to_regrole('reeve_owner'), 'member'), false) as owner,
           coalesce(pg_has_role(to_regrole('reeve_app'), 'member'), false) as app
    from pg_roles where rolname = current_user`)
  const { superuser, owner, app } = rows[0]!
  if (superuser) return true
  if (!owner || !app) throw tooWeak()
  await client.query('set local role reeve_owner')
  return false
}

function tooWeak(): Refusal {
  return new Refusal(
    'not_allowed',
    'this login may not act as the owner of the tables and as the server, and so can set no stage',
    'log in as a superuser, or as one with "grant reeve_owner, reeve_app to …" (DATABASE_ADMIN_URL, --database-url)',
  )
}
