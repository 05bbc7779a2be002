/**
 * Runs execution algorithms: asks each for its next step and executes it as far as holds and risk allow.
 * Never sends a child that risk has not passed, and never starts one again that a hold has stopped: an operator does (S1, S16).
 */
import type { KernelContext } from '../context.ts'
import { type InstrumentIndex, type Lots, type OrderId, type StrategyId, type Ticks, lots, ticks } from '../../core/units.ts'
import type { Bars } from '../../market/bars.ts'
import { type Instrument, formatQuantity, leastLots, lotFloat, parseQuantity } from '../../market/instrument.ts'
import { checkEntry, checkExit } from '../../risk/check.ts'
import type { RiskDenial } from '../../risk/denial.ts'
import {
  type AlgorithmOrder,
  type AlgorithmSpec,
  type AlgorithmState,
  type AlgorithmStep,
  type MarketNow,
  type OpenChild,
  summaryOf,
} from '../../trading/algorithms/algorithm.ts'
import type { Execution } from '../../trading/algorithms/execution.ts'
import { stepAlgorithm } from '../../trading/algorithms/step.ts'
import { volumeWeights } from '../../trading/algorithms/volume-profile.ts'
import { type Order, type OrderIntent, type Reason, type Target, openLotsOf, venueTargets } from '../../trading/order.ts'
import type { ParentOrders } from '../state/parent-orders.ts'
import type { KernelConfig } from '../config.ts'
import type { OrderGateway } from './order-gateway.ts'
import type { FactBuffer } from '../fact-buffer.ts'
import type { StartAlgorithm, SteerAlgorithm } from '../input.ts'
import { type Hold, holdOn } from '../state/holds.ts'
import type { OrderTable } from '../state/order-table.ts'
import { MANUAL_OWNER } from '../../trading/manual-owner.ts'
import { heldDenial, manualReason, oppositeDenial } from './manual-orders.ts'
import type { EffectiveLimits } from '../state/effective-limits.ts'
import type { PortfolioState } from '../state/portfolio-state.ts'

/** Steps that one algorithm may make at one instant: a child that ends at once leads to the next. */
const STEPS_MAX = 4
/** Children in a row that risk or the venue refused: then it is given up. */
const FAILURES_MAX = 10

/** What starts an algorithm beside the order itself. */
type Start = Omit<StartAlgorithm, 'type' | 'actor' | 'ts'> & { readonly reason: Reason; readonly targets?: readonly Target[] | undefined }

export class Algorithms {
  private readonly config: KernelConfig
  private readonly portfolio: PortfolioState
  private readonly limits: EffectiveLimits
  private readonly orders: OrderTable
  private readonly holds: readonly Hold[]
  private readonly gateway: OrderGateway
  private readonly factBuffer: FactBuffer
  private readonly book: ParentOrders
  private readonly bars: readonly Bars[]

  constructor({ config, portfolio, limits, orders, holds, factBuffer, parentOrders: book, bars }: KernelContext, gateway: OrderGateway) {
    this.config = config
    this.portfolio = portfolio
    this.limits = limits
    this.orders = orders
    this.holds = holds
    this.gateway = gateway
    this.factBuffer = factBuffer
    this.book = book
    this.bars = bars
  }

  /** Checks the order as a whole, starts it, and lets it make its first step. */
  start(asked: Start): void {
    const { strategy, instrument: i, side } = asked
    const denial = this.startDenial(asked)
    if (denial !== undefined) {
      this.gateway.denyIntent(this.intentOf(asked, asked.lots, asked.limit), asked.lots, denial)
      return
    }
    const spec = this.specOf(asked)
    if (typeof spec === 'string') {
      this.gateway.deny(strategy, i, asked.class, side, { rule: 'execution', figures: { problem: spec } }, asked.reason)
      return
    }
    if (asked.class === 'entry') this.gateway.alertKeptStop(this.intentOf(asked, asked.lots, asked.limit), asked.stop)
    const order: AlgorithmOrder = {
      id: this.orders.peekOrderId(),
      strategy,
      instrument: i,
      class: asked.class,
      side,
      lots: asked.lots,
      spec,
      stop: asked.class === 'entry' ? asked.stop : undefined,
      // Targets in parts would be an order of their own for each child: only one for all of it is held.
      targets: asked.class === 'entry' ? venueTargets(asked.targets) : undefined,
      reason: asked.reason,
      arrival: this.portfolio.mark(i),
      startedTs: this.portfolio.now,
    }
    this.orders.reserve(order.id)
    const state = this.book.start(order)
    this.factBuffer.push({ type: 'algorithm-started', order, ts: this.portfolio.now })
    this.step(state)
  }

