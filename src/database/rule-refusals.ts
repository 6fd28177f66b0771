import type { Sentence } from './constraint-refusals.ts'

/** The rules that our own functions and triggers raise, by their SQLSTATE. */
export const ruleRefusals: Readonly<Record<string, Sentence>> = {
  RV001: {
    code: 'last_owner',
    message: 'a tenant always keeps at least one owner',
    remedy: 'make somebody else an owner first',
  },
  RV002: {
    code: 'not_allowed',
    message: 'you may not do this',
    remedy: 'ask an owner of the tenant for a role that may',
  },
  RV003: {
    code: 'not_found',
    message: 'what was asked for is not there',
    remedy: 'see that the address is right and that you belong to the tenant',
  },
  RV004: {
    code: 'system_role',
    message: 'the roles that every tenant is born with stay as they are',
    remedy: 'make a role of your own, and change that one',
  },
  RV005: {
    code: 'append_only',
    message: 'what is written here is never changed or deleted',
    remedy: 'write a new entry; old ones go by retention alone',
  },
  RV006: {
    code: 'internal',
    message: 'a statement reached the database without saying for whom',
    remedy: 'report it with the id of the request: this is a mistake in the program, not in what was asked',
  },
  RV008: {
    code: 'role_circle',
    message: 'a role cannot inherit from one that inherits from it',
    remedy: 'look at what the two inherit already',
  },
  RV009: {
    code: 'duties_separated',
    message: 'nobody may have so many of the roles of a set',
    remedy: 'take one of these roles away first, or give the other to somebody else',
  },
  RV010: {
    code: 'invalid_request',
    message: 'a set has at least as many roles as would be too many for one person',
    remedy: 'lower the cardinality first, or delete the set',
  },
  RV007: {
    code: 'email_taken',
    message: 'this e-mail address already belongs to an account',
    remedy: 'sign in with it, or use another address',
  },
}
