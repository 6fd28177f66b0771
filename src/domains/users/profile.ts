import type { Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import type { Profile } from './user.ts'

/** What is left out stays; null clears. */
export type ProfileChanges = { [K in keyof Profile]?: Profile[K] | undefined }

const changeProfile = sql(
  'users.change_profile',
  {},
  `insert into user_profiles as p (tenant_id, user_id, bio, locale, time_zone)
   values ($1, $2, $3::jsonb ->> 'bio', $3 ->> 'locale', $3 ->> 'timeZone')
   on conflict (tenant_id, user_id) do update set
     bio       = case when $3 ? 'bio'      then excluded.bio       else p.bio end,
     locale    = case when $3 ? 'locale'   then excluded.locale    else p.locale end,
     time_zone = case when $3 ? 'timeZone' then excluded.time_zone else p.time_zone end`,
)

/** Sends the change of somebody's profile along; the first one makes the profile. */
export function queueProfile(tx: Transaction, userId: string, changes: ProfileChanges): void {
  tx.queue(changeProfile, [tx.context.tenantId, userId, JSON.stringify(changes)])
}
