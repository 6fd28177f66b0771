import type pg from 'pg'
import { faultsKept, shown, type Fault, type FaultCode } from './faults.ts'

/**
 * Holds the staged people against each other and against the database, all at once, and takes those with a fault out
 * of the staging table. Of two rows for one person the first counts. Returns how many were at fault, and the first of
 * them.
 */
export async function judge(
  client: pg.Client,
  tenantId: string,
  columnOf: (field: string) => string | null,
): Promise<{ faulty: number; faults: Fault[] }> {
  await client.query('analyze pg_temp.import_people')
  await client.query(repeatedAddresses)
  await client.query(addressesHere, [tenantId])
  await client.query(takeOut)
  await client.query(repeatedUsernames)
  await client.query(usernamesHere, [tenantId])
  await client.query(takeOut)
  await client.query(linkAccounts)
  await client.query(repeatedAccounts)
  await client.query(accountsHere, [tenantId])
  await client.query(takeOut)

  const { rows } = await client.query<FoundFault>(firstFaults, [faultsKept])
  const [counted] = (
    await client.query<{ faulty: number }>('select count(*)::int as faulty from pg_temp.import_faults')
  ).rows
  return { faulty: counted!.faulty, faults: rows.map((row) => faultOf(row, columnOf)) }
}

type FoundFault = {
  line: number
  lastLine: number
  field: string
  code: FaultCode
  value: string
  otherLine: number | null
  otherAddress: string | null
}

const repeatedAddresses = `
  insert into pg_temp.import_faults (line, last_line, field, code, value, other_line)
  select line, last_line, 'email', 'repeated', email, first_line
  from (select line, last_line, email, min(line) over (partition by email) as first_line from pg_temp.import_people) p
  where line <> first_line`

const addressesHere = `
  insert into pg_temp.import_faults (line, last_line, field, code, value)
  select p.line, p.last_line, 'email', 'already_here', p.email
  from pg_temp.import_people p
  join public.users u on u.tenant_id = $1 and u.email = p.email
  where not exists (select from pg_temp.import_faults f where f.line = p.line)`

const repeatedUsernames = `
  insert into pg_temp.import_faults (line, last_line, field, code, value, other_line)
  select line, last_line, 'username', 'repeated', username, first_line
  from (
    select line, last_line, username, min(line) over (partition by username) as first_line
    from pg_temp.import_people where username is not null
  ) p
  where line <> first_line`

const usernamesHere = `
  insert into pg_temp.import_faults (line, last_line, field, code, value)
  select p.line, p.last_line, 'username', 'already_here', p.username
  from pg_temp.import_people p
  join public.users u on u.tenant_id = $1 and u.username = p.username
  where not exists (select from pg_temp.import_faults f where f.line = p.line)`

// Whoever has an account keeps it as it is: no hash is set, and an address that nobody proved to read links nobody.
const linkAccounts = `
  update pg_temp.import_people p
  set account_id = case when e.verified_at is not null then e.account_id end,
      linked = e.verified_at is not null,
      hash_unused = p.password_hash is not null,
      password_hash = null
  from public.account_emails e
  where e.email = p.email`

const repeatedAccounts = `
  insert into pg_temp.import_faults (line, last_line, field, code, value, other_line)
  select line, last_line, 'email', 'repeated', email, first_line
  from (
    select line, last_line, email, min(line) over (partition by account_id) as first_line
    from pg_temp.import_people where linked
  ) p
  where line <> first_line`

const accountsHere = `
  insert into pg_temp.import_faults (line, last_line, field, code, value, other_address)
  select p.line, p.last_line, 'email', 'already_here', p.email, u.email
  from pg_temp.import_people p
  join public.users u on u.tenant_id = $1 and u.account_id = p.account_id
  where p.linked and not exists (select from pg_temp.import_faults f where f.line = p.line)`

const takeOut = `
  delete from pg_temp.import_people p using pg_temp.import_faults f where f.line = p.line`

const firstFaults = `
  select line, last_line as "lastLine", field, code, value, other_line as "otherLine",
         other_address as "otherAddress"
  from pg_temp.import_faults order by line limit $1`

function faultOf(found: FoundFault, columnOf: (field: string) => string | null): Fault {
  const { line, lastLine, field, code } = found
  return { line, lastLine, column: columnOf(field), code, reason: reasonOf(found) }
}

function reasonOf({ code, field, value, otherLine, otherAddress }: FoundFault): string {
  if (code === 'repeated')
    return `${shown(value)} is the ${field === 'email' ? 'person' : 'username'} of line ${otherLine} again`
  if (otherAddress !== null)
    return `${shown(value)} is a user of this tenant already, as ${shown(otherAddress)}`
  return `${shown(value)} is a user of this tenant already`
}
