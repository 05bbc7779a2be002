/**
 * The kernel: one synchronous state machine for strategies, risk, orders and the portfolio. Inputs go in, facts come out, and the state follows from both.
 */
import { BarDecisions } from './handlers/bar-decisions.ts'
import { OtherInputs } from './handlers/other-inputs.ts'
import { InstrumentVersions } from './instrument-versions.ts'
import type { KernelContext } from './context.ts'
import { PositionCloser } from './orders/position-closer.ts'
import type { KernelInput, PlaceOrders } from './input.ts'
import { type OrderEvent, isOrderEvent } from '../trading/event.ts'
import { isOpenStatus } from '../trading/order.ts'
import type { BookedEvent } from './booking.ts'
import { type InstrumentIndex, type Lots, type StrategyId, type Ts, lots } from '../core/units.ts'
import { assert } from '../core/assert.ts'
import { Bars } from '../market/bars.ts'
import type { Instrument } from '../market/instrument.ts'
import { FundingRates } from '../market/funding-rates.ts'
import type { PortfolioView } from '../portfolio/view.ts'
import type { TradeRisk } from '../risk/assessment/trade-risk.ts'
import { needsAtr } from '../risk/limits.ts'
import { ParentOrders } from './state/parent-orders.ts'
import { Algorithms } from './orders/algorithms.ts'
import { Brackets } from './orders/brackets.ts'
import type { KernelConfig } from './config.ts'
import { Bookkeeper } from './handlers/bookkeeper.ts'
import { ExitAims } from './state/exit-aims.ts'
import { PendingCloses } from './state/pending-closes.ts'
import { OrderGateway } from './orders/order-gateway.ts'
import type { KernelFact } from './fact.ts'
import { FactBuffer } from './fact-buffer.ts'
import { ExternalActivity } from './handlers/external-activity.ts'
import { foldFact } from './fold-fact.ts'
import { NearLimits } from './handlers/near-limits.ts'
import { StormBreakers } from './handlers/storm-breakers.ts'
import { LossBreakers } from './handlers/loss-breakers.ts'
import { SafetyControls } from './handlers/safety-controls.ts'
import { ReturnWindow } from './state/return-window.ts'
import { EffectiveLimits } from './state/effective-limits.ts'
import type { Hold } from './state/holds.ts'
import { OperatorCommands, isCommand } from './handlers/operator-commands.ts'
import { OutsideSignals } from './handlers/outside-signals.ts'
import { ManualOrders } from './orders/manual-orders.ts'
import type { RiskDenial } from '../risk/denial.ts'
import { EntrySizing } from './orders/entry-sizing.ts'
import { Signals } from './orders/signals.ts'
import { StrategyOrders } from './orders/strategy-orders.ts'
import { OrderTable } from './state/order-table.ts'
import { PortfolioState } from './state/portfolio-state.ts'
import { Universes } from './state/strategies/universes.ts'
import { KERNEL_CODE_VERSION, type KernelSnapshot } from './snapshot.ts'
import { StrategyModes } from './handlers/strategy-modes.ts'
import { StrategyStarts } from './handlers/strategy-starts.ts'
import { MarketRun } from './state/strategies/markets-run.ts'
import type { StrategyRun } from './state/strategies/strategy-run.ts'
import { type StrategyList, StrategyRuns } from './state/strategies/strategy-runs.ts'
import { OrderEventHandler } from './handlers/order-events.ts'

/** Bars of history that stay visible to a live strategy. */
const LIVE_BARS = 4_096

