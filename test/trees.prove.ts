/**
 * Trees on 50,000 rows of 30 features against scikit-learn's answers on the same rows (test/fixtures/ml/reference.py).
 */
import { describe, expect, test } from 'vitest'
import { type FittedModel, type ModelName, type ModelRules, fitModel, predictModel, rulesOf } from '../src/ml/models/fit-model.ts'
import type { Task } from '../src/ml/models/task.ts'
import { aucOf, scoresOf } from '../src/ml/scores/scores.ts'
import reference from './fixtures/ml/reference.json' with { type: 'json' }
import { plantedSamples } from './support/planted-samples.ts'

function fitted(model: ModelName, features: Float64Array[], target: Float64Array, task: Task, given: Partial<ModelRules>): FittedModel {
  const made = fitModel(model, { features, target, task }, rulesOf(model, given))
  if (!made.ok) throw new Error(made.error)
  return made.value
}
const rows = (columns: readonly Float64Array[], from: number, to: number): Float64Array[] => columns.map((c) => c.slice(from, to))

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
})
