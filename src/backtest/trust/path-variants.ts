/**
 * Other candles than those that were: the same bars with noise on their closes, or in another order.
 */
import { Random } from '../../core/random.ts'
import type { BarColumns } from '../../market/bars.ts'
import { shuffled } from './resample.ts'

/** What a run of a plan changes in its candles; the seed of a run is `seed` plus its place in the plan. */
export type PathVariant =
  | { readonly type: 'noise'; readonly seed: number /** Standard deviation as a part of the range of each bar. */; readonly share: number }
  | { readonly type: 'permutation'; readonly seed: number }

export function variedColumns(columns: BarColumns, variant: PathVariant, at: number): BarColumns {
  const random = new Random(variant.seed + at)
  return variant.type === 'noise' ? noisy(columns, variant.share, random) : permuted(columns, random)
}

/** Each close moves by chance, and the next open with it; a bar's range grows where it has to hold both. */
function noisy(columns: BarColumns, share: number, random: Random): BarColumns {
  const varied = copyOf(columns)
  let shift = 0
  for (let bar = 0; bar < columns.ts.length; bar += 1) {
    const range = (columns.high[bar] as number) - (columns.low[bar] as number)
    const open = Math.max(1, (columns.open[bar] as number) + shift)
    shift = Math.round(share * range * random.normal())
    const close = Math.max(1, (columns.close[bar] as number) + shift)
    varied.open[bar] = open
    varied.close[bar] = close
    varied.high[bar] = Math.max(columns.high[bar] as number, open, close)
    varied.low[bar] = Math.min(columns.low[bar] as number, open, close)
  }
  return varied
}

/**
 * The same moves in another order (Masters 2018, Permutation and Randomization Tests for Trading System Development): gaps between bars are
 * shuffled, and by themselves the moves inside of bars. First open and, but for rounding, last close stay: what is lost is what came after what.
 */
function permuted(columns: BarColumns, random: Random): BarColumns {
  const bars = columns.ts.length
  const varied = copyOf(columns)
  if (bars < 2) return varied
  const gaps = shuffled(bars - 1, random)
  const insides = shuffled(bars, random)
  const ratio = (a: Float64Array, at: number, b: Float64Array, before: number): number => (a[at] as number) / (b[before] as number)
  let close = columns.open[0] as number
  for (let bar = 0; bar < bars; bar += 1) {
    const gap = bar === 0 ? 0 : (gaps[bar - 1] as number) + 1
    const inside = insides[bar] as number
    const open = close * (gap === 0 ? 1 : ratio(columns.open, gap, columns.close, gap - 1))
    const from = (column: Float64Array): number => open * ratio(column, inside, columns.open, inside)
    close = from(columns.close)
    varied.open[bar] = Math.max(1, Math.round(open))
    varied.close[bar] = Math.max(1, Math.round(close))
    varied.high[bar] = Math.max(1, Math.round(from(columns.high)))
    varied.low[bar] = Math.max(1, Math.round(from(columns.low)))
    varied.volume[bar] = columns.volume[inside] as number
  }
  return varied
}

const copyOf = ({ ts, open, high, low, close, volume }: BarColumns): BarColumns => ({
  ts,
  open: open.slice(),
  high: high.slice(),
  low: low.slice(),
  close: close.slice(),
  volume: volume.slice(),
})
