/**
 * What a met order becomes: fills with price, fee and money, and what hangs on the position that they make.
 */
import { mulDivCeil, mulDivFloor } from '../../core/decimal.ts'
import { type Cash, type InstrumentIndex, type Lots, type Side, type Ticks, type Ts, cash, lots, ticks, ts } from '../../core/units.ts'
import { type Instrument, lotFloat, notionalOf } from '../../market/instrument.ts'
import { postToWallet } from '../../portfolio/ledger.ts'
import type { Position } from '../../portfolio/position.ts'
import type { OrderAdopted, VenueEventSink } from '../../trading/event.ts'
import { type OrderKind, type PriceSource, isWholeTarget } from '../../trading/order.ts'
import { bookLinear, bookSpot } from './booking.ts'
import { SPOT_RATE } from './models/costs.ts'
import { type RateFraction, against, feeOf, rateFraction, slippageTicks } from './models/models.ts'
import type { SimAccount } from './sim-account.ts'
import type { Attachment, SimOptions, SimOrder } from './sim-order.ts'
import { SHORT_OF_BALANCE, type SpotBalance } from './spot-balance.ts'
import { VenueIds } from './venue-ids.ts'

/** Parts in which a taker walks up the book before it has all that it wants. */
const PARTS_MAX = 20

/** What the venue hangs on a position. */
export interface Attached {
  readonly kind: Attachment
  readonly instrument: InstrumentIndex
  readonly side: Side
  readonly lots: Lots
  readonly trigger?: Ticks | undefined
  readonly triggerBy: PriceSource
  readonly parent?: SimOrder | undefined
  /** A target's part of what its entry filled; undefined where it covers the whole position. */
  readonly share?: number | undefined
  /** A target that is a limit from its trigger on. */
  readonly limit?: Ticks | undefined
  readonly trailBy?: Ticks | undefined
  readonly activation?: Ticks | undefined
}

const KINDS: Readonly<Record<Attachment, OrderKind>> = { stop: 'stop-market', target: 'take-profit-market', trail: 'trailing-stop' }

/** In what one order of the venue's own making differs from another. */
type OwnOrder = Pick<SimOrder, 'kind' | 'timeInForce' | 'isStop'> &
  Partial<Pick<SimOrder, 'parentVenueOrderId' | 'limit' | 'trigger' | 'triggerBy' | 'trailBy' | 'activation' | 'targets' | 'attached'>>

export class Settlement {
  readonly ids: VenueIds
  now: Ts = ts(0)
  /** What traded in the bar or print that is played. */
  private readonly traded = { volume: 0, low: 0, high: 0 }
  /** Ticks that buys and sales which came while a bar was under way give away beside all else; see {@link Matcher.arrive}. */
  readonly late = { up: 0, down: 0 }
  /** Lots that the bar or print has left for all orders; see {@link SimOptions.maxVolumeShare}. */
  private room = Number.POSITIVE_INFINITY
  private isRoomKnown = false
  /** See SimOptions; may change while the venue runs. */
  depthShare: number | undefined
  private readonly account: SimAccount
  private readonly options: SimOptions
  private readonly pending: readonly SimOrder[][]
  private readonly resting: readonly SimOrder[][]
  private readonly maker: RateFraction
  private readonly taker: RateFraction
  private readonly spotFee: RateFraction
  private readonly balance: SpotBalance

  /** Of slippage in ticks: what is no whole tick yet. */
  private owed = 0
  /** Step in which targets that are attached now wait for the last way of the bar, negative; 0 between bars and at their opens. */
  targetStep = 0

  /** @param lists pending and resting orders, by instrument */
  constructor(
    account: SimAccount,
    options: SimOptions,
    lists: readonly [pending: readonly SimOrder[][], resting: readonly SimOrder[][]],
    balance: SpotBalance,
  ) {
    this.account = account
    this.options = options
    this.pending = lists[0]
    this.resting = lists[1]
    this.depthShare = options.depthShare
    this.ids = new VenueIds(options.idPrefix)
    this.maker = rateFraction(options.makerRate)
    this.taker = rateFraction(options.takerRate)
    this.spotFee = rateFraction(options.spotRate ?? SPOT_RATE)
    this.balance = balance
  }

