import { cookies, headers } from 'next/headers'
import { createReeve } from 'reeve'
import { reeveForNext } from 'reeve/next'

/** Opened at the first request, once for each process; what it needs comes from DATABASE_URL. */
export const reeve = reeveForNext(() => createReeve(), { headers, cookies })
