/**
 * The twin: the code of a strategy over the bars that it saw here, in the kernel and the matching engine of a backtest.
 */
import { type Cash, type InstrumentIndex, type Lots, type Ts, cash, rate, ts } from '../../core/units.ts'
import type { KernelConfig } from '../../kernel/config.ts'
import type { OrderDenied, OrderSubmitted } from '../../kernel/fact.ts'
import type { KernelInput } from '../../kernel/input.ts'
import { type BarColumns, Bars, columnsOfBars } from '../../market/bars.ts'
import type { ClosedTrade } from '../../portfolio/trade.ts'
import type { SimOptions } from '../../venue/sim/sim-order.ts'
import { runBacktest } from '../backtest.ts'
import type { LiveRecord } from './live-record.ts'

export interface TwinTrade {
  readonly trade: ClosedTrade
  readonly decidedTs: Ts
  readonly ordered: Lots | undefined
}
export interface TwinRun {
  readonly trades: readonly TwinTrade[]
  readonly denials: readonly OrderDenied[]
  /** Text of what it threw; its trades end there. */
  readonly failure: string | undefined
  /** Bars on which it traded. */
  readonly bars: number
  readonly lastTs: Ts
  /** Equity at each close on which it traded, units of Cash. */
  readonly equity: { readonly ts: Float64Array; readonly value: Float64Array }
}
export interface TwinPlan {
  /** The strategy alone on its symbols, with limits and sizing as they are configured. */
  readonly kernel: KernelConfig
  readonly venue: SimOptions
  /** Equity of the account when it begins. */
  readonly openingCash: Cash
  /** It trades on bars that close after this. */
  readonly from: Ts
}

/** @throws nothing of the strategy's: what it throws is `failure` */
export function runTwin(plan: TwinPlan, record: LiveRecord): TwinRun {
  const orders = new Map<number, OrderSubmitted>()
  const denials: OrderDenied[] = []
  const { intervalMs } = plan.kernel
  const result = runBacktest({
    kernel: plan.kernel,
    venue: plan.venue,
    openingCash: plan.openingCash,
    bars: record.series.map(({ bars }) => new Bars(intervalMs, columnsOf(bars))),
    funding: record.series.map(({ fundings }) => {
      const known = fundings.filter((each) => each.ts >= plan.from)
      return { ts: Float64Array.from(known, (each) => each.ts), rate: Float64Array.from(known, (each) => rate(each.rate)) }
    }),
    warmUntil: plan.from,
    inputs: inputsOf(record),
    observe: (fact) => {
      if (fact.type === 'order-submitted') orders.set(fact.command.orderId, fact)
      else if (fact.type === 'order-denied') denials.push(fact)
    },
  })
  const trades = [...result.trades, ...result.openTrades].map((trade): TwinTrade => {
    const order = trade.entryOrderId === undefined ? undefined : orders.get(trade.entryOrderId)
    const ordered = order?.command.lots
    return { trade, decidedTs: order?.ts ?? trade.entryTs, ordered: ordered === 0 ? undefined : ordered }
  })
  const lastTs = ts(Math.max(0, ...record.series.map(({ bars }) => (bars.at(-1)?.ts ?? -intervalMs) + intervalMs)))
  const bars = record.series.reduce((sum, each) => sum + each.bars.filter((bar) => bar.ts + intervalMs > plan.from).length, 0)
  const first = result.equity.ts.findIndex((at) => at > plan.from)
  const traded = (column: Float64Array): Float64Array => (first < 0 ? new Float64Array() : column.subarray(first))
  const equity = { ts: traded(result.equity.ts), value: traded(result.equity.value) }
  return { trades, denials, failure: result.failure, bars, lastTs, equity }
}

/** What operators set, and which symbols were selected: the twin had the same. */
const inputsOf = ({ settings, universes }: LiveRecord): readonly KernelInput[] => [...settings, ...universes].sort((a, b) => a.ts - b.ts)

function columnsOf(bars: LiveRecord['series'][number]['bars']): BarColumns {
  const [times, open, high, low, close, volume] = columnsOfBars(bars) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  return { ts: times, open, high, low, close, volume }
}

/** The last price of an instrument in the record; undefined where it has no bar. */
export const lastClose = (record: LiveRecord, i: InstrumentIndex) => record.series[i]?.bars.at(-1)?.close

/** Exact sum of results. */
export const sumOf = (amounts: readonly number[]): Cash => cash(Number(amounts.reduce((sum, each) => sum + BigInt(each), 0n)))
