/**
 * Everything we may refuse to do, and everything that may go wrong outside of us.
 * A code is public API: add codes, never rename one.
 * `status` is what the HTTP door answers, `exit` what the CLI door exits with
 * (1 failed, 2 bad usage, 3 refused).
 */
export const refusals = {
  // what was asked
  invalid_request: { status: 400, exit: 2 },
  invalid_cursor: { status: 400, exit: 2 },
  invalid_configuration: { status: 500, exit: 2 },
  too_large: { status: 413, exit: 2 },
  unsupported_media_type: { status: 415, exit: 2 },
  method_not_allowed: { status: 405, exit: 2 },
  too_many_requests: { status: 429, exit: 3 },

  // who asked
  not_signed_in: { status: 401, exit: 3 },
  sign_in_failed: { status: 401, exit: 3 },
  wrong_password: { status: 403, exit: 3 },
  not_allowed: { status: 403, exit: 3 },
  cross_site: { status: 403, exit: 3 },

  // what it was asked of
  not_found: { status: 404, exit: 3 },
  email_taken: { status: 409, exit: 3 },
  name_taken: { status: 409, exit: 3 },
  already_exists: { status: 409, exit: 3 },
  still_in_use: { status: 409, exit: 3 },
  too_many_tenants: { status: 409, exit: 3 },
  last_owner: { status: 409, exit: 3 },
  system_role: { status: 409, exit: 3 },
  role_circle: { status: 409, exit: 3 },
  duties_separated: { status: 409, exit: 3 },
  append_only: { status: 409, exit: 3 },
  invitation_unusable: { status: 409, exit: 3 },
  precondition_failed: { status: 412, exit: 3 },
  idempotency_key_reused: { status: 422, exit: 3 },
  import_refused: { status: 422, exit: 3 },

  // the database
  database_unreachable: { status: 503, exit: 1 },
  database_refused_us: { status: 503, exit: 1 },
  database_busy: { status: 503, exit: 1 },
  database_timeout: { status: 503, exit: 1 },
  database_read_only: { status: 503, exit: 1 },
  database_full: { status: 503, exit: 1 },
  transaction_conflict: { status: 503, exit: 1 },
  outcome_unknown: { status: 503, exit: 1 },
  shutting_down: { status: 503, exit: 1 },
  internal: { status: 500, exit: 1 },

  // the care of the database
  unsafe_role: { status: 500, exit: 3 },
  roles_missing: { status: 500, exit: 3 },
  history_edited: { status: 500, exit: 3 },
  history_missing: { status: 500, exit: 3 },
  history_failed: { status: 500, exit: 3 },
  database_ahead: { status: 500, exit: 3 },
  schema_outdated: { status: 503, exit: 3 },
  rollback_missing: { status: 500, exit: 3 },
  migration_invalid: { status: 500, exit: 3 },
  migration_failed: { status: 500, exit: 1 },
  migration_locked: { status: 500, exit: 3 },
  consent_needed: { status: 500, exit: 3 },
  not_in_production: { status: 500, exit: 3 },
  postgres_failed: { status: 500, exit: 1 },
  postgres_other_major: { status: 500, exit: 3 },
  postgres_in_use: { status: 500, exit: 3 },
  port_taken: { status: 500, exit: 3 },
  postgres_unsupported: { status: 500, exit: 3 },
  postgres_other_user: { status: 500, exit: 3 },
  unsafe_delete: { status: 500, exit: 3 },
} as const satisfies Record<string, { status: number; exit: 1 | 2 | 3 }>

export type RefusalCode = keyof typeof refusals

/** A failure we understand and can explain. Any other Error is a bug. */
export class Refusal extends Error {
  override readonly name: string = 'Refusal'
  readonly code: RefusalCode
  readonly remedy: string

  /** `message` says what happened, `remedy` what the reader can do about it. */
  constructor(code: RefusalCode, message: string, remedy: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.remedy = remedy
  }

  get status(): number {
    return refusals[this.code].status
  }

  get exit(): number {
    return refusals[this.code].exit
  }
}
