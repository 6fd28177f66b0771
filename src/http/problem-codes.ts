import { refusals, type RefusalCode } from '../foundation/refusal.ts'
import type { App } from './house.ts'

/** What each code means that an answer may have: the closed list, in words. */
export const meanings = {
  invalid_request: 'The request is not as it should be. `errors` says where.',
  invalid_cursor: 'The cursor is not one that this list gave, or its key is gone. Begin without one.',
  too_large: 'The body, the address or a header is larger than is accepted here.',
  unsupported_media_type: 'Bodies are JSON: `Content-Type: application/json`.',
  method_not_allowed: 'The address exists, but not for this method. `Allow` names those that it has.',
  too_many_requests:
    'Too much was asked from one address, or by everybody at once. Wait as long as `Retry-After` says.',

  not_signed_in: 'There is no session, or it has ended. Sign in.',
  sign_in_failed: 'The address or the password is not right; which of the two, nobody is told.',
  wrong_password: 'The current password is not right.',
  not_allowed: 'You are known, and may not do this. `remedy` names the permission that is missing.',
  cross_site: 'A cookie authorizes changes from pages of the same origin only.',

  not_found: 'It is not there, or not for you: where somebody may not know of a thing, both look alike.',
  email_taken: 'The e-mail address belongs to somebody else.',
  name_taken: 'The name is in use where it must be unique.',
  already_exists: 'The same is there already.',
  still_in_use: 'Something else still refers to it.',
  too_many_tenants: 'The account belongs to as many tenants as one may.',
  last_owner: 'A tenant always keeps an owner. Make somebody else one first.',
  system_role: 'The roles that every tenant is born with stay as they are.',
  append_only: 'What is written there is never changed.',
  invitation_unusable: 'The invitation is unknown, used, revoked or expired.',
  import_refused: 'Rows of the file cannot be taken over; nothing was.',

  database_unreachable: 'The database cannot be reached. Try again in a moment.',
  database_refused_us:
    'The database does not let the server in. Whoever runs it finds the reason in its log.',
  database_busy: 'There is more to do than connections to do it with. Try again in a moment.',
  database_timeout: 'The database took too long, and nothing was changed. Ask for less at a time.',
  database_read_only: 'The database takes no changes at the moment. Try again in a moment.',
  database_full: 'The database has no room left.',
  transaction_conflict: 'Somebody changed the same at the same moment; nothing was changed. Try again.',
  outcome_unknown:
    'The answer was lost on the way: the change may have been made. Look before you try again.',
  schema_outdated: 'The database is not of the version that the server expects.',
  shutting_down: 'The server is stopping. Try again: another one answers, or this one soon.',
  internal: 'Something went wrong on our side. Report the request id.',
} as const satisfies Partial<Record<RefusalCode, string>>

export type ToldCode = keyof typeof meanings

/** The page that the `type` of every problem leads to. */
export function problemRoutes(app: App): void {
  const page = pageOf(Object.entries(meanings) as [ToldCode, string][])
  app.get('/docs/problems', { schema: { hide: true } }, async (_request, reply) =>
    reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache').send(page),
  )
}

function pageOf(codes: [ToldCode, string][]): string {
  const rows = codes.map(
    ([code, meaning]) =>
      `<tr id="${code}"><th scope="row"><code>${code}</code></th><td>${refusals[code].status}</td><td>${inHtml(meaning)}</td></tr>`,
  )
  return [
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    '<title>Problems</title><style>body{font:16px/1.5 system-ui;margin:2rem auto;max-width:60rem;padding:0 1rem}',
    'th,td{text-align:left;vertical-align:top;padding:.3rem 1rem .3rem 0}tr:target{background:#fe9}</style>',
    '<h1>Problems</h1><p>What went wrong, by its code. The answer itself says what to do in your case.</p>',
    `<table><tr><th>Code<th>Status<th>Meaning</tr>${rows.join('')}</table></html>`,
  ].join('\n')
}

function inHtml(text: string): string {
  return text.replaceAll(/`([^`]+)`/g, '<code>$1</code>')
}
