import { Refusal } from '../../foundation/refusal.ts'
import { create, type Created } from './create.ts'
import { camelCase, named, namesOf, type TableNames } from './table-names.ts'
import { catalogued, guarded } from './tenant-table-parts.ts'

/** A new migration, the model of its table for Prisma, and the field that each model it refers to needs for that. */
export type CreatedTable = Created & { model: string; others: string[] }

/**
 * Begins a table of the application whose rows belong to tenants: keys that begin with the tenant, row-level security,
 * grants, the audit log, and permissions for it in the catalogue. `belongsTo` names the tables that its rows refer to;
 * what a deleted user made stays without their name, what belongs to anything else goes with it.
 */
export async function createTenantTable(options: {
  folder: string
  table: string
  belongsTo: readonly string[]
  sentence?: string | undefined
  now: Date
}): Promise<CreatedTable> {
  const { folder, now } = options
  const table = namesOf(options.table)
  const references = [...new Set(options.belongsTo)].map((other) => referenceTo(table, other))
  const sentence = options.sentence ?? `tenants have ${table.words}`
  const halves = { up: migration(table, references), down: rollback(table, references) }
  const made = await create({ folder, sentence, now, halves })
  const others = references.map(
    ({ to }) => `model ${to.model} { ${camelCase(table.resource)} ${table.model}[] }`,
  )
  return { ...made, model: model(table, references), others }
}

/** Where a row belongs: the column, its constraint and its index, and what becomes of it with the other. */
type Reference = { to: TableNames; column: string; fkey: string; index: string; person: boolean }

function referenceTo(table: TableNames, other: string): Reference {
  const to = namesOf(other)
  if (other === 'tenants') {
    throw new Refusal(
      'invalid_request',
      'a table of tenants belongs to tenants without being told so',
      'leave --belongs-to tenants out',
    )
  }
  const column = named(to.one, 'id')
  return {
    ...{ to, column, person: other === 'users' },
    fkey: named(table.sql, column, 'fkey'),
    index: named(table.sql, column, 'idx'),
  }
}

function migration(table: TableNames, references: readonly Reference[]): string {
  const { sql: name, words } = table
  const columns = [
    ['tenant_id', 'uuid not null default reeve.tenant_id()'],
    ['id', 'uuid not null default reeve.uuid_v7()'],
    ...references.map(({ column, person }) => [column, person ? 'uuid' : 'uuid not null']),
    ['created_at', 'timestamptz not null default now()'],
    ['updated_at', 'timestamptz not null default now()'],
  ] as [string, string][]
  const width = Math.max(...columns.map(([column]) => column.length))
  return `-- Why: tenants have ${words}, because …
-- Step: expand. Nothing that is running knows this table yet.
--
-- Every key begins with the tenant and every reference carries it, so that no row can point across tenants. Your own
-- columns go where it says so, and each is described below: what it is, and how personal ([none], [personal],
-- [sensitive] or [secret]).
--
-- A secret column is kept out of the log by its name in the last argument of the trigger ${named(name, 'audit')}, as in
-- 'tenant_id,updated_at,card_token', and from statistics by granting reeve_readonly the other columns, as in
-- "grant select (tenant_id, id) on ${name} to reeve_readonly", instead of the table.

set local lock_timeout = '3s';

create table ${name} (
${columns
  .slice(0, -2)
  .map(([column, type]) => `  ${column.padEnd(width)} ${type},\n`)
  .join('')}  -- your columns, such as: title varchar(200) not null,
${columns
  .slice(-2)
  .map(([column, type]) => `  ${column.padEnd(width)} ${type},\n`)
  .join('')}
  constraint ${named(name, 'pkey')} primary key (tenant_id, id)
);

alter table ${name} add constraint ${named(name, 'tenant_id_fkey')}
  foreign key (tenant_id) references tenants (id) on delete cascade;
${references.map((reference) => reaching(name, reference)).join('')}
create trigger ${named(name, 'touch')} before update on ${name}
  for each row execute function reeve.touch_updated_at();
create trigger ${named(name, 'audit')} after insert or update or delete on ${name}
  for each row execute function reeve.audit('${table.one}', 'tenant_id', 'id', 'tenant_id,updated_at');

${guarded(name, named(name, 'of_declared_tenant'), 'tenant_id').up}
${catalogued(table).up}
comment on table ${name} is 'The ${words} of a tenant.';
comment on column ${name}.tenant_id is 'Whose row it is. [none]';
comment on column ${name}.id is 'UUIDv7, unique in the tenant. [none]';
${references.map((reference) => described(name, reference)).join('')}comment on column ${name}.created_at is 'When it was made. [none]';
comment on column ${name}.updated_at is 'When it last changed. [none]';
`
}