  private startDenial(asked: Start): RiskDenial | undefined {
    const { strategy, instrument: i } = asked
    if (asked.class === 'reduce' && this.config.instruments[i]?.category === 'spot')
      return {
        rule: 'spot-order',
        figures: { problem: 'spot-close-worked' },
      }
    if (asked.class === 'reduce') return checkExit(this.intentOf(asked, asked.lots, asked.limit), asked.lots, this.portfolio)
    if (this.book.on(i).length > 0) return { rule: 'execution', figures: { problem: 'symbol-is-worked' } }
    const hold = holdOn(this.holds, strategy, i)
    if (hold !== undefined) return heldDenial(hold)
    // A strategy that turns closes in the same breath; an operator says it in two.
    const opposite =
      strategy === MANUAL_OWNER
        ? oppositeDenial(this.config.instruments[i] as Instrument, asked.side, this.portfolio, this.book)
        : undefined
    if (opposite !== undefined) return opposite
    const whole: OrderIntent = { ...this.intentOf(asked, asked.lots, asked.limit), isWorked: true }
    return checkEntry(whole, asked.lots, this.portfolio, this.limits.of(i), this.config.costs)
  }

  private intentOf(
    order: Pick<AlgorithmOrder, 'strategy' | 'instrument' | 'class' | 'side'> & {
      readonly stop?: Ticks | undefined
      readonly targets?: readonly Target[] | undefined
      readonly reason: Reason
    },
    quantity: Lots,
    limit: Ticks | undefined,
  ): OrderIntent {
    return {
      strategy: order.strategy,
      instrument: order.instrument,
      class: order.class,
      side: order.side,
      kind: limit === undefined ? 'market' : 'limit',
      size: { lots: quantity },
      ...(limit === undefined ? undefined : { limit }),
      triggerBy: 'mark',
      stop: order.class === 'entry' ? this.gateway.stopFor(order, limit) : undefined,
      targets: order.class === 'entry' ? venueTargets(order.targets) : undefined,
      timeInForce: 'gtc',
      reason: order.reason,
    }
  }

  /** From what was asked to what is executed: prices, quantities and weights as of now. A sentence where it cannot be. */
  private specOf(asked: Start): AlgorithmSpec | string {
    const { execution, limit } = asked
    const instrument = this.config.instruments[asked.instrument] as Instrument
    switch (execution.type) {
      case 'twap':
        return { type: 'twap', overMs: execution.overMs, slices: execution.slices, limit }
      case 'vwap':
        return { type: 'vwap', overMs: execution.overMs, weights: this.weightsOf(asked.instrument, execution), limit }
      case 'pov':
        return { type: 'pov', share: execution.share, overMs: execution.overMs, limit }
      case 'iceberg': {
        const shown = parseQuantity(instrument, execution.shown, 'floor')
        if (shown === undefined || shown < instrument.lotsMin)
          return `the part shown is below the minimum of ${formatQuantity(instrument, instrument.lotsMin)}`
        return limit === undefined ? 'an iceberg needs a limit price' : { type: 'iceberg', limit, shown }
      }
      case 'chase':
        return {
          type: 'chase',
          budget: ticks(Math.floor((this.portfolio.mark(asked.instrument) * execution.budgetBps) / 1e4)),
          forMs: execution.forMs,
        }
    }
  }

  private weightsOf(i: InstrumentIndex, execution: Extract<Execution, { readonly type: 'vwap' }>): number[] {
    const bars = this.bars[i] as Bars
    return volumeWeights(
      { count: bars.cursor, ts: (k) => bars.tsColumn[k] as number, volume: (k) => bars.volumeColumn[k] as number },
      this.config.intervalMs,
      this.portfolio.now,
      execution.overMs,
      execution.slices,
    )
  }

  steer(input: SteerAlgorithm): void {
    const state = this.book.find(input.id)
    if (state === undefined || state.status === 'ending') return
    this.change(state, input.to === 'ended' ? 'ending' : input.to, `by ${input.actor}`)
    this.step(state)
  }

  /** Nothing of it continues: its child is canceled, and then it is over. */
  endOn(i: InstrumentIndex, cause: string, only?: { readonly side: 1 | -1 }): void {
    if (this.book.active.length === 0) return
    for (const state of [...this.book.on(i)]) {
      if (state.status === 'ending' || (only !== undefined && state.side !== only.side)) continue
      this.change(state, 'ending', cause)
      this.step(state)
    }
  }

  endAll(cause: string, strategy?: StrategyId): void {
    for (const state of [...this.book.active])
      if (strategy === undefined || state.strategy === strategy) this.endOn(state.instrument, cause)
  }

  /** Whether an entry on a side is being executed. */
  works(i: InstrumentIndex, side: 1 | -1): boolean {
    return (
      this.book.active.length !== 0 &&
      this.book.active.some((state) => state.instrument === i && state.side === side && state.class === 'entry')
    )
  }

  /** Time continued. */
  stepAll(): void {
    for (const state of [...this.book.active]) this.step(state)
  }

  /** An order that may be a child has changed. */
  afterChild(order: Order): void {
    const state = this.book.find(order.parentOrderId)
    if (state !== undefined) this.step(state)
  }

  private change(state: AlgorithmState, status: 'working' | 'paused' | 'ending', cause: string): void {
    if (state.status === status) return
    this.book.change(state.id, status, cause)
    this.factBuffer.push({ type: 'algorithm-changed', id: state.id, instrument: state.instrument, status, cause, ts: this.portfolio.now })
  }

