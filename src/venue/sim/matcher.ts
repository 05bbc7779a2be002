/**
 * Where orders meet prices: which order a price or a move reaches, in which order, and at which price it is met.
 */
import { type Cash, type InstrumentIndex, type Ts, cash, lots, ticks } from '../../core/units.ts'
import { type Instrument, notionalOf } from '../../market/instrument.ts'
import type { VenueEventSink } from '../../trading/event.ts'
import { Liquidation } from './liquidation.ts'
import { Settlement } from './settlement.ts'
import type { SimAccount } from './sim-account.ts'
import type { CalmPrices, SimOptions, SimOrder, SimState } from './sim-order.ts'
import { lastWhere, markWhere, partOfWay } from './mark-way.ts'
import { lateTicks } from './models/models.ts'
import { SHORT_OF_BALANCE, SpotBalance } from './spot-balance.ts'

export class Matcher {
  /** Market orders that wait for the next price, by instrument. */
  readonly pending: SimOrder[][]
  /** Orders that rest, oldest first, by instrument. */
  readonly resting: SimOrder[][]
  readonly settlement: Settlement
  readonly balance: SpotBalance
  private readonly account: SimAccount
  private readonly options: SimOptions
  private readonly liquidation: Liquidation | undefined
  /** See {@link SimVenue.bar}; undefined: nobody listens before the bar is over. */
  onOrdersMet: (() => boolean) | undefined
  private step = 1
  /** Exits by a stop in a bar that held a target of the same position, too. */
  ambiguousExits = 0
  /** What those exits would have made more, had the target come first. */
  ambiguousGain: Cash = cash(0)
  private readonly calm: CalmPrices = { above: 0.1 - 0.1, below: 0.1 - 0.1 }
  private low = 0
  private high = 0

  constructor(account: SimAccount, options: SimOptions) {
    this.account = account
    this.options = options
    this.pending = account.instruments.map(() => [])
    this.resting = account.instruments.map(() => [])
    this.balance = new SpotBalance(account, [this.pending, this.resting], options.slippage)
    this.settlement = new Settlement(account, options, [this.pending, this.resting], this.balance)
    const { maintenanceRate } = options
    if (maintenanceRate !== undefined)
      this.liquidation = new Liquidation(account, this.settlement, [this.pending, this.resting], options.liquidation === 'stepwise')
  }

  /** Market time of what is being played. */
  get now(): Ts {
    return this.settlement.now
  }
  set now(at: Ts) {
    this.settlement.now = at
  }
  /** A bar or a print begins: `volume` base units traded in it between `low` and `high`, which is what impact and depth are measured on. */
  begin(at: Ts, volume: number, low: number, high: number): void {
    this.step += 1
    this.settlement.begin(at, volume, low, high)
  }

  /**
   * Between the open of a bar and its extremes. A target whose entry fills on the way is met on the last way only, to the close: whether
   * the price that it asks for came before the entry or after, a bar does not say.
   */
  playWithin(low: number, high: number): void {
    this.low = low
    this.high = high
    this.settlement.targetStep = 0 - this.step
  }

  /** The last way of a bar, to its close: all that is there may be met. */
  playLast(): void {
    this.settlement.targetStep = 0
  }

  /** A price that may be a gap: pending orders fill at it, stops that it jumped over fill at it, not at their trigger. */
  price(i: InstrumentIndex, price: number, into: VenueEventSink): void {
    this.account.prices[i] = price
    for (let order = this.nextPending(i); order !== undefined; order = this.nextPending(i))
      if (this.settlement.take(order, ticks(price), into)) this.workOn(order)
    const mark = this.account.marks?.[i] || undefined
    for (;;) {
      const order = this.nextHit(i, price, price, mark, mark)
      if (order === undefined) break
      this.hit(order, price, true, into)
    }
    if (this.account.positions[i]?.lots !== 0) this.liquidation?.check(into)
    const resting = this.resting[i] as SimOrder[]
    for (let k = resting.length - 1; k >= 0; k--) {
      const order = resting[k] as SimOrder
      if (order.trailBy !== undefined) follow(order, price)
      if (!order.isFresh || order.servedStep === this.step) continue
      order.isFresh = false
      if (order.kind === 'limit' && isImmediate(order)) {
        resting.splice(k, 1)
        this.settlement.tellUnfilled(order, into)
      }
    }
  }

