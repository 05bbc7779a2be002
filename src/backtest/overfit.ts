/**
 * What the best of many trials is worth: its Sharpe ratio against luck, against the number of trials, and against too short a record.
 */
import { probabilisticSharpe, standardMoment } from '../portfolio/results/performance.ts'
import { deviationOf, meanOf, normalQuantile } from '../portfolio/results/statistics.ts'
import { overfittingProbability } from './cscv.ts'

/** Euler and Mascheroni's constant, to the four digits of the contract. */
const GAMMA = 0.5772
/** One-sided 95 % of the normal distribution, to the four digits of the contract. */
const Z95 = 1.645
/** Deviations below this are rounding noise of doubles near 1. */
const NOISE = 1e-15

export interface Overfit {
  /** By trial; null where nothing varies. */
  readonly sharpe: readonly (number | null)[]
  /** The trial with the largest Sharpe ratio: what the figures below are about. */
  readonly best: number | null
  /** Probability that its true Sharpe ratio is above 0. */
  readonly probabilisticSharpe: number | null
  /** Probability that it is above what the best of as many trials without skill would show. */
  readonly deflatedSharpe: number | null
  readonly pbo: number | null
  /** Rows after which the Sharpe ratio would be above 0 at 95 %; null where it is not positive. */
  readonly minTrackRecord: number | null
}

/** A column a trial, of equal length. */
export function judgeTrials(trials: readonly Float64Array[]): Overfit {
  const sharpe = trials.map(sharpeOf)
  const known = sharpe.flatMap((value) => value ?? [])
  const best = indexOfBest(sharpe)
  const ofBest = best === undefined ? undefined : momentsOf(trials[best] as Float64Array)
  const luck = expectedMaxSharpe(known)
  return {
    sharpe: sharpe.map((value) => value ?? null),
    best: best ?? null,
    probabilisticSharpe: ofBest === undefined ? null : above(ofBest, 0),
    deflatedSharpe: ofBest === undefined || luck === undefined ? null : above(ofBest, luck),
    pbo: overfittingProbability(trials) ?? null,
    minTrackRecord: ofBest === undefined ? null : minTrackRecord(ofBest),
  }
}

/**
 * The probability that the best of these columns is above what the best of `trials` without skill would show, where more were tried than
 * there are columns. Of those that are not among the columns nobody knows the spread: it is that of chance at least, 1 / sqrt(rows), however
 * much the columns resemble each other. Null where nothing varies.
 */
export function deflatedSharpeOf(columns: readonly Float64Array[], trials: number): number | null {
  const sharpe = columns.map(sharpeOf)
  const best = indexOfBest(sharpe)
  const column = columns[best ?? 0]
  const ofBest = best === undefined || column === undefined ? undefined : momentsOf(column)
  if (ofBest === undefined || trials < 2) return null
  const known = deviationOf(sharpe.flatMap((value) => value ?? [])) ?? 0
  const spread = trials > columns.length ? Math.max(known, 1 / Math.sqrt(ofBest.count)) : known
  return above(ofBest, spread * expectedMaxNormal(trials))
}

/** (1 - g) Z(1 - 1/N) + g Z(1 - 1/(N e)): about what the largest of N standard normal draws is. */
const expectedMaxNormal = (count: number): number =>
  (1 - GAMMA) * normalQuantile(1 - 1 / count) + GAMMA * normalQuantile(1 - 1 / (count * Math.E))

/**
 * SR* = sd(SR) ((1 - g) Z(1 - 1/N) + g Z(1 - 1/(N e))): the Sharpe ratio that the best of N trials without skill is expected to show
 * (Bailey and Lopez de Prado 2014, The Deflated Sharpe Ratio). Undefined for fewer than two trials.
 */
export function expectedMaxSharpe(sharpes: readonly number[]): number | undefined {
  const spread = deviationOf(sharpes)
  return spread === undefined ? undefined : spread * expectedMaxNormal(sharpes.length)
}

interface Moments {
  readonly count: number
  readonly sharpe: number
  readonly g3: number
  readonly g4: number
}

function sharpeOf(returns: Float64Array): number | undefined {
  const deviation = deviationOf(returns)
  return deviation === undefined || deviation <= NOISE ? undefined : (meanOf(returns) as number) / deviation
}

function momentsOf(returns: Float64Array): Moments | undefined {
  const deviation = deviationOf(returns)
  const sharpe = sharpeOf(returns)
  const g3 = standardMoment(returns, deviation, 3)
  const g4 = standardMoment(returns, deviation, 4)
  return sharpe === undefined || g3 === undefined || g4 === undefined ? undefined : { count: returns.length, sharpe, g3, g4 }
}

const above = ({ sharpe, count, g3, g4 }: Moments, benchmark: number): number | null =>
  probabilisticSharpe(sharpe, benchmark, count, g3, g4) ?? null

/** 1 + (1 - g3 SR + (g4 - 1)/4 SR^2) (1.645 / SR)^2 rows (Bailey and Lopez de Prado 2012, The Sharpe Ratio Efficient Frontier). */
function minTrackRecord({ sharpe, g3, g4 }: Moments): number | null {
  if (sharpe <= 0) return null
  return 1 + (1 - g3 * sharpe + ((g4 - 1) / 4) * sharpe * sharpe) * (Z95 / sharpe) ** 2
}

function indexOfBest(sharpe: readonly (number | undefined)[]): number | undefined {
  let best: number | undefined
  sharpe.forEach((value, at) => {
    if (value !== undefined && (best === undefined || value > (sharpe[best] as number))) best = at
  })
  return best
}
