/**
 * The exchange's public market as it is shown to people and programs. Prices and quantities are decimal text, times ms of market time.
 */

export interface MarketTicker {
  readonly symbol: string
  readonly last: string
  readonly mark: string | null
  readonly index: string | null
  readonly bid: string | null
  readonly bidQuantity: string | null
  readonly ask: string | null
  readonly askQuantity: string | null
  /** Fraction of the price 24 h ago. */
  readonly change24h: string | null
  readonly high24h: string | null
  readonly low24h: string | null
  readonly volume24h: string | null
  readonly turnover24h: string | null
  readonly openInterest: string | null
  /** Announced for the next settlement, as a fraction. */
  readonly fundingRate: string | null
  /** ms. */
  readonly nextFundingTs: number | null
}
export interface MarketBook {
  readonly symbol: string
  /** Price and quantity, the best first. */
  readonly bids: readonly (readonly [string, string])[]
  readonly asks: readonly (readonly [string, string])[]
  /** ms of the exchange. */
  readonly ts: number
}

export interface MarketCandle {
  /** Its start. */
  readonly ts: number
  readonly open: string
  readonly high: string
  readonly low: string
  readonly close: string
  readonly volume: string
}
export interface MarketFunding {
  readonly ts: number
  /** As a fraction; positive: longs pay shorts. */
  readonly rate: string
}
export interface CandleQuery {
  readonly symbol: string
  /** `1m`, `4h`, `1d`. */
  readonly interval: string
  /** Their starts lie at or after it; without it the newest ones are meant. */
  readonly from?: number | undefined
  /** They have closed at or before it; without it now. */
  readonly until?: number | undefined
  readonly count: number
}
