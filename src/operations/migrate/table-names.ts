import { Refusal } from '../../foundation/refusal.ts'

/** PostgreSQL cuts a longer name off, without a word. */
const longestName = 63

/** What a table is called in the places where it is spoken of. */
export type TableNames = {
  /** In SQL, quoted where that is needed. */
  sql: string
  /** One row of it, in snake case: what the audit log calls it, and the columns that refer to it. */
  one: string
  /** The noun of its permissions. */
  resource: string
  /** In a sentence. */
  words: string
  /** Its model in Prisma. */
  model: string
}

/** The names of a table that is called as ours are: several of it, in snake case. */
export function namesOf(table: string): TableNames {
  if (!/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(table) || table.length > 40) {
    throw new Refusal(
      'invalid_request',
      `${JSON.stringify(table.slice(0, 100))} is not how a new table is called`,
      'say it in the plural, in snake case, with 40 letters at most: invoices, invoice_lines',
    )
  }
  return spoken(table, table)
}

/** The names of a table that is there already, however it is called. */
export function spoken(table: string, sql: string): TableNames {
  const snake = snakeCase(table)
  const one = singular(snake)
  return { sql, one, resource: snake, words: snake.replaceAll('_', ' '), model: pascalCase(one) }
}

/** A name made of others; refused where PostgreSQL would cut it off. */
export function named(...parts: string[]): string {
  const name = parts.join('_')
  if (name.length <= longestName) return name
  throw new Refusal(
    'invalid_request',
    `${name} would be longer than the ${longestName} letters that PostgreSQL keeps of a name`,
    'give the table a shorter name',
  )
}

/** As a person would say it of the usual words; whoever knows better edits the file. */
function singular(words: string): string {
  if (/(ss|us|is)$/.test(words)) return words
  if (words.endsWith('ies')) return words.replace(/ies$/, 'y')
  if (/(x|z|s|ch|sh)es$/.test(words)) return words.replace(/es$/, '')
  return words.replace(/s$/, '')
}

function snakeCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '')
}

function pascalCase(snake: string): string {
  return snake.replace(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

/** `invoice_id` is `invoiceId`. */
export function camelCase(snake: string): string {
  return snake.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}
