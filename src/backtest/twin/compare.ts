/**
 * The live twin: what a strategy made here against what its code makes in a backtest over the same bars, and where each cent between them went.
 * The amounts of the differences are exact integers and add up to the gap.
 */
import { mulDiv } from '../../core/decimal.ts'
import { CASH_MAX, type Cash, type InstrumentIndex, type Side, type Ts, cash } from '../../core/units.ts'
import type { Instrument } from '../../market/instrument.ts'
import type { OrderDenied } from '../../kernel/fact.ts'
import type { RiskFigures } from '../../risk/denial.ts'
import { type Both, type Explanation, TWIN_CAUSES, type TwinCause, whyNotLive, whyNotTwin, whyOtherExit } from './explain.ts'
import type { LiveRecord, LiveTrade } from './live-record.ts'
import { pairTrades } from './pair-trades.ts'
import { type TwinTrade, sumOf } from './twin-run.ts'

/** Which part of a trade differs; `missing`: only the twin has the trade, `extra`: only the account has it. */
export type DifferencePart = 'entry' | 'exit' | 'size' | 'fee' | 'funding' | 'missing' | 'extra'

export interface TwinDifference extends Explanation {
  readonly part: DifferencePart
  readonly instrument: InstrumentIndex
  readonly side: Side
  /** When the trade was decided. */
  readonly ts: Ts
  /** Number of the real trade; undefined where there is none. */
  readonly trade: number | undefined
  /** What it adds to the live result over the twin's; negative: it cost. */
  readonly amount: Cash
  /** Of a price: how much worse it was than the twin's, in basis points; negative: better. */
  readonly worseBp?: number
}
export interface TwinComparison {
  readonly live: Cash
  readonly twin: Cash
  /** live - twin = the sum of all differences. */
  readonly gap: Cash
  readonly trades: { readonly live: number; readonly twin: number; readonly paired: number }
  /** By cause, the largest in money first; each cause that occurred. */
  readonly causes: readonly { readonly code: TwinCause; readonly count: number; readonly amount: Cash }[]
  /** By instant. */
  readonly differences: readonly TwinDifference[]
}

export interface TwinSides {
  readonly record: LiveRecord
  readonly instruments: readonly Instrument[]
  /** Trades of the strategy here, closed and open; those decided at or before `from` are what was carried in. */
  readonly live: readonly LiveTrade[]
  readonly twin: readonly TwinTrade[]
  readonly twinDenials: readonly OrderDenied[]
  readonly from: Ts
  /** Trades decided after it are not compared. */
  readonly to: Ts
  readonly intervalMs: number
  /** One decision for all symbols of the strategy. */
  readonly decidesTogether: boolean
}

export function compareTwin(sides: TwinSides): TwinComparison {
  const { from, to, intervalMs, record, twinDenials, instruments, decidesTogether } = sides
  const isWithin = ({ decidedTs }: { readonly decidedTs: Ts }): boolean => decidedTs > from && decidedTs <= to
  const live = sides.live.filter(isWithin)
  const twin = sides.twin.filter(isWithin)
  const both: Both = { record, live: sides.live, twin: sides.twin, twinDenials, from, intervalMs, decidesTogether }
  const { pairs, extra, missing } = pairTrades(live, twin)
  const differences = [
    ...pairs.flatMap((pair) => ofPair(both, instruments[pair.live.trade.instrument] as Instrument, pair.live, pair.twin)),
    ...missing.map(({ trade, decidedTs }): TwinDifference => {
      const { instrument, side } = trade
      const why = whyNotLive(both, instrument, side, decidedTs)
      return { ...why, part: 'missing', instrument, side, ts: decidedTs, trade: undefined, amount: cash(0 - trade.pnl) }
    }),
    ...extra.map((each): TwinDifference => {
      const { instrument, side, number, pnl } = each.trade
      return { ...whyNotTwin(both, each), part: 'extra', instrument, side, ts: each.decidedTs, trade: number, amount: pnl }
    }),
  ].sort((a, b) => a.ts - b.ts || a.instrument - b.instrument)
  const sums = { live: sumOf(live.map(({ trade }) => trade.pnl)), twin: sumOf(twin.map(({ trade }) => trade.pnl)) }
  return {
    ...sums,
    gap: cash(sums.live - sums.twin),
    trades: { live: live.length, twin: twin.length, paired: pairs.length },
    causes: causesOf(differences),
    differences,
  }
}

function causesOf(differences: readonly TwinDifference[]): TwinComparison['causes'] {
  return TWIN_CAUSES.flatMap((code) => {
    const own = differences.filter((each) => each.code === code)
    return own.length === 0 ? [] : [{ code, count: own.length, amount: sumOf(own.map(({ amount }) => amount)) }]
  }).sort((a, b) => Math.abs(b.amount) - Math.abs(a.amount))
}

