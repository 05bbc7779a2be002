/**
 * The kernel: one synchronous state machine for strategies, risk, orders and the portfolio. Inputs go in, facts come out, and the state follows from both.
 */
import { OtherInputs } from './handlers/other-inputs.ts'
import { InstrumentVersions } from './instrument-versions.ts'
import type { KernelContext } from './context.ts'
import { PositionCloser } from './orders/position-closer.ts'
import type { BarsMode, ClosedBar, KernelInput, PlaceOrders } from './input.ts'
import { type OrderEvent, isOrderEvent } from '../trading/event.ts'
import { isOpenStatus } from '../trading/order.ts'
import type { BookedEvent } from './booking.ts'
import { type Cash, type InstrumentIndex, type StrategyId, type Ts, instrumentIndex } from '../core/units.ts'
import { Bars } from '../market/bars.ts'
import type { PortfolioView } from '../portfolio/view.ts'
import { confirmedTier, watchEquity } from '../risk/breaker.ts'
import type { TradeRisk } from '../risk/assessment/trade-risk.ts'
import { isEquityUnbounded } from '../risk/limits.ts'
import type { Signal } from '../strategy/strategy.ts'
import { ParentOrders } from './state/parent-orders.ts'
import { Algorithms } from './orders/algorithms.ts'
import { Brackets } from './orders/brackets.ts'
import type { KernelConfig } from './config.ts'
import { Bookkeeper } from './handlers/bookkeeper.ts'
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
import { OwnBooks } from './state/own-books.ts'
import { OrderTable } from './state/order-table.ts'
import { PortfolioState } from './state/portfolio-state.ts'
import { KERNEL_CODE_VERSION, type KernelSnapshot } from './snapshot.ts'
import { StrategyModes } from './handlers/strategy-modes.ts'
import { StrategyStarts } from './handlers/strategy-starts.ts'
import { MarketRun, type MarketsRun } from './state/markets-run.ts'
import { SignalRun } from './state/signal-run.ts'
import type { StrategyRun } from './state/strategy-run.ts'
import { type StrategyList, StrategyRuns } from './state/strategy-runs.ts'
import { OrderEventHandler } from './handlers/order-events.ts'

/** Bars of history that stay visible to a live strategy. */
const LIVE_BARS = 4_096

/** What a backtest does between the decisions of one close instant. */
export interface BetweenDecisions {
  /** Breakers have decided, and there are holds. */
  afterBreakers(): void
  /** Facts wait that lead to orders. */
  carryOut(): void
}

export class Kernel {
  readonly config: KernelConfig
  readonly factBuffer = new FactBuffer()
  readonly portfolio: PortfolioState
  /** Limits and sizing as they count now. */
  readonly limits: EffectiveLimits
  readonly orders: OrderTable
  readonly bars: readonly Bars[]
  readonly holds: Hold[] = []
  readonly runs: readonly (StrategyRun | undefined)[]
  private readonly bookkeeper: Bookkeeper
  private readonly gateway: OrderGateway
  private readonly signals: Signals
  private readonly strategyOrders: StrategyOrders
  /** What each strategy over several symbols may see of the records. */
  private readonly books = new Map<MarketsRun, OwnBooks>()
  private readonly placing: ManualOrders
  private readonly brackets: Brackets
  private readonly algorithms: Algorithms
  /** Parent orders that are in progress. */
  readonly parentOrders = new ParentOrders()
  private readonly closes: PendingCloses
  private readonly safety: SafetyControls
  readonly losses: LossBreakers
  private readonly storms: StormBreakers
  private readonly near: NearLimits
  private readonly orderEvents: OrderEventHandler
  private readonly others: OtherInputs
  private readonly modes: StrategyModes
  private readonly operator: OperatorCommands
  readonly starts: StrategyStarts
  private readonly versions: InstrumentVersions
  /** False where neither a limit, nor sizing, nor a journal asks for drawdown or day loss: then no bar pays for them. */
  private readonly watchesEquity: boolean

