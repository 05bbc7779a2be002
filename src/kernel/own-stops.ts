/**
 * Stops that the venue does not hold with a position are orders of ours: made as the entry fills, moved and cut with the position (spot).
 * Never leaves one standing when nothing is held: it would sell what is not ours.
 */
import { type InstrumentIndex, lots } from '../core/units.ts'
import { type Instrument, isTooSmall } from '../market/instrument.ts'
import { checkExit } from '../risk/check.ts'
import { type Order, type OrderIntent, isOwnStop, openLotsOf } from '../trading/order.ts'
import type { Desk } from './desk.ts'
import type { OrderBook } from './order-book.ts'
import type { PortfolioState } from './portfolio-state.ts'

const STOP = 'stop'

export class OwnStops {
  private readonly instruments: readonly Instrument[]
  private readonly portfolio: PortfolioState
  private readonly orders: OrderBook
  private readonly desk: Desk

  constructor(instruments: readonly Instrument[], portfolio: PortfolioState, orders: OrderBook, desk: Desk) {
    this.instruments = instruments
    this.portfolio = portfolio
    this.orders = orders
    this.desk = desk
  }

  /** One stop for all that is held, where it is meant to stand. Asking again for what stands changes nothing. */
  keep(i: InstrumentIndex): void {
    const instrument = this.instruments[i] as Instrument
    if (instrument.category !== 'spot') return
    const held: number = this.portfolio.positionLots(i)
    if (held === 0) {
      // Nothing is reduce-only here: an exit that is still under way must not sell what is not ours either.
      for (const order of this.orders.open(i))
        if (order.class !== 'entry' && order.origin === 'ours') this.desk.requestCancel(order, 'nothing left to reduce')
      return
    }
    const trip = this.portfolio.trip(i)
    const stop = trip?.stop
    if (trip === undefined || stop === undefined) return
    const [standing, ...others] = this.orders.open(i).filter((order) => isOwnStop(order) && !order.cancelRequested)
    for (const other of others) this.desk.requestCancel(other, 'one stop is enough')
    if (standing === undefined) {
      this.place(instrument, held, stop, trip.strategy, trip.entryOrderId)
      return
    }
    // It is selling: what stands is what is left of it.
    if (standing.status === 'triggered' || standing.filled > 0) return
    const size = openLotsOf(standing) === held ? undefined : lots(held)
    const trigger = standing.trigger === stop ? undefined : stop
    if (size === undefined && trigger === undefined) return
    this.desk.requestAmend(
      standing,
      { ...(size === undefined ? undefined : { lots: size }), ...(trigger === undefined ? undefined : { trigger }) },
      size === undefined ? 'the stop is moved' : 'the position has another size',
    )
  }

  private place(
    instrument: Instrument,
    held: number,
    stop: NonNullable<Order['stop']>,
    strategy: Order['strategy'],
    entry: Order['orderId'],
  ): void {
    const i = instrument.index
    const quantity = lots(held)
    // The venue would refuse it: too small, or reached already. The watch of positions without a stop knows what to do with either.
    if (isTooSmall(instrument, stop, quantity) || this.portfolio.mark(i) <= stop) return
    const intent: OrderIntent = {
      strategy,
      instrument: i,
      class: 'protective',
      side: -1,
      kind: 'stop-market',
      size: { lots: quantity },
      trigger: stop,
      triggerBy: 'last',
      timeInForce: 'gtc',
      reason: { rule: STOP, values: { entry } },
    }
    const denial = checkExit(intent, quantity, this.portfolio)
    if (denial === undefined) this.desk.submit(intent, undefined, { parentOrderId: entry })
    else this.desk.deny(strategy, i, 'protective', -1, denial, intent.reason)
  }
}
