/**
 * The one matching engine: orders of one account against a price path, for the backtest and for the wire simulator alike.
 * Never reads a clock, never knows the kernel, and never fills better than the path offered.
 */
import { mulDivCeil, mulDivFloor } from '../../core/decimal.ts'
import {
  type Cash,
  type InstrumentIndex,
  type Lots,
  type OrderId,
  type Rate,
  type Side,
  type Ticks,
  type Ts,
  cash,
  lots,
  ticks,
  ts,
} from '../../core/units.ts'
import type { Bars } from '../../market/bars.ts'
import { type Instrument, lotFloat, notionalOf } from '../../market/instrument.ts'
import { type Ledger, emptyLedger, postToWallet } from '../../portfolio/ledger.ts'
import { type Position, applyFill, flatPosition, unrealizedOf } from '../../portfolio/position.ts'
import type { OrderCommand, SubmitOrder, VenueEventSink } from '../../trading/event.ts'
import type { OrderKind, PriceSource, Target, TimeInForce } from '../../trading/order.ts'
import { type RateFraction, type SlippageModel, barPath, feeOf, fundingOf, rateFraction, slipped } from './models.ts'

export interface SimOptions {
  readonly makerRate: Rate
  readonly takerRate: Rate
  readonly slippage: SlippageModel
  /** Limits fill when the price trades through them (the queue is ahead of us), or already when it touches. */
  readonly limitFill: 'through' | 'touch'
  /** Leverage that margin is asked with at first, for all instruments; setLeverage changes it for one. */
  readonly leverage: number
  /** Prefix of the venue's order ids and execution ids. */
  readonly idPrefix: string
}

/** An order as the venue keeps it. */
export interface SimOrder {
  readonly venueOrderId: string
  readonly orderId: OrderId | undefined
  readonly clientOrderId: string
  readonly parentVenueOrderId: string | undefined
  readonly instrument: InstrumentIndex
  readonly side: Side
  readonly kind: OrderKind
  lots: Lots
  readonly budget: Cash | undefined
  filled: Lots
  limit: Ticks | undefined
  trigger: Ticks | undefined
  readonly triggerBy: PriceSource
  stop: Ticks | undefined
  targets: readonly Target[] | undefined
  readonly timeInForce: TimeInForce
  readonly reduceOnly: boolean
  readonly attached: 'stop' | 'target' | undefined
  readonly isStop: boolean
  /** True until the order has met its first price: a limit that crosses then takes liquidity. */
  isFresh: boolean
  readonly createdTs: Ts
}

/** Why the venue does not take a command at all; `code` is Bybit's retCode. */
export interface VenueRefusal {
  readonly code: number
  readonly detail: string
}

/** All that a venue must remember over a restart, as plain values. */
export interface SimState {
  readonly sequence: number
  readonly executions: number
  readonly ledger: Ledger
  readonly positions: readonly Position[]
  readonly prices: readonly number[]
  readonly orders: readonly SimOrder[]
  readonly leverages: readonly number[]
}

export class SimVenue {
  readonly instruments: readonly Instrument[]
  readonly positions: readonly Position[]
  readonly ledger: Ledger = emptyLedger()
  private readonly options: SimOptions
  private readonly maker: RateFraction
  private readonly taker: RateFraction
  /** Market orders that wait for the next price, by instrument. */
  private readonly pending: SimOrder[][]
  /** Orders that rest, oldest first, by instrument. */
  private readonly resting: SimOrder[][]
  /** Last price in ticks, by instrument; 0 before the first. */
  private readonly prices: Float64Array
  private readonly leverages: Float64Array
  private sequence = 0
  private executions = 0
  private now: Ts = ts(0)
  private barVolume = 0

  constructor(instruments: readonly Instrument[], openingCash: Cash, options: SimOptions) {
    this.instruments = instruments
    this.options = options
    this.maker = rateFraction(options.makerRate)
    this.taker = rateFraction(options.takerRate)
    this.positions = instruments.map(flatPosition)
    this.pending = instruments.map(() => [])
    this.resting = instruments.map(() => [])
    this.prices = new Float64Array(instruments.length)
    this.leverages = new Float64Array(instruments.length).fill(options.leverage)
    postToWallet(this.ledger, 'capital', openingCash)
  }

  /** Open orders of an instrument, market orders that wait for a price first. */
  openOrders(i: InstrumentIndex): readonly SimOrder[] {
    return [...(this.pending[i] as SimOrder[]), ...(this.resting[i] as SimOrder[])]
  }

  lastPrice(i: InstrumentIndex): Ticks {
    return ticks(this.prices[i] as number)
  }

