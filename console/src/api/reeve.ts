import { createClient, isProblem, type Answer } from '@reeve/client'
import { infiniteQueryOptions, QueryCache, QueryClient, queryOptions } from '@tanstack/react-query'

/** The page and the API share an origin, and the session is in a cookie: there is nothing to configure. */
export const reeve = createClient()

/** Who am I, and where. */
export type WhoAmI = Answer<'whoAmI'>
/** A tenant in which the account has an active user. */
export type TenantOfSession = WhoAmI['tenants'][number]

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => reeve.whoAmI({}, { signal }),
  staleTime: 60_000,
})

export type UserFilter = { q?: string; isActive?: boolean }

/** A tenant's people, page after page. */
export function usersQuery(tenantId: string, filter: UserFilter) {
  return infiniteQueryOptions({
    queryKey: ['users', tenantId, filter],
    queryFn: ({ pageParam, signal }) =>
      reeve.listUsers({ tenantId, ...filter, limit: 50, cursor: pageParam }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor,
    staleTime: 30_000,
    // while a filter is being changed the list before stays, but never another tenant's
    placeholderData: (before, query) => (query?.queryKey[1] === tenantId ? before : undefined),
  })
}

/**
 * A cache of answers. `onSignedOut` is called when the server no longer knows the session. What may pass has been tried
 * again by the client already.
 */
export function createAnswers(onSignedOut: () => void): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        if (isSignedOut(error) && query.queryKey[0] !== 'session') onSignedOut()
      },
    }),
    defaultOptions: {
      queries: { retry: false, networkMode: 'always' },
      mutations: { networkMode: 'always' },
    },
  })
}

export function isSignedOut(error: unknown): boolean {
  return isProblem(error, 'not_signed_in')
}

/** The tenant of a session with this id, if its account has a user there. */
export function tenantOf(session: WhoAmI, tenantId: string | undefined) {
  return session.tenants.find((tenant) => tenant.tenantId === tenantId)
}
