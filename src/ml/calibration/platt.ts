/**
 * Platt's scaling: a logistic curve over the log odds of a score, fitted to targets that are drawn in from 0 and 1 (Platt 1999, with the
 * Newton steps of Lin, Lin and Weng 2007).
 */
import { sigmoid } from '../models/sigmoid.ts'

export interface PlattMap {
  readonly type: 'platt'
  readonly slope: number
  readonly intercept: number
}

/** Scores are held so far from 0 and 1, so that their odds are finite. */
const SCORE_MARGIN = 0.01
const ROUNDS_MAX = 100
const SLOPE_MAX = 1e-10

const oddsOf = (score: number): number => {
  const held = Math.min(1 - SCORE_MARGIN, Math.max(SCORE_MARGIN, score))
  return Math.log(held / (1 - held))
}

/** @param classes of 0 and 1, both of them */
export function fitPlatt(scores: Float64Array, classes: Float64Array): PlattMap {
  const odds = scores.map(oddsOf)
  const ones = classes.reduce((sum, value) => sum + value, 0)
  const zeros = classes.length - ones
  const [high, low] = [(ones + 1) / (ones + 2), 1 / (zeros + 2)]
  const goals = classes.map((value) => (value === 1 ? high : low))
  let slope = 0
  let intercept = Math.log((ones + 1) / (zeros + 1))
  let loss = lossOf(odds, goals, slope, intercept)
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    let [g0, g1, h00, h01, h11] = [0, 0, 1e-12, 0, 1e-12]
    for (let row = 0; row < odds.length; row += 1) {
      const x = odds[row] as number
      const p = sigmoid(slope * x + intercept)
      const error = p - (goals[row] as number)
      const weight = p * (1 - p)
      g0 += error * x
      g1 += error
      h00 += weight * x * x
      h01 += weight * x
      h11 += weight
    }
    if (Math.max(Math.abs(g0), Math.abs(g1)) <= SLOPE_MAX * odds.length) break
    const determinant = h00 * h11 - h01 * h01
    const [stepSlope, stepIntercept] = [(h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant]
    let share = 1
    let next = lossOf(odds, goals, slope - stepSlope, intercept - stepIntercept)
    while (!(next <= loss + 1e-12 * Math.abs(loss)) && share > 1e-10) {
      share /= 2
      next = lossOf(odds, goals, slope - share * stepSlope, intercept - share * stepIntercept)
    }
    slope -= share * stepSlope
    intercept -= share * stepIntercept
    loss = next
  }
  return { type: 'platt', slope, intercept }
}

function lossOf(odds: Float64Array, goals: Float64Array, slope: number, intercept: number): number {
  let loss = 0
  for (let row = 0; row < odds.length; row += 1) {
    const score = slope * (odds[row] as number) + intercept
    // −(t ln p + (1 − t) ln(1 − p)), without overflow.
    const softplus = score > 0 ? score + Math.log1p(Math.exp(-score)) : Math.log1p(Math.exp(score))
    loss += softplus - (goals[row] as number) * score
  }
  return loss
}

export const plattProbability = ({ slope, intercept }: PlattMap, score: number): number => sigmoid(slope * oddsOf(score) + intercept)
