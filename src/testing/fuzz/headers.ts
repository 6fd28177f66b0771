import fc, { type Arbitrary } from 'fast-check'
import { Ref } from './wish.ts'

/** What fits a header whose name says more than its schema; undefined for any other. */
export function headerNamed(name: string): Arbitrary<unknown> | undefined {
  const etag = fc.constant(new Ref('etag', 0))
  const others = fc.constantFrom('*', '"0"', 'W/"0"', '"a", "b"', '""', 'none', '"', ',')
  switch (name.toLowerCase()) {
    case 'if-match':
    case 'if-none-match':
      return fc.oneof({ weight: 6, arbitrary: etag }, { weight: 1, arbitrary: others })
    case 'idempotency-key':
      return fc.oneof(
        { weight: 6, arbitrary: fc.uuid() },
        // a few that meet others of their kind, also at the same moment
        { weight: 2, arbitrary: fc.constantFrom('same', '"same"', 'Same') },
        { weight: 1, arbitrary: fc.constantFrom('x'.repeat(255), 'x'.repeat(256), 'a b', '\u00fc', ' ') },
      )
    default:
      return undefined
  }
}
