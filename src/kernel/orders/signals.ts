/**
 * From a strategy's signal to an exit, an entry, or a denial that keeps its figures.
 * Never lets a signal that came while held live on (S11), and never enters unsized or unchecked.
 */
import type { KernelContext } from '../context.ts'
import type { PendingCloses } from '../state/pending-closes.ts'
import type { PositionCloser } from './position-closer.ts'
import { DAY_MS, type InstrumentIndex, type Lots, type Side, type Ticks, cash, lots, ticks } from '../../core/units.ts'
import { type Instrument, formatPrice, formatQuantity } from '../../market/instrument.ts'
import { closingNotional } from '../../risk/at-stake.ts'
import { checkEntry } from '../../risk/check.ts'
import { roomForOne } from '../../risk/check-loss.ts'
import { isLossUnbounded } from '../../risk/limits.ts'
import type { RiskDenial, RiskFigures } from '../../risk/denial.ts'
import { rateOf, takerRateOf } from '../../risk/planned-loss.ts'
import { NO_EDGE, type SizingMethod, sizeByMethod } from '../../risk/sizing-methods.ts'
import { type Sized, entryCaps, lotsFor, sizeByRisk } from '../../risk/sizing.ts'
import type { Signal } from '../../strategy/strategy.ts'
import { type Order, type OrderIntent, isOwnExit } from '../../trading/order.ts'
import type { Algorithms } from './algorithms.ts'
import type { KernelConfig } from '../config.ts'
import type { EffectiveLimits } from '../state/effective-limits.ts'
import type { OrderGateway } from './order-gateway.ts'
import { type Hold, holdOn } from '../state/holds.ts'
import type { OrderTable } from '../state/order-table.ts'
import { heldDenial } from './manual-orders.ts'
import type { PortfolioState } from '../state/portfolio-state.ts'
import type { StrategyRun } from '../state/strategy-run.ts'

/** Part of the money that a spot order may be sized with: at market it must be paid at the price that it gets. */
const SPOT_SHARE = 0.995
const UNBOUNDED = Number.POSITIVE_INFINITY
const YEAR_MS = 365 * DAY_MS
const FIXED_FRACTION: SizingMethod = { type: 'fixed-fraction' }

export class Signals {
  private readonly config: KernelConfig
  private readonly portfolio: PortfolioState
  private readonly limits: EffectiveLimits
  private readonly orders: OrderTable
  private readonly holds: readonly Hold[]
  private readonly closes: PendingCloses
  private readonly closer: PositionCloser
  private readonly gateway: OrderGateway
  private readonly algorithms: Algorithms
  /** Least quantities as text, by instrument: a strategy that asks at each bar is denied at each bar. */
  private readonly minimums = new Map<Instrument, string>()

  constructor(
    { config, portfolio, limits, orders, holds, closes }: KernelContext,
    gateway: OrderGateway,
    closer: PositionCloser,
    algorithms: Algorithms,
  ) {
    this.algorithms = algorithms
    this.config = config
    this.portfolio = portfolio
    this.limits = limits
    this.orders = orders
    this.holds = holds
    this.closes = closes
    this.closer = closer
    this.gateway = gateway
  }

  /** Turns a signal into an exit, an entry, or a denial that keeps its figures. */
  take(run: StrategyRun, signal: Signal, canEnter: boolean): void {
    const i = run.instrument.index
    const held = this.portfolio.positionLots(i)
    // What cannot be sold short is only closed.
    const side = signal.side === -1 && run.instrument.category === 'spot' ? 0 : signal.side
    const isClosing = this.hasOpenExit(i)
    if (side !== 1 && this.algorithms.works(i, 1)) this.algorithms.endOn(i, 'opinion has turned', { side: 1 })
    if (side !== -1 && this.algorithms.works(i, -1)) this.algorithms.endOn(i, 'opinion has turned', { side: -1 })
    if (held !== 0 && (side === 0 || held > 0 !== (side === 1))) this.exitOnSignal(run, i, signal)
    if (side === 0) {
      run.deadSide = 0
      this.gateway.cancelEntriesOf(i, 'opinion is flat')
      return
    }
    if (held !== 0 && held > 0 === (side === 1)) return
    if (!canEnter) return
    // An exit that was under way before this signal may have filled without our knowing: what is held is not certain enough to add to.
    if (isClosing) return
    if (this.hasOpenEntry(i, side) || this.algorithms.works(i, side)) return
    // Two entries against each other would leave it to chance which of them is held.
    if (this.hasOpenEntry(i, side === 1 ? -1 : 1)) {
      this.gateway.cancelEntriesOf(i, 'opinion has turned')
      return
    }
    if (run.deadSide === side) return
    this.enter(run, i, side, signal)
  }

