/**
 * Stops that the venue does not hold with a position are orders of Ballast's: made as the entry fills, moved and cut with the position (spot).
 */
import type { KernelContext } from '../context.ts'
import type { PendingCloses } from '../state/pending-closes.ts'
import { type InstrumentIndex, lots } from '../../core/units.ts'
import { type Instrument, isTooSmall } from '../../market/instrument.ts'
import { checkExit } from '../../risk/check.ts'
import { type Order, type OrderIntent, isOwnStop, isSpotExit, openLotsOf } from '../../trading/order.ts'
import type { OpenTrade } from '../../portfolio/open-trade.ts'
import type { OrderGateway } from './order-gateway.ts'
import type { OrderTable } from '../state/order-table.ts'
import type { PortfolioState } from '../state/portfolio-state.ts'

const STOP = 'stop'

export class SpotStops {
  private readonly instruments: readonly Instrument[]
  private readonly portfolio: PortfolioState
  private readonly orders: OrderTable
  private readonly closes: PendingCloses
  private readonly gateway: OrderGateway

  constructor(
    { instruments, portfolio, orders, closes }: Pick<KernelContext, 'instruments' | 'portfolio' | 'orders' | 'closes'>,
    gateway: OrderGateway,
  ) {
    this.instruments = instruments
    this.portfolio = portfolio
    this.orders = orders
    this.closes = closes
    this.gateway = gateway
  }

  /** Lots that no exit sells, sent or waiting: what is protected. */
  guarded(i: InstrumentIndex): number {
    return Math.max(0, this.unsold(i) - this.closes.lots(i))
  }

  private unsold(i: InstrumentIndex): number {
    let left: number = this.portfolio.positionLots(i)
    for (const order of this.orders.open(i)) if (isSpotExit(order)) left -= openLotsOf(order)
    return left
  }

  /**
   * One stop for all that is protected, where it is meant to stand; then a close that waits may go. Asking again for what stands changes
   * nothing, but that a cancel is asked for again with `isAgain`: it may be lost.
   */
  keep(i: InstrumentIndex, isAgain = false): void {
    const instrument = this.instruments[i] as Instrument
    if (instrument.category !== 'spot') return
    if (this.portfolio.positionLots(i) === 0) {
      // An exit that is still under way must not sell what is not ours either.
      this.takeOff(i, (order) => order.class !== 'entry', 'nothing left to reduce', isAgain)
      return
    }
    const guarded = this.guarded(i)
    const openTrade = this.portfolio.openTrade(i)
    const reference = openTrade?.stop ?? this.portfolio.mark(i)
    if (guarded === 0) this.takeOff(i, isProtective, 'it is being closed', isAgain)
    else if (isTooSmall(instrument, reference, lots(guarded)))
      this.takeOff(i, isProtective, 'what is left is too small to be sold', isAgain)
    else if (openTrade?.stop !== undefined) this.stand(instrument, guarded, openTrade.stop, openTrade)
    this.release(i)
  }

  private takeOff(i: InstrumentIndex, which: (order: Order) => boolean, cause: string, isAgain: boolean): void {
    for (const order of this.orders.open(i))
      if (order.origin === 'ours' && which(order)) {
        if (isAgain && order.cancelRequested) this.gateway.repeatCancel(order, cause)
        else this.gateway.requestCancel(order, cause)
      }
  }

  private stand(instrument: Instrument, guarded: number, stop: NonNullable<Order['stop']>, openTrade: OpenTrade): void {
    const i = instrument.index
    const [standing, ...others] = this.orders.open(i).filter((order) => isOwnStop(order) && !order.cancelRequested)
    for (const other of others) this.gateway.requestCancel(other, 'one stop is enough')
    if (standing === undefined) {
      this.place(instrument, guarded, stop, openTrade)
      return
    }
    // It is selling: what stands is what is left of it.
    if (standing.status === 'triggered' || standing.filled > 0) return
    const size = openLotsOf(standing) === guarded ? undefined : lots(guarded)
    const trigger = standing.trigger === stop ? undefined : stop
    if (size === undefined && trigger === undefined) return
    this.gateway.requestAmend(
      standing,
      { ...(size === undefined ? undefined : { lots: size }), ...(trigger === undefined ? undefined : { trigger }) },
      size === undefined ? 'the stop is moved' : 'the position has another size',
    )
  }

  private place(instrument: Instrument, guarded: number, stop: NonNullable<Order['stop']>, openTrade: OpenTrade): void {
    const i = instrument.index
    // Reached already, the venue would refuse it: the watch of positions without a stop closes it.
    if (this.portfolio.mark(i) <= stop) return
    const quantity = lots(guarded)
    const intent: OrderIntent = {
      strategy: openTrade.strategy,
      instrument: i,
      class: 'protective',
      side: -1,
      kind: 'stop-market',
      size: { lots: quantity },
      trigger: stop,
      triggerBy: 'last',
      timeInForce: 'gtc',
      reason: { rule: STOP, values: { entry: openTrade.entryOrderId } },
    }
    const denial = checkExit(intent, quantity, this.portfolio)
    if (denial === undefined) this.gateway.submit(intent, undefined, { parentOrderId: openTrade.entryOrderId })
    else this.gateway.deny(openTrade.strategy, i, 'protective', -1, denial, intent.reason)
  }

  /** A close goes when what stands, each for itself, leaves it the coins. */
  release(i: InstrumentIndex): void {
    const close = this.closes.of(i)
    if (close === undefined) return
    const unsold = this.unsold(i)
    const quantity = Math.min(close.lots, unsold)
    if (quantity <= 0) return
    const left = unsold - quantity
    if (this.orders.open(i).some((order) => isProtective(order) && order.origin === 'ours' && openLotsOf(order) > left)) return
    this.gateway.sendExit(i, lots(quantity), close.class, close.reason)
  }
}

const isProtective = (order: Order): boolean => order.class === 'protective'
