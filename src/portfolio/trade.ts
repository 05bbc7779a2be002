/**
 * A trade from flat to flat, as metrics, reports and projections see it.
 */
import type { Cash, InstrumentIndex, Lots, OrderId, Side, StrategyId, Ticks, TradeNumber, Ts } from '../core/units.ts'

export interface ClosedTrade {
  readonly number: TradeNumber
  /** 1 was long, -1 was short. */
  readonly side: Side
  readonly instrument: InstrumentIndex
  readonly strategy: StrategyId
  readonly entryTs: Ts
  /** Average price of the entry; may lie between two ticks. */
  readonly entryPrice: Ticks
  /** Of an open trade: the instant of the last mark. */
  readonly exitTs: Ts
  /** Average price of the exit; of an open trade the last mark. */
  readonly exitPrice: Ticks
  /** Largest quantity held, unsigned. */
  readonly quantity: Lots
  /** Positive = paid. */
  readonly fee: Cash
  /** Positive = paid, negative = received. */
  readonly funding: Cash
  /** Net of fee and funding. */
  readonly pnl: Cash
  /** Given away against the decision prices, positive = cost; absent where no decision price was kept. */
  readonly slippage?: Cash
  readonly entryOrderId?: OrderId
  /** What the trade was to lose at its stop; absent where none was planned. */
  readonly plannedLoss?: Cash | undefined
  /** `stop`, `take-profit`, `signal`, `liquidation`, `open` ... */
  readonly exitReason: string
  /** Still open at the end of the data: marked, listed, left out of trade metrics. */
  readonly open: boolean
  /** Worst unrealized loss on the way, as a positive amount. */
  readonly mae: Cash
  /** Best unrealized profit on the way. */
  readonly mfe: Cash
}
