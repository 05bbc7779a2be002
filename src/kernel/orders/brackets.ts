/**
 * What belongs together: targets follow the fills of their entry, what reduces fits the position, and of a pair one order lives.
 */
import type { KernelContext } from '../context.ts'
import { type InstrumentIndex, type Lots, type Side, type Ticks, lots } from '../../core/units.ts'
import type { Instrument } from '../../market/instrument.ts'
import { checkExit } from '../../risk/check.ts'
import {
  type Order,
  type OrderIntent,
  type Target,
  isLimitClose,
  isOpenStatus,
  isOwnStop,
  openLotsOf,
  venueTargets,
} from '../../trading/order.ts'
import type { OrderGateway } from './order-gateway.ts'
import type { OrderTable } from '../state/order-table.ts'
import { SpotStops } from './spot-stops.ts'
import type { PortfolioState } from '../state/portfolio-state.ts'

export const TARGET = 'take-profit'

export class Brackets {
  private readonly instruments: readonly Instrument[]
  private readonly portfolio: PortfolioState
  private readonly orders: OrderTable
  private readonly gateway: OrderGateway
  private readonly stops: SpotStops

  constructor({ instruments, portfolio, orders, closes }: KernelContext, gateway: OrderGateway) {
    this.instruments = instruments
    this.portfolio = portfolio
    this.orders = orders
    this.gateway = gateway
    this.stops = new SpotStops({ instruments, portfolio, orders, closes }, gateway)
  }

  /** A close waits: what stands against it is removed. */
  makeRoom(i: InstrumentIndex): void {
    this.fit(i)
    this.stops.keep(i)
  }

  /** An order has filled, in part or whole. */
  afterFill(order: Order): void {
    if (order.group !== undefined) this.dropOthers(order)
    // The stop first: what loses comes before what wins.
    this.stops.keep(order.instrument)
    if (order.class === 'entry' && order.origin === 'ours' && this.ownTargets(order).length > 0) this.followEntry(order)
    this.fit(order.instrument)
  }

  private dropOthers(order: Order): void {
    for (const other of this.orders.open(order.instrument))
      if (other.group === order.group && other !== order) this.gateway.requestCancel(other, `#${order.orderId} of its pair filled`)
  }

  /** What a crash between a fill and its targets left undone, once the account has been read and agrees. */
  repair(): void {
    for (const { index: i } of this.instruments) {
      this.stops.keep(i, true)
      const openTrade = this.portfolio.openTrade(i)
      if (openTrade === undefined) continue
      for (const order of this.orders.since(i, openTrade.entryOrderId))
        if (order.class === 'entry' && order.origin === 'ours' && order.filled > 0 && this.ownTargets(order).length > 0)
          this.followEntry(order)
      this.fit(i)
    }
  }

  /** The stop of a position that the venue does not hold stands where it is meant to. */
  keepStop(i: InstrumentIndex, isAgain = false): void {
    this.stops.keep(i, isAgain)
  }

  /** Protection was moved: where the venue holds no legs, orders of Ballast's are moved (spot). */
  followMove(i: InstrumentIndex, target: Ticks | 'none' | undefined): void {
    this.keepStop(i)
    if (target !== undefined && this.instruments[i]?.category === 'spot') this.moveTarget(i, target)
  }

  guardedLots(i: InstrumentIndex): number {
    return this.stops.guarded(i)
  }

  /** What stood against a close may be gone. */
  release(i: InstrumentIndex): void {
    this.stops.release(i)
  }

  /** One target of Ballast's for all that is held, or none: where the venue holds none (spot). */
  private moveTarget(i: InstrumentIndex, price: Ticks | 'none'): void {
    const openTrade = this.portfolio.openTrade(i)
    for (const order of this.targets(i)) this.gateway.requestCancel(order, 'the target is moved')
    if (price === 'none' || openTrade === undefined) return
    const quantity = lots(this.sellable(i, openTrade.side))
    // All of it is being closed: a target would stand against the close.
    if (quantity > 0) this.placeTarget({ ...openTrade, orderId: openTrade.entryOrderId, triggerBy: 'last' }, { price, share: 1 }, quantity)
  }

  /** Those that the venue does not hold with the entry. */
  private ownTargets(entry: Order): readonly Target[] {
    const isSpot = this.instruments[entry.instrument]?.category === 'spot'
    return isSpot || venueTargets(entry.targets) === undefined ? (entry.targets ?? []) : []
  }

