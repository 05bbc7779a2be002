/**
 * A small neural network: one hidden layer of rectified units on standardized features, trained by Adam on batches drawn anew each epoch
 * (Kingma and Ba 2015), with He's starting weights (2015) and an L2 price as that of the linear models.
 */
import { Random } from '../../../core/random.ts'
import { type Standardization, standardizationOf, standardize } from '../linear/standardize.ts'
import { sigmoid } from '../sigmoid.ts'
import type { Task } from '../task.ts'

export interface NetworkRules {
  /** Units of the hidden layer. */
  readonly hidden: number
  readonly epochs: number
  /** Adam’s step, as 0.003. */
  readonly step: number
  readonly l2: number
  readonly seed: number
}

export interface Network {
  readonly type: 'mlp'
  readonly task: Task
  readonly standardization: Standardization
  readonly hidden: number
  /** By unit, then feature: `unit * features + feature`. */
  readonly inner: Float64Array
  readonly innerBias: Float64Array
  readonly outer: Float64Array
  readonly outerBias: number
  /** A regression is trained on the target in these units. */
  readonly targetMean: number
  readonly targetDeviation: number
}

const BATCH_ROWS = 64
const FIRST_DECAY = 0.9
const SECOND_DECAY = 0.999
const EPSILON = 1e-8

/** @param target of a classification 0 and 1; of a regression it varies */
export function fitNetwork(features: readonly Float64Array[], target: Float64Array, task: Task, rules: NetworkRules): Network {
  const standardization = standardizationOf(features)
  const rows = rowsOf(standardize(standardization, features), target.length)
  const { means, deviations } = task === 'regression' ? standardizationOf([target]) : { means: [0], deviations: [1] }
  const [targetMean, targetDeviation] = [means[0] as number, deviations[0] as number]
  const goal = target.map((value) => (value - targetMean) / targetDeviation)
  const weights = train(rows, goal, features.length, task, rules)
  const cells = rules.hidden * features.length
  return {
    type: 'mlp',
    task,
    standardization,
    hidden: rules.hidden,
    inner: weights.slice(0, cells),
    innerBias: weights.slice(cells, cells + rules.hidden),
    outer: weights.slice(cells + rules.hidden, cells + 2 * rules.hidden),
    outerBias: weights[cells + 2 * rules.hidden] as number,
    targetMean,
    targetDeviation,
  }
}

/** Columns as rows one after the other: a network reads whole rows. */
function rowsOf(columns: readonly Float64Array[], count: number): Float64Array {
  const rows = new Float64Array(count * columns.length)
  for (const [at, column] of columns.entries())
    for (let row = 0; row < count; row += 1) rows[row * columns.length + at] = column[row] as number
  return rows
}

/** All weights in one column: inner, inner biases, outer, outer bias. */
function train(rows: Float64Array, goal: Float64Array, features: number, task: Task, rules: NetworkRules): Float64Array {
  const { hidden, epochs, step, l2, seed } = rules
  const random = new Random(seed)
  const cells = hidden * features
  const size = cells + 2 * hidden + 1
  const weights = new Float64Array(size)
  for (let at = 0; at < cells; at += 1) weights[at] = random.normal() * Math.sqrt(2 / features)
  for (let unit = 0; unit < hidden; unit += 1) weights[cells + hidden + unit] = random.normal() * Math.sqrt(1 / hidden)
  const slope = new Float64Array(size)
  const first = new Float64Array(size)
  const second = new Float64Array(size)
  const units = new Float64Array(hidden)
  const order = Int32Array.from(goal, (_, at) => at)
  let firstPower = 1
  let secondPower = 1
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    shuffle(order, random)
    for (let from = 0; from < order.length; from += BATCH_ROWS) {
      const to = Math.min(order.length, from + BATCH_ROWS)
      slope.fill(0)
      for (let k = from; k < to; k += 1) addSlope(weights, slope, units, rows, features, order[k] as number, goal, task)
      firstPower *= FIRST_DECAY
      secondPower *= SECOND_DECAY
      for (let at = 0; at < size; at += 1) {
        const isBias = at === size - 1 || (at >= cells && at < cells + hidden)
        const price = isBias ? 0 : (l2 / goal.length) * (weights[at] as number)
        const down = (slope[at] as number) / (to - from) + price
        const m = FIRST_DECAY * (first[at] as number) + (1 - FIRST_DECAY) * down
        const v = SECOND_DECAY * (second[at] as number) + (1 - SECOND_DECAY) * down * down
        first[at] = m
        second[at] = v
        weights[at] = (weights[at] as number) - (step * (m / (1 - firstPower))) / (Math.sqrt(v / (1 - secondPower)) + EPSILON)
      }
    }
  }
  return weights
}

function shuffle(order: Int32Array, random: Random): void {
  for (let at = order.length - 1; at > 0; at -= 1) {
    const other = random.below(at + 1)
    const kept = order[at] as number
    order[at] = order[other] as number
    order[other] = kept
  }
}

/** Adds the slope of one row's loss: log loss, or half the squared error; both have the slope prediction − goal at the output. */
function addSlope(
  weights: Float64Array,
  slope: Float64Array,
  units: Float64Array,
  rows: Float64Array,
  features: number,
  row: number,
  goal: Float64Array,
  task: Task,
): void {
  const hidden = units.length
  const cells = hidden * features
  const base = row * features
  let score = weights[cells + 2 * hidden] as number
  for (let unit = 0; unit < hidden; unit += 1) {
    let sum = weights[cells + unit] as number
    const cell = unit * features
    for (let at = 0; at < features; at += 1) sum += (weights[cell + at] as number) * (rows[base + at] as number)
    units[unit] = sum > 0 ? sum : 0
    if (sum > 0) score += sum * (weights[cells + hidden + unit] as number)
  }
  const error = (task === 'classification' ? sigmoid(score) : score) - (goal[row] as number)
  slope[cells + 2 * hidden] = (slope[cells + 2 * hidden] as number) + error
  for (let unit = 0; unit < hidden; unit += 1) {
    const active = units[unit] as number
    if (active === 0) continue
    const out = cells + hidden + unit
    slope[out] = (slope[out] as number) + error * active
    const back = error * (weights[out] as number)
    slope[cells + unit] = (slope[cells + unit] as number) + back
    const cell = unit * features
    for (let at = 0; at < features; at += 1) slope[cell + at] = (slope[cell + at] as number) + back * (rows[base + at] as number)
  }
}

/** Probabilities of class 1, or values. */
export function predictNetwork(model: Network, features: readonly Float64Array[]): Float64Array {
  const columns = standardize(model.standardization, features)
  const scores = new Float64Array(features[0]?.length ?? 0).fill(model.outerBias)
  const sums = new Float64Array(scores.length)
  for (let unit = 0; unit < model.hidden; unit += 1) {
    sums.fill(model.innerBias[unit] as number)
    for (const [at, column] of columns.entries()) {
      const weight = model.inner[unit * columns.length + at] as number
      for (let row = 0; row < sums.length; row += 1) sums[row] = (sums[row] as number) + weight * (column[row] as number)
    }
    const weight = model.outer[unit] as number
    for (let row = 0; row < sums.length; row += 1) {
      const sum = sums[row] as number
      if (sum > 0) scores[row] = (scores[row] as number) + weight * sum
    }
  }
  return model.task === 'classification' ? scores.map(sigmoid) : scores.map((score) => model.targetMean + model.targetDeviation * score)
}
