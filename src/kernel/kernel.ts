/**
 * The kernel: one synchronous state machine in which the engines meet. Inputs go in, facts come out, and the state follows from both.
 * Never waits, never reads a clock, never sends: whoever drives it journals the facts and then tells the venue.
 */
import { assert, assertNever } from '../core/assert.ts'
import type { Cash, InstrumentIndex, Ts } from '../core/units.ts'
import { Bars } from '../market/bars.ts'
import type { Instrument } from '../market/instrument.ts'
import type { PortfolioView } from '../portfolio/view.ts'
import { confirmedTier, watchEquity } from '../risk/breaker.ts'
import { isEquityUnbounded } from '../risk/limits.ts'
import type { Signal } from '../strategy/strategy.ts'
import { type OrderEvent, isOrderEvent } from '../trading/event.ts'
import { ParentOrders } from './state/parent-orders.ts'
import { Algorithms } from './orders/algorithms.ts'
import { Brackets } from './orders/brackets.ts'
import type { KernelConfig } from './config.ts'
import { Bookkeeper } from './handlers/bookkeeper.ts'
import { PendingCloses } from './state/pending-closes.ts'
import { OrderGateway } from './orders/order-gateway.ts'
import type { BarsMode, ClosedBar, KernelInput } from './input.ts'
import type { KernelFact } from './fact.ts'
import { FactBuffer } from './fact-buffer.ts'
import { ExternalActivity } from './handlers/external-activity.ts'
import { foldFact } from './fold-fact.ts'
import { InstrumentVersions } from './instrument-versions.ts'
import { SafetyControls } from './handlers/safety-controls.ts'
import type { Hold } from './state/holds.ts'
import { MANUAL_OWNER } from './state/manual.ts'
import { type CommandInput, OperatorCommands, isCommand } from './handlers/operator-commands.ts'
import { ManualOrders } from './orders/manual-orders.ts'
import type { RiskDenial } from '../risk/denial.ts'
import { Signals } from './orders/signals.ts'
import { OrderTable } from './state/order-table.ts'
import { PortfolioState } from './state/portfolio-state.ts'
import { KERNEL_CODE_VERSION, type KernelSnapshot } from './snapshot.ts'
import { HUNG_WORDS, StrategyModes } from './handlers/strategy-modes.ts'
import { StrategyStarts } from './handlers/strategy-starts.ts'
import { StrategyRun } from './state/strategy-run.ts'
import { OrderEventHandler } from './handlers/order-events.ts'

/** Bars of history that stay visible to a live strategy. */
const LIVE_BARS = 4_096
/** Executions this long before a clean reading may be told once more: by a late frame, or by the overlap of the next reading. */
const READ_AGAIN_MS = 3_600_000

/** What is neither an order's event, nor bars, nor asked by somebody. */
type OtherInput = Exclude<KernelInput, OrderEvent | CommandInput | { readonly type: 'bars-closed' }>

export class Kernel {
  readonly config: KernelConfig
  readonly factBuffer = new FactBuffer()
  readonly portfolio: PortfolioState
  readonly orders: OrderTable
  readonly bars: readonly Bars[]
  readonly holds: Hold[] = []
  readonly runs: readonly (StrategyRun | undefined)[]
  private readonly bookkeeper: Bookkeeper
  private readonly gateway: OrderGateway
  private readonly signals: Signals
  private readonly placing: ManualOrders
  private readonly brackets: Brackets
  private readonly algorithms: Algorithms
  /** Parent orders that are being worked. */
  readonly algorithmBook = new ParentOrders()
  private readonly closes: PendingCloses
  private readonly safety: SafetyControls
  private readonly external: ExternalActivity
  private readonly news: OrderEventHandler
  private readonly modes: StrategyModes
  private readonly operator: OperatorCommands
  readonly starts: StrategyStarts
  private readonly versions: InstrumentVersions
  /** False where neither a limit, nor sizing, nor a journal asks for drawdown or day loss: then no bar pays for them. */
  private readonly watchesEquity: boolean

  private readonly watchesLimits: boolean
  /** Whether bars are looked at by others than the strategy: by limits, a journal, or the average true range. */
  private readonly watchesBars: boolean