  /** Wallet plus what open positions would bring at the last price. */
  equity(): Cash {
    let sum: number = this.ledger.wallet
    for (let i = 0; i < this.instruments.length; i++) {
      const position = this.positions[i] as Position
      if (position.lots !== 0) sum += unrealizedOf(position, this.instruments[i] as Instrument, ticks(this.prices[i] as number))
    }
    return cash(sum)
  }

  /** Initial margin that open positions hold at the last price. */
  marginUsed(): Cash {
    let sum = 0
    for (let i = 0; i < this.instruments.length; i++) {
      const held: number = (this.positions[i] as Position).lots
      if (held === 0) continue
      const size = lots(held < 0 ? 0 - held : held)
      const notional = notionalOf(this.instruments[i] as Instrument, ticks(this.prices[i] as number), size, 'ceil')
      sum += Math.ceil(notional / (this.leverages[i] as number))
    }
    return cash(sum)
  }

  leverage(i: InstrumentIndex): number {
    return this.leverages[i] as number
  }

  /** Changes the leverage that margin of this instrument is asked with from now on. */
  setLeverage(i: InstrumentIndex, leverage: number): void {
    this.leverages[i] = leverage
  }

  /** Takes a command, or says why not. Market orders wait for the next price; nothing is filled here. */
  accept(command: OrderCommand, at: Ts, into: VenueEventSink): VenueRefusal | undefined {
    this.now = at
    switch (command.type) {
      case 'submit-order':
        return this.submit(command, into)
      case 'cancel-order':
        return this.cancel(command.instrument, command.orderId, command.venueOrderId, into)
      case 'set-position-stop':
        return this.setPositionStop(command.instrument, command.stop, command.triggerBy, into)
    }
  }

  private submit(command: SubmitOrder, into: VenueEventSink): VenueRefusal | undefined {
    const refusal = this.refusalOf(command)
    if (refusal !== undefined) return refusal
    const order: SimOrder = {
      venueOrderId: this.nextId(),
      orderId: command.orderId,
      clientOrderId: command.clientOrderId,
      parentVenueOrderId: undefined,
      instrument: command.instrument,
      side: command.side,
      kind: command.kind,
      lots: command.lots,
      budget: command.budget,
      filled: lots(0),
      limit: command.limit,
      trigger: command.trigger,
      triggerBy: command.triggerBy,
      stop: command.stop,
      targets: command.targets,
      timeInForce: command.timeInForce,
      reduceOnly: command.reduceOnly,
      attached: undefined,
      isStop: command.kind === 'stop-market',
      isFresh: true,
      createdTs: this.now,
    }
    ;((command.kind === 'market' ? this.pending : this.resting)[command.instrument] as SimOrder[]).push(order)
    into({ type: 'order-accepted', instrument: order.instrument, orderId: order.orderId, venueOrderId: order.venueOrderId, ts: this.now })
    return undefined
  }

  private refusalOf(command: SubmitOrder): VenueRefusal | undefined {
    const instrument = this.instruments[command.instrument]
    if (instrument === undefined) return { code: 10001, detail: 'symbol invalid' }
    const position = this.positions[command.instrument] as Position
    switch (command.kind) {
      case 'market':
        break
      case 'limit':
        if (command.limit === undefined || command.limit <= 0) return { code: 110003, detail: 'a limit order needs a price above zero' }
        break
      case 'stop-market':
      case 'take-profit-market':
        if (command.trigger === undefined || command.trigger <= 0)
          return { code: 10001, detail: 'a conditional order needs a trigger price' }
        break
      case 'stop-limit':
      case 'take-profit-limit':
      case 'trailing-stop':
        return { code: 10001, detail: `order kind ${command.kind} is not simulated` }
    }
    const price = this.prices[command.instrument] as number
    if (command.trigger !== undefined && price > 0) {
      const rises = (command.kind === 'stop-market') === (command.side === 1)
      if (rises && command.trigger <= price) return { code: 110092, detail: 'expect rising, but the trigger price is not above the price' }
      if (!rises && command.trigger >= price)
        return { code: 110093, detail: 'expect falling, but the trigger price is not below the price' }
    }
    if (command.reduceOnly) {
      if (position.lots === 0 || position.lots > 0 === (command.side === 1))
        return { code: 110017, detail: 'reduce-only order would not reduce the position' }
      return undefined
    }
    if (command.budget !== undefined) return command.budget > 0 ? undefined : { code: 110094, detail: 'a budget must be above zero' }
    if (command.lots < instrument.lotsMin) return { code: 10001, detail: 'quantity below the minimum' }
    if (command.lots > (command.kind === 'market' ? instrument.lotsMarketMax : instrument.lotsMax))
      return { code: 10001, detail: 'quantity above the maximum' }
    const at = command.limit ?? command.trigger ?? ticks(price)
    if (at > 0) {
      const notional = notionalOf(instrument, at, command.lots, 'ceil')
      if (notional < instrument.notionalMin) return { code: 110094, detail: 'order value below the minimum' }
      const adds = position.lots === 0 || position.lots > 0 === (command.side === 1)
      if (adds && Math.ceil(notional / (this.leverages[command.instrument] as number)) > this.equity() - this.marginUsed())
        return { code: 110007, detail: 'available balance is not enough for the order' }
    }
    return undefined
  }

