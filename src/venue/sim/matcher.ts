/**
 * Where orders meet prices: what a price or a move fills, at which price, for which fee, and what follows the position.
 * Never fills better than the path offered, and never admits an order (that is admission.ts).
 */
import { mulDivCeil, mulDivFloor } from '../../core/decimal.ts'
import { type Cash, type InstrumentIndex, type Lots, type Side, type Ticks, type Ts, cash, lots, ticks, ts } from '../../core/units.ts'
import { type Instrument, lotFloat } from '../../market/instrument.ts'
import { postToWallet } from '../../portfolio/ledger.ts'
import { type Position, applyFill } from '../../portfolio/position.ts'
import type { VenueEventSink } from '../../trading/event.ts'
import type { PriceSource } from '../../trading/order.ts'
import { type RateFraction, feeOf, rateFraction, slipped } from './models.ts'
import type { SimAccount } from './sim-account.ts'
import type { SimOptions, SimOrder, SimState } from './sim-order.ts'

export class Matcher {
  /** Market orders that wait for the next price, by instrument. */
  readonly pending: SimOrder[][]
  /** Orders that rest, oldest first, by instrument. */
  readonly resting: SimOrder[][]
  /** Market time of what is being played. */
  now: Ts = ts(0)
  /** Base units that traded where we are on the path: what impact is measured on. */
  volume = 0
  private readonly account: SimAccount
  private readonly options: SimOptions
  private readonly maker: RateFraction
  private readonly taker: RateFraction
  private sequence = 0
  private executions = 0

  constructor(account: SimAccount, options: SimOptions) {
    this.account = account
    this.options = options
    this.maker = rateFraction(options.makerRate)
    this.taker = rateFraction(options.takerRate)
    this.pending = account.instruments.map(() => [])
    this.resting = account.instruments.map(() => [])
  }

  /** A price that may be a gap: pending orders fill at it, stops that it jumped over fill at it, not at their trigger. */
  price(i: InstrumentIndex, price: number, into: VenueEventSink): void {
    this.account.prices[i] = price
    const pending = this.pending[i] as SimOrder[]
    while (pending.length > 0) {
      const order = pending.shift() as SimOrder
      this.fillTaker(order, ticks(price), into)
    }
    for (;;) {
      const order = this.nextHit(i, price, price)
      if (order === undefined) break
      this.hit(order, price, true, into)
    }
    const resting = this.resting[i] as SimOrder[]
    for (let k = resting.length - 1; k >= 0; k--) {
      const order = resting[k] as SimOrder
      if (!order.isFresh) continue
      order.isFresh = false
      if (order.kind === 'limit' && (order.timeInForce === 'ioc' || order.timeInForce === 'fok')) {
        resting.splice(k, 1)
        this.tellCanceled(order, order.timeInForce === 'fok' ? 'EC_CancelForNoFullFill' : 'EC_NoImmediateQtyToFill', into)
      }
    }
  }

  /** A continuous move from the last price to `to`: each order on the way is met at its own price. */
  move(i: InstrumentIndex, to: number, into: VenueEventSink): void {
    for (;;) {
      const order = this.nextHit(i, this.account.prices[i] as number, to)
      if (order === undefined) break
      this.hit(order, this.account.prices[i] as number, false, into)
    }
    this.account.prices[i] = to
  }

  /** The first order that a move from `from` to `to` meets: nearest first, stops before others at one price, then the oldest. */
  private nextHit(i: InstrumentIndex, from: number, to: number): SimOrder | undefined {
    const resting = this.resting[i] as SimOrder[]
    let best: SimOrder | undefined
    let bestDistance = Number.POSITIVE_INFINITY
    for (let k = 0; k < resting.length; k++) {
      const order = resting[k] as SimOrder
      if (!this.isHit(order, from, to)) continue
      const distance = Math.abs(((order.trigger ?? order.limit) as number) - from)
      const wins = distance < bestDistance || (distance === bestDistance && order.isStop && best !== undefined && !best.isStop)
      if (wins) {
        best = order
        bestDistance = distance
      }
    }
    return best
  }

  private isHit(order: SimOrder, from: number, to: number): boolean {
    const low = from < to ? from : to
    const high = from < to ? to : from
    if (order.kind === 'limit') {
      const limit = order.limit as number
      const touches = this.options.limitFill === 'touch' || order.isFresh
      if (order.side === 1) return touches ? low <= limit : low < limit
      return touches ? high >= limit : high > limit
    }
    const trigger = order.trigger as number
    return order.isStop === (order.side === 1) ? high >= trigger : low <= trigger
  }