  /**
   * Orders that came while a bar is under way meet a price against them: from its open as far as a random walk with the bar's range goes in that part
   * of it, which grows with the root of time, and no further than the bar went.
   * @param share part of the bar that has passed, in (0, 1)
   */
  arrive(i: InstrumentIndex, open: number, low: number, high: number, share: number, into: VenueEventSink): void {
    const way = lateTicks(low, high, share)
    this.settlement.late.up = Math.max(0, Math.min(high - open, way))
    this.settlement.late.down = Math.max(0, Math.min(open - low, way))
    this.price(i, open, into)
    this.settlement.late.up = 0
    this.settlement.late.down = 0
  }

  /** Takes the oldest market order that this bar or print has not served yet out of those that wait. */
  private nextPending(i: InstrumentIndex): SimOrder | undefined {
    const pending = this.pending[i] as SimOrder[]
    for (let k = 0; k < pending.length; k++) {
      const order = pending[k] as SimOrder
      if (order.servedStep === this.step) continue
      pending.splice(k, 1)
      return order
    }
    return undefined
  }

  /** What this bar's volume did not fill of an order at market waits for the next price. */
  private workOn(order: SimOrder): void {
    order.servedStep = this.step
    ;(this.pending[order.instrument] as SimOrder[]).push(order)
  }

  /** Lets a listener answer what has just happened; orders that it sends meet the price where the path stands. */
  hear(i: InstrumentIndex, into: VenueEventSink): void {
    if (this.onOrdersMet === undefined || !this.onOrdersMet()) return
    this.price(i, this.account.prices[i] as number, into)
    this.onOrdersMet()
  }

  /**
   * Between which prices a walk would change nothing, until an order or a position changes; undefined where each price may: a market order
   * waits for it, a trailing stop follows it, and a fresh order is an old one after it. The answer is overwritten by the next.
   */
  calmPrices(i: InstrumentIndex): CalmPrices | undefined {
    if ((this.pending[i] as SimOrder[]).length !== 0 || this.account.marks !== undefined) return undefined
    const { calm } = this
    calm.above = Number.NEGATIVE_INFINITY
    calm.below = Number.POSITIVE_INFINITY
    const resting = this.resting[i] as SimOrder[]
    for (let k = 0; k < resting.length; k++) {
      const order = resting[k] as SimOrder
      if (order.isFresh || order.trailBy !== undefined) return undefined
      keepAway(order, calm)
    }
    this.liquidation?.keepFar(i, calm)
    return calm
  }

  /** 0 where nothing is liquidated. */
  bustPrice(i: InstrumentIndex): number {
    return this.liquidation?.bustPrice(i) ?? 0
  }

  /** Whether a bar between these prices must be played for a position without orders, because it may end in liquidation. */
  isInDanger(i: InstrumentIndex, low: number, high: number): boolean {
    if (this.liquidation === undefined) return false
    const held: number = this.account.positions[i]?.lots ?? 0
    if (held === 0) return false
    const bust = this.liquidation.bustPrice(i)
    return held > 0 ? low <= bust : high >= bust
  }

  /**
   * A continuous move: orders on the way are met at their own prices, and the account is taken over where it is bust.
   * @param markTo where the mark goes meanwhile, evenly; undefined: the last price stands for it
   */
  move(i: InstrumentIndex, to: number, into: VenueEventSink, markTo?: number): void {
    if (markTo !== undefined) {
      this.moveBoth(i, to, markTo, into)
      return
    }
    const held: number = this.account.positions[i]?.lots ?? 0
    if (held !== 0 && this.liquidation !== undefined) {
      const bust = this.liquidation.bustPrice(i)
      if (bust > 0 && (held > 0 ? to < bust : to > bust)) {
        const from = this.account.prices[i] as number
        // Past it already (a gap, or another symbol's fall): here.
        this.walk(i, held > 0 ? Math.min(from, bust) : Math.max(from, bust), into)
        this.liquidation.check(into)
      }
    }
    this.walk(i, to, into)
    if (this.account.positions[i]?.lots !== 0) this.liquidation?.check(into)
  }

