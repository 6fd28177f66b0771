import { expect, test } from 'vitest'
import { testDatabase } from '../testing/database.ts'
import { constraintRefusals, inUseRefusals } from './constraint-refusals.ts'
import { toFailure } from './failure.ts'

const { admin } = await testDatabase()

/** Nobody can break these by what they send: only a mistake of ours can. */
const ours = `
  idempotency_keys_pkey role_closure_pkey role_inheritance_of_another role_inheritance_pkey
  separation_set_roles_pkey separation_sets_pkey entities_attributes_whole entities_id_form entities_pkey entities_type_form
  policies_definition_whole policies_pkey policies_type_form
  account_emails_one_primary credentials_hash_form credentials_kind_known credentials_one_password credentials_pkey accounts_pkey audit_logs_pkey comments_pkey
  invitations_one_end invitations_pkey invitations_tenant_token_hash_key invitations_token_hash_is_sha256
  permissions_action_form permissions_name_is_resource_action permissions_pkey permissions_resource_form
  posts_pkey posts_published_has_time roles_pkey sessions_idle_positive sessions_pkey sessions_revoked_with_reason
  sessions_token_hash_is_sha256 sessions_token_hash_key tenant_guards_pkey tenants_not_nil tenants_one_operator tenants_pkey
  user_profiles_pkey users_pkey users_suspension_whole`
  .trim()
  .split(/\s+/)

test('every rule of a table has a sentence for the person who breaks it, or can be broken by us alone', async () => {
  const { rows } = await admin.query<{ name: string }>(`
    select c.conname as name
    from   pg_constraint c join pg_class t on t.oid = c.conrelid
    where  c.connamespace = 'public'::regnamespace and c.contype in ('c', 'x') and not t.relispartition
    union
    select i.relname
    from   pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
    where  i.relnamespace = 'public'::regnamespace and x.indisunique and not t.relispartition
           and t.relname !~ '^_'`)
  const rules = rows.map(({ name }) => name)
  const spoken = Object.keys(constraintRefusals)

  expect(rules.length).toBeGreaterThan(30)
  expect(rules.filter((name) => !spoken.includes(name) && !ours.includes(name)).toSorted()).toEqual([])
  expect(ours.filter((name) => !rules.includes(name) || spoken.includes(name))).toEqual([])
})

test('every sentence belongs to a rule that exists', async () => {
  const { rows } = await admin.query<{ name: string }>(`
    select conname as name from pg_constraint where connamespace = 'public'::regnamespace
    union
    select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('i', 'I')`)
  const names = rows.map(({ name }) => name)

  const spoken = [...Object.keys(constraintRefusals), ...Object.keys(inUseRefusals)]
  expect(spoken.filter((name) => !names.includes(name))).toEqual([])
})

test('a role that people have, and a person who does not exist, are told by the names of their keys', async () => {
  const told = (message: string) => toFailure({ severity: 'ERROR', code: '23503', message }, 'statement')
  const key = 'foreign key constraint "user_roles_role_id_fkey"'

  expect(told(`insert or update on table "user_roles" violates ${key}`)).toMatchObject({
    code: 'not_found',
    message: 'there is no such role in this tenant',
  })
  expect(told(`update or delete on table "roles" violates ${key} on table "user_roles"`)).toMatchObject({
    code: 'still_in_use',
    message: 'people still have this role',
  })
})