  private exitOnSignal(run: StrategyRun, i: InstrumentIndex, signal: Signal): void {
    const hold = holdOn(this.holds, run.strategy, i)
    if (hold?.effect === 'no-orders') {
      this.gateway.deny(run.strategy, i, 'reduce', signal.side === 0 ? 1 : signal.side, heldDenial(hold), signal.reason)
      return
    }
    this.closer.close(i, undefined, 'reduce', signal.reason)
  }

  private hasOpenEntry(i: InstrumentIndex, side: Side): boolean {
    const open = this.orders.open(i)
    for (let k = 0; k < open.length; k++) {
      const order = open[k] as Order
      if (order.class === 'entry' && order.origin === 'ours' && order.side === side) return true
    }
    return false
  }

  private hasOpenExit(i: InstrumentIndex): boolean {
    const open = this.orders.open(i)
    for (let k = 0; k < open.length; k++) {
      if (isOwnExit(open[k] as Order)) return true
    }
    return this.closes.lots(i) > 0
  }

  private enter(run: StrategyRun, i: InstrumentIndex, side: Side, signal: Signal): void {
    const hold = holdOn(this.holds, run.strategy, i)
    if (hold !== undefined) {
      run.deadSide = side
      const { rule, figures } = heldDenial(hold)
      this.gateway.deny(run.strategy, i, 'entry', side, { rule, figures: { ...figures, ...this.wouldBe(i, side, signal) } }, signal.reason)
      return
    }
    if (run.mode !== 'running') {
      run.deadSide = side
      this.gateway.deny(run.strategy, i, 'entry', side, { rule: 'strategy-off', figures: { mode: run.mode } }, signal.reason)
      return
    }
    const instrument = this.config.instruments[i] as Instrument
    const mark = signal.limit ?? this.portfolio.mark(i)
    const stop = signal.stop ?? this.defaultStop(mark, side)
    const sized = this.size(instrument, side, mark, stop)
    if ('rule' in sized) {
      this.gateway.deny(run.strategy, i, 'entry', side, sized, signal.reason)
      return
    }
    if (run.execution !== undefined) {
      this.algorithms.start({
        strategy: run.strategy,
        instrument: i,
        class: 'entry',
        side,
        lots: sized.estimate,
        execution: run.execution,
        limit: signal.limit,
        stop,
        targets: signal.targets,
        reason: signal.reason,
      })
      return
    }
    const intent: OrderIntent = {
      strategy: run.strategy,
      instrument: i,
      class: 'entry',
      side,
      kind: signal.limit === undefined ? 'market' : 'limit',
      limit: signal.limit,
      size: sized.size,
      triggerBy: 'mark',
      stop,
      targets: signal.targets,
      timeInForce: 'gtc',
      reason: signal.reason,
    }
    const denial = checkEntry(intent, sized.estimate, this.portfolio, this.limits.of(i), this.config.costs)
    if (denial !== undefined) {
      this.gateway.denyIntent(intent, sized.estimate, denial)
      return
    }
    this.gateway.submit(intent, sized.detail)
  }

  /** What a held entry would be, as far as it comes to a quantity: for who looks on. */
  private wouldBe(i: InstrumentIndex, side: Side, signal: Signal): RiskFigures {
    const instrument = this.config.instruments[i] as Instrument
    const price = signal.limit ?? this.portfolio.mark(i)
    const stop = signal.stop ?? this.defaultStop(price, side)
    const sized = this.size(instrument, side, price, stop)
    return {
      price: formatPrice(instrument, price),
      ...(stop === undefined ? {} : { stop: formatPrice(instrument, stop) }),
      ...('rule' in sized ? {} : { quantity: formatQuantity(instrument, sized.estimate) }),
    }
  }

  /** The least quantity as text, made once for each version of an instrument. */
  private minimumText(instrument: Instrument): string {
    const known = this.minimums.get(instrument)
    if (known !== undefined) return known
    const text = formatQuantity(instrument, instrument.lotsMin)
    this.minimums.set(instrument, text)
    return text
  }

