import { notFound, redirect } from 'next/navigation'
import { reeve } from '../../../reeve'
import { signOut } from '../../actions'
import { addPerson } from './actions'

/** The people of a tenant, for whoever belongs to it. */
export default async function People({ params }: { params: Promise<{ tenantId: string }> }) {
  const { tenantId } = await params
  const session = await reeve.session()
  if (!session) redirect('/')
  const me = session.in(tenantId)
  if (!me) notFound()

  const { items } = await me.users.list({ limit: 100 })
  return (
    <>
      <h1>{me.membership.name}</h1>
      <ul>
        {items.map((person) => (
          <li key={person.id}>
            {person.name}, {person.email}
          </li>
        ))}
      </ul>
      {me.can('users:create') && (
        <form action={addPerson.bind(null, tenantId)}>
          <input name="name" placeholder="Name" required />
          <input name="email" type="email" placeholder="E-mail" required />
          <button>Add</button>
        </form>
      )}
      <form action={signOut}>
        <button>Sign out {session.account.name}</button>
      </form>
    </>
  )
}