/**
 * The result of a pair taken apart, one step after the other, so that nothing is left over: the twin's trade at the real quantity, then at
 * the real entry price, then at the real exit; then fees and funding.
 */
function ofPair(both: Both, instrument: Instrument, live: LiveTrade, twin: TwinTrade): TwinDifference[] {
  const [a, b] = [live.trade, twin.trade]
  const { side } = a
  const perTick = (a.quantity * instrument.cashNumerator) / instrument.cashDenominator
  // A quantity so far from the twin's that its amounts cannot be counted: then all of it is the quantity's.
  const ratio = a.quantity / b.quantity
  if (
    Math.max(...[b.pnl, b.fee, b.funding].map(Math.abs)) * ratio > AMOUNT_MAX ||
    perTick * Math.max(a.entryPrice, b.entryPrice) > AMOUNT_MAX
  )
    return [wholePair(live, twin, cash(a.pnl - b.pnl))]
  const scaled = (amount: number): number => mulDiv(amount, a.quantity, b.quantity, 'nearest')
  const gross = (of: typeof a): number => of.pnl + of.fee + of.funding
  const size = scaled(gross(b)) - scaled(b.fee) - scaled(b.funding) - b.pnl
  const afterSize = gross(a) - scaled(gross(b))
  // Averages may lie between two ticks: what rounding leaves stays with the price that differs.
  const entry = a.exitPrice === b.exitPrice ? afterSize : Math.round((b.entryPrice - a.entryPrice) * side * perTick)
  const exit = afterSize - entry
  const whyEntry = live.decidedTs === twin.decidedTs ? undefined : laterEntry(both, live, twin)
  const whyExit = exitAfter(whyEntry, whyOtherExit(both, live, twin), twin)
  const isPart = live.ordered !== undefined && live.ordered === twin.ordered && a.quantity < b.quantity
  const head = { instrument: a.instrument, side, ts: live.decidedTs, trade: a.number }
  const quantities: RiskFigures = { live: a.quantity, twin: b.quantity }
  const parts: TwinDifference[] = [
    { ...head, part: 'size', code: isPart ? 'partly-filled' : 'size', figures: quantities, amount: cash(size) },
    {
      ...head,
      part: 'entry',
      ...(whyEntry ?? SLIPPED),
      amount: cash(entry),
      worseBp: worseBp(a.entryPrice, b.entryPrice, side),
    },
    {
      ...head,
      part: 'exit',
      ...(whyExit ?? SLIPPED),
      amount: cash(exit),
      worseBp: worseBp(a.exitPrice, b.exitPrice, side === 1 ? -1 : 1),
    },
    { ...head, part: 'fee', code: 'fee', figures: {}, amount: cash(scaled(b.fee) - a.fee) },
    { ...head, part: 'funding', code: 'funding', figures: {}, amount: cash(scaled(b.funding) - a.funding) },
  ]
  // Who ended otherwise is told even where the prices happened to agree.
  return parts.filter(({ amount, part }) => amount !== 0 || (part === 'exit' && whyExit !== undefined && a.exitPrice !== b.exitPrice))
}

function wholePair({ trade, decidedTs }: LiveTrade, { trade: twin }: TwinTrade, amount: Cash): TwinDifference {
  const { instrument, side, number, quantity } = trade
  const figures = { live: quantity, twin: twin.quantity }
  return { part: 'size', code: 'size', figures, instrument, side, ts: decidedTs, trade: number, amount }
}

/** Up to here a handful of amounts are added without losing digits. */
const AMOUNT_MAX = CASH_MAX / 16

const SLIPPED: Explanation = { code: 'slippage', figures: {} }

/** What was entered at another instant because of a trade before it leaves otherwise because of that, too. */
const exitAfter = (entry: Explanation | undefined, exit: Explanation | undefined, twin: TwinTrade): Explanation | undefined =>
  exit?.code === 'unexplained' && entry?.code === 'knock-on'
    ? { code: 'knock-on', figures: { ...exit.figures, since: twin.decidedTs } }
    : exit

function laterEntry(both: Both, live: LiveTrade, twin: TwinTrade): Explanation {
  const why =
    live.decidedTs > twin.decidedTs ? whyNotLive(both, twin.trade.instrument, twin.trade.side, twin.decidedTs) : whyNotTwin(both, live)
  // The same decision, some moments after the close: the bars of several symbols close together and arrive one after the other.
  const lateMs = live.decidedTs - twin.decidedTs
  if (why.code === 'unexplained' && lateMs > 0 && lateMs < both.intervalMs) return { code: 'slippage', figures: { lateMs } }
  return { code: why.code, figures: { ...why.figures, twinDecided: twin.decidedTs } }
}

const worseBp = (live: number, twin: number, side: Side): number => (twin === 0 ? 0 : (live / twin - 1) * 1e4 * side)
