/**
 * Walk-forward: windows where they belong, the best of each training window, and nothing that a later bar could change.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DAY_MS } from '../../core/units.ts'
import { CHOICES } from './choice.ts'
import type { RunRecord } from './run-record.ts'
import { type WalkForwardPlan, walkForward } from './walk-forward.ts'

const recordOfReturns = (returns: readonly number[]): RunRecord => ({
  returns: Float64Array.from(returns),
  turn: new Float64Array(returns.length + 1),
  rowsBefore: new Int32Array(returns.length + 1),
  rowsAfter: new Int32Array(returns.length + 1),
  exits: new Int32Array(returns.length).fill(1),
})
const planOf = (rows: number, more: Partial<WalkForwardPlan> = {}): WalkForwardPlan => ({
  instants: Float64Array.from({ length: rows + 1 }, (_, row) => row * DAY_MS),
  trainRows: 4,
  testRows: 2,
  embargoRows: 0,
  isAnchored: false,
  choice: 'sharpe',
  ...more,
})

/** The first earns in the first half of time and the second in the second half. */
const EARLY = recordOfReturns([0.02, 0.01, 0.02, 0.01, 0.02, 0.01, -0.01, -0.02, -0.01, -0.02, -0.01, -0.02])
const LATE = recordOfReturns([-0.01, -0.02, -0.01, -0.02, -0.01, -0.02, 0.03, 0.01, 0.03, 0.01, 0.03, 0.01])

test('rolling windows follow each other, the test right behind the training', () => {
  const walk = walkForward([EARLY, LATE], planOf(12))
  expect(walk?.folds.map(({ train, test }) => [train.from, train.to, test.from, test.to].map((at) => at / DAY_MS))).toEqual([
    [0, 4, 4, 6],
    [2, 6, 6, 8],
    [4, 8, 8, 10],
    [6, 10, 10, 12],
  ])
  expect(walk?.folds.map(({ chosen }) => chosen)).toEqual([0, 0, 1, 1])
  expect([...(walk?.returns ?? [])]).toEqual([0.02, 0.01, -0.01, -0.02, 0.03, 0.01, 0.03, 0.01])
  expect(walk?.metrics.trades).toBe(8)
  expect(walk?.rowsLeft).toBe(0)
})

test('anchored windows begin with the first row, an embargo lies in neither window, and what fills no test is told', () => {
  const walk = walkForward([EARLY, LATE], planOf(12, { isAnchored: true, embargoRows: 1 }))
  expect(walk?.folds.map(({ train, test }) => [train.from, train.to, test.from, test.to].map((at) => at / DAY_MS))).toEqual([
    [0, 4, 5, 7],
    [0, 6, 7, 9],
    [0, 8, 9, 11],
  ])
  expect(walk?.rowsLeft).toBe(1)
})

test('efficiency is the mean return out of sample over that in sample, and null where the choice did not earn', () => {
  const walk = walkForward([EARLY], planOf(12, { testRows: 4 }))
  // In sample 0.015 and 0, out of sample 0.02, 0.01, -0.01, -0.02 and then -0.015 on average.
  expect(walk?.efficiency).toBeCloseTo(-0.0075 / 0.0075, 12)
  expect(
    walkForward([recordOfReturns(new Array<number>(12).fill(-0.01).map((v, k) => v * (1 + (k % 3))))], planOf(12))?.efficiency,
  ).toBeNull()
})

test('where nothing moves there is no choice, and the money stands still', () => {
  const walk = walkForward([recordOfReturns(new Array<number>(12).fill(0)), undefined], planOf(12))
  expect(walk?.folds.every(({ chosen }) => chosen === undefined)).toBe(true)
  expect(walk?.metrics.totalReturn).toBe(0)
})

test('rows that hold no fold give none', () => {
  expect(walkForward([EARLY], planOf(5))).toBeUndefined()
})

test('what comes after a test changes neither its choice nor its returns', () => {
  const returns = fc.array(fc.double({ min: -0.1, max: 0.1, noNaN: true }), { minLength: 24, maxLength: 24 })
  fc.assert(
    fc.property(
      fc.array(returns, { minLength: 1, maxLength: 4 }),
      fc.array(returns, { minLength: 4, maxLength: 4 }),
      fc.constantFrom(...CHOICES),
      fc.boolean(),
      fc.integer({ min: 0, max: 5 }),
      (runs, others, choice, isAnchored, fold) => {
        const plan = planOf(24, { choice, isAnchored, trainRows: 8, testRows: 2, embargoRows: 1 })
        const until = 9 + (fold + 1) * 2
        const changed = runs.map((run, at) => [...run.slice(0, until), ...(others[at] ?? []).slice(until)])
        const [before, after] = [runs, changed].map((each) => walkForward(each.map(recordOfReturns), plan))
        expect(after?.folds.slice(0, fold + 1)).toEqual(before?.folds.slice(0, fold + 1))
        expect(after?.returns.subarray(0, (fold + 1) * 2)).toEqual(before?.returns.subarray(0, (fold + 1) * 2))
      },
    ),
  )
})
