'use server'

import { redirect } from 'next/navigation'
import { Refusal } from 'reeve'
import { reeve } from '../reeve'

export async function signIn(form: FormData) {
  const refused = await reeve
    .signIn({ email: String(form.get('email')), password: String(form.get('password')) })
    .then(() => undefined, wordsOf)
  redirect(refused ? `/?refused=${encodeURIComponent(refused)}` : '/')
}

export async function signOut() {
  await reeve.signOut()
  redirect('/')
}

/** What is refused can be told; anything else is a mistake. */
function wordsOf(error: unknown): string {
  if (error instanceof Refusal && error.status < 500) return error.message
  throw error
}
