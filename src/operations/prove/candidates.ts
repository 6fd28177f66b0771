import type { Cast } from './cast.ts'
import type { Column, Relation } from './catalogue.ts'

/**
 * What a column may be given, the likeliest first. A check says what it wants only by refusing; the words in quotes
 * within it are worth a try.
 */
export function candidatesFor(column: Column, { checks }: Relation, { nonce }: Cast): (string | null)[] {
  const quoted = checks
    .filter(({ columns }) => columns.includes(column.name))
    .flatMap(({ definition }) =>
      [...definition.matchAll(/'((?:[^']|'')*)'/g)].map(([, text]) => text!.replaceAll("''", "'")),
    )
  const plain = column.array ? ['{}', `{${simple(column.base.slice(1), nonce)[0]}}`] : of(column, nonce)
  const all = [...plain, ...quoted, ...numbersIn(checks, column)]
  const fitting = all.map((one) => (column.length ? one.slice(-column.length) : one))
  const unique: (string | null)[] = [...new Set(fitting)].slice(0, 24)
  return column.required ? unique : [null, ...unique]
}

function of({ kind, labels, base }: Column, nonce: string): string[] {
  return kind === 'e' || labels.length > 0 ? labels : simple(base, nonce)
}

/** A check such as `amount between 10 and 20` names its bounds. */
function numbersIn(checks: Relation['checks'], { name, base }: Column): string[] {
  if (!/^(int|float|numeric|money)/.test(base)) return []
  const definitions = checks
    .filter(({ columns }) => columns.includes(name))
    .map(({ definition }) => definition)
  const numbers = definitions.flatMap((text) => (text.match(/-?\d+(\.\d+)?/g) ?? []).map(Number))
  return numbers.flatMap((n) => [n, n + 1, n - 1]).map(String)
}

function simple(base: string, nonce: string): string[] {
  const number = Number.parseInt(nonce.slice(0, 7), 16)
  const hex = nonce.padEnd(12, '0')
  switch (base) {
    case 'uuid':
      return [`00000000-0000-4000-8000-${hex.slice(0, 12)}`]
    case 'bool':
      return ['true', 'false']
    case 'int2':
      return [String(1 + (number % 30_000)), '1', '0', '10']
    case 'int4':
    case 'int8':
    case 'numeric':
    case 'float4':
    case 'float8':
      return [String(1 + (number % 1_000_000)), '1', '0', '100', '-1']
    case 'date':
    case 'timestamp':
    case 'timestamptz':
      return ['2026-12-01', '2099-01-01', '2001-01-01', 'infinity']
    case 'time':
    case 'timetz':
      return ['12:00']
    case 'interval':
      return ['1 hour', '1 day']
    case 'bytea':
      return [`\\x${nonce.padEnd(64, '0')}`, `\\x${nonce.padEnd(32, '0')}`, `\\x${nonce}`]
    case 'json':
    case 'jsonb':
      return [`{"prover": "${nonce}"}`, '{}', '[]', `["${nonce}"]`, `"${nonce}"`, '1']
    case 'inet':
    case 'cidr':
      return ['192.0.2.1']
    case 'macaddr':
      return ['08:00:2b:01:02:03']
    case 'xml':
      return [`<prover>${nonce}</prover>`]
    case 'point':
      return ['(1,2)']
    case 'bit':
      return ['1', '0']
    default:
      return base.endsWith('range')
        ? ['empty', '[1,2)', '[2026-12-01,2026-12-02)']
        : [
            ...[`prover-${nonce}`, `prover${nonce}`, `Prover ${nonce}`, `p-${nonce}@prover.example`],
            ...[
              `https://prover.example/${nonce}`,
              `+49${number}`,
              String(number),
              'a:b',
              `$argon2id$${nonce}`,
            ],
            ...['{}', 'en', 'UTC', 'EUR', 'DE', nonce.padEnd(64, '0'), 'a', ''],
          ]
  }
}
