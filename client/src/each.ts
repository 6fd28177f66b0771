import type { Fields, List, ListArguments, Options, Page, Part } from './method.ts'

/**
 * Everything in a list, page after page, each one asked for when the one before is used up. Stops after the last page,
 * when the loop is left, and with what `signal` was aborted with.
 *
 *     for await (const user of each(reeve.listUsers, { tenantId, q: 'kim' })) …
 *
 * `limit` is the size of a page. Left out, the first is of the server's usual size and all others of a hundred.
 */
export function each<Params, Item, F extends keyof Item = keyof Item>(
  list: List<Params, Item>,
  ...given: ListArguments<NoInfer<Params> & Fields<F>>
): AsyncGenerator<Part<Item, F>, void, undefined>
export async function* each(
  list: (params: object | undefined, options: Options) => Promise<Page<unknown>>,
  params?: object,
  options: Options = {},
): AsyncGenerator<unknown, void, undefined> {
  let page = await list(params, options)
  for (;;) {
    for (const item of page.items) {
      options.signal?.throwIfAborted()
      yield item
    }
    if (page.nextCursor === null) return
    page = await list({ limit: 100, ...params, cursor: page.nextCursor }, options)
  }
}