  private readonly watchesLimits: boolean
  private readonly strategyRuns: StrategyRuns
  /** Whether a strategy decides for several symbols at once: else no bar pays for that. */
  private hasMarketRuns: boolean
  private readonly context: KernelContext
  /** Whether bars are looked at by others than the strategy: by limits, a journal, or the average true range. */
  private readonly watchesBars: boolean

  constructor(given: KernelConfig, bars?: readonly Bars[]) {
    // A list of its own: an instrument is another one from the input on that changes its terms.
    const instruments = [...given.instruments]
    const config = { ...given, instruments }
    this.config = config
    this.orders = new OrderTable(instruments.length, config.isJournaled)
    this.bars = bars ?? instruments.map(() => Bars.withCapacity(config.intervalMs, LIVE_BARS))
    this.strategyRuns = new StrategyRuns(config, this.bars)
    const { by: runs, owners } = this.strategyRuns
    this.runs = runs
    this.hasMarketRuns = runs.some((run) => run instanceof MarketRun)
    this.limits = new EffectiveLimits(config, (i) => owners[i])
    const needsAtr = config.limits.isStopDistanceChecked || config.limits.collarAtrMax !== Number.POSITIVE_INFINITY
    this.portfolio = new PortfolioState(
      instruments,
      owners,
      this.orders,
      (i) => this.limits.leverageOf(i),
      () => this.limits.account,
      needsAtr,
      new ReturnWindow(this.bars, config.intervalMs),
      config.intervalMs,
    )
    this.watchesLimits = !isEquityUnbounded(config.limits)
    this.watchesEquity = config.isJournaled || config.sizing.type === 'risk' || this.watchesLimits
    this.watchesBars = config.isJournaled || this.watchesLimits || needsAtr
    this.closes = new PendingCloses(instruments.length)
    const context: KernelContext = {
      config,
      instruments,
      portfolio: this.portfolio,
      limits: this.limits,
      orders: this.orders,
      parentOrders: this.parentOrders,
      closes: this.closes,
      holds: this.holds,
      outbox: this.factBuffer,
      runs,
      bars: this.bars,
    }
    const bookkeeper = new Bookkeeper(context)
    const gateway = new OrderGateway(context)
    const brackets = new Brackets(context, gateway)
    const closer = new PositionCloser(context, gateway, brackets)
    const placing = new ManualOrders(context, gateway)
    const algorithms = new Algorithms(context, gateway)
    const safety = new SafetyControls(context, gateway, closer, algorithms, bookkeeper)
    this.losses = new LossBreakers(context, gateway, safety)
    this.storms = new StormBreakers(context, gateway, safety)
    this.near = new NearLimits(context, gateway)
    const external = new ExternalActivity(context, { gateway, bookkeeper, brackets, algorithms, safety })
    const modes = new StrategyModes(context, gateway, algorithms, safety)
    const sizing = new EntrySizing(context)
    this.signals = new Signals(context, gateway, closer, algorithms, sizing)
    this.strategyOrders = new StrategyOrders(context, { gateway, closer, placing, brackets, sizing })
    this.context = context
    this.openBooks()
    this.orderEvents = new OrderEventHandler(context, { gateway, closer, brackets, algorithms, safety, external })
    this.operator = new OperatorCommands({
      config,
      limits: this.limits,
      outbox: this.factBuffer,
      gateway,
      closer,
      placing,
      brackets,
      algorithms,
      safety,
      external,
      modes,
      outside: new OutsideSignals(context, gateway, this.signals, algorithms),
    })
    this.starts = new StrategyStarts(context, gateway, algorithms, modes)
    this.versions = new InstrumentVersions(context, gateway, this.starts)
    this.bookkeeper = bookkeeper
    this.gateway = gateway
    this.brackets = brackets
    this.placing = placing
    this.algorithms = algorithms
    this.safety = safety
    this.modes = modes
    const { orderEvents, starts, versions } = this
    const parts = { gateway, bookkeeper, brackets, safety, external, orderEvents, modes, starts, versions }
    this.others = new OtherInputs(context, parts, {
      settle: (at) => this.settle(at),
      decideBreakers: () => this.decideBreakers(),
      decideAlgorithms: () => this.decideAlgorithms(),
      keepStates: (each, isStart) => this.keepStates(each, isStart),
      own: (each) => this.own(each),
    })
  }

