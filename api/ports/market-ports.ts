/**
 * The exchange's public market, as routes and channels read it. A failure is a sentence that says why the exchange cannot be asked.
 */
import type { Result } from '../../src/core/result.ts'
import type { CandleQuery, MarketBook, MarketCandle, MarketFunding, MarketTicker } from '../../src/market/public-market.ts'

export interface MarketReads {
  now(): Promise<Result<number, string>>
  /** Closed ones, oldest first. */
  candles(query: CandleQuery): Promise<Result<readonly MarketCandle[], string>>
  /** In the order asked for; one that is not listed is left out. */
  tickers(symbols: readonly string[]): Promise<Result<readonly MarketTicker[], string>>
  book(symbol: string, depth: number): Promise<Result<MarketBook, string>>
  /** Settlements in [from, until), oldest first. */
  fundings(symbol: string, from: number, until: number): Promise<Result<readonly MarketFunding[], string>>
}
