/**
 * The backtest: the kernel and the matching engine in one synchronous loop over candle columns.
 */
import {
  type Cash,
  type InstrumentIndex,
  type Lots,
  type Rate,
  type Side,
  type StrategyId,
  type Ticks,
  type Ts,
  instrumentIndex,
  rate,
  ts,
} from '../core/units.ts'
import type { Bars } from '../market/bars.ts'
import type { FinerBars } from '../market/finer-bars.ts'
import { Merge } from '../market/merge.ts'
import type { KernelConfig } from '../kernel/config.ts'
import type { KernelFact, OrderDenied } from '../kernel/fact.ts'
import type { KernelInput } from '../kernel/input.ts'
import { commandOfFact } from '../kernel/fact-command.ts'
import type { BetweenDecisions } from '../kernel/handlers/bar-decisions.ts'
import { Kernel } from '../kernel/kernel.ts'
import { MarketRun } from '../kernel/state/strategies/markets-run.ts'
import type { ClosedTrade } from '../portfolio/trade.ts'
import type { OrderCommand, VenueEvent } from '../trading/event.ts'
import { spreadTicksOf } from '../venue/sim/models/models.ts'
import type { Arrival, SimOptions } from '../venue/sim/sim-order.ts'
import { SimVenue } from '../venue/sim/sim-venue.ts'
import { FinerRows } from './finer-rows.ts'
import { InFlight } from './in-flight.ts'
import { MarkRows, type MarkSeries } from './mark-rows.ts'
import { QuietSpan } from './quiet-span.ts'
import { BacktestUniverses } from './universes.ts'

/** Funding of one instrument: settlement instants ascending, rates in 1e-10. Settled at the mark, which without a series is the last price. */
export interface FundingSeries {
  readonly ts: Float64Array
  readonly rate: Float64Array
}

export interface BacktestSpec {
  readonly kernel: KernelConfig
  readonly venue: Omit<SimOptions, 'hasMarks'>
  readonly openingCash: Cash
  /** By instrument; cursors at 0. */
  readonly bars: readonly Bars[]
  readonly funding: readonly (FundingSeries | undefined)[]
  /** By instrument: finer bars that decide the order of events inside a bar, where they are there; absent: each bar's own path does. */
  readonly detail?: readonly (FinerBars | undefined)[] | undefined
  /** By instrument: its mark prices, which trigger stops that go by them, liquidate and settle funding; absent: the last price stands for them. */
  readonly marks?: readonly (MarkSeries | undefined)[] | undefined
  /** From a decision to the exchange, ms; absent or 0: orders are there at once. */
  readonly latencyMs?: number | undefined
  /** Called about every `progressEvery` instants with the part done, in [0, 1]. Answering false stops the run. */
  readonly progress?: (done: number) => boolean
  /** Bars that close at or before this instant are shown to strategies, as before a start: they trade from then on. Absent: from the first. */
  readonly warmUntil?: Ts
  /** What somebody did beside the market, ascending: each is applied before the first close instant after its own. */
  readonly inputs?: readonly KernelInput[]
  /** Hears each fact of the kernel as it is decided. */
  readonly observe?: (fact: KernelFact) => void
}

/** One of our fills, as the fingerprint and the trade list need it. */
export interface Fill {
  readonly ts: Ts
  readonly instrument: InstrumentIndex
  readonly side: Side
  readonly price: Ticks
  readonly lots: Lots
  readonly fee: Cash
  readonly strategy: StrategyId
}

export interface BacktestResult {
  readonly fills: readonly Fill[]
  readonly trades: readonly ClosedTrade[]
  /** Trades that were still open at the end, marked at the last price. */
  readonly openTrades: readonly ClosedTrade[]
  /** Equity at each close instant. */
  readonly equity: { readonly ts: Float64Array; readonly value: Float64Array }
  readonly finalEquity: Cash
  /** Positive = paid, both. */
  readonly fees: Cash
  readonly funding: Cash
  readonly denials: ReadonlyMap<string, number>
  /** Exits by a stop in a bar that held the target, too. */
  readonly ambiguousExits: number
  /** What they would have made more, had the target come first, before fees. */
  readonly ambiguousGain: Cash
  /** Holds of breakers that were lifted as soon as a user could have. */
  readonly resumes: number
  /** Text of a strategy that threw; the run ends there. */
  readonly failure: string | undefined
  readonly wasStopped: boolean
  /** A strategy looked at funding settlements, and the run had none. */
  readonly missesFunding: boolean
  readonly bars: number
}

