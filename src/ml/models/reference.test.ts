/**
 * Models and scores against scikit-learn's answers on the same rows (test/fixtures/ml/reference.py); trees on 50,000 rows: test/trees.prove.ts.
 */
import { describe, expect, test } from 'vitest'
import reference from '../../../test/fixtures/ml/reference.json' with { type: 'json' }
import { plantedSamples, uniforms } from '../../../test/support/planted-samples.ts'
import { aucOf, scoresOf } from '../scores/scores.ts'
import { type FittedModel, type ModelName, type ModelRules, fitModel, predictModel, rulesOf } from './fit-model.ts'
import type { LinearModel } from './linear/linear-model.ts'
import type { Task } from './task.ts'

function fitted(model: ModelName, features: Float64Array[], target: Float64Array, task: Task, given: Partial<ModelRules>): FittedModel {
  const made = fitModel(model, { features, target, task }, rulesOf(model, given))
  if (!made.ok) throw new Error(made.error)
  return made.value
}
const rows = (columns: readonly Float64Array[], from: number, to: number): Float64Array[] => columns.map((c) => c.slice(from, to))

describe('linear models', () => {
  const { features, classes, values } = plantedSamples(5, 2_000, 6)
  const scales = [1, 0.001, 250, 1, 30_000, 4]
  const levels = [0, 0.5, -40, 100, 1_000_000, 0]
  const scaled = features.map((column, at) => column.map((value) => value * (scales[at] as number) + (levels[at] as number)))
  const [train, test_] = [rows(scaled, 0, 1_400), rows(scaled, 1_500, 2_000)]

  test.each([1, 50] as const)('logistic regression with l2 %d has the coefficients and scores of scikit-learn', (l2) => {
    const wanted = reference.linear[`logistic-${l2}`]
    const model = fitted('logistic', train, classes.slice(0, 1_400), 'classification', { l2 }) as LinearModel
    for (const [at, weight] of wanted.coefficients.entries()) expect(Math.abs((model.weights[at] as number) - weight)).toBeLessThan(1e-4)
    expect(Math.abs(model.intercept - wanted.intercept)).toBeLessThan(1e-4)
    const scores = scoresOf('classification', predictModel(model, test_), classes.slice(1_500))
    expect(scores.auc).toBeCloseTo(wanted.auc, 6)
    expect(scores.logLoss).toBeCloseTo(wanted.logLoss, 6)
    expect(scores.accuracy).toBeCloseTo(wanted.accuracy, 12)
    expect(scores.brier).toBeCloseTo(wanted.brier, 6)
  })

  test.each([1, 50] as const)('ridge with l2 %d has the coefficients and the r2 of scikit-learn', (l2) => {
    const wanted = reference.linear[`ridge-${l2}`]
    const model = fitted('ridge', train, values.slice(0, 1_400), 'regression', { l2 }) as LinearModel
    for (const [at, weight] of wanted.coefficients.entries()) expect(Math.abs((model.weights[at] as number) - weight)).toBeLessThan(1e-6)
    expect(Math.abs(model.intercept - wanted.intercept)).toBeLessThan(1e-6)
    expect(scoresOf('regression', predictModel(model, test_), values.slice(1_500)).r2).toBeCloseTo(wanted.r2, 9)
  })
})

test('AUC with many ties is that of scikit-learn', () => {
  const classes = uniforms(9, 300, 1).map((u) => (u < 0.4 ? 1 : 0))
  const predictions = uniforms(9, 300, 0).map((u) => Math.floor(u * 8) / 8)
  expect(aucOf(predictions, classes)).toBeCloseTo(reference.ties.auc, 12)
})

test('a network finds the product of two features, which no line does', () => {
  const { features, classes } = plantedSamples(3, 12_000, 30)
  const [train, test_] = [rows(features, 0, 8_000).slice(0, 5), rows(features, 8_000, 12_000).slice(0, 5)]
  const aucBy = (model: ModelName): number =>
    aucOf(predictModel(fitted(model, train, classes.slice(0, 8_000), 'classification', {}), test_), classes.slice(8_000)) as number
  expect(aucBy('mlp')).toBeGreaterThan(aucBy('logistic') + 0.05)
}, 60_000)