  /** Each target stands for its part of what the entry has filled so far, as a reduce-only order of Ballast's; all together for no more than is held. */
  private followEntry(entry: Order): void {
    const i = entry.instrument
    const instrument = this.instruments[i] as Instrument
    const children = this.orders.childrenOf(i, entry.orderId)
    let room = this.sellable(i, entry.side) - openLots(this.targets(i))
    let share = 0
    let before = 0
    for (const target of this.ownTargets(entry)) {
      share += target.share
      // The last part takes what rounding left.
      const upTo = Math.floor(entry.filled * Math.min(1, share) + 1e-9)
      const want = upTo - before
      before = upTo
      const own = children.filter((child) => child.origin === 'ours' && !isOwnStop(child) && priceOf(child) === target.price)
      const standing = own.find((child) => isOpenStatus(child.status))
      const asked = own.reduce((sum, child) => sum + (child === standing ? child.lots : child.filled), 0)
      const more = Math.min(want - asked, room)
      if (more <= 0 || standing?.cancelRequested === true) continue
      room -= more
      if (standing !== undefined) this.gateway.requestAmend(standing, { lots: lots(standing.lots + more) }, 'its entry filled on')
      else if (more >= instrument.lotsMin) this.placeTarget(entry, target, lots(more))
    }
  }

  /** Lots that targets may be for: on spot not those that an exit sells. */
  private sellable(i: InstrumentIndex, side: Side): number {
    if (this.instruments[i]?.category === 'spot') return this.stops.guarded(i)
    return Math.max(0, this.portfolio.positionLots(i) * side)
  }

  /** On spot it waits for its trigger, since a limit would lock the coins that the stop must be able to sell. */
  private placeTarget(
    entry: Pick<Order, 'instrument' | 'side' | 'strategy' | 'triggerBy' | 'orderId'>,
    target: Target,
    quantity: Lots,
  ): void {
    const i = entry.instrument
    const side: Side = entry.side === 1 ? -1 : 1
    const intent: OrderIntent = {
      strategy: entry.strategy,
      instrument: i,
      class: 'protective',
      side,
      size: { lots: quantity },
      ...(this.instruments[i]?.category === 'spot'
        ? onTrigger(target)
        : { kind: 'limit', limit: target.price, triggerBy: entry.triggerBy }),
      timeInForce: 'gtc',
      reason: { rule: TARGET, values: { entry: entry.orderId, share: target.share } },
    }
    const denial = checkExit(intent, quantity, this.portfolio)
    if (denial === undefined) this.gateway.submit(intent, undefined, { parentOrderId: entry.orderId })
    else this.gateway.deny(entry.strategy, i, 'protective', side, denial, intent.reason)
  }

  private targets(i: InstrumentIndex): Order[] {
    return this.orders.open(i).filter((o) => o.class === 'protective' && o.origin === 'ours' && !o.cancelRequested && !isOwnStop(o))
  }

  /** Targets together never ask for more than is held, nor do closes at a price: the farthest gives way. */
  fit(i: InstrumentIndex): void {
    const held: number = this.portfolio.positionLots(i)
    // Flat: the venue takes reduce-only orders off by itself.
    if (held === 0) return
    this.cut(i, this.targets(i), held > 0 ? 1 : -1)
    this.cut(
      i,
      this.orders.open(i).filter((order) => isLimitClose(order) && !order.cancelRequested),
      held > 0 ? 1 : -1,
    )
  }

  private cut(i: InstrumentIndex, orders: readonly Order[], side: Side): void {
    if (orders.length === 0) return
    const away = [...orders].sort((a, b) => ((priceOf(b) ?? 0) - (priceOf(a) ?? 0)) * side)
    let surplus = openLots(orders) - this.sellable(i, side)
    for (const order of away) {
      if (surplus <= 0) return
      const open = openLotsOf(order)
      const cut = Math.min(open, surplus)
      surplus -= cut
      const instrument = this.instruments[i] as Instrument
      if (open - cut < instrument.lotsMin) this.gateway.requestCancel(order, 'the position is smaller now')
      else this.gateway.requestAmend(order, { lots: lots(order.lots - cut) }, 'the position is smaller now')
    }
  }
}

const onTrigger = (target: Target): Pick<OrderIntent, 'kind' | 'limit' | 'trigger' | 'triggerBy'> =>
  target.limit === undefined
    ? { kind: 'take-profit-market', trigger: target.price, triggerBy: 'last' }
    : { kind: 'take-profit-limit', trigger: target.price, limit: target.limit, triggerBy: 'last' }

/** Where a target stands. */
const priceOf = (target: Order): Ticks | undefined => target.trigger ?? target.limit

const openLots = (orders: readonly Order[]): number => orders.reduce((sum, o) => sum + openLotsOf(o), 0)
