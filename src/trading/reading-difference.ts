/**
 * What a reading of the account has that our records have not, after all its reports were booked, and the events that book it.
 */
import { type Cash, type InstrumentIndex, type Ticks, type Ts, cash, lots } from '../core/units.ts'
import type { VenueEvent } from './event.ts'
import { type Order, ownerOfClientOrderId } from './order.ts'
import type { AccountReading, OrderReport } from './report.ts'
import type { KnownState } from './report-events.ts'

/** Cause of an adjustment that no execution shows: the exchange has forgotten it, or never said it. */
export const UNKNOWN_RESULT = 'unknown result'
/** Cause of an adjustment where the exchange has ended the symbol, and the position with it. */
export const DELISTED = 'delisted'

/** What still differs after the events of a reading were applied. */
export interface Difference {
  readonly positions: readonly { readonly instrument: InstrumentIndex; readonly ours: number; readonly venue: number }[]
  /** Venue minus ours. */
  readonly wallet: Cash
  /** Orders that we think open and the venue does not list: each must be looked up by id. */
  readonly missing: readonly Order[]
  /** An open order with our prefix and a foreign tag: another Ballast trades this account (S6). */
  readonly otherBallast: readonly OrderReport[]
}

export function differenceOf(reading: AccountReading, instruments: readonly InstrumentIndex[], known: KnownState): Difference {
  const venueLots = new Map(reading.positions.map((p) => [p.instrument, p.lots as number]))
  const holdings = new Map(reading.holdings.map((h) => [h.instrument, h.lots as number]))
  const positions = instruments
    .map((instrument) => {
      const ours = known.positionLots(instrument)
      const coins = holdings.get(instrument)
      // The account may hold more coins than Ballast bought, which is ignored; never less.
      return { instrument, ours, venue: coins === undefined ? (venueLots.get(instrument) ?? 0) : Math.min(coins, ours) }
    })
    .filter((p) => p.ours !== p.venue)
  const listed = new Set(reading.openOrders.map((o) => o.venueOrderId))
  const listedByClient = new Set(reading.openOrders.map((o) => o.clientOrderId))
  const missing = instruments.flatMap((i) =>
    known
      .open(i)
      .filter(
        (o) =>
          !(o.venueOrderId !== undefined && listed.has(o.venueOrderId)) && !(o.clientOrderId !== '' && listedByClient.has(o.clientOrderId)),
      ),
  )
  return {
    positions,
    wallet: cash(reading.walletBalance - known.money),
    missing,
    otherBallast: reading.openOrders.filter(
      (o) => ownerOfClientOrderId(o.clientOrderId, known.tag, known.earlierTags) === 'another-ballast',
    ),
  }
}

export const isClean = (difference: Difference): boolean =>
  difference.positions.length === 0 && difference.wallet === 0 && difference.missing.length === 0 && difference.otherBallast.length === 0

/** Events that book a confirmed difference of positions (S8). */
export const adjustmentsOf = (
  difference: Difference,
  priceOf: (i: InstrumentIndex) => Ticks,
  causeOf: (i: InstrumentIndex) => string,
  at: Ts,
): VenueEvent[] =>
  difference.positions.map((p) => ({
    type: 'position-adjusted',
    instrument: p.instrument,
    lots: lots(p.venue),
    price: priceOf(p.instrument),
    cause: causeOf(p.instrument),
    ts: at,
  }))
