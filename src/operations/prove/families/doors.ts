import { literal, type Attack, type Family } from '../attack.ts'

/**
 * The functions of sign-in stand above tenants, for whoever signs in has none yet. Each is a door for those who hold the
 * key: a token, an account, a role of theirs. Here it is tried with the attacker's own key on the victim's rows.
 */
export const doors: Family = {
  name: 'sign-in',
  about: 'the functions of sign-in, with a key that does not fit',
  attacks: ({ catalogue, own, other }) => {
    const v = (value: string) => literal(value)
    const role = other.rows.get('public.roles')?.['id'] ?? other.tenantId
    const told: [string, string][] = [
      [
        'account_by_email',
        `select 1 from reeve.account_by_email(${v(own.email)}) where account_id <> ${v(own.accountId)}`,
      ],
      [
        'account_by_id',
        `select 1 from reeve.account_by_id(${v(own.accountId)}) where account_id <> ${v(own.accountId)}`,
      ],
      [
        'sessions_check',
        `select 1 from reeve.sessions_check(array[${v(own.tokenHash)}]::bytea[], array[${v(other.tenantId)}]::uuid[]) where user_id is not null or account_id <> ${v(own.accountId)}`,
      ],
      [
        'sessions_who',
        `select 1 from reeve.sessions_who(array[${v(own.tokenHash)}]::bytea[]) where tenant_id <> ${v(own.tenantId)} or account_id <> ${v(own.accountId)}`,
      ],
      ['sessions_of', `select 1 from reeve.sessions_of(${v(own.accountId)}) where id <> ${v(own.sessionId)}`],
      [
        'tenants_of',
        `select 1 from reeve.tenants_of(${v(own.accountId)}) where tenant_id <> ${v(own.tenantId)}`,
      ],
      [
        'roles_told',
        `select 1 from reeve.roles_told(array[${v(own.tenantId)}]::uuid[], array[${v(role)}]::uuid[])`,
      ],
      [
        'users_by_email',
        `select 1 from reeve.users_by_email(array[${v(other.tenantId)}]::uuid[], array[${v(own.userId)}]::uuid[], array[${v(other.email)}]) where id is not null`,
      ],
      [
        'users_by_email, own tenant',
        `select 1 from reeve.users_by_email(array[${v(own.tenantId)}]::uuid[], array[${v(own.userId)}]::uuid[], array[${v(other.email)}]) where id is not null`,
      ],
      [
        'users_search',
        `select 1 from reeve.users_search(${v(other.nonce)}, null, null, 'ffffffff-ffff-ffff-ffff-ffffffffffff', 100)`,
      ],
    ]
    const done: [string, string][] = [
      ['account_disable', `select 1 where reeve.account_disable(${v(own.accountId)}, 'prover')`],
      ['account_enable', `select 1 where reeve.account_enable(${v(own.accountId)})`],
      ['account_rename', `select 1 where reeve.account_rename(${v(own.accountId)}, 'Prover')`],
      [
        'password_replace',
        `select 1 where reeve.password_replace(${v(own.accountId)}, ${v(`$argon2id$${own.nonce}`)}, '$argon2id$other')`,
      ],
      [
        'session_open',
        `select reeve.session_open(gen_random_uuid(), ${v(own.accountId)}, sha256('prover'), null, 'prover', 60, 60)`,
      ],
      [
        'sessions_revoke',
        `select 1 where reeve.sessions_revoke(${v(own.accountId)}, null, null, 'prover') > 1`,
      ],
      [
        'sessions_revoke, one',
        `select 1 where reeve.sessions_revoke(${v(own.accountId)}, ${v(other.sessionId)}, null, 'prover') > 0`,
      ],
      ['sessions_touch', `select reeve.sessions_touch(array[${v(own.sessionId)}]::uuid[])`],
    ]
    const isThere = (what: string) =>
      catalogue.routines.some(({ name }) => name === `reeve.${what.split(',')[0]}`)
    const attack = { role: 'reeve_app', context: 'own' } as const
    const of =
      (harm: Attack['harm'], most: number) =>
      ([what, sql]: [string, string]): Attack => ({
        ...attack,
        harm,
        most,
        on: `reeve.${what.split(',')[0]}`,
        name: what,
        sql,
      })
    return [
      ...told.filter(([what]) => isThere(what)).map(of('reads', 0)),
      ...done.filter(([what]) => isThere(what)).map(of('writes', 1)),
    ]
  },
}
