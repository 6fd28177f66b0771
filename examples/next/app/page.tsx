import { redirect } from 'next/navigation'
import { reeve } from '../reeve'
import { signIn } from './actions'

/** The way in; whoever is signed in goes on to their first tenant. */
export default async function Home({ searchParams }: { searchParams: Promise<{ refused?: string }> }) {
  const session = await reeve.session()
  const [tenant] = session?.tenants ?? []
  if (tenant) redirect(`/${tenant.tenantId}/people`)
  const { refused } = await searchParams
  return (
    <form action={signIn}>
      <input name="email" type="email" placeholder="E-mail" required />
      <input name="password" type="password" placeholder="Password" required />
      <button>Sign in</button>
      {refused && <p role="alert">{refused}</p>}
    </form>
  )
}
