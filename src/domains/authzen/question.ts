/** What somebody said of a subject, a resource, an action or the circumstances. */
export type Properties = Readonly<Record<string, unknown>>

/** A subject or a resource: unique among those of its type. */
export type Entity = { type: string; id: string; properties?: Properties | undefined }
export type Action = { name: string; properties?: Properties | undefined }

/** May this subject do this to that? As AuthZEN 1.0 asks it. */
export type Question = {
  subject: Entity
  action: Action
  resource: Entity
  context?: Properties | undefined
}

/** A subject or a resource by its name alone. */
export type Name = { type: string; id: string }

/** What names an entity, as one text: no two names have the same. */
export function keyOf({ type, id }: Name): string {
  return `${type.length} ${type} ${id}`
}