export class Kernel {
  readonly config: KernelConfig
  readonly factBuffer = new FactBuffer()
  readonly portfolio: PortfolioState
  /** Limits and sizing as they count now. */
  readonly limits: EffectiveLimits
  readonly orders: OrderTable
  readonly bars: Bars[]
  /** Settlements of each instrument's market, for strategies that look at them. */
  readonly fundings: FundingRates[]
  readonly holds: Hold[] = []
  readonly universes = new Universes()
  readonly runs: readonly (StrategyRun | undefined)[]
  private readonly bookkeeper: Bookkeeper
  private readonly gateway: OrderGateway
  private readonly placing: ManualOrders
  private readonly brackets: Brackets
  private readonly algorithms: Algorithms
  /** Parent orders that are in progress. */
  readonly parentOrders = new ParentOrders()
  private readonly closes: PendingCloses
  private readonly closer: PositionCloser
  private readonly exitAims = new ExitAims()
  private readonly safety: SafetyControls
  readonly losses: LossBreakers
  /** What is decided on closed bars. */
  readonly decisions: BarDecisions
  private readonly near: NearLimits
  private readonly orderEvents: OrderEventHandler
  private readonly others: OtherInputs
  private readonly operator: OperatorCommands
  readonly starts: StrategyStarts
  private readonly versions: InstrumentVersions
  private readonly strategyRuns: StrategyRuns
  private readonly instruments: Instrument[]

  constructor(given: KernelConfig, bars?: readonly Bars[]) {
    // A list of its own: an instrument is another one from the input on that changes its terms.
    const instruments = [...given.instruments]
    const config = { ...given, instruments }
    this.config = config
    this.instruments = instruments
    this.orders = new OrderTable(instruments.length, config.isJournaled)
    this.bars = bars === undefined ? instruments.map(() => Bars.withCapacity(config.intervalMs, LIVE_BARS)) : [...bars]
    this.fundings = instruments.map(() => new FundingRates())
    this.strategyRuns = new StrategyRuns(config, this.bars, this.fundings)
    const { by: runs, owners } = this.strategyRuns
    this.runs = runs
    this.limits = new EffectiveLimits(config, (i) => owners[i])
    this.portfolio = new PortfolioState({
      instruments,
      owners,
      orders: this.orders,
      leverageOf: (i) => this.limits.leverageOf(i),
      accountRules: () => this.limits.account,
      needsAtr: needsAtr(config.limits),
      returns: new ReturnWindow(this.bars, config.intervalMs),
      intervalMs: config.intervalMs,
    })
    this.closes = new PendingCloses(instruments.length)
    const context: KernelContext = {
      config,
      instruments,
      portfolio: this.portfolio,
      limits: this.limits,
      orders: this.orders,
      parentOrders: this.parentOrders,
      closes: this.closes,
      exitAims: this.exitAims,
      holds: this.holds,
      universes: this.universes,
      factBuffer: this.factBuffer,
      runs,
      bars: this.bars,
      fundings: this.fundings,
    }
    const bookkeeper = new Bookkeeper(context)
    const gateway = new OrderGateway(context)
    const brackets = new Brackets(context, gateway)
    const closer = new PositionCloser(context, gateway, brackets)
    this.closer = closer
    const placing = new ManualOrders(context, gateway)
    const algorithms = new Algorithms(context, gateway)
    const safety = new SafetyControls(context, gateway, closer, algorithms, bookkeeper)
    this.losses = new LossBreakers(context, gateway, safety)
    const storms = new StormBreakers(context, gateway, safety)
    this.near = new NearLimits(context, gateway)
    const external = new ExternalActivity(context, { gateway, bookkeeper, brackets, algorithms, safety })
    const modes = new StrategyModes(context, gateway, algorithms, safety)
    const sizing = new EntrySizing(context)
    const signals = new Signals(context, gateway, closer, algorithms, sizing)
    const strategyOrders = new StrategyOrders(context, { gateway, closer, placing, brackets, sizing })
    this.orderEvents = new OrderEventHandler(context, { gateway, closer, brackets, algorithms, safety, external })
    this.operator = new OperatorCommands({
      config,
      limits: this.limits,
      factBuffer: this.factBuffer,
      gateway,
      closer,
      placing,
      brackets,
      algorithms,
      safety,
      external,
      modes,
      outside: new OutsideSignals(context, { gateway, closer, signals, algorithms }),
    })
    this.starts = new StrategyStarts(context, gateway, algorithms, modes)
    this.versions = new InstrumentVersions(context, gateway, this.starts)
    this.bookkeeper = bookkeeper
    this.gateway = gateway
    this.brackets = brackets
    this.placing = placing
    this.algorithms = algorithms
    this.safety = safety
    const { orderEvents, starts, versions, losses, near, operator, strategyRuns } = this
    this.decisions = new BarDecisions(context, {
      gateway,
      algorithms,
      losses,
      storms,
      near,
      safety,
      operator,
      modes,
      signals,
      strategyOrders,
      strategyRuns,
    })
    const parts = { gateway, closer, bookkeeper, brackets, safety, external, orderEvents, modes, starts, versions, algorithms }
    this.others = new OtherInputs(context, parts, this.decisions, (owners) => {
      this.own(owners)
    })
  }

