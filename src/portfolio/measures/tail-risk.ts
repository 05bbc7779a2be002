/**
 * Value at risk and the mean loss beyond it (CVaR, expected shortfall) of one period, by three methods; the formulas are in docs/measures.md.
 * Positive fractions are losses. Never a figure from fewer returns than its tail needs: it is null.
 */
import { normalQuantile, quantileOf } from '../results/statistics.ts'

export const CONFIDENCES = [95, 99] as const
export type Confidence = (typeof CONFIDENCES)[number]
const TAIL: Readonly<Record<Confidence, number>> = { 95: 0.05, 99: 0.01 }

export const VAR_METHODS = ['historical', 'gaussian', 'cornishFisher'] as const
export type VarMethod = (typeof VAR_METHODS)[number]

export interface TailFigures {
  readonly var: number | null
  readonly cvar: number | null
}

/** Shape of the returns: deviation with ddof 1, biased skewness and excess kurtosis; undefined where nothing varies. */
export interface ReturnShape {
  readonly mean: number
  readonly deviation: number
  readonly skew: number | undefined
  readonly excess: number | undefined
}

/** A mean and a deviation are of nothing below this. */
export const RETURNS_MIN = 20
/** Excess kurtosis of fewer is off by more than a half: its standard error is about sqrt(24 / N). */
const SHAPED_RETURNS_MIN = 100
const NONE: TailFigures = { var: null, cvar: null }

/** `ascending` holds the returns in order of size. */
export function tailFigures(method: VarMethod, confidence: Confidence, ascending: Float64Array, shape: ReturnShape): TailFigures {
  const tail = TAIL[confidence]
  switch (method) {
    case 'historical':
      return historicalTail(confidence, ascending)
    case 'gaussian':
      return ascending.length < RETURNS_MIN ? NONE : gaussian(tail, shape)
    case 'cornishFisher':
      return ascending.length < SHAPED_RETURNS_MIN ? NONE : cornishFisher(tail, shape)
  }
}

/** The historical method alone, of values in order of size: returns, or money won and lost. */
export const historicalTail = (confidence: Confidence, ascending: Float64Array): TailFigures => historical(TAIL[confidence], ascending)

/** The quantile of what happened, and the mean of what was not better. */
function historical(tail: number, ascending: Float64Array): TailFigures {
  if (ascending.length < 1 / tail) return NONE
  const low = quantileOf(ascending, tail)
  let sum = 0
  let count = 0
  while (count < ascending.length && (ascending[count] as number) <= low) {
    sum += ascending[count] as number
    count += 1
  }
  return { var: 0 - low, cvar: 0 - sum / count }
}

const density = (z: number): number => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)

function gaussian(tail: number, { mean, deviation }: ReturnShape): TailFigures {
  const z = normalQuantile(tail)
  return { var: 0 - (mean + deviation * z), cvar: 0 - (mean - (deviation * density(z)) / tail) }
}

/** Cornish and Fisher's quantile, and its mean over the tail in closed form (Maillard, A user's guide to the Cornish-Fisher expansion, 2012). */
function cornishFisher(tail: number, { mean, deviation, skew, excess }: ReturnShape): TailFigures {
  if (skew === undefined || excess === undefined || !isMonotonic(skew, excess)) return NONE
  const z = normalQuantile(tail)
  const quantile = z + ((z * z - 1) * skew) / 6 + ((z ** 3 - 3 * z) * excess) / 24 - ((2 * z ** 3 - 5 * z) * skew * skew) / 36
  const beyond = (-density(z) / tail) * (1 + (z * skew) / 6 + ((z * z - 1) * excess) / 24 - ((2 * z * z - 1) * skew * skew) / 36)
  return { var: 0 - (mean + deviation * quantile), cvar: 0 - (mean + deviation * beyond) }
}

/** Beyond it lies one return in 16,000 on each side. */
const RISING_TO = 4

/**
 * Whether the expansion rises over four deviations on both sides, without which it gives no quantile: its derivative is a z^2 + b z + c
 * with a = K/8 - S^2/6, b = S/3, c = 1 - K/8 + 5 S^2/36.
 */
function isMonotonic(skew: number, excess: number): boolean {
  const a = excess / 8 - (skew * skew) / 6
  const b = skew / 3
  const c = 1 - excess / 8 + (5 * skew * skew) / 36
  const slope = (z: number): number => a * z * z + b * z + c
  const lowest = a > 0 ? Math.max(-RISING_TO, Math.min(RISING_TO, -b / (2 * a))) : 0
  return slope(lowest) > 0 && slope(-RISING_TO) > 0 && slope(RISING_TO) > 0
}
