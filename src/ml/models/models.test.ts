/**
 * What holds of every model: the same seed gives the same model, order and scale of what cannot matter do not, and refusals are values.
 */
import { describe, expect, test } from 'vitest'
import { plantedSamples } from '../../../test/support/planted-samples.ts'
import { MODELS, type ModelName, fitModel, predictModel, rulesOf } from './fit-model.ts'
import type { Task } from './task.ts'
import { binFeatures, edgesOf } from './trees/bins.ts'
import { WeightPacking } from './trees/histogram.ts'
import { gainShares } from './trees/tree.ts'

const { features, classes, values } = plantedSamples(2, 600, 6)
const FAST = { rounds: 12, minLeaf: 5, hidden: 4, epochs: 12 }

function predicted(model: ModelName, columns: readonly Float64Array[], target: Float64Array, task: Task, seed = 1): Float64Array {
  const made = fitModel(model, { features: columns, target, task }, rulesOf(model, { ...FAST, seed }))
  if (!made.ok) throw new Error(made.error)
  return predictModel(made.value, columns)
}

describe.each(MODELS)('%s', (model) => {
  test(`${model}: the same rows and seed give the same predictions to the last bit`, () => {
    expect(predicted(model, features, classes, 'classification')).toEqual(predicted(model, features, classes, 'classification'))
  })

  test(`${model}: probabilities lie between 0 and 1, but for a ridge, which knows no bounds`, () => {
    const all = predicted(model, features, classes, 'classification')
    if (model !== 'ridge') expect(all.every((p) => p >= 0 && p <= 1)).toBe(true)
    expect(all.every(Number.isFinite)).toBe(true)
  })

  test(`${model}: a feature in other units changes nothing that matters`, () => {
    const moved = features.map((column, at) => (at === 0 ? column.map((value) => value * 4_096 + 65_536) : column))
    const [plain, scaled] = [predicted(model, features, classes, 'classification'), predicted(model, moved, classes, 'classification')]
    for (let row = 0; row < plain.length; row += 1) expect(scaled[row]).toBeCloseTo(plain[row] as number, 3)
  })
})

test('models with chance in them differ by the seed, those without do not', () => {
  for (const model of MODELS) {
    const [one, two] = [1, 2].map((seed) => predicted(model, features, classes, 'classification', seed)) as [Float64Array, Float64Array]
    const isSame = one.every((p, row) => p === two[row])
    expect([model, isSame]).toEqual([model, model === 'logistic' || model === 'ridge' || model === 'gbdt'])
  }
})

test('a logistic regression refuses a number as its target, and classes that a plane separates unless large weights cost', () => {
  const made = (target: Float64Array, task: Task, l2: number) =>
    fitModel('logistic', { features: [Float64Array.of(1, 2, 3, 4)], target, task }, rulesOf('logistic', { l2 }))
  expect(made(Float64Array.of(1, 2, 3, 4), 'regression', 1)).toEqual({ ok: false, error: 'needs-two-classes' })
  expect(made(Float64Array.of(0, 0, 1, 1), 'classification', 0)).toEqual({ ok: false, error: 'no-minimum' })
  expect(made(Float64Array.of(0, 0, 1, 1), 'classification', 1).ok).toBe(true)
})

test('a ridge refuses features that repeat each other unless large weights cost', () => {
  const twice = [values, values]
  const made = (l2: number) => fitModel('ridge', { features: twice, target: classes, task: 'regression' }, rulesOf('ridge', { l2 }))
  expect(made(0)).toEqual({ ok: false, error: 'no-minimum' })
  expect(made(1).ok).toBe(true)
})

test('one tree of one split is the best cut of all, found by trying each', () => {
  const column = Float64Array.from({ length: 40 }, (_, at) => (at * 17) % 40)
  const target = column.map((value, at) => (value > 23 ? 2 : 0) + (at % 5) * 0.01)
  const made = fitModel(
    'gbdt',
    { features: [column], target, task: 'regression' },
    rulesOf('gbdt', { rounds: 1, rate: 1, leaves: 2, minLeaf: 1, l2: 0 }),
  )
  const predictions = made.ok ? predictModel(made.value, [column]) : undefined
  const errorAt = (cut: number): number => {
    const side = (isLeft: boolean): number => {
      const part = target.filter((_, at) => (column[at] as number) <= cut === isLeft)
      const mean = part.reduce((a, b) => a + b, 0) / part.length
      return part.reduce((sum, value) => sum + (value - mean) ** 2, 0)
    }
    return side(true) + side(false)
  }
  const best = Math.min(...Array.from({ length: 39 }, (_, cut) => errorAt(cut)))
  const reached = target.reduce((sum, value, at) => sum + (value - (predictions?.[at] as number)) ** 2, 0)
  expect(reached).toBeCloseTo(best, 9)
})

test('no leaf of a tree has fewer rows than asked for', () => {
  const made = fitModel('gbdt', { features, target: values, task: 'regression' }, rulesOf('gbdt', { rounds: 1, rate: 1, minLeaf: 70 }))
  const predictions = made.ok ? predictModel(made.value, features) : new Float64Array(0)
  const sizes = [...new Set(predictions)].map((value) => predictions.filter((each) => each === value).length)
  expect(sizes.length).toBeGreaterThan(2)
  expect(Math.min(...sizes)).toBeGreaterThanOrEqual(70)
})

test('the gain goes to the features that tell something', () => {
  const made = fitModel('gbdt', { features, target: values, task: 'regression' }, rulesOf('gbdt', { rounds: 40, leaves: 4 }))
  if (!made.ok || made.value.type !== 'gbdt') throw new Error('no trees')
  const shares = gainShares(made.value.trees, features.length)
  expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12)
  expect(shares.indexOf(Math.max(...shares))).toBe(0)
  expect(shares[5]).toBeLessThan(0.1)
})

test('bins keep the order of values, few values have a bin each, and neighbors of one ulp stay apart', () => {
  expect(edgesOf(Float64Array.of(3, 1, 2, 1), 255)).toEqual(Float64Array.of(1.5, 2.5))
  const close = Float64Array.of(1, 1 + Number.EPSILON)
  expect([...binFeatures([close], 255).bins]).toEqual([0, 1])
  const column = features[0] as Float64Array
  const { bins, edges } = binFeatures([column], 16)
  expect(edges[0]).toHaveLength(15)
  for (let a = 0; a < 50; a += 1)
    for (let b = 0; b < 50; b += 1) if ((bins[a] as number) < (bins[b] as number)) expect(column[a]).toBeLessThan(column[b] as number)
})

test('rows and curvatures that share a double come back, the rows exactly', () => {
  const rows = 1_000_000
  const packing = new WeightPacking(rows, 0.25)
  let sum = 0
  let curvature = 0
  for (let row = 0; row < rows; row += 1) {
    const each = 0.25 * ((row % 97) / 97)
    sum += packing.pack(each)
    curvature += each
  }
  expect(packing.countOf(sum)).toBe(rows)
  expect(Math.abs(packing.curvatureOf(sum) / curvature - 1)).toBeLessThan(1e-3)
})