function reaching(table: string, { to, column, fkey, index, person }: Reference): string {
  const constraint = `alter table ${table} add constraint ${fkey}
  foreign key (tenant_id, ${column}) references ${to.sql} (tenant_id, id)${person ? '' : ' on delete cascade'};
create index ${index} on ${table} (tenant_id, ${column}, id);
`
  if (!person) return constraint
  const forget = named(table, 'forget', to.one)
  return `${constraint}
-- A key with the tenant in it cannot be "set null", so this does it when a person is deleted.
create function ${forget}() returns trigger
  language plpgsql
as $$
begin
  update public.${table} set ${column} = null where tenant_id = old.tenant_id and ${column} = old.id;
  return old;
end
$$;
comment on function ${forget}() is 'Trigger: the ${table.replaceAll('_', ' ')} of a deleted person stay, without their name on them.';
create trigger ${named(to.sql, 'forget', table)} before delete on ${to.sql}
  for each row execute function ${forget}();
`
}

function described(table: string, { to, column, person }: Reference): string {
  const words = person
    ? 'Whose it is; null when they were deleted. [personal]'
    : `To which of the ${to.words} it belongs. [none]`
  return `comment on column ${table}.${column} is '${words}';\n`
}

function rollback(table: TableNames, references: readonly Reference[]): string {
  const forgets = references
    .filter(({ person }) => person)
    .map(
      ({ to }) => `drop trigger ${named(to.sql, 'forget', table.sql)} on ${to.sql};
drop function ${named(table.sql, 'forget', to.one)}();
`,
    )
  return `-- Loses: all ${table.words}, and what roles permit about them.

set local lock_timeout = '3s';

${forgets.join('')}drop table ${table.sql};
${catalogued(table).down}`
}

function model(table: TableNames, references: readonly Reference[]): string {
  const fields = [
    ['tenantId', 'String', '@default(dbgenerated("reeve.tenant_id()")) @map("tenant_id") @db.Uuid'],
    ['id', 'String', '@default(dbgenerated("reeve.uuid_v7()")) @db.Uuid'],
    ...references.map(({ column, person }) => [
      camelCase(column),
      person ? 'String?' : 'String',
      `@map("${column}") @db.Uuid`,
    ]),
    ['createdAt', 'DateTime', '@default(now()) @map("created_at") @db.Timestamptz(6)'],
    ['updatedAt', 'DateTime', '@default(now()) @map("updated_at") @db.Timestamptz(6)'],
  ]
  const relations = references.map(({ to, column, fkey, person }) => [
    camelCase(to.one),
    `${to.model}${person ? '?' : ''}`,
    `@relation(fields: [tenantId, ${camelCase(column)}], references: [tenantId, id], ` +
      `onDelete: ${person ? 'NoAction' : 'Cascade'}, onUpdate: NoAction, map: "${fkey}")`,
  ])
  const indexes = references.map(
    ({ column, index }) => `  @@index([tenantId, ${camelCase(column)}, id], map: "${index}")\n`,
  )
  return `model ${table.model} {
${aligned(fields)}${relations.length > 0 ? `\n${aligned(relations)}` : ''}
  @@id([tenantId, id])
${indexes.join('')}  @@map("${table.sql}")
}
`
}

/** In columns, as Prisma formats it. */
function aligned(lines: string[][]): string {
  const width = (at: number) => Math.max(...lines.map((line) => line[at]!.length))
  return lines
    .map(([name, type, rest]) => `  ${name!.padEnd(width(0))} ${type!.padEnd(width(1))} ${rest}\n`)
    .join('')
}
