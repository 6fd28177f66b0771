// What Reeve has to be worth. Each bar names who is compared with whom; where several are named, with the fastest.
import { ratioOf } from './rounds.mjs'

const bars = [
  { what: 'who am I', who: ['Reeve'], than: ['Bare Fastify'], least: 0.45 },
  { what: 'who am I', who: ['Reeve'], than: ['Better Auth', 'Better Auth, database'], least: 30 },
  { what: 'user by e-mail', who: ['Reeve'], than: ['pgbench'], least: 1 },
  { what: 'session to user and roles', who: ['Reeve'], than: ['pgbench'], least: 1 },
  { what: 'one query under RLS', who: ['Reeve'], than: ['pgbench'], least: 0.55 },
  { what: 'list of 20', who: ['Reeve'], than: ['Better Auth', 'Directus', 'Parse Server'], least: 5 },
]

/** Each bar with the ratio that was measured; those whose contenders were not measured are left out. */
export function judge(measured) {
  return bars.flatMap(({ what, who, than, least }) => {
    const [ours] = measured.filter((one) => one.what === what && who.includes(one.who))
    const ratios = measured
      .filter((one) => one.what === what && than.includes(one.who))
      .map((one) => ({ than: one.who, ratio: ours && ratioOf(ours, one) }))
    if (!ours || ratios.length === 0) return []
    const [closest] = ratios.toSorted((a, b) => a.ratio.median - b.ratio.median)
    return [{ what, who: ours.who, ...closest, least, met: closest.ratio.median >= least }]
  })
}
