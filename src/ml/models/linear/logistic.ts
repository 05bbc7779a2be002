/**
 * Logistic regression: the least sum of log losses + 0.5·l2·‖w‖², the intercept free, by Newton's method with halved steps
 * (Hastie, Tibshirani and Friedman 2009, The Elements of Statistical Learning, 4.4.1).
 */
import { solve } from '../../../portfolio/allocation/matrix.ts'
import { sigmoid } from '../sigmoid.ts'
import { type LinearModel, linearScores, weightedGram } from './linear-model.ts'
import { standardizationOf, standardize } from './standardize.ts'

const ROUNDS_MAX = 100
/** Largest slope of the mean loss that counts as flat. */
const SLOPE_MAX = 1e-10
const HALVINGS_MAX = 40
/** Mean loss that only separated classes reach. */
const SEPARATED_LOSS = 1e-7

/** Undefined where there is no least loss, as with classes that a plane separates and an `l2` of 0. */
export function fitLogistic(features: readonly Float64Array[], target: Float64Array, l2: number): LinearModel | undefined {
  const standardization = standardizationOf(features)
  const columns = standardize(standardization, features)
  // The intercept is the weight of a column of ones, and the last.
  const withOnes = [...columns, new Float64Array(target.length).fill(1)]
  const places = withOnes.length
  const price = (at: number): number => (at === places - 1 ? 0 : l2)
  let weights = new Float64Array(places)
  let scores = scoresOf(weights, columns)
  let loss = lossOf(scores, target, weights, l2)
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const errors = scores.map((score, row) => sigmoid(score) - (target[row] as number))
    const slope = Float64Array.from(withOnes, (column, at) => {
      let sum = price(at) * (weights[at] as number)
      for (let row = 0; row < column.length; row += 1) sum += (column[row] as number) * (errors[row] as number)
      return sum
    })
    // Nearly no loss at no price: a plane separates the classes, and the weights would grow for ever.
    if (l2 === 0 && loss < SEPARATED_LOSS * target.length) return undefined
    if (slope.every((each) => Math.abs(each) <= SLOPE_MAX * target.length))
      return { type: 'logistic', standardization, weights: weights.slice(0, -1), intercept: weights[places - 1] as number }
    const curvature = weightedGram(
      withOnes,
      scores.map((score) => sigmoid(score) * sigmoid(-score)),
    )
    for (const [at, row] of curvature.entries()) row[at] = (row[at] as number) + price(at)
    const step = solve(curvature, slope)
    if (step === undefined || !step.every(Number.isFinite)) return undefined
    let share = 1
    for (let halving = 0; ; halving += 1) {
      const next = weights.map((weight, at) => weight - share * (step[at] as number))
      const nextScores = scoresOf(next, columns)
      const nextLoss = lossOf(nextScores, target, next, l2)
      // At the bottom the loss moves by less than its last digit.
      if (nextLoss <= loss + 1e-12 * Math.abs(loss) || halving === HALVINGS_MAX) {
        if (!(nextLoss <= loss + 1e-9 * Math.abs(loss))) return undefined
        weights = next
        scores = nextScores
        loss = nextLoss
        break
      }
      share /= 2
    }
  }
  return undefined
}

const scoresOf = (weights: Float64Array, columns: readonly Float64Array[]): Float64Array =>
  linearScores(weights, weights[columns.length] as number, columns)

function lossOf(scores: Float64Array, target: Float64Array, weights: Float64Array, l2: number): number {
  let loss = 0
  for (let row = 0; row < scores.length; row += 1) {
    const score = scores[row] as number
    // log(1 + e^-m) of the margin m, without overflow.
    const margin = target[row] === 1 ? score : -score
    loss += margin > 0 ? Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(margin)) - margin
  }
  for (let at = 0; at < weights.length - 1; at += 1) loss += 0.5 * l2 * (weights[at] as number) ** 2
  return loss
}
