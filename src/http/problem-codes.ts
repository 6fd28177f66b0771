import type { RefusalCode } from '../foundation/refusal.ts'

type Explained = {
  /** What has happened. */
  means: string
  /** What a program, or the human before it, can do. */
  advice: string
  /** What an answer says, in a case that really happens. */
  example: { detail: string; remedy: string }
}

const again = 'try again in a moment'
const away = { detail: 'the database cannot do this at the moment', remedy: again }

/** Each code that an answer may have, explained: the closed list. In the order in which people read it. */
export const problemCodes = {
  invalid_request: {
    means: 'The request cannot be read, or is not as it should be; or it did not arrive in time.',
    advice:
      'Look at `errors`: it says field by field what is wrong. Sending the same again ends alike. `/openapi.json` says what is expected.',
    example: {
      detail: 'body.name: must not be empty',
      remedy: 'see errors, and /openapi.json for what is expected',
    },
  },
  invalid_cursor: {
    means:
      'The cursor is not one that this list gave, with these filters and in this order; or the key that it was sealed with is gone.',
    advice:
      'Begin without a cursor, then use the `nextCursor` of each page for the next one, and change nothing else.',
    example: {
      detail: 'this cursor is not from this list, with these filters and in this order',
      remedy: 'begin without a cursor, then use the nextCursor given and change nothing else',
    },
  },
  too_large: {
    means: 'The body (413), a part of the address (414), or the address with its headers (431) is too large.',
    advice:
      'Send less at once. A body has 512 KiB at most, a part of the address 200 characters, all headers 16 KiB.',
    example: { detail: 'the body is larger than is accepted', remedy: 'send less at once' },
  },
  unsupported_media_type: {
    means: 'The body is said to be something else than JSON.',
    advice: 'Send `Content-Type: application/json`, and JSON in UTF-8.',
    example: { detail: 'only JSON is accepted here', remedy: 'send Content-Type: application/json' },
  },
  method_not_allowed: {
    means: 'The address exists, but not for this method.',
    advice: '`Allow` names the methods that it has.',
    example: {
      detail: 'this address does not know that method',
      remedy: 'use one of those that Allow names',
    },
  },
  too_many_requests: {
    means: 'Too much was asked from one address, or by everybody at once. Nothing was done.',
    advice: 'Wait as many seconds as `Retry-After` says, then send the same again.',
    example: {
      detail: 'too many requests in a short time',
      remedy: 'wait as long as Retry-After says',
    },
  },

  not_signed_in: {
    means: 'Nobody is signed in: there is no token or cookie, or its session has ended.',
    advice: 'Sign in, and send the token as `Authorization: Bearer`.',
    example: {
      detail: 'nobody is signed in',
      remedy: 'sign in with POST /v1/sessions and send the token as Authorization: Bearer',
    },
  },
  sign_in_failed: {
    means: 'The address or the password is not right. Which of the two, nobody is told.',
    advice: 'Ask the human again. Without an account, they sign up first.',
    example: {
      detail: 'the e-mail address or the password is not right',
      remedy: 'check both; without an account, sign up first',
    },
  },
  wrong_password: {
    means: 'The current password is not right, so it is not replaced.',
    advice: 'Ask the human again for the password that they sign in with now.',
    example: {
      detail: 'the current password is not right',
      remedy: 'give the password that you sign in with now',
    },
  },
  not_allowed: {
    means: 'You are known, and may not do this.',
    advice:
      '`remedy` names the permission that is missing. Somebody who may assign roles can give you one that has it.',
    example: {
      detail: 'this needs the permission users:create',
      remedy: 'ask somebody who may assign roles for one that permits users:create',
    },
  },
  cross_site: {
    means:
      'A cookie came from a page of another site. It authorizes changes from pages of the same origin only.',
    advice: 'Call from a page of the same origin, or send a token as `Authorization: Bearer`.',
    example: {
      detail: 'a cookie does not authorize changes from another site',
      remedy: 'call from the same origin, or send the token as Authorization: Bearer',
    },
  },

  not_found: {
    means: 'It is not there, or not for you: where somebody may not know of a thing, both look alike.',
    advice:
      'List what there is and ask again. To whoever is no active user of a tenant, the tenant is not there.',
    example: {
      detail: 'nobody here has this id',
      remedy: 'list the people of the tenant, and ask again',
    },
  },
  email_taken: {
    means: 'The e-mail address belongs to somebody else.',
    advice: 'Use another address, or change whom it belongs to.',
    example: {
      detail: 'somebody in this tenant already has this e-mail address',
      remedy: 'change that person instead, or use another address',
    },
  },
  name_taken: {
    means: 'The name is in use where it must be unique.',
    advice: 'Choose another one.',
    example: {
      detail: 'this tenant already has a role of that name',
      remedy: 'change that role instead, or choose another name',
    },
  },
  already_exists: {
    means: 'The same is there already.',
    advice: 'Change what is there instead.',
    example: {
      detail: 'somebody with this address belongs to this tenant already',
      remedy: 'give them a role instead, or let them back in if they are suspended',
    },
  },
  still_in_use: {
    means: 'Something else still refers to it, so it cannot go.',
    advice: 'End what refers to it first.',
    example: { detail: 'people still have this role', remedy: 'take it away from them first' },
  },
  too_many_tenants: {
    means: 'The account belongs to as many tenants as one may: a hundred.',
    advice: 'Leave or delete one of them first, or use another account.',
    example: {
      detail: 'this account already belongs to 100 tenants',
      remedy: 'leave or delete one of them first, or use another account',
    },
  },
  last_owner: {
    means: 'The tenant would be left without an owner: an active user who has the role owner, for good.',
    advice: 'Make somebody else an owner first.',
    example: {
      detail: 'a tenant cannot be without an owner',
      remedy: 'make somebody else an owner first',
    },
  },
  system_role: {
    means:
      'The roles that every tenant is born with keep their names, and the owner role keeps every permission.',
    advice: 'Make a role of your own, and change that one.',
    example: {
      detail: 'the system role admin cannot be renamed',
      remedy: 'make a role of your own with the name you want',
    },
  },
  role_circle: {
    means: 'The role that is to inherit is one that the other inherits from already.',
    advice: 'Look at what the two inherit: roles inherit in one direction.',
    example: {
      detail: 'a role cannot inherit from one that inherits from it',
      remedy: 'look at what the two inherit already',
    },
  },
  duties_separated: {
    means:
      'Somebody would have so many roles of a set that they could do alone what takes several people. What they inherit counts, and what they are to have later.',
    advice: 'Take one of the roles away first, or give the other to somebody else.',
    example: {
      detail: 'nobody may have so many roles of the set apart',
      remedy: 'take one of these roles away first, or give the other to somebody else',
    },
  },
  invitation_unusable: {
    means: 'The invitation is unknown, used, revoked or expired. Which of these, nobody is told.',
    advice: 'Ask for a new one. Whoever came in with it before signs in instead.',
    example: {
      detail: 'this invitation cannot be used: it is unknown, used, revoked or expired',
      remedy: 'ask whoever invited you for a new one; if you came in with it before, sign in',
    },
  },
  precondition_failed: {
    means:
      'Somebody changed it since you read it: it is no longer what `If-Match` says. Nothing was changed.',
    advice: 'Read it again, look whether your change still makes sense, and send it with the new `ETag`.',
    example: {
      detail: 'this has changed since you saw it',
      remedy: 'read it again, look whether your change still makes sense, and send it with the new ETag',
    },
  },
  idempotency_key_reused: {
    means: 'This `Idempotency-Key` came with another request before. Nothing was done.',
    advice: 'Make up a new key for each thing that you want done, and repeat it only to repeat the same.',
    example: {
      detail: 'this key came with another request before',
      remedy: 'make up a new key for each thing that you want done, and repeat it only to repeat the same',
    },
  },

  database_unreachable: {
    means: 'The database cannot be reached. Nothing was done.',
    advice: 'Send the same again when `Retry-After` is over; wait longer each time.',
    example: away,
  },
  database_refused_us: {
    means: 'The database does not let the server in. Nothing was done.',
    advice: 'Tell whoever runs the server: they find the reason in its log.',
    example: away,
  },
  database_busy: {
    means:
      'There is more to do than connections to do it with, or somebody holds what this needs. Nothing was done.',
    advice: 'Send the same again when `Retry-After` is over; wait longer each time.',
    example: away,
  },
  database_timeout: {
    means: 'The database took too long, and nothing was changed.',
    advice: 'Ask for less at a time: a smaller page, a narrower filter. Once, the same may be sent again.',
    example: away,
  },
  database_read_only: {
    means: 'The database takes no changes at the moment. Nothing was done; reading goes on.',
    advice: 'Send the same again when `Retry-After` is over; wait longer each time.',
    example: away,
  },
  database_full: {
    means: 'The database has no room left. Nothing was changed; reading goes on.',
    advice: 'Tell whoever runs the server: it must be given room.',
    example: away,
  },
  transaction_conflict: {
    means: 'Somebody changed the same at the same moment; nothing was changed.',
    advice: 'Send the same again.',
    example: away,
  },
  outcome_unknown: {
    means: 'The answer of the database was lost on its way: the change may have been made, or not.',
    advice:
      'Look whether it was made before you ask again. With an `Idempotency-Key` the same may be sent again without looking.',
    example: {
      detail: 'the answer of the database was lost: the change may have been made',
      remedy: 'look whether it was made before you ask again',
    },
  },
  shutting_down: {
    means: 'The server is stopping, and takes nothing new. Nothing was done.',
    advice: 'Send the same again: another server answers, or this one soon.',
    example: {
      detail: 'this server is stopping',
      remedy: 'try again: another one answers, or this one soon',
    },
  },
  internal: {
    means: 'Something went wrong on our side.',
    advice:
      'Look whether a change was made, then try once more. If it stays, report the `requestId`: whoever runs the server finds it in the log.',
    example: {
      detail: 'something went wrong on our side',
      remedy: 'try again; if it stays, report the request id',
    },
  },
} as const satisfies Partial<Record<RefusalCode, Explained>>

export type ToldCode = keyof typeof problemCodes

/** Whether an answer may have this code. All else is a mistake of ours. */
export function isTold(code: string): code is ToldCode {
  return Object.hasOwn(problemCodes, code)
}