/** Instants between two reports of progress, a multiple of CHUNK. */
const PROGRESS_EVERY = 65_536
const CHUNK = 1_024
/** Orders that one input may lead to before the run is declared a storm. */
const ROUNDS_MAX = 64

export function runBacktest(spec: BacktestSpec): BacktestResult {
  return new BacktestDriver(spec).run()
}

class BacktestDriver implements BetweenDecisions {
  private readonly spec: BacktestSpec
  private readonly kernel: Kernel
  private readonly venue: SimVenue
  private readonly fills: Fill[] = []
  private readonly trades: ClosedTrade[] = []
  private readonly denials = new Map<string, number>()
  private readonly merge: Merge
  private readonly total: number
  private readonly equityTs: Float64Array
  private readonly equityValue: Float64Array
  private instants = 0
  private resumes = 0
  private played = 0
  private inputsAt = 0
  private readonly fundingAt: Int32Array
  /** By instrument: settlements that strategies know of. */
  private readonly fundingKnown: Int32Array
  /** Whether a strategy sees what is beside the bars. */
  private readonly seesMarkets: boolean
  /** Venue events that are waiting for the kernel, and commands that are waiting for the venue. */
  private readonly events: VenueEvent[] = []
  private eventCount = 0
  private readonly commands: OrderCommand[] = []
  private commandCount = 0
  /** By instrument: what its venue may call inside a bar. Of perpetuals nothing: their stops are the venue's own. */
  private readonly onOrders: readonly ((() => boolean) | undefined)[]
  /** Of a run over one series without funding. */
  private readonly quiet: QuietSpan | undefined
  private readonly universes: BacktestUniverses
  /** Of a run with mark prices. */
  private readonly marks: MarkRows | undefined
  /** Of a run with latency. */
  private readonly flight: InFlight | undefined
  /** Of a run with latency: when what the kernel decides now leaves. */
  private sentAt = 0
  /** Of a run with finer bars. */
  private readonly rows: FinerRows | undefined
  private failure: string | undefined
  private now: Ts = ts(0)

  constructor(spec: BacktestSpec) {
    this.spec = spec
    this.kernel = new Kernel(spec.kernel, spec.bars)
    if (spec.marks?.some((each) => each !== undefined)) this.marks = new MarkRows(spec.marks)
    this.venue = new SimVenue(spec.kernel.instruments, spec.openingCash, { ...spec.venue, hasMarks: this.marks !== undefined })
    if (spec.kernel.limits.marginMode === 'isolated') this.venue.marginMode = 'isolated'
    this.merge = new Merge(spec.bars)
    this.total = spec.bars.reduce((sum, bars) => sum + bars.length, 0)
    this.equityTs = new Float64Array(this.total)
    this.equityValue = new Float64Array(this.total)
    this.fundingAt = new Int32Array(spec.bars.length)
    this.fundingKnown = new Int32Array(spec.bars.length)
    this.seesMarkets = spec.kernel.strategies.some(({ definition }) => definition.contract === 2)
    this.universes = new BacktestUniverses(this.kernel, spec.bars, spec.venue.slippage)
    const [only] = spec.bars
    const isPlain = spec.warmUntil === undefined && spec.inputs === undefined
    if (isPlain && this.universes.isNone && only !== undefined && spec.bars.length === 1 && spec.funding[0] === undefined)
      this.quiet = new QuietSpan(this.kernel, this.venue, only, instrumentIndex(0), this.equityTs, this.equityValue)
    if (spec.latencyMs !== undefined && spec.latencyMs > 0) this.flight = new InFlight(spec.bars.length, spec.latencyMs)
    if (spec.detail?.some((each) => each !== undefined)) this.rows = new FinerRows(spec.bars, spec.detail)
    const hear = (): boolean => {
      if (this.eventCount === 0) return false
      this.carryOut()
      return true
    }
    this.onOrders = spec.kernel.instruments.map(({ category }) => (category === 'spot' ? hear : undefined))
  }

