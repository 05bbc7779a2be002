/**
 * A live venue as the driver sees it: commands out, reports in, readings on demand.
 */
import type { MarginMode } from '../../market/margin-tiers.ts'
import type { Result } from '../../core/result.ts'
import type { Cash, InstrumentIndex, Rate, Ticks, Ts } from '../../core/units.ts'
import type { Bar } from '../../market/bars.ts'
import type { Instrument, InstrumentSpec } from '../../market/instrument.ts'
import type { BookMirror } from '../../market/order-book.ts'
import type { OrderCommand } from '../../trading/event.ts'
import type { AccountReading, OrderReport, PositionReport, StreamReport } from '../../trading/report.ts'
import type { ConditionsReading } from './conditions.ts'
import type { VenueError } from './error.ts'
import type { Listing } from './listing.ts'
import type { StreamName, StreamPart, StreamState } from './streams.ts'

/** taken: accepted for processing, no more. refused: certain that nothing happened. unknown: to be looked up (S6). retry: certain that it was not taken; try later. */
export type SendOutcome =
  | { readonly type: 'taken'; readonly venueOrderId: string | undefined }
  | { readonly type: 'unchanged' }
  | { readonly type: 'refused'; readonly error: VenueError }
  | { readonly type: 'unknown'; readonly error: VenueError }
  | { readonly type: 'retry'; readonly error: VenueError; readonly waitMs: number }

export interface Quote {
  readonly instrument: InstrumentIndex
  readonly last: Ticks | undefined
  readonly mark: Ticks | undefined
  readonly bid: Ticks | undefined
  readonly ask: Ticks | undefined
  /** Of a perpetual: the funding rate that is announced for the next settlement. */
  readonly predicted?: Rate | undefined
  readonly ts: Ts
}

/** A funding settlement that is over, of the market and not of a position. */
export interface FundingRow {
  readonly ts: Ts
  /** Positive: longs pay shorts. */
  readonly rate: Rate
}

export interface VenueHandlers {
  report(report: StreamReport): void
  /** How a position is at the venue: modes, liquidation price; reported at any change, and often without one. */
  position(report: PositionReport): void
  /** What the wallet has of the settle coin, reported when it changes. */
  wallet(balance: Cash): void
  /** A bar that has closed for good. */
  bar(instrument: InstrumentIndex, bar: Bar): void
  quote(quote: Quote): void
  /** A mirrored order book has become live or void. It is read where a price is needed: its updates are not reported one by one. */
  book(mirror: BookMirror): void
  /** `part` is undefined where one connection carries the stream for all symbols. */
  stream(name: StreamName, state: StreamState, detail: string, part: StreamPart | undefined): void
  /** A frame that does not have the documented shape: the symbol's data cannot be trusted (S13). */
  odd(symbol: string, detail: string): void
}

/** Market time and how fast it runs against wall-clock time; speed 0 stands still (lockstep). */
export interface VenueClock {
  readonly now: Ts
  readonly speed: number
}

export interface Venue {
  instruments(symbols: readonly string[]): Promise<Result<InstrumentSpec[], VenueError>>
  clock(): Promise<Result<VenueClock, VenueError>>
  /** Closed bars whose close lies at or before `until`, ascending, at most `count` of the newest. */
  candles(instrument: InstrumentIndex, from: Ts | undefined, until: Ts, count: number): Promise<Result<Bar[], VenueError>>
  /** Settlements of a perpetual in [from, until), ascending. */
  fundings(instrument: InstrumentIndex, from: Ts, until: Ts): Promise<Result<FundingRow[], VenueError>>
  /** With `upTo`, the venue's time, all that was executed and all money that moved since is in it, however long ago that is. */
  readAccount(executionsFrom: Ts, upTo?: Ts): Promise<Result<AccountReading, VenueError>>
  /** Looks an order up by our id, wherever it may be. Undefined: nowhere to be found. */
  lookUp(
    instrument: InstrumentIndex,
    clientOrderId: string,
  ): Promise<Result<{ readonly order: OrderReport; readonly executions: readonly StreamReport[] } | undefined, VenueError>>
  setLeverage(instrument: InstrumentIndex, leverage: number): Promise<Result<void, VenueError>>
  /** Of the whole account. */
  setMarginMode(mode: MarginMode): Promise<Result<void, VenueError>>
  send(command: OrderCommand): Promise<SendOutcome>
  /** @param armsDcp asks the venue to cancel open orders when this connection dies; it must have been found to be on */
  open(handlers: VenueHandlers, armsDcp?: boolean): void
  close(): Promise<void>
}

/** What the live trader asks of a venue beside orders: how it lists instruments, what the key may, whether it is down. */
export interface TradedVenue extends Venue {
  /** From here on prices and quantities are counted in these steps. */
  use(instruments: readonly Instrument[]): void
  /** Streams of instruments that have joined after `open`; `use` has named them. */
  follow(joined: readonly Instrument[]): void
  /** How far the venue's clock is ahead of this machine's, in ms. */
  clockSkewMs(): Promise<Result<number, VenueError>>
  conditions(): Promise<ConditionsReading>
  listing(): Promise<Result<readonly Listing[], VenueError>>
  /** What a maintenance is called that runs now; undefined where none does. */
  maintenance(): Promise<Result<string | undefined, VenueError>>
  /** Whether exits have a second way out where requests are refused. */
  readonly hasSecondWay: boolean
  /** Each request's error, or undefined where it went well. */
  listen(onResult: (error: VenueError | undefined) => void): void
}
