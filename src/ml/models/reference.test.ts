/**
 * Models and scores against scikit-learn's answers on the same rows (test/fixtures/ml/reference.py).
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

describe('trees on 50,000 rows of 30 features', () => {
  const { features, classes, values } = plantedSamples(3, 50_000, 30)
  const [train, test_] = [rows(features, 0, 35_000), rows(features, 35_000, 50_000)]
  const truth = classes.slice(35_000)

  test('boosted trees reach the AUC of scikit-learn to 0.005, and its log loss', () => {
    const model = fitted('gbdt', train, classes.slice(0, 35_000), 'classification', { rounds: 150 })
    const scores = scoresOf('classification', predictModel(model, test_), truth)
    expect(Math.abs((scores.auc as number) - reference.trees.gbdt.auc)).toBeLessThan(0.005)
    expect(Math.abs((scores.logLoss as number) - reference.trees.gbdt.logLoss)).toBeLessThan(0.005)
  }, 60_000)

  test('boosted trees on numbers reach the r2 of scikit-learn to 0.005', () => {
    const model = fitted('gbdt', train, values.slice(0, 35_000), 'regression', { rounds: 150 })
    const { r2 } = scoresOf('regression', predictModel(model, test_), values.slice(35_000))
    expect(Math.abs((r2 as number) - reference.trees.gbdtRegression.r2)).toBeLessThan(0.005)
  }, 60_000)

  test('a random forest reaches the AUC of scikit-learn to 0.01', () => {
    const model = fitted('forest', train, classes.slice(0, 35_000), 'classification', {})
    const auc = aucOf(predictModel(model, test_), truth) as number
    expect(Math.abs(auc - reference.trees.forest.auc)).toBeLessThan(0.01)
  }, 60_000)

  test('a network finds the product of two features, which no line does', () => {
    const part = rows(features, 0, 8_000).slice(0, 5)
    const tested = test_.slice(0, 5)
    const aucBy = (model: ModelName): number =>
      aucOf(predictModel(fitted(model, part, classes.slice(0, 8_000), 'classification', {}), tested), truth) as number
    expect(aucBy('mlp')).toBeGreaterThan(aucBy('logistic') + 0.05)
  }, 60_000)
})