  /** As {@link move} for a mark that goes its own way: it is what triggers by mark and liquidates. Fills are at the last price. */
  private moveBoth(i: InstrumentIndex, to: number, markTo: number, into: VenueEventSink): void {
    const held: number = this.account.positions[i]?.lots ?? 0
    const marks = this.account.marks as Float64Array
    if (held !== 0 && this.liquidation !== undefined) {
      const bust = this.liquidation.bustPrice(i)
      if (bust > 0 && (held > 0 ? markTo < bust : markTo > bust)) {
        const markFrom = marks[i] as number
        const at = held > 0 ? Math.min(markFrom, bust) : Math.max(markFrom, bust)
        this.walkBoth(i, lastWhere(at, markFrom, markTo, this.account.prices[i] as number, to, held > 0 ? -1 : 1), at, into)
        this.liquidation.check(into)
      }
    }
    this.walkBoth(i, to, markTo, into)
    if (this.account.positions[i]?.lots !== 0) this.liquidation?.check(into)
  }

  /** As {@link walk}, with the mark beside the last price. */
  private walkBoth(i: InstrumentIndex, to: number, markTo: number, into: VenueEventSink): void {
    const { prices } = this.account
    const marks = this.account.marks as Float64Array
    for (;;) {
      const from = prices[i] as number
      const markFrom = marks[i] as number
      const order = this.nextHit(i, from, to, markFrom, markTo)
      if (order === undefined) break
      if (this.isByMark(order)) {
        const trigger = order.trigger as number
        const isPast = (trigger - markFrom) * (markTo - markFrom) < 0
        prices[i] = lastWhere(trigger, markFrom, markTo, from, to, order.side)
        if (!isPast) marks[i] = trigger
      } else marks[i] = markWhere(levelOf(order), from, to, markFrom, markTo)
      this.hit(order, prices[i] as number, false, into)
      this.hear(i, into)
    }
    prices[i] = to
    marks[i] = markTo
    this.followAll(i, to)
  }

  /** Whether the mark triggers it, where there is one. */
  private isByMark(order: SimOrder): boolean {
    return (this.account.marks?.[order.instrument] ?? 0) !== 0 && order.triggerBy === 'mark' && !isLimit(order)
  }

  private followAll(i: InstrumentIndex, price: number): void {
    const resting = this.resting[i] as SimOrder[]
    for (let k = 0; k < resting.length; k++) {
      const order = resting[k] as SimOrder
      if (order.trailBy !== undefined) follow(order, price)
    }
  }

  /** Each order on the way from the last price to `to` is met at its own price. */
  private walk(i: InstrumentIndex, to: number, into: VenueEventSink): void {
    for (;;) {
      const order = this.nextHit(i, this.account.prices[i] as number, to)
      if (order === undefined) break
      this.hit(order, this.account.prices[i] as number, false, into)
      this.hear(i, into)
    }
    this.account.prices[i] = to
    this.followAll(i, to)
  }

  /** The first order that a move from `from` to `to` meets: nearest first, stops before others at one price, then the oldest. */
  private nextHit(i: InstrumentIndex, from: number, to: number, markFrom?: number, markTo?: number): SimOrder | undefined {
    const resting = this.resting[i] as SimOrder[]
    let best: SimOrder | undefined
    let bestDistance = Number.POSITIVE_INFINITY
    for (let k = 0; k < resting.length; k++) {
      const order = resting[k] as SimOrder
      if (order.servedStep === this.step || this.waitsForClose(order)) continue
      const isByMark = markFrom !== undefined && markTo !== undefined && this.isByMark(order)
      const start = isByMark ? markFrom : from
      const end = isByMark ? markTo : to
      if (!this.isHit(order, start, end)) continue
      const level = levelOf(order)
      const distance = markFrom === undefined ? Math.abs(level - from) : partOfWay(level, start, end)
      const wins = distance < bestDistance || (distance === bestDistance && order.isStop && best !== undefined && !best.isStop)
      if (wins) {
        best = order
        bestDistance = distance
      }
    }
    return best
  }