  private defaultStop(mark: Ticks, side: Side): Ticks | undefined {
    const fraction = this.config.defaultStopFraction
    if (fraction === undefined) return undefined
    // Rounded toward the entry: a stop is never farther than was asked for.
    return ticks(side === 1 ? Math.ceil(mark * (1 - fraction)) : Math.floor(mark * (1 + fraction)))
  }

  private size(
    instrument: Instrument,
    side: Side,
    mark: Ticks,
    stop: Ticks | undefined,
  ): { readonly size: OrderIntent['size']; readonly estimate: Lots; readonly detail: Sized | undefined } | RiskDenial {
    const { costs } = this.config
    const limits = this.limits.of(instrument.index)
    const sizing = this.limits.sizingOf(instrument.index)
    switch (sizing.type) {
      case 'fixed':
        return { size: { lots: sizing.lots }, estimate: sizing.lots, detail: undefined }
      case 'all': {
        // What the same signal closes pays its fee and gives its margin back before this order fills.
        const closing = closingNotional(this.portfolio, instrument, side)
        const closingFee = rateOf(closing, takerRateOf(instrument, costs))
        const leverage = instrument.category === 'spot' ? 1 : this.portfolio.leverageOf(instrument.index)
        const freed = Math.floor(closing / leverage) - closingFee
        const budget = cash(this.portfolio.equity - this.portfolio.marginUsed + freed)
        // Figures as they are: what has no money left is denied at each bar.
        if (budget < instrument.notionalMin)
          return { rule: 'notional-min', figures: { notional: budget / 1e8, min: instrument.notionalMin / 1e8 } }
        const estimate = lotsFor(instrument, instrument.category === 'spot' ? cash(Math.floor(budget * SPOT_SHARE)) : budget, mark)
        if (estimate < instrument.lotsMin)
          return { rule: 'no-size', figures: { budget: budget / 1e8, minimum: this.minimumText(instrument) } }
        return this.config.allowsBudget && instrument.category === 'linear'
          ? { size: { budget }, estimate, detail: undefined }
          : { size: { lots: estimate }, estimate, detail: undefined }
      }
      case 'risk': {
        if (stop === undefined) return { rule: 'stop-missing', figures: { symbol: instrument.symbol, sizing: 'risk' } }
        if (side === 1 ? stop >= mark : stop <= mark)
          return { rule: 'stop-side', figures: { stop: formatPrice(instrument, stop), price: formatPrice(instrument, mark) } }
        const { watch } = this.portfolio
        const share = sizing.capital ?? 1
        const equity = cash(Math.floor(this.portfolio.equity * share))
        const strategy = this.portfolio.ownerOf(instrument.index)
        const caps = entryCaps(this.portfolio, instrument, side, limits, costs)
        const by = sizeByMethod(sizing.method ?? FIXED_FRACTION, {
          equity,
          entry: mark,
          atrTicks: this.portfolio.atrTicks(instrument.index),
          barsPerYear: YEAR_MS / this.config.intervalMs,
          edge: strategy === undefined ? NO_EDGE : this.portfolio.results.edgeOf(strategy),
          symbols: this.config.instruments.length,
          rMin: sizing.scaling.type === 'constant' ? sizing.scaling.r : sizing.scaling.rMin,
        })
        if (by.missing !== undefined)
          return { rule: 'no-size', figures: { problem: 'the average true range is not known yet: sizing by volatility waits for it' } }
        const sized = sizeByRisk(
          {
            instrument,
            side,
            entry: mark,
            stop,
            equity,
            highWater: cash(Math.floor(watch.highWater * share)),
            smoothedDrawdown: watch.smoothed,
            lossRoom:
              sizing.isThrottled && !isLossUnbounded(limits) ? roomForOne(this.portfolio, instrument.index, limits, costs) : UNBOUNDED,
          },
          sizing.scaling,
          sizing.decay,
          limits,
          costs,
          caps,
          by,
        )
        const quantity = lots(Math.min(sized.lots, instrument.lotsMarketMax))
        if (quantity < instrument.lotsMin)
          return {
            rule: 'no-size',
            figures: { quantity: formatQuantity(instrument, quantity), minimum: this.minimumText(instrument) },
          }
        return { size: { lots: quantity }, estimate: quantity, detail: sized }
      }
    }
  }
}