  /** See {@link Matcher.begin}. */
  begin(at: Ts, volume: number, low: number, high: number): void {
    this.now = at
    const { traded } = this
    traded.volume = volume
    traded.low = low
    traded.high = high
    this.isRoomKnown = false
  }

  /** Whether the bar or print has no volume left for an order. */
  get isUsedUp(): boolean {
    return this.options.maxVolumeShare !== undefined && this.room <= 0
  }

  /** Lots of an instrument that all orders together may still have of this step. */
  private roomOf(instrument: Instrument): number {
    const { maxVolumeShare } = this.options
    if (maxVolumeShare === undefined || this.isRoomKnown) return this.room
    this.isRoomKnown = true
    this.room = Math.floor((maxVolumeShare * this.traded.volume) / lotFloat(instrument) + 1e-9)
    return this.room
  }

  /** Lots that one order may have of this step. */
  private depth(instrument: Instrument): number {
    if (this.depthShare === undefined) return Number.POSITIVE_INFINITY
    return Math.max(instrument.lotsMin, Math.floor((this.depthShare * this.traded.volume) / lotFloat(instrument)))
  }

  /** Fills at the order's limit, as far as there is somebody on the other side. Answers whether something is left. */
  make(order: SimOrder, into: VenueEventSink): boolean {
    const instrument = this.account.instruments[order.instrument] as Instrument
    const left = order.lots - order.filled
    // Nothing traded: an order that came in is matched, and those that rest are not.
    if (this.depthShare !== undefined && this.traded.volume === 0) return true
    const room = this.roomOf(instrument)
    if (room <= 0) return true
    return this.fillBounded(order, ticks(order.limit as number), Math.min(left, this.depth(instrument), room), this.maker, 'maker', into)
  }

  /**
   * Takes liquidity from `price` on. A limit bounds the price; a fill-or-kill that would not get all gets nothing.
   * Answers whether something is left to rest.
   * @param beyond ticks that a stop gives away at least
   */
  take(order: SimOrder, price: Ticks, into: VenueEventSink, beyond = 0): boolean {
    const instrument = this.account.instruments[order.instrument] as Instrument
    const room = this.roomOf(instrument)
    if (room <= 0) return this.waits(order, into)
    const late = order.side === 1 ? this.late.up : this.late.down
    const at = bounded(order, against(price, order.side, Math.max(this.slippageOf(order, instrument, price), beyond) + late))
    if (order.budget !== undefined) order.lots = lots(order.filled + this.resolveBudget(instrument, order.budget, at))
    if (order.lots < instrument.lotsMin || order.lots <= order.filled) {
      this.tellCanceled(order, 'EC_CancelByOrderValueZero', into)
      return false
    }
    return this.walk(order, at, this.depth(instrument), into)
  }

  private slippageOf(order: SimOrder, instrument: Instrument, price: Ticks): number {
    const { slippage } = this.options
    if (slippage.type === 'none') return 0
    const wanted = order.budget === undefined ? order.lots - order.filled : this.resolveBudget(instrument, order.budget, price)
    const quantity = Math.min(wanted, this.roomOf(instrument)) * lotFloat(instrument)
    const moved = slippageTicks(slippage, price, quantity, this.traded, this.owed)
    if (slippage.type === 'ticks') this.owed = Math.max(0, slippage.ticks + this.owed - moved)
    return moved
  }

  /** One tick for each part that the book holds; the last part takes the rest. */
  private walk(order: SimOrder, first: Ticks, depth: number, into: VenueEventSink): boolean {
    const wanted = order.lots - order.filled
    const most = Math.min(wanted, this.room)
    const parts = Math.max(1, Math.min(PARTS_MAX, Math.ceil(most / depth)))
    const reachable = order.limit === undefined ? parts : Math.min(parts, Math.abs(order.limit - first) + 1)
    if (order.timeInForce === 'fok' && (reachable < parts || most < wanted)) {
      this.tellCanceled(order, 'EC_CancelForNoFullFill', into)
      return false
    }
    for (let k = 0; k < reachable; k++) {
      const left = Math.min(order.lots - order.filled, this.room)
      const part = k === PARTS_MAX - 1 ? left : Math.min(left, depth)
      const price = ticks(Math.max(1, first + order.side * k))
      if (!this.fillBounded(order, price, part, this.taker, 'taker', into)) return false
    }
    return this.waits(order, into)
  }

