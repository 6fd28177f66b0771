import fc, { type Arbitrary } from 'fast-check'

/** What is right so many times, and then something else. */
export function mostly<Good, Odd>(
  times: number,
  good: Arbitrary<Good>,
  odd: Arbitrary<Odd>,
): Arbitrary<Good | Odd> {
  return fc.oneof<fc.WeightedArbitrary<Good | Odd>[]>(
    { weight: times, arbitrary: good },
    { weight: 1, arbitrary: odd },
  )
}
