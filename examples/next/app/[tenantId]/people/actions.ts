'use server'

import { revalidatePath } from 'next/cache'
import { reeve } from '../../../reeve'

/** An action can be called by anybody who knows its address: the verb asks the database who may. */
export async function addPerson(tenantId: string, form: FormData) {
  const me = await reeve.user(tenantId)
  await me.users.create({ name: String(form.get('name')), email: String(form.get('email')) })
  revalidatePath(`/${tenantId}/people`)
}