  /** What is left of an order waits for the next price, unless it is a limit that must not. */
  private waits(order: SimOrder, into: VenueEventSink): boolean {
    const mayNot = order.timeInForce === 'fok' || (order.timeInForce === 'ioc' && order.limit !== undefined)
    if (mayNot) this.tellUnfilled(order, into)
    return !mayNot
  }

  /** As {@link fill}, out of what the step has left, and out of the order's budget. */
  private fillBounded(
    order: SimOrder,
    price: Ticks,
    quantity: number,
    fraction: RateFraction,
    liquidity: 'maker' | 'taker',
    into: VenueEventSink,
  ): boolean {
    const before = order.filled
    const isLeft = this.fill(order, price, lots(quantity), fraction, liquidity, into)
    const filled = lots(order.filled - before)
    this.room -= filled
    if (isLeft && order.budget !== undefined) {
      const instrument = this.account.instruments[order.instrument] as Instrument
      const paid = instrument.category === 'spot' ? cash(0) : feeOf(instrument, price, filled, fraction)
      order.budget = cash(order.budget - notionalOf(instrument, price, filled, 'ceil') - Math.max(0, paid))
    }
    return isLeft
  }

  /** floor(budget / (price x (1 + taker fee))) in lots: the notional and its fee fit into the budget, exactly. A spot fee is paid in coins. */
  private resolveBudget(instrument: Instrument, budget: Cash, price: Ticks): Lots {
    const { numerator, denominator } = this.taker
    if (instrument.category === 'spot') return lots(mulDivFloor(budget, instrument.cashDenominator, price * instrument.cashNumerator))
    // budget x d / (d + n) = budget - budget x n / (d + n): the smaller factor keeps the product exact in a double.
    const net = budget - mulDivCeil(budget, numerator, denominator + numerator)
    return lots(mulDivFloor(net, instrument.cashDenominator, price * instrument.cashNumerator))
  }

  /** Books one execution. Answers whether the order has something left. */
  private fill(
    order: SimOrder,
    price: Ticks,
    quantity: Lots,
    fraction: RateFraction,
    liquidity: 'maker' | 'taker',
    into: VenueEventSink,
  ): boolean {
    const i = order.instrument
    const instrument = this.account.instruments[i] as Instrument
    const position = this.account.positions[i] as Position
    let filled = quantity
    let isCut = false
    const isSpot = instrument.category === 'spot'
    if (isSpot) {
      filled = lots(Math.min(quantity, this.balance.payable(order, price)))
      if (filled <= 0) {
        this.tellCanceled(order, SHORT_OF_BALANCE, into)
        return false
      }
    }
    if (order.reduceOnly) {
      const held: number = position.lots
      if (held === 0 || held > 0 === (order.side === 1)) {
        this.tellCanceled(order, 'CancelByReduceOnly', into)
        return false
      }
      const size = held < 0 ? 0 - held : held
      isCut = filled >= size
      if (isCut) filled = lots(size)
    }
    const fee = (isSpot ? bookSpot : bookLinear)(this.account, i, order.side, price, filled, isSpot ? this.spotFee : fraction)
    order.filled = lots(order.filled + filled)
    const isComplete = isCut || order.filled >= order.lots
    into({
      type: 'order-filled',
      instrument: i,
      orderId: order.orderId,
      venueOrderId: order.venueOrderId,
      tradeId: this.ids.nextExecution(),
      side: order.side,
      price,
      lots: filled,
      fee,
      liquidity,
      isComplete,
      total: isComplete ? order.filled : undefined,
      ts: this.now,
    })
    if (!isSpot) this.followPosition(order, position, into)
    // The balance has paid for a part: nothing is left to pay for the rest.
    if (!isComplete && filled < quantity) {
      this.tellCanceled(order, SHORT_OF_BALANCE, into)
      return false
    }
    return !isComplete
  }

