/**
 * Calibration against scikit-learn's answers (test/fixtures/ml/reference.py), and what holds of it for all inputs.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import reference from '../../../test/fixtures/ml/reference.json' with { type: 'json' }
import { uniforms } from '../../../test/support/planted-samples.ts'
import { calibrate, calibrationError, fitCalibration, reliability } from './calibration.ts'
import { fitPlatt } from './platt.ts'

const scores = uniforms(11, 120, 0).map((u) => {
  const scaled = u * 40
  // Python rounds halves to the even number; none is one here.
  return Math.round(scaled) / 40
})
const classes = uniforms(11, 120, 1).map((u, row) => (u < (scores[row] as number) ** 2 ? 1 : 0))

test('isotonic regression is that of scikit-learn, between its points and beyond its ends', () => {
  const map = fitCalibration('isotonic', scores, classes)
  const asked = Float64Array.from({ length: 25 }, (_, at) => -0.1 + (1.2 * at) / 24)
  const answers = calibrate(map, asked)
  for (const [at, wanted] of reference.calibration.isotonic.entries()) expect(answers[at]).toBeCloseTo(wanted, 9)
})

test("Platt's curve is the logistic regression of scikit-learn on targets that are drawn in", () => {
  const { slope, intercept } = fitPlatt(scores, classes)
  expect(slope).toBeCloseTo(reference.calibration.platt.slope, 4)
  expect(intercept).toBeCloseTo(reference.calibration.platt.intercept, 4)
})

const rows = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 1 })), { minLength: 4, maxLength: 60 })

test.each(['isotonic', 'platt'] as const)(
  '%s probabilities lie between 0 and 1; isotonic ones never fall and keep the share of ones',
  (name) => {
    fc.assert(
      fc.property(rows, (pairs) => {
        const given = Float64Array.from(pairs, ([score]) => score)
        const came = Float64Array.from(pairs, ([, one]) => one)
        const answers = calibrate(fitCalibration(name, given, came), given)
        expect(answers.every((p) => p >= 0 && p <= 1)).toBe(true)
        if (name === 'platt') return
        for (let a = 0; a < given.length; a += 1)
          for (let b = 0; b < given.length; b += 1)
            if ((given[a] as number) < (given[b] as number)) expect(answers[a]).toBeLessThanOrEqual((answers[b] as number) + 1e-12)
        const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0)
        expect(sum(answers)).toBeCloseTo(sum(came), 9)
      }),
    )
  },
)

test('the calibration error is the mean distance of what was said and what came, by rows', () => {
  const bins = reliability(Float64Array.of(0.05, 0.05, 0.95, 1, 0.5), Float64Array.of(0, 1, 1, 1, 0))
  expect(bins).toEqual([
    { rows: 2, predicted: 0.05, came: 0.5 },
    { rows: 1, predicted: 0.5, came: 0 },
    { rows: 2, predicted: 0.975, came: 1 },
  ])
  expect(calibrationError(bins)).toBeCloseTo((2 * 0.45 + 0.5 + 2 * 0.025) / 5, 12)
})
