/**
 * What a booking found out, for whoever decides on it: trades that began or ended, and changes that were not ours.
 */
import type { Lots } from '../core/units.ts'
import type { ExternalChange } from '../portfolio/external.ts'
import type { OpenTrade } from '../portfolio/open-trade.ts'
import type { ClosedTrade } from '../portfolio/trade.ts'
import type { OrderOutcome } from './state/order-table.ts'

export class Booking {
  opened: OpenTrade | undefined
  closed: ClosedTrade | undefined
  /** What others did to a symbol of Ballast's. */
  changedOutside: ExternalChange | undefined
  /** Coins that were sold beyond ours (spot). */
  oversold: Lots | undefined

  clear(): this {
    this.opened = undefined
    this.closed = undefined
    this.changedOutside = undefined
    this.oversold = undefined
    return this
  }
}

/** An order event as booked: what the order table made of it, and, of a fill, what it changed. */
export interface BookedEvent {
  readonly outcome: OrderOutcome
  readonly booking: Booking | undefined
}