  /** Stops, targets and trails: made when the entry fills, resized with the position, gone with it. */
  private followPosition(order: SimOrder, position: Position, into: VenueEventSink): void {
    const i = order.instrument
    const held: number = position.lots
    this.dropSurplus(i, held, into)
    if (held === 0) return
    const exit: Side = held > 0 ? -1 : 1
    const size = lots(held < 0 ? 0 - held : held)
    // An entry that only made the other side smaller has nothing to protect with its stop.
    if (!order.reduceOnly && order.side !== exit) this.hang(order, exit, size, into)
    const resting = this.resting[i] as SimOrder[]
    for (let k = 0; k < resting.length; k++) {
      const other = resting[k] as SimOrder
      if (other.attached === undefined || isPart(other) || other.lots === size) continue
      other.lots = size
      this.tellAmended(other, into)
    }
  }

  /** Flat: nothing to reduce. Flipped: what protected the old side would add to the new one. */
  private dropSurplus(i: InstrumentIndex, held: number, into: VenueEventSink): void {
    this.dropSurplusOf(this.resting[i] as SimOrder[], held, into)
    // Without a bound on the volume what is at market is met at once, or finds nothing to reduce.
    if (this.options.maxVolumeShare !== undefined) this.dropSurplusOf(this.pending[i] as SimOrder[], held, into)
  }

  private dropSurplusOf(list: SimOrder[], held: number, into: VenueEventSink): void {
    for (let k = list.length - 1; k >= 0; k--) {
      const other = list[k] as SimOrder
      if (!other.reduceOnly || (held !== 0 && held > 0 !== (other.side === 1))) continue
      list.splice(k, 1)
      this.tellCanceled(other, other.attached === undefined ? 'CancelByReduceOnly' : 'CancelByTpSlTsClear', into)
    }
  }

  /** What travels with an entry, each time that a part of it fills. */
  private hang(order: SimOrder, exit: Side, size: Lots, into: VenueEventSink): void {
    const i = order.instrument
    const { triggerBy } = order
    const resting = this.resting[i] as SimOrder[]
    if (order.stop !== undefined) {
      const standing = resting.find((o) => o.attached === 'stop')
      if (standing === undefined)
        this.attach({ kind: 'stop', instrument: i, side: exit, lots: size, trigger: order.stop, triggerBy, parent: order }, into)
      else if (standing.trigger !== order.stop) {
        standing.trigger = order.stop
        standing.lots = size
        this.tellAmended(standing, into)
      }
    }
    for (const target of order.targets ?? []) {
      const isWhole = isWholeTarget(target)
      const share = isWhole ? size : lots(Math.floor(order.filled * target.share))
      if (share <= 0) continue
      const standing = resting.find((o) =>
        isWhole
          ? o.attached === 'target' && !isPart(o)
          : o.parentVenueOrderId === order.venueOrderId && o.attached === 'target' && o.trigger === target.price,
      )
      if (standing === undefined)
        this.attach(
          {
            kind: 'target',
            instrument: i,
            side: exit,
            lots: share,
            trigger: target.price,
            triggerBy,
            parent: order,
            share: isWhole ? undefined : target.share,
            limit: target.limit,
          },
          into,
        )
      else if (standing.trigger !== target.price || standing.lots !== share) {
        standing.trigger = target.price
        standing.lots = share
        this.tellAmended(standing, into)
      }
    }
  }

