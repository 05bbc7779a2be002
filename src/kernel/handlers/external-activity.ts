/**
 * What others do on the account: they close what is ours, hold what is not, and move stops (S8).
 */
import type { Booking } from '../booking.ts'
import type { KernelContext } from '../context.ts'
import { type InstrumentIndex, type StrategyId, type Ticks, lots, ticks } from '../../core/units.ts'
import { type Instrument, formatPrice, formatQuantity, shownPrice } from '../../market/instrument.ts'
import type { ExternalChange } from '../../portfolio/external.ts'
import type { RiskDenial } from '../../risk/denial.ts'
import { type Order, type Reason, isPositionStop } from '../../trading/order.ts'
import { DELISTED, UNKNOWN_RESULT } from '../../trading/reading-difference.ts'
import type { Algorithms } from '../orders/algorithms.ts'
import type { Bookkeeper } from './bookkeeper.ts'
import type { Brackets } from '../orders/brackets.ts'
import type { KernelConfig } from '../config.ts'
import type { OrderGateway } from '../orders/order-gateway.ts'
import type { AdoptExternal, IgnoreExternal } from '../input.ts'
import type { FactBuffer } from '../fact-buffer.ts'
import type { SafetyControls } from './safety-controls.ts'
import type { HoldScope } from '../state/holds.ts'
import { MANUAL_OWNER } from '../../trading/manual-owner.ts'
import type { OrderTable } from '../state/order-table.ts'
import type { PortfolioState } from '../state/portfolio-state.ts'

/** Somebody holds what is not ours: until adopted or ignored. */
export const externalHoldId = (symbol: string): string => `external-${symbol}`
/** Somebody closed what was ours: until an operator resumes. Of the symbol, and of the strategy that owns it. */
export const takenHoldId = (name: string): string => `external-close-${name}`

/** Stop of an adopted position that nobody gave one, as a fraction of the mark. */
const ADOPTED_STOP_FRACTION = 0.02

export interface ExternalActivityParts {
  readonly gateway: OrderGateway
  readonly bookkeeper: Bookkeeper
  readonly brackets: Brackets
  readonly algorithms: Algorithms
  readonly safety: SafetyControls
}

export class ExternalActivity {
  private readonly config: KernelConfig
  private readonly portfolio: PortfolioState
  private readonly orders: OrderTable
  private readonly factBuffer: FactBuffer
  private readonly gateway: OrderGateway
  private readonly bookkeeper: Bookkeeper
  private readonly brackets: Brackets
  private readonly algorithms: Algorithms
  private readonly safety: SafetyControls

  constructor(
    { config, portfolio, orders, factBuffer }: KernelContext,
    { gateway, bookkeeper, brackets, algorithms, safety }: ExternalActivityParts,
  ) {
    this.config = config
    this.portfolio = portfolio
    this.orders = orders
    this.factBuffer = factBuffer
    this.gateway = gateway
    this.bookkeeper = bookkeeper
    this.brackets = brackets
    this.algorithms = algorithms
    this.safety = safety
  }

  private instrument(i: InstrumentIndex): Instrument {
    return this.config.instruments[i] as Instrument
  }

  /** Something from outside has just been booked. */
  afterChange(change: ExternalChange, cause: string): void {
    const i = change.instrument.index
    if (cause === DELISTED) {
      this.afterDelisted(i, change)
      return
    }
    if (change.taken > 0) this.afterTaken(i, change, cause)
    if (change.added > 0 && !this.portfolio.isExternalIgnored(i)) this.afterAdded(i, cause)
  }

