/**
 * Scores by hand and by counting pairs, and what leaks.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findLeaks } from './leaks.ts'
import { aucOf, rankCorrelation, scoresOf } from './scores.ts'

test('AUC is the share of pairs that are in the right order, ties counting half', () => {
  const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 1 })), { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(rows, (pairs) => {
      let won = 0
      let count = 0
      for (const [high, one] of pairs)
        for (const [low, zero] of pairs)
          if (one === 1 && zero === 0) {
            count += 1
            won += high > low ? 1 : high === low ? 0.5 : 0
          }
      const auc = aucOf(
        Float64Array.from(pairs, ([p]) => p),
        Float64Array.from(pairs, ([, y]) => y),
      )
      if (count === 0) expect(auc).toBeNull()
      else expect(auc).toBeCloseTo(won / count, 12)
    }),
  )
})

test('scores of four predictions are those of arithmetic by hand', () => {
  const scores = scoresOf('classification', Float64Array.of(0.9, 0.2, 0.5, 0.4), Float64Array.of(1, 0, 0, 1))
  expect(scores.auc).toBeCloseTo(0.75, 12)
  expect(scores.accuracy).toBe(0.5)
  expect(scores.brier).toBeCloseTo((0.01 + 0.04 + 0.25 + 0.36) / 4, 12)
  expect(scores.logLoss).toBeCloseTo(-(Math.log(0.9) + Math.log(0.8) + Math.log(0.5) + Math.log(0.4)) / 4, 12)
  expect(scores.r2).toBeNull()
  const regression = scoresOf('regression', Float64Array.of(1, 2, 4), Float64Array.of(1, 2, 3))
  expect(regression).toEqual({ rows: 3, auc: null, logLoss: null, accuracy: null, brier: null, r2: 0.5 })
})

test('what rows do not allow is null: one class, a target that stands still, no rows', () => {
  expect(scoresOf('classification', Float64Array.of(0.4, 0.6), Float64Array.of(1, 1))).toMatchObject({ auc: null, accuracy: 0.5 })
  expect(scoresOf('regression', Float64Array.of(1, 2), Float64Array.of(5, 5)).r2).toBeNull()
  expect(scoresOf('classification', new Float64Array(0), new Float64Array(0))).toMatchObject({ rows: 0, logLoss: null })
})

test('a probability of 0 for what came costs much and not infinitely much', () => {
  expect(scoresOf('classification', Float64Array.of(0), Float64Array.of(1)).logLoss).toBeCloseTo(15 * Math.log(10), 9)
})

test('a feature that orders the target is found whichever way it points, one that does not is left alone', () => {
  const rows = 12_000
  const noise = (at: number): number => (at * 7_919) % 1_009
  const target = Float64Array.from({ length: rows }, (_, at) => (noise(at) > 500 ? 1 : 0))
  const honest = Float64Array.from({ length: rows }, (_, at) => (at * 104_729) % 2_003)
  const leak = Float64Array.from({ length: rows }, (_, at) => -noise(at))
  expect(findLeaks([honest, leak], target, 'classification')).toEqual([{ feature: 1, score: 1 }])
  expect(findLeaks([honest, leak.map((value) => value ** 3)], leak, 'regression')).toEqual([{ feature: 1, score: 1 }])
})

test('rank correlation sees order alone, and nothing where a side stands still', () => {
  expect(rankCorrelation(Float64Array.of(1, 2, 3), Float64Array.of(1, 10, 1_000))).toBe(1)
  expect(rankCorrelation(Float64Array.of(1, 2, 3), Float64Array.of(4, 4, 4))).toBeNull()
})
