import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  Outlet,
  redirect,
} from '@tanstack/react-router'
import { isSignedOut, sessionQuery, type UserFilter } from './api/reeve.ts'
import { SignIn } from './pages/SignIn.tsx'
import { Tenants } from './pages/Tenants.tsx'
import { Users } from './pages/Users.tsx'
import { paths } from './paths.ts'
import { Frame } from './ui/Frame.tsx'
import { NotFound, Pending, Trouble } from './ui/states.tsx'

const root = createRootRouteWithContext<{ answers: QueryClient }>()({
  component: Outlet,
  notFoundComponent: () => (
    <main>
      <NotFound />
    </main>
  ),
})

const signIn = createRoute({
  getParentRoute: () => root,
  path: paths.signIn,
  validateSearch: (search: Record<string, unknown>): { next?: string } =>
    typeof search['next'] === 'string' ? { next: search['next'] } : {},
  component: SignIn,
})

/** Everything but the door: whoever has no session is shown to it, and brought back afterwards. */
const signedIn = createRoute({
  getParentRoute: () => root,
  id: 'signed-in',
  beforeLoad: async ({ context, location }) => {
    const session = await context.answers.ensureQueryData(sessionQuery).catch((error: unknown) => {
      if (!isSignedOut(error)) throw error
      const next = location.href === paths.home ? {} : { next: location.href }
      throw redirect({ to: paths.signIn, search: next })
    })
    return { session }
  },
  component: Frame,
  errorComponent: (trouble) => (
    <main>
      <Trouble {...trouble} />
    </main>
  ),
})

const home = createRoute({
  getParentRoute: () => signedIn,
  path: paths.home,
  beforeLoad: ({ context: { session } }) => {
    const [only, ...others] = session.tenants
    if (only && others.length === 0)
      throw redirect({ to: paths.users, params: { tenantId: only.tenantId }, replace: true })
  },
  component: Tenants,
})

const users = createRoute({
  getParentRoute: () => signedIn,
  path: paths.users,
  validateSearch: (search: Record<string, unknown>): UserFilter => ({
    ...(search['q'] === undefined || search['q'] === '' ? {} : { q: String(search['q']) }),
    ...(typeof search['isActive'] === 'boolean' ? { isActive: search['isActive'] } : {}),
  }),
  component: Users,
})

const tree = root.addChildren([signIn, signedIn.addChildren([home, users])])

/** The console's routes, over a cache of answers. */
export function createConsole(answers: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { answers },
    defaultPendingComponent: Pending,
    defaultErrorComponent: Trouble,
    defaultNotFoundComponent: NotFound,
    scrollRestoration: true,
  })
}