  /**
   * These strategies and symbols of operators from the next input on, as a kernel that was made with them and given this one's snapshot.
   * A strategy that begins anew gets its earlier bars with `strategy-started`, as at a start.
   */
  useStrategies(list: StrategyList): void {
    // Of this kernel alone: it was copied from what was given.
    const config: { strategies: KernelConfig['strategies']; manual?: KernelConfig['manual'] } = this.config
    config.strategies = list.strategies
    config.manual = list.manual
    this.strategyRuns.use(list)
    this.decisions.strategiesChanged()
  }

  /**
   * Instruments join, with the numbers that follow: flat, without bars, and owned by nobody until the journal says otherwise. From the next
   * input on this is the kernel that was made with all of them and given this one's snapshot.
   */
  addInstruments(joining: readonly Instrument[]): void {
    for (const instrument of joining) {
      assert(instrument.index === this.instruments.length, `instrument ${instrument.symbol} has number ${instrument.index}`)
      this.instruments.push(instrument)
      this.bars.push(Bars.withCapacity(this.config.intervalMs, LIVE_BARS))
      this.fundings.push(new FundingRates())
    }
    this.orders.grow(this.instruments.length)
    this.closes.grow(this.instruments.length)
    this.portfolio.grow()
    this.gateway.grow()
    this.versions.grow()
    this.strategyRuns.grow()
    this.limits.ownersChanged()
  }

  /** Who owns what by the list of strategies, where the journal has not said so yet. */
  ownersToTell(): readonly (StrategyId | null)[] | undefined {
    const { owners, isTold } = this.strategyRuns
    const wanted = this.strategyRuns.wanted()
    return isTold && wanted.every((each, i) => each === owners[i]) ? undefined : wanted.map((each) => each ?? null)
  }

  private own(owners: readonly (StrategyId | null)[]): void {
    this.strategyRuns.own(owners)
    this.limits.ownersChanged()
  }

  get view(): PortfolioView {
    return this.portfolio
  }
  get now(): Ts {
    return this.portfolio.now
  }
  get stateSince(): Ts {
    return this.safety.stateSince
  }
  /** Lots of a spot position that no exit sells, sent or waiting: what its stop is for. */
  guardedLots(i: InstrumentIndex): number {
    return this.brackets.guardedLots(i)
  }

  /** What of a position is held and not being closed at market already. */
  unclosedLots(i: InstrumentIndex): Lots {
    return lots(Math.max(0, this.closer.unclosed(i)))
  }

  /** Why what an operator asks would be denied now; undefined where it would pass. Books nothing. */
  judge(input: Parameters<ManualOrders['judge']>[0]): RiskDenial | undefined {
    return this.placing.judge(input)
  }

  /** What an entry by hand would be, whether it would pass or not. Books nothing. */
  assess(input: PlaceOrders): TradeRisk {
    return this.placing.assess(input)
  }

  /** Whether what is left of a position is closed again and again: a panic of all or of this symbol, or the red line. */
  isFlattening(i: InstrumentIndex): boolean {
    return this.safety.isFlattening(i)
  }

  /** Takes one input: books it, decides on it, and leaves the facts in `factBuffer`, which the caller resets before. */
  apply(input: KernelInput): void {
    this.advance(input)
    if (isOrderEvent(input)) {
      this.orderEvents.handle(input, this.book(input))
      return
    }
    if (input.type === 'bars-closed') {
      this.decisions.closeBars(input, true)
      return
    }
    if (isCommand(input)) {
      this.operator.decide(input)
      return
    }
    this.others.decide(input, this.others.fold(input))
  }

  /** Books a journaled input without deciding it again: what it led to is reported by the facts that follow it. */
  foldInput(input: KernelInput): void {
    this.advance(input)
    if (isOrderEvent(input)) {
      this.book(input)
    } else if (input.type === 'bars-closed') this.decisions.closeBars(input, false)
    else if (!isCommand(input)) this.others.fold(input)
  }

