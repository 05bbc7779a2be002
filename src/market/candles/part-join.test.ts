/**
 * Funding rates of several files; candles are joined in `test/files/checks.test.ts`, as files.
 */
import { expect, test } from 'vitest'
import { joinFunding } from './part-join.ts'
import type { FundingPart } from './table-part.ts'

const part = (name: string, rows: readonly (readonly [ts: number, rate: number])[]): FundingPart =>
  ({ name, rows: { ts: Float64Array.from(rows, ([at]) => at), rate: Float64Array.from(rows, ([, rate]) => rate) } }) as FundingPart

test('a settlement that two files have counts once, and is refused where they differ', () => {
  const a = part('a.csv', [
    [1e12, 1e-4],
    [2e12, 2e-4],
  ])
  const joined = joinFunding([
    part('b.csv', [
      [2e12, 2e-4],
      [3e12, 3e-4],
    ]),
    a,
  ])
  expect(joined.ok && [[...joined.value.ts], [...joined.value.rate]]).toEqual([
    [1e12, 2e12, 3e12],
    [1e-4, 2e-4, 3e-4],
  ])
  const other = joinFunding([a, part('c.csv', [[2e12, -2e-4]])])
  expect(!other.ok && other.error.sentence).toMatch(/^a\.csv and c\.csv both have a row at 2033-05-18 03:33.*, and the rows differ/)
})