  private cancel(
    i: InstrumentIndex,
    orderId: OrderId | undefined,
    venueOrderId: string | undefined,
    into: VenueEventSink,
  ): VenueRefusal | undefined {
    for (const list of [this.pending[i], this.resting[i]]) {
      const at = (list ?? []).findIndex((o) => (venueOrderId === undefined ? o.orderId === orderId : o.venueOrderId === venueOrderId))
      if (list === undefined || at < 0) continue
      const order = list[at] as SimOrder
      list.splice(at, 1)
      this.tellCanceled(order, 'user', into)
      return undefined
    }
    return { code: 110001, detail: 'order does not exist' }
  }

  private setPositionStop(i: InstrumentIndex, stop: Ticks, triggerBy: PriceSource, into: VenueEventSink): VenueRefusal | undefined {
    const position = this.positions[i]
    if (position === undefined || position.lots === 0) return { code: 10001, detail: 'can not set a stop on a zero position' }
    const price = this.prices[i] as number
    if (price > 0 && (position.lots > 0 ? stop >= price : stop <= price))
      return { code: 10001, detail: 'the stop lies on the wrong side of the price' }
    const existing = (this.resting[i] as SimOrder[]).find((o) => o.attached === 'stop')
    if (existing === undefined) {
      this.attach('stop', i, position.lots > 0 ? -1 : 1, lots(Math.abs(position.lots)), stop, triggerBy, undefined, undefined, into)
      return undefined
    }
    if (existing.trigger === stop) return { code: 34040, detail: 'not modified' }
    existing.trigger = stop
    this.tellAmended(existing, into)
    return undefined
  }

  /** Changes a standing order in place. A limit that moves meets its next price afresh, so that crossing takes liquidity. */
  amend(
    i: InstrumentIndex,
    venueOrderId: string,
    change: Partial<Pick<SimOrder, 'lots' | 'limit' | 'trigger' | 'stop' | 'targets'>>,
    at: Ts,
    into: VenueEventSink,
  ): VenueRefusal | undefined {
    this.now = at
    const order = this.openOrders(i).find((o) => o.venueOrderId === venueOrderId)
    if (order === undefined) return { code: 110001, detail: 'order does not exist' }
    if (change.limit !== undefined && change.limit !== order.limit) order.isFresh = true
    Object.assign(order, change)
    this.tellAmended(order, into)
    return undefined
  }

  /** Adds a target to the open position, beside those that stand already. */
  addTarget(
    i: InstrumentIndex,
    quantity: Lots,
    trigger: Ticks,
    triggerBy: PriceSource,
    at: Ts,
    into: VenueEventSink,
  ): VenueRefusal | undefined {
    this.now = at
    const position = this.positions[i]
    if (position === undefined || position.lots === 0) return { code: 10001, detail: 'can not set a target on a zero position' }
    const price = this.prices[i] as number
    if (price > 0 && (position.lots > 0 ? trigger <= price : trigger >= price))
      return { code: 10001, detail: 'the target lies on the wrong side of the price' }
    const held = Math.abs(position.lots)
    this.attach('target', i, position.lots > 0 ? -1 : 1, quantity, trigger, triggerBy, undefined, quantity / held, into)
    return undefined
  }

  /**
   * Plays the next hidden bar of a series: open, then the extremes in the order of barPath, then close.
   * All fills carry the bar's open time, since a bar does not say when inside it a price was seen.
   */
  bar(i: InstrumentIndex, bars: Bars, into: VenueEventSink): void {
    const at = bars.cursor
    const close = bars.closeColumn[at] as number
    const pending = this.pending[i] as SimOrder[]
    const resting = this.resting[i] as SimOrder[]
    if (pending.length !== 0 || resting.length !== 0) {
      this.now = ts(bars.tsColumn[at] as number)
      this.barVolume = bars.volumeColumn[at] as number
      this.price(i, bars.openColumn[at] as number, into)
      if (resting.length !== 0) {
        if (barPath((this.positions[i] as Position).lots, resting) === 'low-first') {
          this.move(i, bars.lowColumn[at] as number, into)
          this.move(i, bars.highColumn[at] as number, into)
        } else {
          this.move(i, bars.highColumn[at] as number, into)
          this.move(i, bars.lowColumn[at] as number, into)
        }
        this.move(i, close, into)
      }
    }
    this.prices[i] = close
  }