  private step(state: AlgorithmState): void {
    for (let k = 0; k < STEPS_MAX; k++) {
      if (state.failures >= FAILURES_MAX && state.status === 'working')
        this.change(state, 'ending', `${FAILURES_MAX} children in a row were refused`)
      const child = this.childOf(state.instrument, state.id)
      if (this.isHeld(state, child)) return
      const step = this.bounded(state, stepAlgorithm(state, child, this.marketOf(state)))
      if (step.type === 'wait' || !this.runAction(state, step, child)) return
    }
  }

  /** A measurement that is bad for a moment makes it wait; any other hold stops it until an operator says otherwise. */
  private isHeld(state: AlgorithmState, child: OpenChild | undefined): boolean {
    if (state.class !== 'entry' || state.status !== 'working') return false
    const hold = holdOn(this.holds, state.strategy, state.instrument)
    if (hold === undefined) return false
    if (hold.cause !== 'stale' && hold.cause !== 'reconcile') {
      this.change(state, 'paused', `${hold.cause}: ${hold.reason}`.slice(0, 200))
      return false
    }
    if (child !== undefined && !child.isCanceling) this.cancel(state.instrument, child.orderId, hold.reason)
    return true
  }

  /** An exit never asks for more than is held, whatever closed the rest. */
  private bounded(state: AlgorithmState, step: AlgorithmStep): AlgorithmStep {
    if (step.type !== 'submit' || state.class !== 'reduce') return step
    const held = 0 - this.portfolio.positionLots(state.instrument) * state.side
    if (held <= 0) return { type: 'end', cause: 'the position is closed' }
    return { ...step, lots: lots(Math.min(step.lots, held)) }
  }

  /** Answers whether another step may follow at once. */
  private runAction(state: AlgorithmState, step: Exclude<AlgorithmStep, { readonly type: 'wait' }>, child: OpenChild | undefined): boolean {
    switch (step.type) {
      case 'submit':
        return this.submit(state, step)
      case 'amend': {
        const order = this.orders.find(state.instrument, step.orderId, undefined)
        if (order !== undefined && child !== undefined) this.gateway.requestAmend(order, { limit: step.limit }, state.spec.type)
        return false
      }
      case 'cancel':
        this.cancel(state.instrument, step.orderId, step.cause)
        return false
      case 'end':
        this.end(state, step.cause)
        return false
    }
  }

  private submit(state: AlgorithmState, step: Extract<AlgorithmStep, { readonly type: 'submit' }>): boolean {
    const instrument = this.config.instruments[state.instrument] as Instrument
    const most = step.kind === 'market' ? instrument.lotsMarketMax : instrument.lotsMax
    const quantity = lots(Math.min(step.lots, most))
    const intent: OrderIntent = {
      ...this.intentOf(
        { ...state, reason: { ...state.reason, rule: state.spec.type, values: { parent: state.id, child: state.children + 1 } } },
        quantity,
        step.limit,
      ),
      timeInForce: step.timeInForce,
      isChild: true,
    }
    const denial =
      state.class === 'reduce'
        ? checkExit(intent, quantity, this.portfolio)
        : checkEntry(intent, quantity, this.portfolio, this.limits.of(intent.instrument), this.config.costs)
    if (denial !== undefined) {
      this.gateway.denyIntent(intent, quantity, denial, state.id)
      return false
    }
    this.gateway.submit(intent, undefined, { parentOrderId: state.id })
    return false
  }

  private cancel(i: InstrumentIndex, id: OrderId, cause: string): void {
    const order = this.orders.find(i, id, undefined)
    if (order !== undefined) this.gateway.requestCancel(order, cause)
  }

  private end(state: AlgorithmState, cause: string): void {
    const instrument = this.config.instruments[state.instrument] as Instrument
    const summary = summaryOf(state, this.portfolio.now, instrument.cashNumerator / instrument.cashDenominator, 1 / lotFloat(instrument))
    this.book.end(state.id)
    this.factBuffer.push({
      type: 'algorithm-ended',
      id: state.id,
      instrument: state.instrument,
      cause,
      summary,
      state: { ...state, status: 'ended', cause },
      ts: this.portfolio.now,
    })
  }

  private childOf(i: InstrumentIndex, parent: OrderId): OpenChild | undefined {
    const order = this.orders.open(i).find((o) => o.parentOrderId === parent && o.origin === 'ours')
    if (order === undefined) return undefined
    return {
      orderId: order.orderId,
      left: lots(openLotsOf(order)),
      limit: order.limit,
      isCanceling: order.cancelRequested || order.ending !== undefined,
    }
  }

  private marketOf({ instrument: i, class: intentClass }: AlgorithmState): MarketNow {
    const mark = this.portfolio.mark(i)
    const instrument = this.config.instruments[i] as Instrument
    return {
      now: this.portfolio.now,
      mark,
      spreadTicks: this.portfolio.spreadTicks(i),
      lotsMin: intentClass === 'entry' ? leastLots(instrument, mark) : instrument.lotsMin,
      lotsPerBase: 1 / lotFloat(instrument),
    }
  }
}

export const manualStart = (input: StartAlgorithm): Start => ({ ...input, reason: manualReason({ actor: input.actor }) })
