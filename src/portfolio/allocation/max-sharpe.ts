/**
 * The portfolio of the largest mean per deviation within bounds, as one program (Cornuejols and Tütüncü 2007, Optimization Methods in
 * Finance): scaled so that its mean is 1, the best ratio is the least variance, and the bounds become shares of the scaled sum.
 */
import type { WeightBounds } from './bounds.ts'
import type { Matrix, Vector } from './matrix.ts'
import { solveProgram, withinBounds } from './quadratic-program.ts'

/** `means` per row, one an asset. */
export function maxSharpe(means: Vector, covariance: Matrix, bounds: WeightBounds): Vector | string {
  const scale = Math.max(...means.map(Math.abs))
  // A mean that is rounding is none.
  if (bestMean(means, bounds) <= scale * 1e-12)
    return 'No portfolio within the bounds has a positive mean return, so there is no maximum Sharpe ratio.'
  const size = means.length
  const { min, max } = bounds
  const left = 1 - min * size
  if (left <= 1e-10) return new Float64Array(size).fill(1 / size)
  // w = k (z + min / left * sum of z): the least weights come with each z.
  const lift = min / left
  const rowSums = covariance.map((row) => row.reduce((sum, value) => sum + value, 0))
  const allSum = rowSums.reduce((sum, value) => sum + value, 0)
  const lifted = covariance.map((row, i) =>
    row.map((value, j) => value + lift * ((rowSums[i] as number) + (rowSums[j] as number)) + lift * lift * allSum),
  )
  const meanSum = means.reduce((sum, value) => sum + value, 0)
  const gains = means.map((value) => (value + lift * meanSum) / scale)
  const solution = solveProgram({
    matrix: lifted,
    linear: new Float64Array(size),
    equality: gains,
    right: 1,
    share: (max - min) / left,
    order: Array.from(gains.keys()).sort((a, b) => (gains[b] as number) - (gains[a] as number)),
  })
  if (typeof solution === 'string') return solution
  const total = solution.reduce((sum, value) => sum + value, 0)
  return withinBounds(
    solution.map((value) => (value / total) * left),
    left,
    bounds,
  )
}

/** The largest mean of any weights within the bounds: the best assets are filled first. */
function bestMean(means: Vector, { min, max }: WeightBounds): number {
  let left = 1 - min * means.length
  let mean = 0
  for (const value of [...means].sort((a, b) => b - a)) {
    const more = Math.min(left, max - min)
    mean += (min + more) * value
    left -= more
  }
  return mean
}
