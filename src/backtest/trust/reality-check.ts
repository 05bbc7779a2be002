/**
 * Whether the best of many runs beats luck: the test for superior predictive ability (Hansen 2005), White's Reality Check (2000) with
 * studentized means, by the stationary bootstrap (Politis and Romano 1994). Runs that resemble each other count as few, since rows are
 * drawn for all of them at once.
 */
import { Random } from '../../core/random.ts'
import { deviationOf, meanOf } from '../../portfolio/results/statistics.ts'
import { blockRows, drawBlocks } from './resample.ts'

export interface RealityCheck {
  /** Probability that the best of these runs looks as good without any skill. */
  readonly pValue: number
  /** Index of the best, by mean over its standard error. */
  readonly best: number
  /** Its mean over its standard error. */
  readonly t: number
}

export interface RealityOptions {
  readonly draws: number
  readonly seed: number
}

/** Deviations below this are rounding noise. */
const NOISE = 1e-15

/** A column of returns a run, of equal length; undefined where none varies. Blocks are ceil(rows^(1/3)) rows long on average. */
export function realityCheck(columns: readonly Float64Array[], { draws, seed }: RealityOptions): RealityCheck | undefined {
  const rows = columns[0]?.length ?? 0
  const known = columns.flatMap((column, at) => {
    const deviation = deviationOf(column)
    if (deviation === undefined || deviation <= NOISE) return []
    const mean = meanOf(column) as number
    const error = deviation / Math.sqrt(rows)
    return [{ at, column, mean, error, t: mean / error }]
  })
  if (known.length === 0) return undefined
  const best = known.reduce((a, b) => (b.t > a.t ? b : a))
  // Runs that are hopeless beyond chance cannot be the best by luck: they are left where they are (Hansen's consistent p-value).
  const hopeless = -Math.sqrt(2 * Math.log(Math.log(rows)))
  const centers = known.map(({ t, mean }) => (t >= hopeless ? mean : 0))
  const random = new Random(seed)
  const mean = blockRows(rows)
  const counts = new Float64Array(rows)
  let beaten = 0
  for (let draw = 0; draw < draws; draw += 1) {
    counts.fill(0)
    drawBlocks(rows, mean, random, (row) => {
      counts[row] = (counts[row] as number) + 1
    })
    const isBeaten = known.some(({ column, error }, k) => {
      let sum = 0
      for (let row = 0; row < rows; row += 1) sum += (counts[row] as number) * (column[row] as number)
      return (sum / rows - (centers[k] as number)) / error >= best.t
    })
    if (isBeaten) beaten += 1
  }
  return { pValue: (1 + beaten) / (1 + draws), best: best.at, t: best.t }
}

/** What is left of a run's returns without its share of the market's: r - b m, b by least squares. The mean of what timing earned stays. */
export function besideMarket(returns: Float64Array, market: Float64Array): Float64Array {
  const mean = meanOf(market) ?? 0
  const own = meanOf(returns) ?? 0
  let covariance = 0
  let variance = 0
  for (let row = 0; row < returns.length; row += 1) {
    covariance += ((returns[row] as number) - own) * ((market[row] as number) - mean)
    variance += ((market[row] as number) - mean) ** 2
  }
  const beta = variance > NOISE ? covariance / variance : 0
  return returns.map((value, row) => value - beta * (market[row] as number))
}
