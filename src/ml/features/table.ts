/**
 * Features over whole series: the stream, fed with stored bars instant by instant, as columns with a row for each symbol and instant.
 */
import { type Rate, rate, ts } from '../../core/units.ts'
import { type BarColumns, Bars } from '../../market/bars.ts'
import { Merge } from '../../market/merge.ts'
import type { FeaturePlan } from './plan.ts'
import { FeatureStream } from './stream.ts'

export interface FeatureSeries {
  readonly symbol: string
  readonly columns: BarColumns
  /** Settlements in time order, rates in 1e-10. */
  readonly funding: { readonly ts: Float64Array; readonly rate: Float64Array } | undefined
}

export interface FeatureTable {
  /** Index of the symbol among those asked for, by row. */
  readonly symbol: Int32Array
  /** Index of the bar in the series of its symbol. */
  readonly bar: Int32Array
  /** Close instant, ms UTC. */
  readonly t0: Float64Array
  /** A column a feature; NaN while not known. */
  readonly features: readonly Float64Array[]
}

/**
 * @param symbols those that get rows, in the order of rows that share an instant
 * @param given series of all symbols that the plan reads; others are left alone
 */
export function featureTable(plan: FeaturePlan, symbols: readonly string[], given: readonly FeatureSeries[]): FeatureTable {
  const stream = new FeatureStream(plan, symbols)
  const series = given.filter(({ symbol }) => stream.symbols.includes(symbol))
  const bars = series.map(({ columns }) => new Bars(plan.intervalMs, columns))
  const rows = series.reduce((sum, each) => sum + (symbols.includes(each.symbol) ? each.columns.ts.length : 0), 0)
  const table = {
    symbol: new Int32Array(rows),
    bar: new Int32Array(rows),
    t0: new Float64Array(rows),
    features: plan.columns.map(() => new Float64Array(rows)),
  }
  const places = symbols.map((symbol) => series.findIndex((each) => each.symbol === symbol))
  const funded = series.map(() => 0)
  const merge = new Merge(bars)
  const values = new Float64Array(plan.columns.length)
  let row = 0
  while (merge.next()) {
    const { closeTs } = merge
    for (let k = 0; k < merge.count; k += 1) {
      const at = merge.members[k] as number
      const { symbol, columns, funding } = series[at] as FeatureSeries
      const own = bars[at] as Bars
      if (funding !== undefined) funded[at] = fund(stream, symbol, funding, funded[at] as number, closeTs)
      const c = own.cursor
      own.reveal()
      const { ts: times, open, high, low, close, volume } = columns
      stream.take(
        symbol,
        times[c] as number,
        open[c] as number,
        high[c] as number,
        low[c] as number,
        close[c] as number,
        volume[c] as number,
      )
    }
    stream.settle(closeTs)
    for (const [at, symbol] of symbols.entries()) {
      if (!stream.row(symbol, values)) continue
      table.symbol[row] = at
      table.bar[row] = (bars[places[at] as number] as Bars).cursor - 1
      table.t0[row] = closeTs
      for (let column = 0; column < values.length; column += 1) (table.features[column] as Float64Array)[row] = values[column] as number
      row += 1
    }
  }
  return table
}

/** Hands on what was settled up to the instant; answers how many settlements have been handed on. */
function fund(
  stream: FeatureStream,
  symbol: string,
  funding: { ts: Float64Array; rate: Float64Array },
  from: number,
  until: number,
): number {
  let at = from
  while (at < funding.ts.length && (funding.ts[at] as number) <= until) {
    const settled: Rate = rate(funding.rate[at] as number)
    stream.fund(symbol, ts(funding.ts[at] as number), settled)
    at += 1
  }
  return at
}
