/**
 * From a strategy's signal to an exit, an entry, or a denial that keeps its figures.
 * Never acts on a signal after the hold during which it came (S11), and never enters without sizing and risk check.
 */
import type { KernelContext } from '../context.ts'
import type { PendingCloses } from '../state/pending-closes.ts'
import type { PositionCloser } from './position-closer.ts'
import { type InstrumentIndex, type Lots, type Side, cash } from '../../core/units.ts'
import { mulDivCeil } from '../../core/decimal.ts'
import { type Instrument, formatPrice, formatQuantity } from '../../market/instrument.ts'
import { checkEntry } from '../../risk/check.ts'
import type { RiskDenial, RiskFigures } from '../../risk/denial.ts'
import type { Signal } from '../../strategy/strategy.ts'
import { type Order, type OrderIntent, isOwnExit } from '../../trading/order.ts'
import type { Algorithms } from './algorithms.ts'
import type { EntrySizing, SizedEntry } from './entry-sizing.ts'
import type { KernelConfig } from '../config.ts'
import type { EffectiveLimits } from '../state/effective-limits.ts'
import type { OrderGateway } from './order-gateway.ts'
import { type Hold, holdOn } from '../state/holds.ts'
import type { OrderTable } from '../state/order-table.ts'
import { heldDenial } from './manual-orders.ts'
import type { PortfolioState } from '../state/portfolio-state.ts'
import type { StrategyRun } from '../state/strategies/strategy-run.ts'
import type { Universes } from '../state/strategies/universes.ts'

export class Signals {
  private readonly config: KernelConfig
  private readonly portfolio: PortfolioState
  private readonly limits: EffectiveLimits
  private readonly orders: OrderTable
  private readonly holds: readonly Hold[]
  private readonly universes: Universes
  private readonly closes: PendingCloses
  private readonly closer: PositionCloser
  private readonly gateway: OrderGateway
  private readonly algorithms: Algorithms
  private readonly sizing: EntrySizing

  constructor(
    { config, portfolio, limits, orders, holds, closes, universes }: KernelContext,
    gateway: OrderGateway,
    closer: PositionCloser,
    algorithms: Algorithms,
    sizing: EntrySizing,
  ) {
    this.sizing = sizing
    this.algorithms = algorithms
    this.config = config
    this.portfolio = portfolio
    this.limits = limits
    this.orders = orders
    this.holds = holds
    this.universes = universes
    this.closes = closes
    this.closer = closer
    this.gateway = gateway
  }

  /**
   * Turns a signal into an exit, an entry, or a denial that keeps its figures.
   * @param lotsMax an entry is sized as ever, and is no larger than this
   */
  placeSignal(run: StrategyRun, signal: Signal, canEnter: boolean, lotsMax?: Lots): void {
    const i = run.instrument.index
    const held = this.portfolio.positionLots(i)
    // What cannot be sold short is only closed.
    const side = signal.side === -1 && run.instrument.category === 'spot' ? 0 : signal.side
    const isClosing = this.hasOpenExit(i)
    if (side !== 1 && this.algorithms.works(i, 1)) this.algorithms.endOn(i, 'signal has turned', { side: 1 })
    if (side !== -1 && this.algorithms.works(i, -1)) this.algorithms.endOn(i, 'signal has turned', { side: -1 })
    if (held !== 0 && (side === 0 || held > 0 !== (side === 1))) this.exitOnSignal(run, i, signal)
    if (side === 0) {
      run.deadSide = 0
      this.gateway.cancelEntriesOf(i, 'signal is flat')
      return
    }
    if (held !== 0 && held > 0 === (side === 1)) return
    if (!canEnter) return
    // An exit that was under way before this signal may have filled without our knowing: what is held is not certain enough to add to.
    if (isClosing) return
    if (this.hasOpenEntry(i, side) || this.algorithms.works(i, side)) return
    // Two entries against each other would leave it to chance which of them is held.
    if (this.hasOpenEntry(i, side === 1 ? -1 : 1)) {
      this.gateway.cancelEntriesOf(i, 'signal has turned')
      return
    }
    if (run.deadSide === side) return
    this.enter(run, i, side, signal, lotsMax)
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

  private enter(run: StrategyRun, i: InstrumentIndex, side: Side, signal: Signal, lotsMax: Lots | undefined): void {
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
    const out = this.universes.outOf(run)
    if (out !== undefined) {
      run.deadSide = side
      this.gateway.deny(run.strategy, i, 'entry', side, { rule: 'universe', figures: { verdict: out } }, signal.reason)
      return
    }
    const instrument = this.config.instruments[i] as Instrument
    const mark = signal.limit ?? this.portfolio.mark(i)
    const stop = signal.stop ?? this.sizing.defaultStop(mark, side)
    const sized = bounded(this.sizing.size(instrument, side, mark, stop), lotsMax, instrument)
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

  /** What a held entry would be, as far as it comes to a quantity: shown by `/whynot`. */
  private wouldBe(i: InstrumentIndex, side: Side, signal: Signal): RiskFigures {
    const instrument = this.config.instruments[i] as Instrument
    const price = signal.limit ?? this.portfolio.mark(i)
    const stop = signal.stop ?? this.sizing.defaultStop(price, side)
    const sized = this.sizing.size(instrument, side, price, stop)
    return {
      price: formatPrice(instrument, price),
      ...(stop === undefined ? {} : { stop: formatPrice(instrument, stop) }),
      ...('rule' in sized ? {} : { quantity: formatQuantity(instrument, sized.estimate) }),
    }
  }
}

/** No larger than was asked; undefined: nothing was. */
function bounded(sized: SizedEntry | RiskDenial, lotsMax: Lots | undefined, instrument: Instrument): SizedEntry | RiskDenial {
  if (lotsMax === undefined || 'rule' in sized || sized.estimate <= lotsMax) return sized
  const asked = formatQuantity(instrument, lotsMax)
  if (lotsMax < instrument.lotsMin)
    return { rule: 'no-size', figures: { quantity: asked, minimum: formatQuantity(instrument, instrument.lotsMin) } }
  const { detail } = sized
  return {
    size: { lots: lotsMax },
    estimate: lotsMax,
    detail:
      detail === undefined
        ? undefined
        : {
            ...detail,
            lots: lotsMax,
            plannedLoss: cash(mulDivCeil(detail.plannedLoss, lotsMax, sized.estimate)),
            steps: [...detail.steps, { name: 'most that was asked', value: asked }],
          },
  }
}
