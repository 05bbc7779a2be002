/**
 * What commands need of the portfolio beyond the projections: grids of instruments, weights by a method, rebalances, notes on trades.
 */
import type { Result } from '../src/core/result.ts'
import type { Instrument } from '../src/market/instrument.ts'
import type { Method } from '../src/portfolio/allocation/allocate.ts'
import type { CovarianceName } from '../src/portfolio/allocation/covariance.ts'
import type { FillRow, LedgerRow, TradeRow } from '../src/journal/row.ts'
import type { Json } from './ports.ts'

export interface WeightsRequest {
  readonly method: Method
  readonly symbols: readonly string[]
  readonly covariance: CovarianceName
  /** Of the candles whose closes make the returns: `1h`. */
  readonly interval: string
  readonly bars: number
}
export interface MethodWeights {
  /** By symbol, as asked; they sum to 1. */
  readonly weights: readonly number[]
  /** Returns of each symbol that they rest on. */
  readonly rows: number
}

export interface Rebalance {
  readonly id: number
  readonly actor: string
  readonly todo: Json
  readonly status: 'running' | 'done' | 'stopped'
  /** One sentence a step, the newest last. */
  readonly progress: readonly string[]
  /** Market time, ms. */
  readonly marketTs: number
  /** Wall-clock ms. */
  readonly createdAt: number
  readonly finishedAt: number | null
}
export interface Rebalances {
  /** Undefined where one is running: of two at a time one counts. */
  begin(todo: Json, actor: string, marketTs: number): Promise<Rebalance | undefined>
  say(id: number, sentence: string): Promise<void>
  /** False where it has ended before. */
  end(id: number, status: 'done' | 'stopped', sentence: string): Promise<boolean>
  find(id: number): Promise<Rebalance | undefined>
  /** Newest first. */
  list(limit: number): Promise<readonly Rebalance[]>
}

/** What users wrote about a trade. */
export interface TradeNote {
  readonly tradeNumber: number
  /** '' where there is none. */
  readonly note: string
  readonly tags: readonly string[]
}
export interface Notes {
  find(tradeNumbers: readonly number[]): Promise<ReadonlyMap<number, TradeNote>>
  /** Keeps what is not given as it is. */
  write(tradeNumber: number, change: { readonly note?: string; readonly tags?: readonly string[] }, actor: string): Promise<TradeNote>
}

/** Whole histories, oldest first, up to an instant of market time. */
export interface Books {
  fills(before: number): Promise<readonly FillRow[]>
  /** All of them, in the order of booking. */
  ledger(): Promise<readonly LedgerRow[]>
  /** Closed within [from, before). */
  trades(from: number, before: number): Promise<readonly TradeRow[]>
}

export interface PortfolioPorts {
  /** Grid and limits of what this Ballast may trade; a sentence where the exchange cannot be asked. */
  instruments(): Promise<Result<readonly Instrument[], string>>
  /** Weights by a method over returns of the exchange's closed candles; a sentence where there are none. */
  weights(request: WeightsRequest): Promise<Result<MethodWeights, string>>
  readonly rebalances: Rebalances
  /** For the log of the process: what nobody waits for must not fail in silence. */
  readonly log: (text: string) => void
  readonly notes: Notes
  readonly books: Books
}