  /** A print at `price`: what lies between the last price and this one was not traded (a gap). `volume` is what impact is measured on. */
  tick(i: InstrumentIndex, price: Ticks, volume: number, at: Ts, into: VenueEventSink): void {
    this.now = at
    this.barVolume = volume
    this.price(i, price, into)
  }

  /** Settles funding on the open position, if any. */
  funding(i: InstrumentIndex, rate: Rate, mark: Ticks, at: Ts, into: VenueEventSink): void {
    const position = this.positions[i] as Position
    if (position.lots === 0) return
    const instrument = this.instruments[i] as Instrument
    const amount = fundingOf(instrument, mark, position.lots, rate)
    postToWallet(this.ledger, 'funding', amount)
    into({ type: 'funding-settled', instrument: i, settlementId: `${instrument.symbol}-${at}`, rate, amount, ts: at })
  }

  /** A deposit (or, negative, a withdrawal) by the account's owner. */
  deposit(amount: Cash, coin: string, at: Ts, into: VenueEventSink): void {
    postToWallet(this.ledger, 'capital', amount)
    into({ type: 'wallet-adjusted', coin, amount, cause: amount >= 0 ? 'deposit' : 'withdrawal', ts: at })
  }

  /** A price that may be a gap: pending orders fill at it, stops that it jumped over fill at it, not at their trigger. */
  private price(i: InstrumentIndex, price: number, into: VenueEventSink): void {
    this.prices[i] = price
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
  private move(i: InstrumentIndex, to: number, into: VenueEventSink): void {
    for (;;) {
      const order = this.nextHit(i, this.prices[i] as number, to)
      if (order === undefined) break
      this.hit(order, this.prices[i] as number, false, into)
    }
    this.prices[i] = to
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
      if (!isGap) this.prices[order.instrument] = order.limit as number
      this.fill(order, order.limit as Ticks, order.lots, this.maker, 'maker', into)
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
    if (!isGap) this.prices[order.instrument] = price
    this.fillTaker(order, ticks(price), into)
  }

  private fillTaker(order: SimOrder, price: Ticks, into: VenueEventSink): void {
    const instrument = this.instruments[order.instrument] as Instrument
    let at = price
    if (this.options.slippage.type !== 'none') {
      const guess = order.budget === undefined ? order.lots : this.resolveBudget(instrument, order.budget, price)
      at = slipped(this.options.slippage, price, order.side, guess * lotFloat(instrument), this.barVolume)
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
    const instrument = this.instruments[i] as Instrument
    const position = this.positions[i] as Position
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
    if (realized !== 0) postToWallet(this.ledger, 'trading', realized)
    postToWallet(this.ledger, 'fees', cash(0 - fee))
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

  private attach(
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

  private tellCanceled(order: SimOrder, cause: string, into: VenueEventSink): void {
    into({
      type: 'order-canceled',
      instrument: order.instrument,
      orderId: order.orderId,
      venueOrderId: order.venueOrderId,
      cause,
      ts: this.now,
    })
  }

  private tellAmended(order: SimOrder, into: VenueEventSink): void {
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

  private nextId(): string {
    this.sequence += 1
    return `${this.options.idPrefix}${this.sequence}`
  }

  state(): SimState {
    return {
      sequence: this.sequence,
      executions: this.executions,
      ledger: { ...this.ledger },
      positions: this.positions.map((p) => ({ ...p })),
      prices: Array.from(this.prices),
      leverages: Array.from(this.leverages),
      orders: [...this.pending.flat(), ...this.resting.flat()].map((o) => ({ ...o })),
    }
  }

  /** Goes on from a saved state of the same instruments. */
  restore(state: SimState): void {
    this.sequence = state.sequence
    this.executions = state.executions
    Object.assign(this.ledger, state.ledger)
    state.positions.forEach((p, i) => {
      Object.assign(this.positions[i] as Position, p)
    })
    state.prices.forEach((p, i) => {
      this.prices[i] = p
    })
    this.leverages.set(state.leverages)
    for (const list of [...this.pending, ...this.resting]) list.length = 0
    for (const order of state.orders)
      ((order.kind === 'market' ? this.pending : this.resting)[order.instrument] as SimOrder[]).push({ ...order })
  }
}