  /** Books a journaled fact. Facts of this kernel's own making have already been booked when they were made. */
  foldFact(fact: KernelFact): void {
    const { gateway, safety, orders, parentOrders, closes, exitAims, runs, bookkeeper, limits, near } = this
    foldFact(fact, { gateway, safety, orders, parentOrders, closes, exitAims, runs, bookkeeper, limits, near })
  }

  private advance(input: KernelInput): void {
    if (input.ts > this.portfolio.now) this.portfolio.now = input.ts
  }

  /** Books an order's event, and queues it for a strategy that handles order events. */
  private book(event: OrderEvent): BookedEvent {
    const run = this.decisions.hasMarketRuns ? this.runs[event.instrument] : undefined
    if (!(run instanceof MarketRun)) return this.bookkeeper.orderEvent(event)
    const order = this.orders.find(event.instrument, event.orderId, event.venueOrderId)
    const wasOpen = order !== undefined && isOpenStatus(order.status)
    const booked = this.bookkeeper.orderEvent(event)
    if (order?.strategy === run.strategy && booked.outcome === 'applied' && run.mode !== 'errored')
      run.of.notices.note(run.at, order, event, wasOpen)
    return booked
  }

  snapshot(): KernelSnapshot {
    return {
      codeVersion: KERNEL_CODE_VERSION,
      now: this.now,
      orders: this.orders.state(),
      portfolio: this.portfolio.snapshot(),
      algorithms: this.parentOrders.snapshot(),
      holds: [...this.holds],
      settings: this.limits.overrides,
      nearLimits: this.near.snapshot(),
      closes: this.closes.snapshot(),
      exitAims: this.exitAims.snapshot(),
      fundings: this.fundings.map((each) => each.snapshot()),
      universes: this.universes.snapshot(),
      stateSince: this.safety.stateSince,
      terms: this.versions.snapshot(),
      identities: this.starts.snapshot(),
      ...(this.strategyRuns.isTold ? { owners: this.strategyRuns.owners.map((each) => each ?? null) } : undefined),
      runs: this.runs
        .filter((run) => run !== undefined)
        .map((run) => ({
          strategy: run.strategy,
          instrument: run.instrument.index,
          mode: run.mode,
          modeCause: run.modeCause,
          deadSide: run.deadSide,
          lastSignalTs: run.lastSignalTs,
          lastDecisionTs: run.lastDecisionTs,
          state: run.snapshotState(),
          ...(run instanceof MarketRun && run.keepsState
            ? { series: run.of.series(), notices: run.of.notices.snapshot(), asides: run.of.toldAsides }
            : {}),
        })),
    }
  }

  restore(from: KernelSnapshot): void {
    this.versions.restore(from.terms)
    this.portfolio.now = from.now
    this.orders.restore(from.orders)
    this.portfolio.restore(from.portfolio)
    this.parentOrders.restore(from.algorithms)
    this.holds.length = 0
    this.holds.push(...from.holds)
    this.limits.restore(from.settings)
    this.near.restore(from.nearLimits)
    this.closes.restore(from.closes)
    this.exitAims.restore(from.exitAims)
    this.universes.restore(from.universes ?? [])
    for (const [i, each] of (from.fundings ?? []).entries()) this.fundings[i]?.restore(each)
    this.safety.stateSince = from.stateSince
    this.starts.restore(from.identities)
    if (from.owners !== undefined) this.own(from.owners)
    for (const saved of from.runs) {
      const run = this.runs[saved.instrument]
      if (run === undefined || run.strategy !== saved.strategy) continue
      run.mode = saved.mode
      run.modeCause = saved.modeCause ?? ''
      run.lastSignalTs = saved.lastSignalTs
      run.lastDecisionTs = saved.lastDecisionTs ?? null
      run.restore(saved.state, saved.deadSide)
      if (run instanceof MarketRun && saved.series !== undefined) {
        run.of.restoreSeries(saved.series)
        run.of.notices.restore(saved.notices ?? [])
        run.of.toldAsides = saved.asides
      }
    }
  }
}