  constructor(given: KernelConfig, bars?: readonly Bars[]) {
    // A list of its own: an instrument is another one from the input on that changes its terms.
    const instruments = [...given.instruments]
    const config = { ...given, instruments }
    this.config = config
    const { strategies } = config
    this.orders = new OrderTable(instruments.length, config.isJournaled)
    this.bars = bars ?? instruments.map(() => Bars.withCapacity(config.intervalMs, LIVE_BARS))
    const runs = new Array<StrategyRun | undefined>(instruments.length).fill(undefined)
    for (const strategy of strategies)
      for (const i of strategy.instruments) {
        assert(runs[i] === undefined, `symbol-owned: ${instruments[i]?.symbol} already belongs to ${runs[i]?.strategy}`)
        runs[i] = new StrategyRun(strategy, instruments[i] as Instrument, this.bars[i] as Bars)
      }
    this.runs = runs
    const needsAtr = config.limits.isStopDistanceChecked || config.limits.collarAtrMax !== Number.POSITIVE_INFINITY
    this.portfolio = new PortfolioState(
      instruments,
      runs.map((run, i) => run?.strategy ?? (config.manual?.some((m) => m === i) === true ? MANUAL_OWNER : undefined)),
      this.orders,
      config.limits.leverage,
      needsAtr,
    )
    this.watchesLimits = !isEquityUnbounded(config.limits)
    this.watchesEquity = config.isJournaled || config.sizing.type === 'risk' || this.watchesLimits
    this.watchesBars = config.isJournaled || this.watchesLimits || needsAtr
    const { portfolio, orders, holds, factBuffer: outbox, algorithmBook } = this
    this.closes = new PendingCloses(instruments.length)
    this.bookkeeper = new Bookkeeper(instruments, portfolio, orders, algorithmBook, this.closes)
    this.gateway = new OrderGateway(config, portfolio, orders, outbox, runs, algorithmBook, this.closes)
    this.placing = new ManualOrders(config, portfolio, orders, holds, this.gateway, algorithmBook)
    this.brackets = new Brackets(instruments, portfolio, orders, this.gateway)
    this.algorithms = new Algorithms(config, portfolio, orders, holds, this.gateway, outbox, algorithmBook, this.bars)
    this.signals = new Signals(config, portfolio, orders, holds, this.gateway, this.algorithms)
    this.safety = new SafetyControls(config, portfolio, orders, holds, outbox, this.gateway, this.algorithms, this.bookkeeper)
    const { gateway, brackets, algorithms, safety } = this
    this.external = new ExternalActivity(config, portfolio, orders, outbox, gateway, this.bookkeeper, brackets, algorithms, safety)
    this.news = new OrderEventHandler(config.isJournaled, portfolio, orders, outbox, gateway, brackets, algorithms, safety, this.external)
    this.modes = new StrategyModes(runs, portfolio, outbox, gateway, algorithms, safety)
    const { placing, external, news, modes } = this
    this.operator = new OperatorCommands({ config, gateway, placing, brackets, algorithms, safety, external, news, modes })
    this.starts = new StrategyStarts(runs, this.bars, portfolio, gateway, this.modes, config.deciding)
    const { closes, starts } = this
    this.versions = new InstrumentVersions(instruments, portfolio, orders, algorithmBook, closes, gateway, runs, this.bars, starts)
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

  /** Why what a person asks would be denied now; undefined where it would pass. Books nothing. */
  judge(input: Parameters<ManualOrders['judge']>[0]): RiskDenial | undefined {
    return this.placing.judge(input)
  }

  /** Whether what is left of a position is closed again and again: a panic of all or of this symbol, or the red line. */
  isFlattening(i: InstrumentIndex): boolean {
    return this.safety.isFlattening(i)
  }

  /** Takes one input: books it, decides on it, and leaves the facts in the outbox (which the caller resets before). */
  apply(input: KernelInput): void {
    this.advance(input)
    if (isOrderEvent(input)) {
      this.news.orderEvent(input, this.bookkeeper.orderEvent(input))
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
    this.foldOther(input)
    this.decideOther(input)
  }

  /** Books a journaled input without deciding it again: what it led to is told by the facts that follow it. */
  foldInput(input: KernelInput): void {
    this.advance(input)
    if (isOrderEvent(input)) {
      this.bookkeeper.orderEvent(input)
    } else if (input.type === 'bars-closed') this.foldAndDecideBars(input.bars, input.ts, input.mode, false)
    else if (!isCommand(input)) this.foldOther(input)
    this.forgetNews()
  }

  /** What booking has found out, for whoever decides on it. */
  private forgetNews(): void {
    this.portfolio.trips.closed = undefined
    this.portfolio.trips.opened = undefined
    this.portfolio.changedOutside = undefined
    this.portfolio.soldBeyond = undefined
    this.portfolio.flowed = undefined
    this.versions.forget()
  }

  /** Books a journaled fact. Facts of this kernel's own making have already been booked when they were made. */
  foldFact(fact: KernelFact): void {
    foldFact(fact, this.gateway, this.safety, this.orders, this.algorithmBook, this.runs, this.bookkeeper)
    if (fact.type === 'external-adopted' || fact.type === 'dust-left') this.forgetNews()
  }

  private advance(input: KernelInput): void {
    if (input.ts > this.portfolio.now) this.portfolio.now = input.ts
  }

  // Bars. The backtest calls mark, settle and decide itself, without an object per bar; the live driver gives rows.

  /** A bar of `i` has been revealed: it is the mark now. */
  mark(i: InstrumentIndex): void {
    const bars = this.bars[i] as Bars
    this.portfolio.markBar(i, bars)
    if (this.algorithmBook.active.length !== 0) this.algorithmBook.noteVolume(i, bars.volumeColumn[bars.cursor - 1] as number)
  }

  /** All bars of a close instant are marked: equity of that instant. */
  settle(at: Ts): void {
    if (this.watchesEquity) this.portfolio.watchEquity(at, this.config.limits.drawdown)
  }

  /** Lets what is being worked go on. */
  decideAlgorithms(): void {
    if (this.algorithmBook.active.length !== 0) this.algorithms.stepAll()
  }

  /** Lets breakers and the owner of `i` decide on the bar that was revealed last. */
  decide(i: InstrumentIndex, mode: BarsMode): void {
    const run = this.runs[i]
    if (run === undefined || run.mode === 'errored' || this.config.isSafe === true) return
    const { deciding } = this.config
    if (deciding !== undefined) deciding(run.strategy)
    this.decideRun(run, i, mode)
    if (deciding !== undefined) deciding(undefined)
  }

  /**
   * The strategy of `i` where nobody but it has anything to decide on the next bar: such bars may be given to it one after the other, with
   * {@link passBars} after the last of them. Undefined where more is looked at on each bar.
   */
  loneRun(i: InstrumentIndex): StrategyRun | undefined {
    const { config, holds, algorithmBook, factBuffer } = this
    if (this.watchesBars || holds.length !== 0 || algorithmBook.active.length !== 0 || factBuffer.count !== 0) return undefined
    if (config.isSafe === true || config.deciding !== undefined) return undefined
    const run = this.runs[i]
    return run?.mode === 'errored' ? undefined : run
  }

  /** Bars of `i` have been revealed between these prices; as {@link mark} after each of them. */
  passBars(i: InstrumentIndex, lowest: number, highest: number): void {
    this.portfolio.markBars(i, this.bars[i] as Bars, lowest, highest)
  }

  /** As {@link settle} of an instant whose marks have not been set. */
  settleAt(at: Ts, equity: Cash): void {
    if (this.watchesEquity) watchEquity(this.portfolio.watch, equity, at, this.config.limits.drawdown)
  }

  private decideRun(run: StrategyRun, i: InstrumentIndex, mode: BarsMode): void {
    this.heed(run, run.onBar(this.portfolio.now, this.portfolio.positionLots(i)), mode)
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

  decideBreakers(): void {
    if (!this.watchesLimits) return
    const { limits } = this.config
    if (this.portfolio.dayLoss > 0 && this.portfolio.dayLossLeft(limits.dayLossMax) <= 0) this.safety.tripDayLoss()
    if (limits.drawdown.orange === Number.POSITIVE_INFINITY) return
    const tier = confirmedTier(this.portfolio.watch, this.portfolio.now)
    if (tier !== undefined && this.safety.tripBreaker(tier) && tier === 'red') this.operator.flattenAll('drawdown red')
  }

  private foldAndDecideBars(rows: readonly ClosedBar[], at: Ts, mode: BarsMode, decides: boolean): void {
    if (mode === 'live') {
      const news = rows.filter((row) => this.revealRow(row))
      this.portfolio.lastCloseTs = at
      this.settle(at)
      if (!decides) return
      this.decideBreakers()
      this.decideAlgorithms()
      for (const row of news) this.decide(row.instrument, mode)
    } else {
      for (const row of rows) {
        if (this.revealRow(row) && decides) this.decide(row.instrument, mode)
      }
      this.settle(at)
      if (!decides) return
    }
    if (!this.config.isJournaled) return
    this.keepStates(rows.map((row) => row.instrument))
    this.safety.sampleEquity()
  }

  /** `isStart`: of a strategy that is stopped, too, since it has begun anew. */
  private keepStates(instruments: readonly InstrumentIndex[], isStart = false): void {
    for (const instrument of new Set(instruments)) {
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
        ts: this.now,
      })
    }
  }

  /** A bar that was seen (a late frame, an overlap of a backfill, one of before a restart) is no news: nobody decides on it again. */
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

  private foldOther(input: OtherInput): void {
    switch (input.type) {
      case 'order-adopted':
        this.bookkeeper.adopted(input)
        return
      case 'position-adjusted':
        this.bookkeeper.adjusted(input)
        return
      case 'wallet-adjusted':
        if (input.cause === 'opening') this.portfolio.open(input.amount, input.ts)
        else if (input.cause === 'reconcile') this.portfolio.correct(input.amount)
        // By its id: the venue's log is read again and again.
        else if (input.flowId === undefined || this.orders.book(input.flowId, input.ts)) this.portfolio.bookFlow(input)
        return
      case 'funding-settled':
        // By its id: one of an outage may be read long after the next was heard.
        if (this.orders.book(input.settlementId, input.ts)) this.portfolio.bookFunding(input.instrument, input.amount)
        return
      case 'elsewhere-seen':
        this.portfolio.elsewhere = input.positions
        return
      case 'instrument-changed':
        this.portfolio.setStatus(input.instrument, input.status)
        this.versions.fold(input)
        return
      case 'reconciled':
        this.portfolio.reconciled(input.upTo)
        this.orders.forgetBooked(input.upTo - READ_AGAIN_MS)
        return
      case 'time-advanced':
        for (let i = 0; i < input.marks.length; i++)
          if ((input.marks[i] as number) > 0)
            this.portfolio.setMark((this.config.instruments[i] as Instrument).index, input.marks[i] as number, input.ts)
        this.settle(input.ts)
        return
      case 'strategy-started':
        this.starts.fold(input)
        return
      case 'lift-hold':
      case 'add-hold':
      case 'notice':
      case 'strategy-hung':
      case 'protection-missing':
        return
      default:
        assertNever(input)
    }
  }

  private decideOther(input: OtherInput): void {
    switch (input.type) {
      case 'time-advanced':
        this.decideBreakers()
        this.gateway.expireOrders()
        this.decideAlgorithms()
        return
      case 'add-hold':
        this.safety.addHold(input.hold)
        this.decideAlgorithms()
        return
      case 'lift-hold':
        this.safety.liftHold(input.holdId, input.actor)
        return
      case 'strategy-hung':
        this.modes.fail(input.strategy, HUNG_WORDS[input.how ?? 'hung'])
        return
      case 'strategy-started':
        this.starts.decide(input)
        this.keepStates(
          this.starts.runsOf(input.strategy).map((run) => run.instrument.index),
          true,
        )
        return
      case 'protection-missing':
        this.safety.protect(input.instrument, input.bareMs, input.bareMs === 0 ? 'not where it is meant' : undefined)
        this.brackets.keepStop(input.instrument, true)
        this.news.emitTradeFacts()
        return
      case 'position-adjusted':
        this.news.emitTradeFacts()
        this.news.reportOutsideChanges(input.cause)
        return
      case 'order-adopted':
        this.news.adopted(input)
        return
      case 'elsewhere-seen':
        return
      case 'notice':
        this.gateway.notice(input)
        return
      case 'instrument-changed':
        this.versions.decide(input)
        if (input.terms === undefined) this.safety.afterStatus(input.instrument, input.status)
        return
      case 'reconciled':
        this.brackets.repair()
        return
      case 'wallet-adjusted':
        this.safety.alertFlow()
        return
      case 'funding-settled':
        return
      default:
        assertNever(input)
    }
  }

  snapshot(): KernelSnapshot {
    return {
      codeVersion: KERNEL_CODE_VERSION,
      now: this.now,
      orders: this.orders.state(),
      portfolio: this.portfolio.snapshot(),
      algorithms: this.algorithmBook.snapshot(),
      holds: [...this.holds],
      closes: this.closes.snapshot(),
      stateSince: this.safety.stateSince,
      terms: this.versions.snapshot(),
      identities: this.starts.snapshot(),
      runs: this.runs
        .filter((run) => run !== undefined)
        .map((run) => ({
          strategy: run.strategy,
          instrument: run.instrument.index,
          mode: run.mode,
          modeCause: run.modeCause,
          deadSide: run.deadSide,
          lastSignalTs: run.lastSignalTs,
          state: run.snapshotState(),
        })),
    }
  }

  restore(from: KernelSnapshot): void {
    this.versions.restore(from.terms)
    this.portfolio.now = from.now
    this.orders.restore(from.orders)
    this.portfolio.restore(from.portfolio)
    this.algorithmBook.restore(from.algorithms)
    this.holds.length = 0
    this.holds.push(...from.holds)
    this.closes.restore(from.closes)
    this.safety.stateSince = from.stateSince
    this.starts.restore(from.identities)
    for (const saved of from.runs) {
      const run = this.runs[saved.instrument]
      if (run === undefined || run.strategy !== saved.strategy) continue
      run.mode = saved.mode
      run.modeCause = saved.modeCause ?? ''
      run.lastSignalTs = saved.lastSignalTs
      run.restore(saved.state, saved.deadSide)
    }
  }
}
