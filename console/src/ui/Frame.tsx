import { Container } from '@mantine/core'
import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { Link, Outlet, useParams, useRouter } from '@tanstack/react-router'
import { isSignedOut, reeve, sessionQuery, tenantOf } from '../api/reeve.ts'
import { paths } from '../paths.ts'
import { AccountMenu } from './AccountMenu.tsx'
import { Mark } from './Mark.tsx'
import { ProblemNote } from './ProblemNote.tsx'
import { SchemeButton } from './SchemeButton.tsx'
import { TenantMenu } from './TenantMenu.tsx'
import css from './Frame.module.css'

/** What every page of somebody signed in stands in: where they are, who they are, and the way out. */
export function Frame() {
  const { data: session } = useSuspenseQuery(sessionQuery)
  const { tenantId } = useParams({ strict: false })
  const signOut = useSignOut()

  return (
    <>
      <a className={css.skip} href="#main">
        Skip to the page
      </a>
      <header className={css.header}>
        <Container size="lg" className={css.bar}>
          <Link to={paths.home} className={css.mark} aria-label="Reeve, to the start">
            <Mark />
          </Link>
          <div className={css.tenant}>
            <TenantMenu current={tenantOf(session, tenantId)} tenants={session.tenants} />
          </div>
          <SchemeButton />
          <AccountMenu account={session.account} onSignOut={() => signOut.mutate()} />
        </Container>
      </header>
      <Container component="main" id="main" tabIndex={-1} size="lg" py="xl" className={css.main}>
        {signOut.error && <ProblemNote error={signOut.error} onRetry={() => signOut.mutate()} />}
        <Outlet />
      </Container>
    </>
  )
}

/** A session that the server has already ended is as good as one that we end. */
function useSignOut() {
  const answers = useQueryClient()
  const router = useRouter()
  return useMutation({
    mutationFn: () =>
      reeve.signOut().catch((error: unknown) => (isSignedOut(error) ? undefined : Promise.reject(error))),
    onSuccess: async () => {
      await router.navigate({ to: paths.signIn })
      answers.clear()
    },
  })
}