  private waitsForClose(order: SimOrder): boolean {
    return order.servedStep < 0 && order.servedStep === this.settlement.targetStep
  }

  private isHit(order: SimOrder, from: number, to: number): boolean {
    const low = from < to ? from : to
    const high = from < to ? to : from
    if (isLimit(order)) {
      const limit = order.limit as number
      const touches = this.options.limitFill === 'touch' || order.isFresh
      if (order.side === 1) return touches ? low <= limit : low < limit
      return touches ? high >= limit : high > limit
    }
    // A trailing stop has no trigger before its activation price was reached.
    if (order.trigger === undefined) return false
    const trigger: number = order.trigger
    return order.isStop === (order.side === 1) ? high >= trigger : low <= trigger
  }

  private hit(order: SimOrder, at: number, isGap: boolean, into: VenueEventSink): void {
    const { settlement } = this
    const resting = this.resting[order.instrument] as SimOrder[]
    const place = resting.indexOf(order)
    resting.splice(place, 1)
    if (isLimit(order)) {
      if (order.isFresh && isGap) {
        if (order.timeInForce === 'post-only') settlement.tellCanceled(order, 'EC_PostOnlyWillTakeLiquidity', into)
        else if (settlement.take(order, ticks(at), into)) this.restAfterTake(order, place)
        return
      }
      // The path has come to the limit: what the fill attaches is met from here on, not from where the move began.
      if (!isGap) this.account.prices[order.instrument] = order.limit as number
      if (settlement.make(order, into)) this.rest(order, place)
      return
    }
    settlement.tellTriggered(order, into)
    // A jump fills at the price it landed on, a continuous move at the trigger, a trigger that had been passed already at the price.
    const trigger = order.trigger as number
    const isPassed = order.isStop === (order.side === 1) ? at >= trigger : at <= trigger
    const price = isGap || isPassed || this.isByMark(order) ? at : trigger
    const isWithin = !isGap && this.settlement.targetStep !== 0
    if (isWithin && order.isStop && order.reduceOnly) this.noteAmbiguous(order, price)
    if (!isGap) this.account.prices[order.instrument] = price
    // Spot conditionals hold nothing before their trigger: what they need may be gone.
    const isSpot = this.account.instruments[order.instrument]?.category === 'spot'
    if (isSpot && !this.balance.covers(order, ticks(price))) settlement.tellCanceled(order, SHORT_OF_BALANCE, into)
    else if (order.limit === undefined) {
      if (!settlement.take(order, ticks(price), into, isWithin && order.isStop ? this.beyond(order, price) : 0)) return
      order.isTriggered = true
      this.workOn(order)
    } else this.enterBook(order, price, place, into)
  }

  /** Ticks that a stop gives away of the bar's way beyond it. */
  private beyond(order: SimOrder, price: number): number {
    const share = this.options.stopShare
    if (share === undefined || share === 0) return 0
    const way = order.side === -1 ? price - this.low : this.high - price
    return way > 0 ? Math.ceil(way * share - 1e-9) : 0
  }