  /** A reduction of Ballast's is an operator's close: what belonged to it goes, and nothing new opens until they say so. */
  private afterTaken(i: InstrumentIndex, { taken, instrument }: ExternalChange, cause: string): void {
    const { symbol } = instrument
    const held: number = this.portfolio.positionLots(i)
    const what = `${symbol}: ${formatQuantity(instrument, taken)} of ours was closed outside Ballast (${cause}), ${held === 0 ? 'all of it' : `${formatQuantity(instrument, lots(Math.abs(held)))} is left`}`
    this.algorithms.endOn(i, 'closed outside')
    this.gateway.cancelEntriesOf(i, 'closed outside')
    if (held === 0) {
      for (const order of this.orders.open(i))
        if (order.class === 'protective' && order.origin === 'ours') this.gateway.requestCancel(order, 'nothing left to reduce')
    } else {
      this.brackets.keepStop(i)
      this.brackets.fit(i)
    }
    const isNew = this.hold(takenHoldId(symbol), { type: 'symbol', instrument: i }, what)
    const owner = this.portfolio.ownerOrExternal(i)
    const isStrategy = this.config.strategies.some((s) => s.id === owner)
    if (isStrategy) this.hold(takenHoldId(owner), { type: 'strategy', strategy: owner }, what)
    if (isNew)
      this.gateway.alert('external.reduced', 'P1', i, {
        quantity: formatQuantity(instrument, taken),
        cause,
        left: held === 0 ? undefined : formatQuantity(instrument, lots(Math.abs(held))),
        isPriceUnknown: cause === UNKNOWN_RESULT,
        strategy: isStrategy ? owner : undefined,
      })
  }

  /** The exchange has ended the symbol: nobody's close, and nothing that its strategy did. Its other symbols continue. */
  private afterDelisted(i: InstrumentIndex, { taken, instrument }: ExternalChange): void {
    if (taken === 0) return
    this.algorithms.endOn(i, DELISTED)
    this.gateway.cancelEntriesOf(i, DELISTED)
    this.gateway.alert('symbol.delisted', 'P2', i, { quantity: formatQuantity(instrument, taken), isSettled: false })
  }

  private afterAdded(i: InstrumentIndex, cause: string): void {
    const instrument = this.instrument(i)
    const { symbol } = instrument
    const external = this.portfolio.externalLots(i)
    const what = `${symbol}: ${external > 0 ? 'long' : 'short'} ${formatQuantity(instrument, lots(Math.abs(external)))} is not Ballast's (${cause})`
    if (!this.hold(externalHoldId(symbol), { type: 'symbol', instrument: i }, what)) return
    this.algorithms.endOn(i, 'external position')
    this.gateway.cancelEntriesOf(i, 'external position')
    const isObserving = this.config.isObserving === true
    this.gateway.alert('external.position', isObserving ? 'P4' : 'P1', i, {
      side: external > 0 ? 'long' : 'short',
      quantity: formatQuantity(instrument, lots(Math.abs(external))),
      cause,
      isObserving,
    })
  }

  /** Answers whether it is new. */
  private hold(id: string, scope: HoldScope, reason: string): boolean {
    return this.safety.addHold({
      id,
      scope,
      effect: 'no-entries',
      cause: 'external',
      actor: 'outside',
      reason: reason.slice(0, 300),
      since: this.portfolio.now,
    })
  }

  /** An order of somebody else stands: shown, counted, left alone. */
  afterOrder(order: Order): void {
    const instrument = this.instrument(order.instrument)
    const at = order.limit ?? order.trigger
    this.gateway.alert('external.order', 'P4', order.instrument, {
      side: order.side === 1 ? 'BUY' : 'SELL',
      quantity: formatQuantity(instrument, order.lots),
      price: at === undefined ? undefined : shownPrice(instrument, at),
    })
  }

  // An operator decides.

  /** Answers what was booked; undefined where it was denied. */
  adopt(input: AdoptExternal): Booking | undefined {
    const i = input.instrument
    const instrument = this.instrument(i)
    const external: number = this.portfolio.externalLots(i)
    const side = external > 0 ? 1 : -1
    const mark = this.portfolio.mark(i)
    const stop = input.stop ?? this.defaultStop(i, side, mark)
    const denial = this.adoptDenial(input, external, stop, mark)
    if (denial !== undefined) {
      const reason: Reason = { rule: 'adopt', values: { actor: input.actor } }
      this.gateway.deny(input.strategy, i, 'protective', side === 1 ? -1 : 1, denial, reason)
      return undefined
    }
    const fact = {
      type: 'external-adopted' as const,
      orderId: this.orders.peekOrderId(),
      instrument: i,
      strategy: this.portfolio.openTrade(i)?.strategy ?? input.strategy,
      lots: lots(external),
      price: mark,
      stop,
      actor: input.actor,
      ts: this.portfolio.now,
    }
    const booking = this.bookkeeper.adoptExternal(fact)
    this.factBuffer.push(fact)
    this.gateway.requestProtection(i, { stop }, `adopted by ${input.actor}`)
    this.safety.liftHold(externalHoldId(instrument.symbol), input.actor)
    return booking
  }

