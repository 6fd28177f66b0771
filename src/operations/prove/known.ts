import type { Attack } from './attack.ts'
import type { Judged } from './judge.ts'

/** What gets through and is meant to: which attacks, and why that is not another tenant's data given away. */
export type Known = { family: string; on: RegExp; name: RegExp; because: string }

const signInDoor =
  'a function of sign-in, which stands above tenants: it answers whoever holds the token or the id; keys that do not fit are tried under "sign-in"'

export const known: readonly Known[] = [
  {
    family: 'call',
    on: /^reeve\.(account_(by_email|by_id|create|disable|enable|rename)|password_replace|session_open|sessions_(check|of|revoke|touch|who)|tenants_of|roles_told|users_by_email)\(/,
    name: /./,
    because: signInDoor,
  },
  {
    family: 'tell',
    on: /^public\.tenants$/,
    name: /tenants_(slug_|pkey)/,
    because:
      'short names are one namespace for the installation and public; whoever takes one learns that it is taken',
  },
  {
    family: 'tell',
    on: /^public\.users$/,
    name: /account/,
    because:
      'an account belongs to no tenant, and its id cannot be guessed; whoever knows it learns that it is there, and nothing else',
  },
  {
    family: 'reference',
    on: /^public\.tenants$/,
    name: /deleted_by/,
    because:
      'who closed a tenant may be the operator, who is in another; the column refers to nothing and shows nobody',
  },
  {
    family: 'become',
    on: /^database$/,
    name: /^a (lasting default|password)$/,
    because:
      'PostgreSQL lets every role change its own password and defaults: that shuts out the server, and shows it nothing; the declared tenant cannot be one of them',
  },
  {
    family: 'reshape',
    on: /./,
    name: /^lock$/,
    because:
      'PostgreSQL lets whoever may write a table lock it: others would wait, as long as lock_timeout lets them, and nothing is seen',
  },
  {
    family: 'switch',
    on: /./,
    name: /, declaring it$/,
    because:
      'the server is believed when it says for which tenant it acts; whoever can make it run SQL of their own can declare any tenant, and needs no trick',
  },
  {
    family: 'leftover',
    on: /./,
    name: /^a cursor held open/,
    because:
      'a cursor WITH HOLD outlives its transaction by design; nothing in Reeve declares one, and DISCARD ALL of a pooler closes it',
  },
]

/** Why an attack may get through: ours, or because the operator said so about this table or function. */
export function acceptedBecause(
  family: string,
  { on, name }: Attack,
  allowed: readonly string[],
  judged?: Judged,
): string | undefined {
  if (judged?.by === 'superuser')
    return 'not tried: only a superuser can become the server altogether, and silence rules'
  if (allowed.some((one) => on === one || on.startsWith(`${one}(`))) return 'allowed by --allow'
  return known.find((one) => one.family === family && one.on.test(on) && one.name.test(name))?.because
}