  private hit(order: SimOrder, at: number, isGap: boolean, into: VenueEventSink): void {
    const resting = this.resting[order.instrument] as SimOrder[]
    resting.splice(resting.indexOf(order), 1)
    if (order.kind === 'limit') {
      if (order.isFresh && isGap) {
        if (order.timeInForce === 'post-only') this.tellCanceled(order, 'EC_PostOnlyWillTakeLiquidity', into)
        else this.fillTaker(order, ticks(at), into)
        return
      }
      // The path has come to the limit: what the fill attaches is met from here on, not from where the move began.
      if (!isGap) this.account.prices[order.instrument] = order.limit as number
      this.fill(order, ticks(order.limit as number), order.lots, this.maker, 'maker', into)
      return
    }
    into({
      type: 'order-triggered',
      instrument: order.instrument,
      orderId: order.orderId,
      venueOrderId: order.venueOrderId,
      ts: this.now,
    })
    // A jump fills at the price it landed on, a continuous move at the trigger, a trigger that had been passed already at the price.
    const trigger = order.trigger as number
    const isPassed = order.isStop === (order.side === 1) ? at >= trigger : at <= trigger
    const price = isGap || isPassed ? at : trigger
    if (!isGap) this.account.prices[order.instrument] = price
    this.fillTaker(order, ticks(price), into)
  }

  private fillTaker(order: SimOrder, price: Ticks, into: VenueEventSink): void {
    const instrument = this.account.instruments[order.instrument] as Instrument
    let at = price
    if (this.options.slippage.type !== 'none') {
      const guess = order.budget === undefined ? order.lots : this.resolveBudget(instrument, order.budget, price)
      at = slipped(this.options.slippage, price, order.side, guess * lotFloat(instrument), this.volume)
    }
    if (order.limit !== undefined) at = order.side === 1 ? ticks(Math.min(at, order.limit)) : ticks(Math.max(at, order.limit))
    const quantity = order.budget === undefined ? order.lots : this.resolveBudget(instrument, order.budget, at)
    if (quantity < instrument.lotsMin) {
      this.tellCanceled(order, 'EC_CancelByOrderValueZero', into)
      return
    }
    order.lots = quantity
    this.fill(order, at, quantity, this.taker, 'taker', into)
  }

  /** floor(budget / (price x (1 + taker fee))) in lots: the notional and its fee fit into the budget, exactly. */
  private resolveBudget(instrument: Instrument, budget: Cash, price: Ticks): Lots {
    const { numerator, denominator } = this.taker
    // budget x d / (d + n) = budget - budget x n / (d + n): the smaller factor keeps the product exact in a double.
    const net = budget - mulDivCeil(budget, numerator, denominator + numerator)
    return lots(mulDivFloor(net, instrument.cashDenominator, price * instrument.cashNumerator))
  }

  private fill(
    order: SimOrder,
    price: Ticks,
    quantity: Lots,
    fraction: RateFraction,
    liquidity: 'maker' | 'taker',
    into: VenueEventSink,
  ): void {
    const i = order.instrument
    const instrument = this.account.instruments[i] as Instrument
    const position = this.account.positions[i] as Position
    let filled = quantity
    if (order.reduceOnly) {
      const held: number = position.lots
      if (held === 0 || held > 0 === (order.side === 1)) {
        this.tellCanceled(order, 'CancelByReduceOnly', into)
        return
      }
      const size = held < 0 ? 0 - held : held
      if (filled > size || order.attached === 'stop') filled = lots(size)
    }
    const fee = feeOf(instrument, price, filled, fraction)
    const realized = applyFill(position, instrument, order.side, price, filled)
    if (realized !== 0) postToWallet(this.account.ledger, 'trading', realized)
    postToWallet(this.account.ledger, 'fees', cash(0 - fee))
    order.filled = filled
    this.executions += 1
    into({
      type: 'order-filled',
      instrument: i,
      orderId: order.orderId,
      venueOrderId: order.venueOrderId,
      tradeId: `${this.options.idPrefix}x${this.executions}`,
      side: order.side,
      price,
      lots: filled,
      fee: { coin: instrument.settleCoin, amount: fee, rate: fraction.rate },
      liquidity,
      isComplete: true,
      ts: this.now,
    })
    this.followPosition(order, position, into)
  }