  attach(what: Attached, into: VenueEventSink): void {
    const { kind, instrument, side, trigger, triggerBy, parent, share, limit, trailBy, activation } = what
    const order = this.venueOrder(instrument, side, what.lots, {
      parentVenueOrderId: parent?.venueOrderId,
      kind: kind === 'target' && limit !== undefined ? 'take-profit-limit' : KINDS[kind],
      limit,
      trigger,
      triggerBy,
      trailBy,
      activation,
      targets: share === undefined || trigger === undefined ? undefined : [{ price: trigger, share }],
      timeInForce: 'gtc',
      attached: kind,
      isStop: kind !== 'target',
    })
    ;(this.resting[instrument] as SimOrder[]).push(order)
    // The price of a trailing stop is the venue's own business until it triggers; its activation price is reported.
    const level = kind === 'trail' ? activation : trigger
    this.tellAdopted(order, kind === 'target' ? 'attached-target' : 'attached-stop', parent?.orderId, level, into)
  }

  /** The venue's own order against a position that it takes over. */
  liquidate(i: InstrumentIndex, side: Side, quantity: Lots, price: Ticks, into: VenueEventSink): void {
    const order = this.venueOrder(i, side, quantity, { kind: 'market', timeInForce: 'ioc', isStop: false })
    this.tellAdopted(order, 'liquidation', undefined, undefined, into)
    this.fill(order, price, quantity, this.taker, 'taker', into)
  }

  /** A loss beyond the wallet is taken by the insurance fund. */
  insure(amount: Cash, into: VenueEventSink): void {
    postToWallet(this.account.ledger, 'adjustments', amount)
    const coin = (this.account.instruments[0] as Instrument).settleCoin
    into({ type: 'wallet-adjusted', coin, amount, cause: 'reconcile', ts: this.now })
  }

  /** An order of the venue's own making. One literal and no spread: copying the fields was a sixth of a backtest with stops and targets. */
  private venueOrder(instrument: InstrumentIndex, side: Side, quantity: Lots, own: OwnOrder): SimOrder {
    return {
      venueOrderId: this.ids.nextOrder('linear'),
      orderId: undefined,
      clientOrderId: '',
      parentVenueOrderId: own.parentVenueOrderId,
      instrument,
      side,
      kind: own.kind,
      lots: quantity,
      budget: undefined,
      filled: lots(0),
      limit: own.limit,
      trigger: own.trigger,
      triggerBy: own.triggerBy ?? 'mark',
      trailBy: own.trailBy,
      activation: own.activation,
      stop: undefined,
      targets: own.targets,
      timeInForce: own.timeInForce,
      reduceOnly: true,
      attached: own.attached,
      isStop: own.isStop,
      isTriggered: false,
      servedStep: own.attached === 'target' ? this.targetStep : 0,
      isFresh: false,
      createdTs: this.now,
    }
  }

  private tellAdopted(
    order: SimOrder,
    origin: OrderAdopted['origin'],
    parentOrderId: OrderAdopted['parentOrderId'],
    trigger: Ticks | undefined,
    into: VenueEventSink,
  ): void {
    const { instrument, venueOrderId, side, kind, limit, triggerBy } = order
    into({
      type: 'order-adopted',
      origin,
      parentOrderId,
      instrument,
      venueOrderId,
      clientOrderId: '',
      side,
      kind,
      lots: order.lots,
      limit,
      trigger,
      triggerBy,
      reduceOnly: true,
      ts: this.now,
    })
  }

  tellTriggered(order: SimOrder, into: VenueEventSink): void {
    into({
      type: 'order-triggered',
      instrument: order.instrument,
      orderId: order.orderId,
      venueOrderId: order.venueOrderId,
      ts: this.now,
    })
  }

  tellUnfilled(order: SimOrder, into: VenueEventSink): void {
    this.tellCanceled(order, order.timeInForce === 'fok' ? 'EC_CancelForNoFullFill' : 'EC_NoImmediateQtyToFill', into)
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
      trigger: order.attached === 'trail' ? order.activation : order.trigger,
      ts: this.now,
    })
  }
}

/** A target that covers only a part of the position: it keeps its size when the position changes. */
const isPart = (order: SimOrder): boolean => order.targets !== undefined

function bounded(order: SimOrder, price: Ticks): Ticks {
  if (order.limit === undefined) return price
  return order.side === 1 ? ticks(Math.min(price, order.limit)) : ticks(Math.max(price, order.limit))
}
