/** Every place in the console. */
export const paths = {
  home: '/',
  signIn: '/sign-in',
  users: '/tenants/$tenantId/users',
} as const

/**
 * Where to go after signing in: the place that was asked for if it is one of ours, else home.
 * A link could ask for any place, and `//elsewhere.example` or `/\elsewhere.example` would be another site.
 */
export function afterSignIn(next: string | undefined, origin: string): string {
  if (!next?.startsWith('/') || !URL.canParse(next, origin)) return paths.home
  const place = new URL(next, origin)
  if (place.origin !== origin || place.pathname === paths.signIn) return paths.home
  return place.pathname + place.search + place.hash
}