  /** Attached stops and targets: made when the entry fills, resized with the position, gone with it. */
  private followPosition(order: SimOrder, position: Position, into: VenueEventSink): void {
    const i = order.instrument
    const resting = this.resting[i] as SimOrder[]
    const held: number = position.lots
    for (let k = resting.length - 1; k >= 0; k--) {
      const other = resting[k] as SimOrder
      // Flat: nothing to reduce. Flipped: what guarded the old side would add to the new one.
      if (!other.reduceOnly || (held !== 0 && held > 0 !== (other.side === 1))) continue
      resting.splice(k, 1)
      this.tellCanceled(other, other.attached === undefined ? 'CancelByReduceOnly' : 'CancelByTpSlTsClear', into)
    }
    if (held !== 0 && !order.reduceOnly && (order.stop !== undefined || order.targets !== undefined)) {
      const exit: Side = held > 0 ? -1 : 1
      const size = lots(held < 0 ? 0 - held : held)
      const standing = resting.find((o) => o.attached === 'stop')
      if (order.stop !== undefined && standing === undefined)
        this.attach('stop', i, exit, size, order.stop, order.triggerBy, order, undefined, into)
      else if (order.stop !== undefined && standing !== undefined) {
        standing.trigger = order.stop
        standing.lots = size
        this.tellAmended(standing, into)
      }
      let left: number = order.filled
      for (const target of order.targets ?? []) {
        const share = Math.min(left, Math.floor(order.filled * target.share))
        if (share <= 0) continue
        left -= share
        this.attach('target', i, exit, lots(share), target.price, order.triggerBy, order, target.share, into)
      }
      return
    }
    if (held === 0) return
    const standing = resting.find((o) => o.attached === 'stop')
    const size = held < 0 ? 0 - held : held
    if (standing !== undefined && standing.lots !== size) {
      standing.lots = lots(size)
      this.tellAmended(standing, into)
    }
  }

  attach(
    kind: 'stop' | 'target',
    i: InstrumentIndex,
    side: Side,
    quantity: Lots,
    trigger: Ticks,
    triggerBy: PriceSource,
    parent: SimOrder | undefined,
    share: number | undefined,
    into: VenueEventSink,
  ): void {
    const order: SimOrder = {
      venueOrderId: this.nextId(),
      orderId: undefined,
      clientOrderId: '',
      parentVenueOrderId: parent?.venueOrderId,
      instrument: i,
      side,
      kind: kind === 'stop' ? 'stop-market' : 'take-profit-market',
      lots: quantity,
      budget: undefined,
      filled: lots(0),
      limit: undefined,
      trigger,
      triggerBy,
      stop: undefined,
      targets: share === undefined ? undefined : [{ price: trigger, share }],
      timeInForce: 'gtc',
      reduceOnly: true,
      attached: kind,
      isStop: kind === 'stop',
      isFresh: false,
      createdTs: this.now,
    }
    ;(this.resting[i] as SimOrder[]).push(order)
    into({
      type: 'order-adopted',
      origin: kind === 'stop' ? 'attached-stop' : 'attached-target',
      parentOrderId: parent?.orderId,
      instrument: i,
      venueOrderId: order.venueOrderId,
      clientOrderId: '',
      side,
      kind: order.kind,
      lots: quantity,
      limit: undefined,
      trigger,
      triggerBy,
      reduceOnly: true,
      ts: this.now,
    })
  }

  tellCanceled(order: SimOrder, cause: string, into: VenueEventSink): void {
    into({
      type: 'order-canceled',
      instrument: order.instrument,
      orderId: order.orderId,
      venueOrderId: order.venueOrderId,
      cause,
      ts: this.now,
    })
  }

  tellAmended(order: SimOrder, into: VenueEventSink): void {
    into({
      type: 'order-amended',
      instrument: order.instrument,
      orderId: order.orderId,
      venueOrderId: order.venueOrderId,
      lots: order.lots,
      limit: order.limit,
      trigger: order.trigger,
      ts: this.now,
    })
  }

  nextId(): string {
    this.sequence += 1
    return `${this.options.idPrefix}${this.sequence}`
  }

  state(): Pick<SimState, 'sequence' | 'executions' | 'orders'> {
    return {
      sequence: this.sequence,
      executions: this.executions,
      orders: [...this.pending.flat(), ...this.resting.flat()].map((o) => ({ ...o })),
    }
  }

  restore(state: SimState): void {
    this.sequence = state.sequence
    this.executions = state.executions
    for (const list of [...this.pending, ...this.resting]) list.length = 0
    for (const order of state.orders)
      ((order.kind === 'market' ? this.pending : this.resting)[order.instrument] as SimOrder[]).push({ ...order })
  }
}