  private defaultStop(i: InstrumentIndex, side: 1 | -1, mark: Ticks): Ticks {
    const standing = this.portfolio.openTrade(i)?.stop
    if (standing !== undefined) return standing
    const fraction = this.config.defaultStopFraction ?? ADOPTED_STOP_FRACTION
    return ticks(side === 1 ? Math.ceil(mark * (1 - fraction)) : Math.floor(mark * (1 + fraction)))
  }

  private adoptDenial({ instrument: i, strategy }: AdoptExternal, external: number, stop: Ticks, mark: Ticks): RiskDenial | undefined {
    const instrument = this.instrument(i)
    const owner: StrategyId = this.portfolio.ownerOf(i) ?? MANUAL_OWNER
    if (external === 0) return { rule: 'exit-not-verified', figures: { external: '0' } }
    if (owner !== strategy) return { rule: 'symbol-owned', figures: { symbol: instrument.symbol, owner } }
    if (mark <= 0) return { rule: 'stale-data', figures: { ageMs: 'no mark' } }
    if (stop <= 0 || (mark - stop) * (external > 0 ? 1 : -1) <= 0)
      return { rule: 'stop-side', figures: { stop: formatPrice(instrument, stop), mark: formatPrice(instrument, mark) } }
    return undefined
  }

  ignore(input: IgnoreExternal): void {
    const { symbol } = this.instrument(input.instrument)
    this.bookkeeper.ignoreExternal(input.instrument)
    this.factBuffer.push({ type: 'external-ignored', instrument: input.instrument, actor: input.actor, ts: this.portfolio.now })
    this.safety.liftHold(externalHoldId(symbol), input.actor)
  }

  // Stops.

  /** A stop at the venue is elsewhere than it did: ours if we asked for it, else tightened (adopted) or loosened (restored). */
  afterStop(order: Order): void {
    const i = order.instrument
    const openTrade = this.portfolio.openTrade(i)
    const { trigger } = order
    if (openTrade === undefined || trigger === undefined || order.kind === 'trailing-stop') return
    if (trigger === openTrade.stop || this.isAsked(i, trigger)) {
      this.gateway.confirmStop(i, trigger)
      return
    }
    // A stop beside the one of the whole position protects a part of it: that is theirs.
    if (this.orders.open(i).filter(isPositionStop).length > 1) return
    const instrument = this.instrument(i)
    const from = openTrade.stop === undefined ? 'none' : shownPrice(instrument, openTrade.stop)
    const to = shownPrice(instrument, trigger)
    if (openTrade.stop === undefined || (trigger - openTrade.stop) * openTrade.side > 0) {
      this.bookkeeper.adoptStop(i, trigger)
      this.factBuffer.push({ type: 'stop-adopted', instrument: i, stop: trigger, ts: this.portfolio.now })
      this.gateway.alert('stop.moved_outside', 'P3', i, { change: 'tighter', from, to })
      return
    }
    this.gateway.alert('stop.moved_outside', 'P2', i, { change: 'looser', from, to })
    this.safety.protect(i, 0, 'loosened outside')
  }

  private isAsked(i: InstrumentIndex, trigger: Ticks): boolean {
    if (this.gateway.hasAsked(i, trigger)) return true
    // It came with an entry of Ballast's, whose fill may be reported after it.
    const isOurs = (order: Order): boolean => order.class === 'entry' && order.origin === 'ours' && order.stop === trigger
    return this.orders.open(i).some(isOurs) || this.orders.recent(i).some(isOurs)
  }
}
