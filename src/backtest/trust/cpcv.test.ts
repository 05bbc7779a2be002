/**
 * Combinatorial purged cross-validation: whole paths, each made of choices that saw neither their test nor a trade that reaches into it.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DAY_MS } from '../../core/units.ts'
import { combinations, countSplits, cpcv } from './cpcv.ts'
import type { RunRecord } from './run-record.ts'

const ROWS = 24
const instants = Float64Array.from({ length: ROWS + 1 }, (_, row) => row * DAY_MS)

const recordOfReturns = (returns: readonly number[], held: Partial<RunRecord> = {}): RunRecord => ({
  returns: Float64Array.from(returns),
  turn: new Float64Array(ROWS + 1),
  rowsBefore: new Int32Array(ROWS + 1),
  rowsAfter: new Int32Array(ROWS + 1),
  exits: new Int32Array(ROWS).fill(1),
  ...held,
})
const wavy = (mean: number): number[] => Array.from({ length: ROWS }, (_, row) => mean + (row % 2 === 0 ? 0.01 : -0.01))

test.each([
  [6, 2, 15, 5],
  [6, 1, 6, 1],
  [8, 4, 70, 35],
  [5, 2, 10, 4],
])('%d groups with %d for tests have %d splits and %d paths', (groups, testGroups, splits, paths) => {
  const found = cpcv([recordOfReturns(wavy(0.001))], { instants, groups, testGroups, embargoRows: 0, choice: 'sharpe' })
  expect(found.splits).toBe(splits)
  expect(countSplits(groups, testGroups)).toBe(splits)
  expect(found.paths).toHaveLength(paths)
  expect(new Set(combinations(groups, testGroups).map(String)).size).toBe(splits)
})

test('each path spans all rows: one run that is always chosen gives its own figures on every path', () => {
  const found = cpcv([recordOfReturns(wavy(0.002)), recordOfReturns(wavy(-0.002))], {
    instants,
    groups: 6,
    testGroups: 2,
    embargoRows: 1,
    choice: 'sharpe',
  })
  const growth = wavy(0.002).reduce((product, value) => product * (1 + value), 1)
  for (const { chosen, metrics } of found.paths) {
    expect(chosen).toEqual([0, 0, 0, 0, 0, 0])
    expect(metrics.totalReturn).toBeCloseTo(growth - 1, 12)
    expect(metrics.trades).toBe(ROWS)
  }
})

test('a run that earned in one group alone is not chosen for it', () => {
  const lucky = wavy(-0.001).map((value, row) => (row >= 8 && row < 12 ? value + 0.5 : value))
  const found = cpcv([recordOfReturns(lucky), recordOfReturns(wavy(0.0005))], {
    instants,
    groups: 6,
    testGroups: 1,
    embargoRows: 0,
    choice: 'return',
  })
  expect(found.paths.map(({ chosen }) => chosen)).toEqual([[0, 0, 1, 0, 0, 0]])
})

test('rows under a trade that reaches into the test, and those of the embargo, change no choice', () => {
  // Groups of four rows; the test is the third, rows 8 to 11. A trade begins in row 6 and ends in row 8, another begins in row 11 and ends in row 13.
  const rowsBefore = new Int32Array(ROWS + 1)
  const rowsAfter = new Int32Array(ROWS + 1)
  rowsBefore[8] = 2
  rowsAfter[12] = 2
  const noise = fc.array(fc.double({ min: -0.1, max: 0.1, noNaN: true }), { minLength: ROWS, maxLength: ROWS })
  fc.assert(
    fc.property(noise, noise, noise, fc.integer({ min: 0, max: 4 }), (a, b, other, embargoRows) => {
      const hidden = (row: number): boolean => row >= 6 && row < 12 + Math.max(2, embargoRows)
      const chosen = (own: readonly number[]): number | undefined =>
        cpcv([recordOfReturns(own, { rowsBefore, rowsAfter }), recordOfReturns(b, { rowsBefore, rowsAfter })], {
          instants,
          groups: 6,
          testGroups: 1,
          embargoRows,
          choice: 'sharpe',
        }).paths[0]?.chosen[2]
      expect(chosen(a.map((value, row) => (hidden(row) ? (other[row] as number) : value)))).toBe(chosen(a))
    }),
  )
})

test('what was left out of the training is told as a share of it', () => {
  const rowsBefore = new Int32Array(ROWS + 1).fill(1)
  rowsBefore[0] = 0
  const { purged } = cpcv([recordOfReturns(wavy(0.001), { rowsBefore })], {
    instants,
    groups: 2,
    testGroups: 1,
    embargoRows: 3,
    choice: 'sharpe',
  })
  // Of 12 rows each: 3 of the embargo behind the first half, 1 under the trade before the second.
  expect(purged).toBeCloseTo(4 / 24, 12)
})