  /** What the venue reports waits until the venue has finished its own step: it is reported later, in order. */
  private readonly into = (event: VenueEvent): void => {
    this.events[this.eventCount] = event
    this.eventCount += 1
  }

  run(): BacktestResult {
    const { spec, kernel } = this
    let wasStopped = false
    this.open()
    while (this.playSome()) {
      if (this.instants % PROGRESS_EVERY !== 0 || spec.progress === undefined || spec.progress(this.played / this.total)) continue
      wasStopped = true
      break
    }
    this.checkStates()
    return {
      fills: this.fills,
      trades: this.trades,
      openTrades: kernel.portfolio.openTrades(),
      equity: { ts: this.equityTs.subarray(0, this.instants), value: this.equityValue.subarray(0, this.instants) },
      finalEquity: kernel.portfolio.equity,
      fees: kernel.portfolio.ledger.fees,
      funding: kernel.portfolio.ledger.funding,
      denials: this.denials,
      ambiguousExits: this.venue.ambiguousExits,
      ambiguousGain: this.venue.ambiguousGain,
      resumes: this.resumes,
      failure: this.failure,
      wasStopped,
      missesFunding: this.missesFunding(),
      bars: this.played,
    }
  }

  private missesFunding(): boolean {
    const { runs, fundings } = this.kernel
    const asks = runs.some((run) => run instanceof MarketRun && run.of.set?.asksFunding === true)
    return asks && fundings.every(({ newestAt }) => newestAt === undefined)
  }

  /** A state that no journal could keep is a failure here as it is live, though it does no harm within one run. */
  private checkStates(): void {
    for (const run of this.kernel.runs)
      if (this.failure === undefined && run !== undefined && run.kept() === undefined) this.failure = `${run.strategy}: ${run.failure}`
  }

  /**
   * Plays the next CHUNK instants; false when nothing is left. A call of its own and not one loop over all bars: each call enters the
   * code that the compiler has made meanwhile, which halves the time of a cold run.
   */
  private playSome(): boolean {
    const { kernel, merge, rows } = this
    const { bars } = this.spec
    for (let left = CHUNK; left > 0; left--) {
      const quiet = this.failure === undefined ? this.playQuiet(left) : 0
      if (quiet > 0) {
        left -= quiet - 1
        continue
      }
      if (this.failure !== undefined || !merge.next()) return false
      const { members, count, closeTs } = merge
      if (rows === undefined) for (let k = 0; k < count; k++) this.playRow(members[k] as number, bars[members[k] as number] as Bars)
      else for (let i = rows.begin(members, count); i >= 0; i = rows.next()) this.playRow(i, rows.series(i))
      for (let k = 0; k < count; k++) {
        const i = members[k] as number
        ;(bars[i] as Bars).reveal()
        if (this.seesMarkets) this.revealMarket(instrumentIndex(i), closeTs)
        else kernel.decisions.mark(instrumentIndex(i))
      }
      this.now = ts(closeTs)
      this.sentAt = closeTs
      if (this.spec.inputs !== undefined) this.applyInputs(this.spec.inputs)
      if (this.spec.warmUntil !== undefined && closeTs <= this.spec.warmUntil) kernel.decisions.warmInstant(members, count)
      else kernel.decisions.closeInstant(members, count, this.now, this)
      if (closeTs >= this.universes.nextAt) this.selectUniverses()
      this.equityTs[this.instants] = closeTs
      this.equityValue[this.instants] = kernel.portfolio.equity
      this.instants += 1
      this.played += count
    }
    return true
  }

