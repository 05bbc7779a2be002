/**
 * What commands need of the portfolio beyond the projections: grids of instruments, weights by a method, rebalances, notes on trades.
 */
import type { Result } from '../../src/core/result.ts'
import type { Instrument } from '../../src/market/instrument.ts'
import type { Method } from '../../src/portfolio/allocation/allocate.ts'
import type { CovarianceName } from '../../src/portfolio/allocation/covariance.ts'
import type { FillRow, LedgerRow, TradeRow } from '../../src/journal/row.ts'
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

/** What a stretch between two instants brought: after the first, up to the second. */
export interface PeriodSum {
  /** ms of market time. */
  readonly from: number
  readonly to: number
  /** Equity and sum of all flows until then, at both ends; null before the records begin. */
  readonly startEquity: string | null
  readonly endEquity: string | null
  readonly startFlows: string | null
  readonly endFlows: string | null
  /** Product of the steps of equity, flows left out: 1.02 is a time-weighted return of 2 %; null where there is none. */
  readonly growth: number | null
  readonly flows: readonly { readonly ts: number; readonly amount: number }[]
  /** Closed in it. */
  readonly trades: number
  readonly wins: number
  /** Paid, of all fills. */
  readonly fees: string
  /** Received less paid. */
  readonly funding: string
}
export interface FundingSum {
  readonly symbol: string
  readonly settlements: number
  readonly paid: string
  readonly received: string
  /** The last settlement, ms. */
  readonly lastTs: number
}
/** A strategy's capital as a percentage from an instant on; null: as configured. */
export interface CapitalChange {
  readonly ts: number
  readonly strategy: string
  readonly text: string | null
}
export interface Reports {
  /** One for each two neighbors of ascending instants. */
  periods(bounds: readonly number[]): Promise<readonly PeriodSum[]>
  /** Settlements after `from`, up to `to`, by symbol. */
  funding(from: number, to: number): Promise<readonly FundingSum[]>
  /** Oldest first. */
  capitalChanges(): Promise<readonly CapitalChange[]>
}

/** What the allocator keeps beside the settings that it changes. */
export interface AllocatorLog {
  /** Whether a period has not been looked at before; from then on it has. */
  claim(period: number): Promise<boolean>
  /** Raises an alert, at an instant of market time. */
  report(type: 'allocator.moved' | 'allocator.failed', summary: string, detail: Json, ts: number): Promise<void>
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
  readonly reports: Reports
  readonly allocator: AllocatorLog
}