  private openBooks(): void {
    const { context, books } = this
    const markets = this.strategyRuns.markets()
    for (const known of books.keys()) if (!markets.includes(known)) books.delete(known)
    for (const each of markets) if (!books.has(each)) books.set(each, new OwnBooks(context, each.runs))
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
    this.hasMarketRuns = this.runs.some((run) => run instanceof MarketRun)
    this.openBooks()
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
      this.foldAndDecideBars(input.bars, input.ts, input.mode, true)
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
    } else if (input.type === 'bars-closed') this.foldAndDecideBars(input.bars, input.ts, input.mode, false)
    else if (!isCommand(input)) this.others.fold(input)
  }

  /** Books a journaled fact. Facts of this kernel's own making have already been booked when they were made. */
  foldFact(fact: KernelFact): void {
    const { gateway, safety, orders, parentOrders, closes, runs, bookkeeper, limits, near } = this
    foldFact(fact, { gateway, safety, orders, parentOrders, closes, runs, bookkeeper, limits, near })
  }

  private advance(input: KernelInput): void {
    if (input.ts > this.portfolio.now) this.portfolio.now = input.ts
  }

  /** Books an order's event; a strategy that hears of its orders has it to hear. */
  private book(event: OrderEvent): BookedEvent {
    const run = this.hasMarketRuns ? this.runs[event.instrument] : undefined
    if (!(run instanceof MarketRun)) return this.bookkeeper.orderEvent(event)
    const order = this.orders.find(event.instrument, event.orderId, event.venueOrderId)
    const wasOpen = order !== undefined && isOpenStatus(order.status)
    const booked = this.bookkeeper.orderEvent(event)
    if (order?.strategy === run.strategy && booked.outcome === 'applied' && run.mode !== 'errored')
      run.of.notices.note(run.at, order, event, wasOpen)
    return booked
  }

  // Bars. A backtest reveals and marks them itself, without an object per bar; the live driver gives rows. Both then close the instant.

  /** A bar of `i` has been revealed: it is the mark now. */
  mark(i: InstrumentIndex): void {
    const bars = this.bars[i] as Bars
    this.portfolio.markBar(i, bars)
    if (this.parentOrders.active.length !== 0) this.parentOrders.noteVolume(i, bars.volumeColumn[bars.cursor - 1] as number)
    if (!this.hasMarketRuns) return
    const run = this.runs[i]
    if (run instanceof MarketRun) run.of.see(run.at)
  }

  /**
   * Decides a close instant, in its one order for live trading and backtests: equity, breakers, algorithms, then each strategy. All its bars
   * are revealed and marked.
   *
   * @param members instruments whose bars closed, of which the first `count` count
   * @param between what a backtest does between the decisions: its venue takes orders at once, where live they leave after all of them
   */
  closeInstant(members: ArrayLike<number>, count: number, at: Ts, between?: BetweenDecisions): void {
    this.settle(at)
    this.decideBreakers()
    if (between !== undefined && this.holds.length !== 0) between.afterBreakers()
    this.decideAlgorithms()
    if (between !== undefined && this.factBuffer.count !== 0) between.carryOut()
    for (let k = 0; k < count; k++) {
      if (this.hasMarketRuns && this.isFollowed(members, count, k)) continue
      this.decide(instrumentIndex(members[k] as number), 'live')
      if (between !== undefined && this.factBuffer.count !== 0) between.carryOut()
    }
  }

  /** Whether another symbol of the same decision is still to come: it is made with the last of them. */
  private isFollowed(members: ArrayLike<number>, count: number, k: number): boolean {
    const run = this.runs[members[k] as number]
    if (!(run instanceof MarketRun)) return false
    for (let next = k + 1; next < count; next++) {
      const other = this.runs[members[next] as number]
      if (other instanceof MarketRun && other.of === run.of) return true
    }
    return false
  }

  /** All bars of a close instant are marked: equity of that instant. */
  private settle(at: Ts): void {
    if (this.watchesEquity) this.portfolio.watchEquity(at, this.limits.account.drawdown)
    this.near.settle()
  }

  /** Lets algorithms continue. */
  private decideAlgorithms(): void {
    if (this.parentOrders.active.length !== 0) this.algorithms.stepAll()
  }

  /** Lets breakers and the owner of `i` decide on the bar that was revealed last. */
  private decide(i: InstrumentIndex, mode: BarsMode): void {
    const run = this.runs[i]
    if (run === undefined || run.mode === 'errored' || this.config.isSafe === true) return
    const { deciding } = this.config
    if (deciding !== undefined) deciding(run.strategy)
    if (run instanceof SignalRun) this.heed(run, run.onBar(this.portfolio.now, this.portfolio.positionLots(i)), mode)
    else if (run instanceof MarketRun) this.decideMarkets(run.of, mode)
    if (deciding !== undefined) deciding(undefined)
  }

  /**
   * The strategy of `i` where nobody but it has anything to decide on the next bar: such bars may be given to it one after the other, with
   * {@link passBars} after the last of them. Undefined where more is looked at on each bar.
   */
  loneRun(i: InstrumentIndex): SignalRun | undefined {
    const { config, holds, parentOrders, factBuffer } = this
    if (this.watchesBars || holds.length !== 0 || parentOrders.active.length !== 0 || factBuffer.count !== 0) return undefined
    if (config.isSafe === true || config.deciding !== undefined) return undefined
    const run = this.runs[i]
    return run instanceof SignalRun && run.mode !== 'errored' ? run : undefined
  }

  /** Bars of `i` have been revealed between these prices; as {@link mark} after each of them. */
  passBars(i: InstrumentIndex, lowest: number, highest: number): void {
    this.portfolio.markBars(i, this.bars[i] as Bars, lowest, highest)
  }

  /** As {@link settle} of an instant whose marks have not been set. */
  settleAt(at: Ts, equity: Cash): void {
    if (this.watchesEquity) watchEquity(this.portfolio.watch, equity, at, this.limits.account.drawdown)
  }

  /** One decision for all symbols of a strategy. */
  private decideMarkets(markets: MarketsRun, mode: BarsMode): void {
    const [first] = markets.runs
    const books = this.books.get(markets)
    if (first === undefined || books === undefined) return
    this.strategyOrders.expire(markets.runs)
    const isAsked = markets.decide(books)
    if (markets.failure !== undefined) {
      this.modes.fail(first.strategy, markets.failure)
      return
    }
    if (mode === 'warmup' || !isAsked) return
    for (const run of markets.runs) {
      const signal = markets.set?.signalOf(run.at)
      if (signal !== undefined) this.signals.take(run, signal, mode === 'live')
      else if (markets.set?.hasClosed(run.at) === true) run.deadSide = 0
    }
    const wishes = markets.set?.wishes ?? []
    if (wishes.length > 0) this.strategyOrders.carryOut(markets.runs, wishes, mode === 'live')
  }

  /** Decides on what a strategy has said, or on its failure. */
  heed(run: StrategyRun, signal: Signal | undefined, mode: BarsMode): void {
    if (run.failure !== undefined) {
      this.modes.fail(run.strategy, run.failure)
      return
    }
    if (mode === 'warmup') return
    if (signal === undefined) run.deadSide = 0
    else this.signals.take(run, signal, mode === 'live')
  }

  private decideBreakers(): void {
    if (!this.watchesLimits) return
    this.losses.decide()
    this.storms.decide()
    if (this.config.isJournaled) this.near.decide()
    const limits = this.limits.account
    if (limits.drawdown.orange === Number.POSITIVE_INFINITY) return
    const tier = confirmedTier(this.portfolio.watch, this.portfolio.now)
    if (tier !== undefined && this.safety.tripBreaker(tier) && tier === 'red') this.operator.flattenAll('drawdown red')
  }

  private foldAndDecideBars(rows: readonly ClosedBar[], at: Ts, mode: BarsMode, decides: boolean): void {
    if (mode === 'live') {
      const closed = rows.filter((row) => this.revealRow(row)).map((row) => row.instrument)
      this.portfolio.lastCloseTs = at
      for (const i of closed) this.noteDecision(this.runs[i], at)
      if (decides) this.closeInstant(closed, closed.length, at)
      else this.settle(at)
      if (!decides) return
    } else {
      this.foldEarlierBars(rows, mode, decides)
      this.settle(at)
      if (!decides) return
    }
    if (!this.config.isJournaled) return
    this.keepStates(rows.map((row) => row.instrument))
    this.safety.sampleEquity()
  }

  /** Before it decides: one that fails in it was asked. A fold, which asks nobody, notes the same. */
  private noteDecision(run: StrategyRun | undefined, at: Ts): void {
    if (run !== undefined && run.mode !== 'errored' && this.config.isSafe !== true && run.barsMissing === 0) run.lastDecisionTs = at
  }

  /** Rows of many instants, ascending; a strategy over several symbols decides after the last of an instant. */
  private foldEarlierBars(rows: readonly ClosedBar[], mode: BarsMode, decides: boolean): void {
    let waiting = new Map<MarketsRun, InstrumentIndex>()
    rows.forEach((row, k) => {
      if (this.revealRow(row) && decides) {
        const run = this.runs[row.instrument]
        if (run instanceof MarketRun) waiting.set(run.of, row.instrument)
        else this.decide(row.instrument, mode)
      }
      if (waiting.size === 0 || rows[k + 1]?.bar.ts === row.bar.ts) return
      const now = waiting
      waiting = new Map()
      for (const i of now.values()) this.decide(i, mode)
    })
  }

  /** `isStart`: of a strategy that is stopped, too, since it has begun again. */
  private keepStates(instruments: readonly InstrumentIndex[], isStart = false): void {
    const keepers = instruments.map((i) => {
      const run = this.runs[i]
      return run instanceof MarketRun ? (run.of.runs[0] as MarketRun).instrument.index : i
    })
    for (const instrument of new Set(keepers)) {
      const run = this.runs[instrument]
      if (run === undefined || (run.mode === 'errored' && !isStart)) continue
      const state = run.kept()
      if (state === undefined) {
        if (run.mode === 'errored') continue
        this.modes.fail(run.strategy, run.failure ?? 'its state cannot be kept')
        continue
      }
      this.factBuffer.push({
        type: 'strategy-state',
        strategy: run.strategy,
        instrument,
        state,
        deadSide: run.deadSide,
        ...(run instanceof MarketRun ? run.of.keptBeside() : undefined),
        ts: this.now,
      })
    }
  }

  /** Ignores bars already processed: a late frame, an overlap of a backfill, one from before a restart. */
  private revealRow(row: ClosedBar): boolean {
    const bars = this.bars[row.instrument] as Bars
    const seen = this.portfolio.barTs(row.instrument)
    if (seen !== undefined && row.bar.ts + this.config.intervalMs <= seen) return false
    bars.push(row.bar)
    bars.reveal()
    if (row.spreadTicks !== undefined) this.portfolio.setSpread(row.instrument, row.spreadTicks)
    this.mark(row.instrument)
    return true
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
          ...(run instanceof MarketRun && run.keepsState ? { series: run.of.series(), notices: run.of.notices.snapshot() } : {}),
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
      }
    }
  }
}
