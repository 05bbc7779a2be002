/**
 * Settlements as of an instant: against a plain search over the list.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rate, ts } from '../core/units.ts'
import { FUNDINGS_KEPT, FundingRates } from './funding-rates.ts'

const hours = 3_600_000
const known = (...rows: readonly (readonly [at: number, rate: number])[]): FundingRates => {
  const rates = new FundingRates()
  for (const [at, settled] of rows) rates.add(ts(at * hours), rate(settled))
  return rates
}

test.each<[string, number, number | undefined]>([
  ['before the first there is none', 7, undefined],
  ['one of the very instant is not known yet', 8, undefined],
  ['after it it is', 8.01, 0.0001],
  ['until the next one is over', 16, 0.0001],
  ['a negative one', 17, -0.0002],
])('a settlement is known when it is over: %s', (_, now, expected) => {
  expect(known([8, 1_000_000], [16, -2_000_000]).before(ts(now * hours))?.rate).toBe(expected)
})

test('a settlement that is known already, or older, changes nothing', () => {
  const rates = known([8, 1], [16, 2])
  expect([rates.add(ts(16 * hours), rate(3)), rates.add(ts(9 * hours), rate(3)), rates.add(ts(24 * hours), rate(3))]).toEqual([
    false,
    false,
    true,
  ])
  expect(rates.before(ts(17 * hours))?.rate).toBe(2e-10)
})

test('settlements read as of any instant are those of a search over the list, and a copy from a snapshot answers alike', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 3 * FUNDINGS_KEPT }),
      fc.integer({ min: 0, max: 5_001 }),
      (times, now) => {
        const rows = times.sort((a, b) => a - b).map((at) => [at, at * 3 - 500] as const)
        const rates = known(...rows)
        // Older ones than those that are kept may be gone.
        const least = rows.at(-FUNDINGS_KEPT)?.[0] ?? 0
        if (now <= least) return
        const wanted = rows.filter(([at]) => at < now).at(-1)
        const expected = wanted === undefined ? undefined : { rate: wanted[1] / 1e10, at: wanted[0] * hours }
        expect(rates.before(ts(now * hours))).toEqual(expected)
        const copy = new FundingRates()
        copy.restore(JSON.parse(JSON.stringify(rates.snapshot())))
        expect(copy.before(ts(now * hours))).toEqual(expected)
        expect(copy.newestAt).toBe(rates.newestAt)
      },
    ),
  )
})