  /** Funding that is due, then the next hidden row of one instrument at the venue, and what comes of it. */
  private playRow(i: number, series: Bars): void {
    const at = series.tsColumn[series.cursor] as number
    this.now = ts(at)
    // A bar does not say when an order was filled: what is sent in answer leaves at its end.
    this.sentAt = at + series.intervalMs
    if (this.spec.funding[i] !== undefined) this.settleFunding(instrumentIndex(i), this.now)
    if (this.marks !== undefined) this.venue.tellMark(this.marks.at(i, at, series.intervalMs))
    this.venue.bar(
      instrumentIndex(i),
      series,
      this.into,
      this.onOrders[i],
      this.flight === undefined ? undefined : this.arrivalIn(this.flight, i, at, series.intervalMs),
    )
    if (this.eventCount !== 0) this.carryOut()
  }

  /** Hands over what has arrived by the open of a bar; answers what comes while it is under way. */
  private arrivalIn(flight: InFlight, i: number, openTs: number, intervalMs: number): Arrival | undefined {
    if (flight.isEmpty) return undefined
    this.deliver(i, openTs)
    const last = flight.lastBefore(i, openTs + intervalMs)
    return last === undefined ? undefined : { share: (last - openTs) / intervalMs, deliver: () => this.deliver(i, last) }
  }

  private deliver(i: number, by: number): void {
    for (let command = this.flight?.take(i, by); command !== undefined; command = this.flight?.take(i, by)) this.handOver(command)
  }

  /** Hands a command to the venue; what it refuses is an event. */
  private handOver(command: OrderCommand): void {
    const refusal = this.venue.accept(command, this.now, this.into)
    if (refusal === undefined || command.type !== 'submit-order') return
    this.into({
      type: 'order-rejected',
      instrument: command.instrument,
      orderId: command.orderId,
      venueOrderId: undefined,
      code: String(refusal.code),
      detail: refusal.detail,
      ts: this.now,
    })
  }

  /** Plays bars on which nothing happens but that the strategy looks at them, up to the one on which it speaks. Answers how many. */
  private playQuiet(most: number): number {
    const { kernel, quiet } = this
    if (quiet === undefined || this.flight?.isEmpty === false) return 0
    const count = quiet.play(this.instants, most)
    if (count === 0) return 0
    this.instants += count
    this.played += count
    this.now = kernel.now
    this.sentAt = this.now
    if (quiet.spoke === undefined) return count
    kernel.decisions.actOnSignal(quiet.spoke, quiet.signal, 'live')
    if (kernel.factBuffer.count !== 0) this.carryOut()
    this.equityValue[this.instants - 1] = kernel.portfolio.equity
    return count
  }

  private applyInputs(inputs: readonly KernelInput[]): void {
    for (let next = inputs[this.inputsAt]; next !== undefined && next.ts < this.now; next = inputs[this.inputsAt]) {
      this.kernel.apply(next)
      this.carryOut()
      this.inputsAt += 1
    }
  }

  private selectUniverses(): void {
    for (const selected of this.universes.due(this.now)) {
      this.kernel.apply(selected)
      this.carryOut()
    }
  }

  /** In a backtest nobody looks: a breaker's hold is lifted at the first instant at which a user could, and the report says how often. */
  afterBreakers(): void {
    const { kernel } = this
    for (const hold of [...kernel.holds]) {
      const isOver = hold.until === undefined ? kernel.losses.reached(hold) === undefined : this.now >= hold.until
      if (hold.cause !== 'breaker' || !isOver) continue
      kernel.apply({ type: 'lift-hold', holdId: hold.id, actor: 'backtest', ts: this.now })
      this.resumes += 1
    }
  }

  private open(): void {
    const first = this.spec.bars.reduce(
      (least, b) => Math.min(least, b.length > 0 ? (b.tsColumn[0] as number) : least),
      Number.POSITIVE_INFINITY,
    )
    const at = ts(Number.isFinite(first) ? first : 0)
    const coin = this.spec.kernel.instruments[0]?.settleCoin ?? 'USDT'
    this.kernel.factBuffer.reset()
    this.kernel.apply({ type: 'wallet-adjusted', coin, amount: this.spec.openingCash, cause: 'opening', ts: at })
    this.kernel.factBuffer.reset()
  }

