import type { Tried, Trial } from './prove.ts'

/** One attack that was not stopped, or of which nothing could be shown. */
export type Finding = {
  family: string
  on: string
  attack: string
  role: string
  declared: string
  what: string
  /** Why it may be so; null where it may not. */
  because: string | null
  sql: string
  /** To be pasted into psql as the login that proved it: nothing is committed. */
  replay: string
}

export type FamilyReport = {
  name: string
  about: string
  attacks: number
  blocked: number
  accepted: number
  through: number
  unproven: number
  blockedBy: { by: string; attacks: number }[]
}

export type Report = {
  attacks: number
  blocked: number
  tables: number
  /** Whether everything was blocked or is meant to be, and nothing is left unproven. */
  proven: boolean
  families: FamilyReport[]
  through: Finding[]
  unproven: Finding[]
  accepted: Finding[]
}

/** So many of each are told; the numbers count all. */
const mostTold = 200

/** What was tried, as a report. */
export function reportOf({ tried, barren, setting, catalogue }: Trial): Report {
  const found = (verdict: string) =>
    tried
      .filter(({ judged, accepted }) => judged.verdict === verdict && accepted === undefined)
      .map((one) => findingOf(one, setting))
  const unproven = [
    ...barren.map(({ on, why }): Finding => ({ ...nothing, on, what: `no row could be made: ${why}` })),
    ...found('unproven'),
  ]
  const accepted = tried.filter((one) => one.accepted !== undefined)
  const through = found('through')
  return {
    attacks: tried.length,
    blocked: tried.filter(({ judged }) => judged.verdict === 'blocked').length,
    tables: catalogue.relations.filter(({ tenant, partition }) => tenant && !partition).length,
    proven: through.length === 0 && unproven.length === 0,
    families: [...new Set(tried.map(({ family }) => family.name))].map((name) => familyOf(name, tried)),
    through: through.slice(0, mostTold),
    unproven: unproven.slice(0, mostTold),
    accepted: accepted.slice(0, mostTold).map((one) => findingOf(one, [])),
  }
}

function familyOf(name: string, all: Tried[]): FamilyReport {
  const tried = all.filter(({ family }) => family.name === name)
  const blocked = tried.filter(({ judged }) => judged.verdict === 'blocked')
  const open = tried.filter(({ judged, accepted }) => judged.verdict !== 'blocked' && accepted === undefined)
  const bys = [...new Set(blocked.map(({ judged }) => judged.by))]
  const counted = bys.map((by) => ({ by, attacks: blocked.filter(({ judged }) => judged.by === by).length }))
  return {
    ...{ name, about: tried[0]!.family.about, attacks: tried.length, blocked: blocked.length },
    accepted: tried.filter(({ accepted }) => accepted !== undefined).length,
    through: open.filter(({ judged }) => judged.verdict === 'through').length,
    unproven: open.filter(({ judged }) => judged.verdict === 'unproven').length,
    blockedBy: counted.toSorted((a, b) => b.attacks - a.attacks),
  }
}

const nothing: Finding = {
  ...{ family: 'row', on: '', attack: 'a row for it', role: '', declared: '', what: '' },
  ...{ because: null, sql: '', replay: '' },
}

function findingOf({ family, attack, judged, accepted, replay }: Tried, setting: string[]): Finding {
  const lines = ['begin', ...setting, ...replay, 'rollback']
  return {
    ...{
      family: family.name,
      on: attack.on,
      attack: attack.name,
      role: attack.role,
      declared: attack.context,
    },
    what: judged.detail,
    because: accepted ?? null,
    sql:
      attack.against === undefined
        ? attack.sql
        : `${attack.sql}; -- and with what nobody has: ${attack.against}`,
    replay: replay.length === 0 ? '' : `${lines.join(';\n')};`,
  }
}
