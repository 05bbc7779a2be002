/**
 * What the exchange asks of a market, generated or replayed: its clock, its bars, its funding; and the callbacks while the market moves.
 */
import type { InstrumentIndex, Rate, Ts } from '../../../../core/units.ts'
import type { Bars } from '../../../../market/bars.ts'
import type { Instrument } from '../../../../market/instrument.ts'

/** The bar that is not closed yet; prices in ticks. */
export interface FormingBar {
  ts: number
  open: number
  high: number
  low: number
  close: number
  volume: number
}

export interface FundingPoint {
  readonly ts: number
  readonly rate: Rate
}

/** What the market itself says beside its last price; undefined where it does not. Prices in ticks. */
export interface MarketQuote {
  readonly mark: number | undefined
  readonly index: number | undefined
  readonly bid: number | undefined
  readonly ask: number | undefined
  readonly nextFundingTs: number | undefined
}

/** What happens while market time moves, in the order in which it happens. */
export interface MarketListener {
  onFunding(i: InstrumentIndex, rate: Rate, at: Ts): void
  /** The next hidden bar is to be played against the account: a replay's, or one that a feed has missed. */
  onBar(i: InstrumentIndex): void
  /** A print (never in a replay); volume in base units. */
  onPrint(i: InstrumentIndex, price: number, volume: number, at: Ts): void
  /** Bars of these instruments have closed at `at` and are visible. */
  onClose(instruments: readonly InstrumentIndex[], at: Ts): void
}

export interface MarketSource {
  readonly instruments: readonly Instrument[]
  /** By index; what lies before the cursor is history. */
  readonly bars: readonly Bars[]
  /** Market time. */
  readonly now: Ts
  /** The bar in the making; undefined in a replay, whose bars come whole. */
  forming(i: InstrumentIndex): FormingBar | undefined
  /** Rate of the next settlement as it stands. */
  fundingRate(i: InstrumentIndex): Rate
  /** Settlements so far, oldest first. */
  fundingHistory(i: InstrumentIndex): readonly FundingPoint[]
  /** Moves market time to `until` and no further. Answers false when nothing is left to play. */
  play(until: Ts, listener: MarketListener): boolean
  /** Of a market that is another exchange's only. */
  quote?(i: InstrumentIndex): MarketQuote | undefined
  /** Why no prices come; undefined while they do. Where there is no feed, prices always come. */
  feedProblem?(): string | undefined
  /** Where the source stands, JSON-safe. */
  state(): object
}

/** First multiple of the interval after `at`. */
export const nextFundingTs = (at: number, intervalMs: number): number => Math.floor(at / intervalMs) * intervalMs + intervalMs
