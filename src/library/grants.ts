import type { Permission } from '../domains/access/access.ts'

/** So many answers are remembered: programs ask for a few permissions, and always for the same. */
const answersMost = 1_000

/**
 * What a list of permissions permits, in the words of GET /v1/session: `posts:update`, `posts:*`, `*:read`, `*:*`, each
 * perhaps with `:own` behind it. The same answer as `reeve.access_decision()` gives for such a list.
 */
export class Grants {
  readonly #held = new Map<string, 'any' | 'own'>()
  readonly #answers = new Map<string, 'any' | 'own' | 'none'>()

  constructor(permissions: readonly string[]) {
    for (const held of permissions) {
      const own = held.endsWith(':own')
      const name = own ? held.slice(0, -':own'.length) : held
      if (!own || !this.#held.has(name)) this.#held.set(name, own ? 'own' : 'any')
    }
  }

  /** Over whose objects a permission is held. */
  reach(permission: Permission): 'any' | 'own' | 'none' {
    let answer = this.#answers.get(permission)
    if (answer === undefined) {
      answer = this.#judge(permission)
      if (this.#answers.size >= answersMost) this.#answers.clear()
      this.#answers.set(permission, answer)
    }
    return answer
  }

  #judge(permission: Permission): 'any' | 'own' | 'none' {
    const [resource, action = ''] = permission.split(':')
    const scopes = [permission, `${resource}:*`, `*:${action}`, '*:*'].map((name) => this.#held.get(name))
    return scopes.includes('any') ? 'any' : scopes.includes('own') ? 'own' : 'none'
  }
}
