/**
 * Sample statistics that performance figures are made of.
 */
import { assert } from '../../core/assert.ts'

/** Compensated sum (Neumaier), so that long series do not drift. */
export function sumOf(values: ArrayLike<number>): number {
  let sum = 0
  let lost = 0
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at] as number
    const next = sum + value
    lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum
    sum = next
  }
  return sum + lost
}

export function meanOf(values: ArrayLike<number>): number | undefined {
  return values.length === 0 ? undefined : sumOf(values) / values.length
}

/** Standard deviation with ddof 1; undefined for fewer than two values. */
export function deviationOf(values: ArrayLike<number>): number | undefined {
  const mean = meanOf(values)
  if (mean === undefined || values.length < 2) return undefined
  return Math.sqrt(centralSum(values, mean, 2) / (values.length - 1))
}

/** Mean of the k-th powers of the distances from the mean: the biased central moment. */
export function centralMoment(values: ArrayLike<number>, power: 2 | 3 | 4): number | undefined {
  const mean = meanOf(values)
  return mean === undefined ? undefined : centralSum(values, mean, power) / values.length
}

function centralSum(values: ArrayLike<number>, center: number, power: 2 | 3 | 4): number {
  let sum = 0
  for (let at = 0; at < values.length; at += 1) sum += ((values[at] as number) - center) ** power
  return sum
}

/** Sample covariance with ddof 1 of two series of equal length; undefined for fewer than two pairs. */
export function covarianceOf(a: ArrayLike<number>, b: ArrayLike<number>): number | undefined {
  assert(a.length === b.length, 'covariance needs series of equal length')
  const meanA = meanOf(a)
  const meanB = meanOf(b)
  if (meanA === undefined || meanB === undefined || a.length < 2) return undefined
  let sum = 0
  for (let at = 0; at < a.length; at += 1) sum += ((a[at] as number) - meanA) * ((b[at] as number) - meanB)
  return sum / (a.length - 1)
}

/** Quantile by linear interpolation between order statistics (Hyndman and Fan's type 7); `sorted` ascends and is not empty. */
export function quantileOf(sorted: ArrayLike<number>, probability: number): number {
  assert(sorted.length > 0, 'quantile of nothing')
  const position = (sorted.length - 1) * probability
  const below = Math.floor(position)
  const low = sorted[below] as number
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number
  return low + (position - below) * (high - low)
}

/**
 * {@link quantileOf} of values in any order, by keeping only as many of the lowest as it needs: for small probabilities far cheaper than
 * sorting all.
 */
export function lowQuantileOf(values: Float64Array, probability: number): number {
  assert(values.length > 0, 'quantile of nothing')
  const position = (values.length - 1) * probability
  const below = Math.floor(position)
  const kept = Math.min(below + 2, values.length)
  const lowest = new Float64Array(kept).fill(Number.POSITIVE_INFINITY)
  for (let k = 0; k < values.length; k += 1) {
    const value = values[k] as number
    if (value >= (lowest[kept - 1] as number)) continue
    let at = kept - 1
    while (at > 0 && (lowest[at - 1] as number) > value) {
      lowest[at] = lowest[at - 1] as number
      at -= 1
    }
    lowest[at] = value
  }
  const low = lowest[below] as number
  const high = lowest[kept - 1] as number
  return low + (position - below) * (high - low)
}

/** Standard normal distribution function by Marsaglia's series (Journal of Statistical Software 11(4), 2004), absolute error below 1e-15. */
export function normalCdf(x: number): number {
  if (x < -8.5) return 0
  if (x > 8.5) return 1
  let term = x
  let sum = x
  let previous = 0
  for (let k = 3; sum !== previous; k += 2) {
    previous = sum
    term *= (x * x) / k
    sum += term
  }
  return 0.5 + sum * 0.3989422804014327 * Math.exp((-x * x) / 2)
}

/**
 * Quantile of the standard normal distribution by Halley's method on {@link normalCdf}, for a probability in (0, 1); exact to about 1e-13
 * where the tail is above 1e-9. Infinite at 0 and 1.
 */
export function normalQuantile(probability: number): number {
  if (probability === 0.5) return 0
  if (probability > 0.5) return -normalQuantile(1 - probability)
  if (!(probability > 0)) return Number.NEGATIVE_INFINITY
  let x = -Math.sqrt(-2 * Math.log(2 * probability))
  for (let round = 0; round < 60; round += 1) {
    const density = 0.3989422804014327 * Math.exp((-x * x) / 2)
    const step = (normalCdf(x) - probability) / density
    const next = x - step / (1 + (x * step) / 2)
    if (Math.abs(next - x) <= 1e-15 * Math.abs(x)) return next
    x = next
  }
  return x
}