  private noteAmbiguous(stop: SimOrder, stopPrice: number): void {
    const resting = this.resting[stop.instrument] as SimOrder[]
    const isMet = (order: SimOrder): boolean => {
      const at = order.limit ?? order.trigger
      return at !== undefined && at >= this.low && at <= this.high && order.reduceOnly && !order.isStop && order.side === stop.side
    }
    const met = resting.filter(isMet)
    if (met.length === 0) return
    this.ambiguousExits += 1
    const instrument = this.account.instruments[stop.instrument] as Instrument
    let left: number = stop.lots - stop.filled
    for (const target of met) {
      const taken = lots(Math.min(left, target.lots - target.filled))
      left -= taken
      const worth = (price: number): Cash => notionalOf(instrument, ticks(price), taken, 'floor')
      const gain = worth(target.limit ?? (target.trigger as number)) - worth(stopPrice)
      // A stop sells what was bought, and buys what was sold.
      this.ambiguousGain = cash(this.ambiguousGain + (stop.side === -1 ? gain : 0 - gain))
    }
  }

  /** A conditional limit after its trigger: it takes what its price allows, and rests with what is left where it may. */
  private enterBook(order: SimOrder, price: number, place: number, into: VenueEventSink): void {
    order.isTriggered = true
    order.isFresh = false
    const crosses = order.side === 1 ? price <= (order.limit as number) : price >= (order.limit as number)
    if (crosses && order.timeInForce === 'post-only') this.settlement.tellCanceled(order, 'EC_PostOnlyWillTakeLiquidity', into)
    else if (crosses ? this.settlement.take(order, ticks(price), into) : !isImmediate(order))
      if (crosses) this.restAfterTake(order, place)
      else this.rest(order, place)
    else if (!crosses) this.settlement.tellUnfilled(order, into)
  }

  /** Keeps its place in time; not met again in this bar or print. */
  private rest(order: SimOrder, place: number): void {
    order.isFresh = false
    order.servedStep = this.step
    ;(this.resting[order.instrument] as SimOrder[]).splice(place, 0, order)
  }

  /** What the bar's volume did not fill takes on where the next one opens; what the limit did not allow rests. */
  private restAfterTake(order: SimOrder, place: number): void {
    this.rest(order, place)
    order.isFresh = this.settlement.isUsedUp
  }

  state(): Pick<SimState, 'sequence' | 'executions' | 'orders'> {
    return { ...this.settlement.ids.state(), orders: [...this.pending.flat(), ...this.resting.flat()].map((o) => ({ ...o })) }
  }

  restore(state: SimState): void {
    this.settlement.ids.restore(state)
    for (const list of [...this.pending, ...this.resting]) list.length = 0
    for (const order of state.orders)
      ((isAtMarket(order) ? this.pending : this.resting)[order.instrument] as SimOrder[]).push({ ...order, servedStep: 0 })
  }
}

/** Whether it waits for a price and not at one: a market order, or what is left of a stop that was triggered. */
const isAtMarket = (order: SimOrder): boolean => order.kind === 'market' || (order.isTriggered && order.limit === undefined)

const isImmediate = (order: SimOrder): boolean => order.timeInForce === 'ioc' || order.timeInForce === 'fok'

/** The price that it waits for. */
const levelOf = (order: SimOrder): number => (isLimit(order) ? order.limit : order.trigger) as number

/** Whether an order is met at its limit and not at its trigger. */
const isLimit = (order: SimOrder): boolean => order.kind === 'limit' || order.isTriggered

/** Narrows the prices to those that do not even touch the order's limit or trigger. */
function keepAway(order: SimOrder, calm: CalmPrices): void {
  const at = isLimit(order) ? order.limit : order.trigger
  if (at === undefined) return
  const isMetFalling = isLimit(order) ? order.side === 1 : order.isStop !== (order.side === 1)
  if (isMetFalling) calm.above = Math.max(calm.above, at)
  else calm.below = Math.min(calm.below, at)
}

/** A trailing stop follows the best price at its distance, and never goes back. */
function follow(order: SimOrder, price: number): void {
  const distance = order.trailBy as number
  const isSell = order.side === -1
  if (order.activation !== undefined) {
    if (isSell ? price < order.activation : price > order.activation) return
    order.activation = undefined
  }
  const trigger = isSell ? price - distance : price + distance
  if (order.trigger === undefined || (isSell ? trigger > order.trigger : trigger < order.trigger)) order.trigger = ticks(trigger)
}
