/**
 * The gate: noise is refused, a planted signal is found, and nothing that a split tests has a say in what it trains.
 */
import { describe, expect, test } from 'vitest'
import { plantedSamples } from '../../../test/support/planted-samples.ts'
import { Random } from '../../core/random.ts'
import type { CalibrationName } from '../calibration/calibration.ts'
import { type FoldPlan, makeFolds } from '../folds/folds.ts'
import { type LabelSpans, indicesOf } from '../folds/labels.ts'
import { labelReach } from '../folds/purge.ts'
import { type ModelName, rulesOf } from '../models/fit-model.ts'
import type { Task } from '../models/task.ts'
import { type Evaluation, crossValidate } from './cross-validate.ts'
import { returnFifths } from './fifths.ts'
import { afterTrials, shiftTest } from './shift-test.ts'
import { type Verdict, judge } from './verdict.ts'

const spansOf = (rows: number, length: number): LabelSpans => ({
  t0: Float64Array.from({ length: rows }, (_, at) => at),
  t1: Float64Array.from({ length: rows }, (_, at) => at + length),
})
const KFOLD: FoldPlan = { kind: 'kfold', folds: 5, embargo: 0.01 }
const CPCV: FoldPlan = { kind: 'cpcv', groups: 5, testGroups: 2, embargo: 0.01 }

interface World {
  readonly features: readonly Float64Array[]
  readonly target: Float64Array
  readonly task?: Task
  readonly length?: number
  readonly plan?: FoldPlan
  readonly calibration?: CalibrationName
  readonly permutes?: boolean
}

function evaluated(model: ModelName, world: World): Evaluation {
  const { features, target, task = 'classification', length = 3, plan = KFOLD, calibration = 'none', permutes = false } = world
  const spans = spansOf(target.length, length)
  const folds = makeFolds(spans, plan)
  if (!folds.ok) throw new Error(folds.error.code)
  const rules = rulesOf(model, model === 'gbdt' || model === 'forest' ? { rounds: 20 } : {})
  const made = crossValidate({ features, target, task, spans, folds: folds.value, model, rules, calibration, permutes })
  if (!made.ok) throw new Error(made.error.code)
  return made.value
}

const verdictOf = (model: ModelName, world: World, trials = 1): Verdict =>
  judge(
    evaluated(model, world),
    world.target,
    world.task ?? 'classification',
    labelReach(spansOf(world.target.length, world.length ?? 3)),
    trials,
    1,
  )

/** Features and classes that drift as prices do and know nothing of each other. */
function noise(seed: number, rows: number): { features: Float64Array[]; target: Float64Array; values: Float64Array } {
  const random = new Random(seed)
  const drifting = (): Float64Array => {
    let value = 0
    return Float64Array.from({ length: rows }, () => (value = 0.97 * value + random.normal()))
  }
  const values = drifting()
  return { features: [drifting(), drifting(), drifting()], target: values.map((value) => (value > 0 ? 1 : 0)), values }
}

describe('the gate', () => {
  test.each(['logistic', 'gbdt'] as const)('%s on noise that drifts is refused, but for the share that the gate allows luck', (model) => {
    const verdicts = Array.from({ length: 20 }, (_, seed) => verdictOf(model, noise(seed + 1, 600)))
    expect(verdicts.filter(({ accepted }) => accepted).length).toBeLessThanOrEqual(3)
    for (const { accepted, doubts } of verdicts) expect(doubts.length > 0).toBe(!accepted)
  })

  test.each(['logistic', 'ridge', 'gbdt', 'forest', 'mlp'] as const)('%s finds a planted signal, in folds and on paths', (model) => {
    const { features, classes } = plantedSamples(8, 900, 6)
    for (const plan of [KFOLD, CPCV]) {
      const verdict = verdictOf(model, { features, target: classes, plan })
      expect([verdict.accepted, verdict.doubts]).toEqual([true, []])
      expect(verdict.score?.mean).toBeGreaterThan(0.6)
    }
  })

  test('a number is judged by the order of its predictions', () => {
    const { features, values } = plantedSamples(8, 600, 6)
    expect(verdictOf('ridge', { features, target: values, task: 'regression' })).toMatchObject({
      accepted: true,
      score: { name: 'rankCorrelation', chance: 0 },
    })
    const { features: idle, values: drifting } = noise(3, 600)
    expect(verdictOf('ridge', { features: idle, target: drifting, task: 'regression' }).accepted).toBe(false)
  })

  test('what one trial shows is not enough when it was the best of many', () => {
    const { features, classes } = plantedSamples(8, 900, 6)
    const once = verdictOf('ridge', { features, target: classes })
    const often = verdictOf('ridge', { features, target: classes }, 10_000)
    expect(once.accepted).toBe(true)
    expect([often.accepted, often.doubts[0]?.code]).toEqual([false, 'luck'])
    expect(afterTrials(0.01, 1)).toBeCloseTo(0.01, 12)
    expect(afterTrials(0.01, 10)).toBeCloseTo(1 - 0.99 ** 10, 12)
  })

  test('labels that are long beside the data say nothing, and the verdict says so', () => {
    const { features, classes } = plantedSamples(8, 200, 6)
    const spans = spansOf(200, 95)
    const evaluation = evaluated('ridge', { features, target: classes, length: 3 })
    expect(judge(evaluation, classes, 'classification', labelReach(spans), 1, 1)).toMatchObject({
      accepted: false,
      pValue: null,
      doubts: [{ code: 'cannot-tell' }],
    })
  })
})

