/**
 * One row at a time agrees with columns to the last bit, and what features add sums to the score.
 */
import { expect, test } from 'vitest'
import { plantedSamples } from '../../../test/support/planted-samples.ts'
import { MODELS, type ModelName, fitModel, predictModel, rulesOf } from '../models/fit-model.ts'
import { rowPredictor } from '../models/predict-row.ts'
import { contributionsOf } from './contributions.ts'

const { features, classes, values } = plantedSamples(5, 600, 6)
const CASES = MODELS.flatMap((model) => [
  ...(model === 'ridge' ? [] : [[model, 'classification'] as const]),
  ...(model === 'logistic' ? [] : [[model, 'regression'] as const]),
])

const fitted = (model: ModelName, task: 'classification' | 'regression') => {
  const found = fitModel(
    model,
    { features, target: task === 'classification' ? classes : values, task },
    rulesOf(model, { rounds: 12, epochs: 3 }),
  )
  if (!found.ok) throw new Error(found.error)
  return found.value
}
const rowAt = (row: number): Float64Array => Float64Array.from(features, (column) => column[row] as number)

test.each(CASES)('%s of a %s: a row as a column, to the last bit', (name, task) => {
  const model = fitted(name, task)
  const predict = rowPredictor(model)
  const whole = predictModel(model, features)
  expect(Float64Array.from(whole, (_, row) => predict(rowAt(row)))).toEqual(whole)
})

const logit = (p: number): number => Math.log(p / (1 - p))

test.each(CASES.filter(([name]) => name !== 'mlp'))('%s of a %s: base and parts are the score', (name, task) => {
  const model = fitted(name, task)
  const predict = rowPredictor(model)
  for (const row of [0, 17, 599]) {
    const { base, parts, by } = contributionsOf(model, rowAt(row))
    const said = predict(rowAt(row))
    // A forest averages probabilities; the others that classify add up log odds.
    const score = task === 'classification' && name !== 'forest' ? logit(said) : said
    expect(parts.reduce((sum, part) => sum + part, base)).toBeCloseTo(score, 9)
    expect(by).toBe(name === 'logistic' || name === 'ridge' ? 'exact' : 'path')
  }
})

test('a network: a feature at its mean adds nothing', () => {
  const model = fitted('mlp', 'regression')
  if (model.type !== 'mlp') throw new Error('no network')
  const row = rowAt(3)
  row[2] = model.standardization.means[2] as number
  const { parts, by } = contributionsOf(model, row)
  expect([parts[2], by]).toEqual([0, 'occlusion'])
  expect(contributionsOf(model, model.standardization.means).base).toBeCloseTo(rowPredictor(model)(model.standardization.means), 12)
})
