/**
 * One run, as it could have gone: its trades in another order, its rows drawn again in blocks.
 */
import { Random } from '../../core/random.ts'
import { deviationOf, meanOf } from '../../portfolio/results/statistics.ts'
import { type Spread, shareBelowZero, spreadOf } from './distribution.ts'
import { blockRows, drawBlocks, shuffled } from './resample.ts'

/** Largest fall from a peak of a curve that grows by these returns, as a positive fraction. */
export function worstFall(returns: Iterable<number>): number {
  let growth = 1
  let peak = 1
  let fall = 0
  for (const value of returns) {
    growth *= 1 + value
    peak = Math.max(peak, growth)
    fall = Math.max(fall, 1 - growth / peak)
  }
  return fall
}

export interface TradeShuffle {
  /** Of the trades as they came. */
  readonly actual: number
  /** Of the same trades in other orders. */
  readonly maxDrawdown: Spread | null
  /** Share of the orders that fell less far: near 1 the order was unlucky, near 0 lucky. */
  readonly rank: number | null
}

/** `returns` of trades as fractions of the equity before each. The end is the same in every order, the way is not. */
export function shuffleTrades(returns: readonly number[], runs: number, seed: number): TradeShuffle {
  const random = new Random(seed)
  const actual = worstFall(returns)
  if (returns.length < 2) return { actual, maxDrawdown: null, rank: null }
  const falls = Array.from({ length: runs }, () => worstFall(Array.from(shuffled(returns.length, random), (at) => returns[at] as number)))
  const [less, equal] = [
    falls.filter((fall) => fall < actual - 1e-12).length,
    falls.filter((fall) => Math.abs(fall - actual) <= 1e-12).length,
  ]
  return { actual, maxDrawdown: spreadOf(falls), rank: (less + equal / 2) / runs }
}

export interface BlockBootstrap {
  readonly blockRows: number
  readonly totalReturn: Spread | null
  /** Mean over standard deviation of a row, times the square root of the rows of a year. */
  readonly sharpe: Spread | null
  readonly maxDrawdown: Spread | null
  readonly losing: number | null
}

export function bootstrapRows(returns: Float64Array, rowsPerYear: number, runs: number, seed: number): BlockBootstrap {
  const random = new Random(seed)
  const rows = returns.length
  const mean = blockRows(rows)
  const totals: number[] = []
  const sharpes: (number | null)[] = []
  const falls: number[] = []
  const drawn = new Float64Array(rows)
  for (let run = 0; run < runs && rows > 1; run += 1) {
    let at = 0
    drawBlocks(rows, mean, random, (row) => {
      drawn[at] = returns[row] as number
      at += 1
    })
    totals.push(drawn.reduce((growth, value) => growth * (1 + value), 1) - 1)
    sharpes.push(sharpeOf(drawn, rowsPerYear))
    falls.push(worstFall(drawn))
  }
  return {
    blockRows: mean,
    totalReturn: spreadOf(totals),
    sharpe: spreadOf(sharpes),
    maxDrawdown: spreadOf(falls),
    losing: shareBelowZero(totals),
  }
}

/** Null where nothing varies. */
export function sharpeOf(returns: Float64Array, rowsPerYear: number): number | null {
  const deviation = deviationOf(returns)
  return deviation === undefined || deviation <= 1e-15 ? null : ((meanOf(returns) as number) / deviation) * Math.sqrt(rowsPerYear)
}

/** How often chance was as good: (1 + as good) / (1 + all). */
export const pValueOf = (actual: number, chance: readonly number[]): number =>
  (1 + chance.filter((value) => value >= actual).length) / (1 + chance.length)