describe('a split', () => {
  const { features, classes } = plantedSamples(6, 500, 5)

  test.each(['none', 'platt', 'isotonic'] as const)(
    'with calibration %s: what stands in its test rows, features and target, has no say in any other prediction of it',
    (calibration) => {
      const spans = spansOf(500, 4)
      const folds = makeFolds(spans, KFOLD)
      if (!folds.ok) throw new Error(folds.error.code)
      const tested = indicesOf(folds.value.splits[1]?.test ?? [])
      const watched = tested[7] as number
      const changed = (column: Float64Array, value: number): Float64Array =>
        column.map((each, row) => (row !== watched && tested.includes(row) ? value : each))
      const before = evaluated('logistic', { features, target: classes, length: 4, calibration })
      const after = evaluated('logistic', {
        features: features.map((column) => changed(column, 1e6)),
        target: changed(classes, 1),
        length: 4,
        calibration,
      })
      expect(after.paths[0]?.predictions[watched]).toBe(before.paths[0]?.predictions[watched])
    },
  )

  test('a label that reaches into the rows of the calibration trains neither the model nor the calibration', () => {
    // Of the last fold rows 0 to 369 may train, the last fifth of them from 296 on calibrates, and labels reach 30 rows ahead.
    const lastFold = (changedRow: number): Float64Array => {
      const target = classes.map((value, row) => (row === changedRow ? 1 - value : value))
      const { paths } = evaluated('logistic', { features, target, length: 30, plan: { ...KFOLD, embargo: 0 }, calibration: 'platt' })
      return (paths[0]?.predictions ?? new Float64Array(0)).slice(400)
    }
    const plain = lastFold(-1)
    for (const row of [266, 280, 295]) expect(lastFold(row)).toEqual(plain)
    for (const row of [265, 296, 369]) expect(lastFold(row)).not.toEqual(plain)
  })

  test('probabilities of boosted trees come closer to what comes when they are calibrated', () => {
    const { features: many, classes: came } = plantedSamples(6, 3_000, 5)
    const lossBy = (calibration: CalibrationName): number =>
      evaluated('gbdt', { features: many.slice(3), target: came, calibration }).paths[0]?.scores.logLoss as number
    expect(lossBy('platt')).toBeLessThan(lossBy('none'))
  })

  test('dealing out a feature costs what it is worth, and nothing where it is worth nothing', () => {
    const { permutation } = evaluated('logistic', { features, target: classes, permutes: true })
    expect(permutation?.[0]?.drop).toBeGreaterThan(0.1)
    expect(Math.abs(permutation?.[2]?.drop ?? 1)).toBeLessThan(0.03)
  })

  test('a split with one class to train is refused by its number', () => {
    const target = classes.map((value, row) => (row < 400 ? 0 : value))
    const spans = spansOf(500, 3)
    const folds = makeFolds(spans, KFOLD)
    if (!folds.ok) throw new Error(folds.error.code)
    const request = { features, target, task: 'classification', spans, folds: folds.value, calibration: 'none', permutes: false } as const
    expect(crossValidate({ ...request, model: 'ridge', rules: rulesOf('ridge', {}) })).toEqual({
      ok: false,
      error: { code: 'one-value-to-train', split: 4 },
    })
  })
})

test('returns of the fifths of a prediction, and what is left of the outer ones after costs', () => {
  const predictions = Float64Array.of(5, 1, 4, 2, 3, 10, 6, 9, 7, 8)
  const returns = predictions.map((prediction) => (prediction - 5) / 100)
  const fifths = returnFifths(predictions, returns, 0.001)
  for (const [group, mean] of [-0.035, -0.015, 0.005, 0.025, 0.045].entries()) expect(fifths?.means[group]).toBeCloseTo(mean, 12)
  expect(fifths?.longAfterCosts).toBeCloseTo(0.044, 12)
  expect(fifths?.shortAfterCosts).toBeCloseTo(0.034, 12)
  expect(returnFifths(predictions.slice(0, 4), returns, 0)).toBeNull()
})

describe('the test by shifts', () => {
  test('is right about series that drift: of 200 without skill about one in twenty is below 5 %', () => {
    let low = 0
    for (let seed = 0; seed < 200; seed += 1) {
      const { features, target } = noise(seed + 500, 400)
      if ((shiftTest(features[0] as Float64Array, target, 3, 1, seed)?.pValue ?? 1) <= 0.05) low += 1
    }
    expect(low).toBeGreaterThan(1)
    expect(low).toBeLessThan(22)
  })

  test('a prediction that is the target itself has the smallest chance that so many shifts can tell', () => {
    const { values } = noise(4, 3_000)
    expect(shiftTest(values, values, 3, 1, 1)).toEqual({ pValue: 1 / 1_000, shifts: 999 })
    expect(shiftTest(values, values, 3, 100, 1)?.shifts).toBe(2_993)
  })
})
