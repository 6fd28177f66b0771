// What came of it: a table for people, and for programs all that was measured.
import { ratioOf, spreadOf } from './rounds.mjs'

/** With whom a question's contenders are compared: the first of them that was measured. */
const bases = ['Bare Fastify', 'pgbench', 'Reeve']

/** Everything that was measured, by question, with ratios. */
export function summarise(measured) {
  const questions = [...new Set(measured.map(({ what }) => what))]
  return questions.map((what) => {
    const own = measured.filter((one) => one.what === what)
    const base = bases.map((who) => own.find((one) => one.who === who)).find(Boolean) ?? own[0]
    return {
      what,
      base: base.who,
      contenders: own.map((one) => ({
        who: one.who,
        how: one.how,
        perSecond: spreadOf(one.rounds.map(({ perSecond }) => perSecond)),
        ...latencies(one.rounds),
        ratio: ratioOf(one, base),
      })),
    }
  })
}

/** Of the round in the middle; pgbench tells none. */
function latencies(rounds) {
  const told = rounds.filter(({ p50 }) => p50 !== undefined)
  if (told.length === 0) return {}
  const of = (name) => spreadOf(told.map((round) => round[name])).median
  return { p50: of('p50'), p95: of('p95'), p99: of('p99') }
}

export function markdown({ date, machine, users, rounds, seconds, about, questions, bars }) {
  const tables = questions.map(({ what, base, contenders }) => {
    const rows = contenders.map(
      ({ who, how, perSecond, p50, p99, ratio }) =>
        `| ${who} | ${how} | ${whole(perSecond.median)} | ${whole(perSecond.least)}–${whole(perSecond.most)} | ${ms(p50)} | ${ms(p99)} | ${times(ratio.median)} |`,
    )
    return `## ${capital(what)}

| who | how | per second | spread | p50 ms | p99 ms | × ${base} |
|--|--|--:|--:|--:|--:|--:|
${rows.join('\n')}
`
  })
  const verdicts = bars.map(
    ({ what, who, than, ratio, least, met }) =>
      `| ${what}: ${who} against ${than} | ≥ ${least} | ${times(ratio.median)} | ${times(ratio.least)}–${times(ratio.most)} | ${met ? 'met' : '**missed**'} |`,
  )
  return `# Benchmark of ${date}

${whole(users)} people; ${rounds === 1 ? 'one round' : `${rounds} rounds`} of ${seconds} s each, everybody in turn; medians. ${machine}. Read ratios, which are compared round by round, not absolute numbers.

| bar | wanted | measured | spread | |
|--|--:|--:|--:|--|
${verdicts.join('\n')}

${tables.join('\n')}
## Who did what

${about.map((line) => `- ${line}`).join('\n')}
`
}

/** The same for a terminal of 80 columns. */
export function text({ short, questions, bars }) {
  const lines = questions.flatMap(({ what, base, contenders }) => [
    '',
    `${what.padEnd(34)} ${'per second'.padStart(10)} ${'p50 ms'.padStart(8)} ${'p99 ms'.padStart(8)}  × ${base}`,
    ...contenders.map(
      ({ who, perSecond, p50, p99, ratio }) =>
        `  ${who.padEnd(32)} ${whole(perSecond.median).padStart(10)} ${ms(p50).padStart(8)} ${ms(p99).padStart(8)}  ${times(ratio.median)}`,
    ),
  ])
  const verdicts = bars.map(
    ({ what, than, ratio, least, met }) =>
      `  ${met ? 'met   ' : 'missed'}  ${what}: ${times(ratio.median)} × ${than}, wanted ${least}`,
  )
  const note = short ? ', measured small and cold: this proves only that it runs' : ''
  return [...lines, '', `bars${note}`, ...verdicts].join('\n')
}

const whole = (number) => Math.round(number).toLocaleString('en-US')
const ms = (value) => (value === undefined ? '–' : value.toFixed(value < 10 ? 1 : 0))
const times = (ratio) => (ratio < 0.1 ? ratio.toFixed(4) : ratio < 10 ? ratio.toFixed(2) : ratio.toFixed(0))
const capital = (words) => words[0].toUpperCase() + words.slice(1)
