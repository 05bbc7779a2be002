/**
 * Another exchange's public market as the simulator needs it: readings on demand, prints and candles as they come.
 */
import type { Result } from '../../../../core/result.ts'
import type { InstrumentIndex, Rate } from '../../../../core/units.ts'
import type { Bar } from '../../../../market/bars.ts'
import type { Instrument } from '../../../../market/instrument.ts'
import type { FundingPoint } from './market-source.ts'

/** What a ticker said; undefined where it did not. Prices in ticks. */
export interface FeedTicker {
  readonly mark: number | undefined
  readonly index: number | undefined
  readonly bid: number | undefined
  readonly ask: number | undefined
  readonly fundingRate: Rate | undefined
  readonly nextFundingTs: number | undefined
}

export interface FeedHandlers {
  /** Subscribed: what was missed before is to be read. */
  up(): void
  down(detail: string): void
  /** `at` is market time of the exchange, ms. */
  trade(i: InstrumentIndex, price: number, volume: number, at: number): void
  /** A one-minute candle, closed for good or not. */
  candle(i: InstrumentIndex, bar: Bar, isClosed: boolean, at: number): void
  ticker(i: InstrumentIndex, ticker: FeedTicker, at: number): void
}

export interface PublicFeed {
  /** In the order asked for, which is the order of their indexes. */
  instruments(symbols: readonly string[]): Promise<Result<readonly Instrument[], string>>
  /** One-minute candles that open at or after `from`, oldest first, at most `count` of the newest; the one in the making is left out. */
  candles(i: InstrumentIndex, from: number | undefined, count: number): Promise<Result<readonly Bar[], string>>
  /** Settlements after `after`, oldest first. */
  fundings(i: InstrumentIndex, after: number): Promise<Result<readonly FundingPoint[], string>>
  /** Opens the streams and keeps them open. */
  open(handlers: FeedHandlers): void
  close(): Promise<void>
}
