/**
 * What a backtest leaves besides its figures: every trade and the equity, in exact strings.
 */
import { formatDecimal } from '../../core/decimal.ts'
import { CASH_SCALE } from '../../core/units.ts'
import { type Instrument, formatPrice, formatQuantity } from '../../market/instrument.ts'
import type { BacktestRun, RunSeries } from '../backtest-run.ts'

/** Amounts in the quote coin; times in ms. */
export interface BacktestTrade {
  readonly number: number
  readonly symbol: string
  readonly side: 'long' | 'short'
  readonly entryTime: number
  readonly entryPrice: string
  readonly exitTime: number
  readonly exitPrice: string
  readonly quantity: string
  readonly fee: string
  readonly funding: string
  readonly pnl: string
  readonly exitReason: string
}

/** Those that ended in their order, then what was open at the last bar. */
export function tradesOf({ result }: BacktestRun, series: readonly RunSeries[]): readonly BacktestTrade[] {
  return [...result.trades, ...result.openTrades].map((trade) => {
    const { instrument } = series[trade.instrument] as RunSeries
    const price = (p: number): string =>
      Number.isInteger(p)
        ? formatPrice(instrument, trade.entryPrice === p ? trade.entryPrice : trade.exitPrice)
        : averageText(p, instrument)
    return {
      number: trade.number,
      symbol: instrument.symbol,
      side: trade.side === 1 ? 'long' : 'short',
      entryTime: trade.entryTs,
      entryPrice: price(trade.entryPrice),
      exitTime: trade.exitTs,
      exitPrice: price(trade.exitPrice),
      quantity: formatQuantity(instrument, trade.quantity),
      fee: formatDecimal(trade.fee, CASH_SCALE),
      funding: formatDecimal(trade.funding, CASH_SCALE),
      pnl: formatDecimal(trade.pnl, CASH_SCALE),
      exitReason: trade.exitReason,
    }
  })
}

const COLUMNS = [
  ['id', 'number'],
  ['symbol', 'symbol'],
  ['side', 'side'],
  ['entryTime', 'entryTime'],
  ['entryPrice', 'entryPrice'],
  ['exitTime', 'exitTime'],
  ['exitPrice', 'exitPrice'],
  ['quantity', 'quantity'],
  ['fee', 'fee'],
  ['funding', 'funding'],
  ['pnl', 'pnl'],
  ['exitReason', 'exitReason'],
] as const satisfies readonly (readonly [string, keyof BacktestTrade])[]

export const tradesCsv = (trades: readonly BacktestTrade[]): string =>
  lines(
    COLUMNS.map(([title]) => title).join(','),
    trades.map((trade) => COLUMNS.map(([, key]) => trade[key]).join(',')),
  )

/** At the close of each bar: ms, and the quote coin. */
export type EquityPoint = readonly [ts: number, equity: string]

/** @param most so many at most, evenly spread, the last among them; without it all */
export function equityOf({ result }: BacktestRun, most = Number.POSITIVE_INFINITY): readonly EquityPoint[] {
  const { ts, value } = result.equity
  const step = Math.max(1, Math.ceil(ts.length / most))
  const points: EquityPoint[] = []
  for (let k = (ts.length - 1) % step; k < ts.length; k += step)
    points.push([ts[k] as number, formatDecimal(value[k] as number, CASH_SCALE)])
  return points
}

export const equityCsv = (points: readonly EquityPoint[]): string =>
  lines(
    'timestamp,equity',
    points.map((point) => point.join(',')),
  )

const lines = (head: string, rows: readonly string[]): string => `${[head, ...rows].join('\n')}\n`

/** Decimals beyond the tick that an average price is written with. */
const AVERAGE_DECIMALS = 4

/** An average of fills may lie between two ticks. */
function averageText(average: number, instrument: Instrument): string {
  const text = ((average * instrument.tick) / 10 ** instrument.priceScale).toFixed(instrument.priceScale + AVERAGE_DECIMALS)
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}