  /** Funding that is due at or before the bar's open, on what is held before the bar's first fill. */
  private settleFunding(i: InstrumentIndex, openTs: Ts): void {
    const series = this.spec.funding[i] as FundingSeries
    let at = this.fundingAt[i] as number
    while (at < series.ts.length && (series.ts[at] as number) <= openTs) {
      const price = this.venue.markPrice(i)
      const r: Rate = rate(series.rate[at] as number)
      if (price > 0) this.venue.funding(i, r, price, ts(series.ts[at] as number), this.into)
      at += 1
    }
    this.fundingAt[i] = at
    if (this.eventCount !== 0) this.carryOut()
  }

  /** The revealed bar of `i` with what a strategy sees beside it: settlements before its close, and the spread that its costs assume. */
  private revealMarket(i: InstrumentIndex, closeTs: number): void {
    const { kernel } = this
    const series = this.spec.funding[i]
    if (series !== undefined) {
      let at = this.fundingKnown[i] as number
      for (; at < series.ts.length && (series.ts[at] as number) < closeTs; at++)
        kernel.fundings[i]?.add(ts(series.ts[at] as number), rate(series.rate[at] as number))
      this.fundingKnown[i] = at
    }
    const spreadTicks = spreadTicksOf(this.spec.venue.slippage, (this.spec.bars[i] as Bars).close(0))
    const mark = this.spec.marks?.[i] === undefined ? undefined : this.venue.markPrice(i)
    kernel.decisions.mark(i, spreadTicks === undefined && mark === undefined ? undefined : { spreadTicks, mark })
  }

  /** Carries facts to the venue and the venue's words to the kernel until both are silent. */
  carryOut(): void {
    const { kernel } = this
    for (let round = 0; ; round++) {
      this.takeFacts()
      if (this.failure !== undefined) return
      for (let k = 0; k < this.commandCount; k++) {
        const command = this.commands[k] as OrderCommand
        if (this.flight === undefined) this.handOver(command)
        else this.flight.send(command, this.sentAt)
      }
      this.commandCount = 0
      if (this.eventCount === 0) return
      if (round > ROUNDS_MAX) {
        this.failure = `order storm: more than ${ROUNDS_MAX} rounds of orders at one instant`
        return
      }
      const count = this.eventCount
      this.eventCount = 0
      for (let k = 0; k < count; k++) {
        const event = this.events[k] as VenueEvent
        if (event.type === 'order-filled') this.noteFill(event)
        kernel.apply(event)
      }
    }
  }

  private takeFacts(): void {
    const { factBuffer } = this.kernel
    for (let k = 0; k < factBuffer.count; k++) {
      const fact = factBuffer.at(k)
      this.spec.observe?.(fact)
      switch (fact.type) {
        case 'trade-closed':
          this.trades.push(fact.trade)
          break
        case 'order-denied':
          this.noteDenial(fact)
          break
        case 'strategy-mode-changed':
          if (fact.mode === 'errored') this.failure = `${fact.strategy}: ${fact.cause}`
          break
        default: {
          const command = commandOfFact(fact)
          if (command !== undefined) this.command(command)
        }
      }
    }
    factBuffer.reset()
  }

  private command(command: OrderCommand): void {
    this.commands[this.commandCount] = command
    this.commandCount += 1
  }

  private noteDenial(fact: OrderDenied): void {
    this.denials.set(fact.rule, (this.denials.get(fact.rule) ?? 0) + 1)
  }

  private noteFill(event: Extract<VenueEvent, { readonly type: 'order-filled' }>): void {
    this.fills.push({
      ts: event.ts,
      instrument: event.instrument,
      side: event.side,
      price: event.price,
      lots: event.lots,
      fee: event.fee.amount,
      strategy: this.kernel.portfolio.ownerOrExternal(event.instrument),
    })
  }
}
