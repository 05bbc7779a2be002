/**
 * The trader: the one owner of the kernel. Boots in order, runs the timers that safety needs, and stops in order.
 * Never trades before the first reconciliation is clean, and never lets a timer loosen anything on `live` (S1).
 */
import { assert } from '../core/assert.ts'
import { type Result, err, ok } from '../core/result.ts'
import { type InstrumentIndex, type Ts, ts } from '../core/units.ts'
import type { Journal } from '../journal/journal.ts'
import { Projector } from '../journal/project.ts'
import type { CommandQueue } from '../kernel/command.ts'
import type { BarsMode, ClosedBar, KernelFact, KernelInput } from '../kernel/event.ts'
import { Kernel } from '../kernel/kernel.ts'
import type { Bar } from '../market/bars.ts'
import { type Instrument, makeInstrument } from '../market/instrument.ts'
import type { RiskProfile } from '../risk/profiles.ts'
import { eventsOf } from '../trading/reconcile.ts'
import type { StreamReport } from '../trading/report.ts'
import type { BybitVenue } from '../venue/bybit/bybit-venue.ts'
import type { StreamName, StreamState } from '../venue/bybit/transport.ts'
import type { Quote, VenueHandlers } from '../venue/port.ts'
import { BarGate, type GatedBar } from './bar-gate.ts'
import { CommandDesk } from './command-desk.ts'
import type { EmergencyNotice } from './emergency-file.ts'
import { withEntryGate } from './entry-gate.ts'
import { type HealthReporter, PARTS } from './health.ts'
import { kernelConfigOf, symbolsOf } from './kernel-config.ts'
import { LiveDriver } from './live-driver.ts'
import { MarketClock } from './market-clock.ts'
import { Reconciler, knownStateOf } from './reconciler.ts'
import { recover } from './recovery.ts'
import { Sender, commandOf } from './sender.ts'
import { ProtectionWatch } from './protection-watch.ts'
import { StreamWatch } from './stream-watch.ts'
import type { StrategyPlan } from './strategy-plan.ts'
import type { Wall } from './wall.ts'

export interface TraderOptions {
  readonly profile: string
  readonly tag: string
  readonly intervalMs: number
  readonly plans: readonly StrategyPlan[]
  readonly risk: RiskProfile
  readonly venue: BybitVenue
  readonly journal: Journal
  readonly commands: CommandQueue
  readonly health: HealthReporter
  readonly wall: Wall
  readonly log: (level: 'info' | 'warn' | 'error', text: string) => void
  /** A step of the boot is done: what `npm start` prints. */
  readonly step: (name: string, detail: string, elapsedMs: number) => void
  /** Facts that are in the journal, for the line that a person sees. */
  readonly told: (facts: readonly KernelFact[], kernel: Kernel) => void
  /** Notes which strategy is deciding, where it outlives this process. */
  readonly deciding: (strategy: string | undefined) => void
  /** The strategy that the trader before this one was killed in, because it did not return. */
  readonly hungStrategy: string | undefined
  /** Exits and stops only: the third crash in ten minutes (architecture 2.1). */
  readonly isSafe: boolean
  /** The positions changed: for whoever must know them when this process cannot be asked (S7). */
  readonly onPositions: (kernel: Kernel) => void
  /** A panic past this process, to be taken note of before anything else is opened. */
  readonly emergency: EmergencyNotice
  /** This process must end: a lost lease or an invariant. */
  readonly fatal: (text: string) => void
}

export interface BootFailure {
  readonly sentence: string
  readonly next: string
  readonly exitCode?: number
}

const WARMUP_BARS_MIN = 200
/** Bybit takes stamps less than 1 s ahead and, with its window of 5 s, less than 5 s old; both with room for the road. */
const CLOCK_AHEAD_MAX_MS = 900
const CLOCK_BEHIND_MAX_MS = 4_000
const CLOCK_WARN_MS = 500
/** Exit codes of surfaces 3.e. */
const EXIT_AUTH = 4
const EXIT_UNREACHABLE = 5
const RECONCILE_EVERY_MS = 60_000
const RECONCILE_RETRY_MS = 5_000
const TIME_STRIDE_MS = 5_000
/** Verification of a panic: the venue is read until it is flat, this long. */
const PANIC_VERIFY_MS = 30_000

export class Trader {
  private readonly options: TraderOptions
  private readonly stops: (() => void)[] = []
  private kernel!: Kernel
  private driver!: LiveDriver
  private sender!: Sender
  private clock!: MarketClock
  private gate!: BarGate
  private reconciler!: Reconciler
  private streams!: StreamWatch
  private protection!: ProtectionWatch
  private desk!: CommandDesk
  private instruments: readonly Instrument[] = []
  private readonly marks: number[] = []
  private readonly spreads: number[] = []
  private lastStrideTs = 0
  private reconciledAtMs = 0
  private isReconciled = false
  private isMeasuring = false
  private triedMs = 0
  private isKeyRefused = false
  private isStopping = false
  private isFresh = false
  private closedAt: Ts | undefined
  private isTaking = false
  private backfilling: Promise<void> | undefined

  constructor(options: TraderOptions) {
    this.options = options
  }

  get state(): Kernel {
    return this.kernel
  }

  async start(): Promise<Result<void, BootFailure>> {
    const { venue, wall, options } = { ...this.options, options: this.options }
    const symbols = symbolsOf(options.plans)
    const specs = await this.untilAnswered(() => venue.instruments(symbols))
    if (!specs.ok) return specs
    this.instruments = specs.value.map(makeInstrument)
    venue.use(this.instruments)
    const clock = await this.untilAnswered(() => venue.clock())
    if (!clock.ok) return clock
    this.clock = new MarketClock(wall, clock.value)
    this.kernel = new Kernel({ ...kernelConfigOf(options, this.instruments), deciding: options.deciding })
    this.marks.push(...this.instruments.map(() => 0))
    this.spreads.push(...this.instruments.map(() => 0))
    this.wire()

    const skew = await this.refusedClock()
    if (skew !== undefined) return err(skew)
    const recoverStart = wall.steadyMs()
    const recovered = await recover(this.kernel, options.journal)
    if (!recovered.ok)
      return err({ sentence: `The journal cannot be read: ${recovered.error.detail}.`, next: 'Start the database and try again.' })
    this.isFresh = recovered.value.isFresh
    const hung = await this.noteHung()
    await this.driver.begin(hung?.seq ?? recovered.value.lastSeq)
    await this.driver.finish([...recovered.value.undecided, ...(hung === undefined ? [] : [hung])])
    options.step(
      'recovered',
      recovered.value.isFresh ? 'empty journal' : `${recovered.value.rows} rows after the snapshot`,
      wall.steadyMs() - recoverStart,
    )
    await this.importEmergency()
    this.settleUnanswered()

    const reconcileStart = wall.steadyMs()
    const first = await this.reconcile(true)
    if (this.isKeyRefused)
      return err({
        sentence: `Bybit does not accept the key (${this.reconcileText}).`,
        next: 'Check the key, its environment and its IP list.',
        exitCode: EXIT_AUTH,
      })
    if (!first) {
      await this.hold('reconcile', 'no-entries', 'reconcile', 'the first reconciliation is not clean')
    } else await this.lift('reconcile')
    if (options.isSafe) await this.hold('safe', 'no-entries', 'error', 'safe mode: the trader crashed three times in ten minutes')
    options.step('reconciled', this.reconcileText, wall.steadyMs() - reconcileStart)
    options.step('strategies', options.plans.map((p) => `${p.id} ${p.symbols.join(' ')}`).join(' · '), 0)
    options.onPositions(this.kernel)
    await this.prepareVenue()

    venue.open(this.handlers())
    this.startTimers()
    await options.commands.onArrival(
      () => void this.takeCommands(),
      // It may have been away for less than a write of ours takes to fail: on its return the account is reconciled first (S14).
      () => void this.reconcile(false),
    )
    return ok(undefined)
  }

  private async noteHung(): Promise<{ readonly seq: number; readonly input: KernelInput } | undefined> {
    const { hungStrategy, journal, log, wall } = this.options
    const run = this.kernel.runs.find((r) => r !== undefined && r.strategy === hungStrategy)
    if (run === undefined || run.mode === 'errored') return undefined
    const input: KernelInput = { type: 'strategy-hung', strategy: run.strategy, ts: this.clock.now() }
    // The input that it hung on is decided once more, in the same transaction as this one and before it: without the strategy.
    for (const each of this.kernel.runs) if (each?.strategy === run.strategy) each.mode = 'errored'
    log('error', `${run.strategy} did not return for two seconds and is stopped; the others trade on. Its position keeps its stop.`)
    for (;;) {
      const seq = await journal.appendInputs([input])
      if (seq.ok) return { seq: seq.value, input }
      log('warn', `database: ${seq.error.detail}`)
      await wall.sleep(500)
    }
  }

  private reconcileText = ''

  /** Bybit refuses what is stamped a second ahead, or older than its window: better said at the start than order by order. */
  private async refusedClock(): Promise<BootFailure | undefined> {
    const skew = await this.options.venue.clockSkewMs()
    if (!skew.ok) return undefined
    const seconds = (Math.abs(skew.value) / 1000).toFixed(1)
    const side = skew.value > 0 ? 'ahead of' : 'behind'
    if (skew.value < CLOCK_AHEAD_MAX_MS && skew.value > -CLOCK_BEHIND_MAX_MS) {
      if (Math.abs(skew.value) > CLOCK_WARN_MS) this.options.log('warn', `this machine's clock is ${seconds} s ${side} the exchange's`)
      return undefined
    }
    return {
      sentence: `This machine's clock is ${seconds} s ${side} the exchange's, which would refuse every order.`,
      next: 'Let the clock be set by NTP (timedatectl set-ntp true), then start again.',
    }
  }

  /** Readings at boot are tried for a while: the exchange may be starting too. */
  private async untilAnswered<T>(
    ask: () => Promise<Result<T, { readonly type: string; readonly code: string; readonly detail: string }>>,
  ): Promise<Result<T, BootFailure>> {
    for (let attempt = 0; ; attempt++) {
      const answer = await ask()
      if (answer.ok) return answer
      const { type, code, detail } = answer.error
      if (type === 'auth')
        return err({
          exitCode: EXIT_AUTH,
          sentence: `Bybit does not accept the key (${code} ${detail}).`,
          next: 'Check the key, its environment and its IP list.',
        })
      if (type === 'clock')
        return err({
          sentence: `Bybit refuses our clock (${code} ${detail}).`,
          next: 'Let this machine’s clock be set by NTP, then start again.',
        })
      if (type === 'invalid-request') return err({ sentence: `${detail}.`, next: 'Check the symbols of the strategies.' })
      if (attempt >= 20)
        return err({
          exitCode: EXIT_UNREACHABLE,
          sentence: `The exchange does not answer (${code} ${detail}).`,
          next: 'Check the network or the simulator, then start again.',
        })
      await this.options.wall.sleep(500)
    }
  }

  private wire(): void {
    const { options, kernel } = this
    const { wall, venue } = options
    const known = knownStateOf(kernel)
    const now = (): Ts => this.clock.now()
    this.sender = new Sender({
      venue: withEntryGate(venue, () => (options.emergency.isPending() ? 'panic --direct has run' : undefined)),
      wall,
      now,
      tell: (event) => this.driver.post(() => [event]),
      report: (report) => this.driver.post(() => eventsOf(report, known)),
      order: (command) => kernel.orders.find(command.instrument, command.orderId, undefined),
      note: (text) => options.log('warn', text),
      authLost: (detail) => void this.hold('auth', 'no-entries', 'error', `Bybit refused the key: ${detail}`),
    })
    this.driver = new LiveDriver({
      kernel,
      projector: new Projector(kernel),
      journal: options.journal,
      wall,
      sender: this.sender,
      databaseState: (isUp, detail) => {
        options.log(isUp ? 'info' : 'error', isUp ? detail : `database: ${detail}; nothing is sent, stops stand at the exchange`)
        if (isUp) void this.reconcile(false)
      },
      leaseLost: (detail) => options.fatal(`Another trader owns this account (${detail}).`),
      observe: (input, facts) => this.observe(input, facts),
    })
    this.reconciler = new Reconciler({
      kernel,
      venue,
      driver: this.driver,
      sender: this.sender,
      wall,
      now,
      note: (text) => options.log('warn', text),
    })
    this.gate = new BarGate(
      this.instruments.map((i) => i.index),
      options.intervalMs,
      (at, mode, bars) => this.closeBars(at, mode, bars),
      (at, missing) => void this.fetchBars(at, missing),
    )
    this.protection = new ProtectionWatch(kernel, wall, (input) => this.driver.post(() => [input]), now)
    this.streams = new StreamWatch({
      wall,
      stale: (detail) => void this.hold('stale', 'no-entries', 'stale', detail),
      fresh: () => void this.freshAgain(),
      health: options.health,
    })
    this.desk = new CommandDesk({
      kernel,
      now,
      preflight: () => [...this.streams.problems(), ...(this.isReconciled ? [] : ['the account is not reconciled'])],
      submit: (inputs) => this.driver.submit(inputs),
      verifyFlat: () => this.verifyFlat(),
    })
  }

  private handlers(): VenueHandlers {
    const known = knownStateOf(this.kernel)
    return {
      report: (report: StreamReport) => {
        this.clock.see(report.ts)
        this.driver.post(() => eventsOf(report, known))
      },
      bar: (instrument: InstrumentIndex, bar: Bar) => {
        this.clock.see(ts(bar.ts + this.options.intervalMs))
        this.gate.take(instrument, bar, this.options.wall.steadyMs())
      },
      quote: (quote: Quote) => this.quote(quote),
      stream: (name: StreamName, state: StreamState, detail: string) => this.stream(name, state, detail),
      odd: (symbol: string, detail: string) => void this.quarantine(symbol, detail),
    }
  }

  private quote(quote: Quote): void {
    this.clock.see(quote.ts)
    const mark = quote.mark ?? quote.last
    if (mark !== undefined) this.marks[quote.instrument] = mark
    if (quote.bid !== undefined && quote.ask !== undefined) this.spreads[quote.instrument] = Math.max(0, quote.ask - quote.bid)
  }

  private stream(name: StreamName, state: StreamState, detail: string): void {
    if (this.isStopping) return
    this.options.log(state === 'up' ? 'info' : 'warn', `${name} stream ${state}: ${detail}`)
    this.streams.set(name, state, detail)
    if (state !== 'up') return
    if (name === 'public') void this.backfill()
    else void this.reconcile(false)
  }

  /** Bars that closed while nobody listened: warm-up before the first start, late ones after it. */
  private backfill(): Promise<void> {
    this.backfilling ??= this.backfillNow().finally(() => {
      this.backfilling = undefined
    })
    return this.backfilling
  }

  private async backfillNow(): Promise<void> {
    this.gate.isPaused = true
    const clock = await this.options.venue.clock()
    if (clock.ok) this.clock.reset(clock.value)
    const until = this.clock.now()
    const rows: ClosedBar[] = []
    for (const instrument of this.instruments) {
      const from = this.kernel.portfolio.barTs(instrument.index)
      if (from !== undefined) this.gate.skipTo(instrument.index, from)
      const fetched = await this.options.venue.candles(instrument.index, from, until, from === undefined ? this.warmupBars() : 1_000)
      if (!fetched.ok) {
        this.options.log('warn', `candles of ${instrument.symbol}: ${fetched.error.detail}`)
        continue
      }
      for (const bar of fetched.value) rows.push({ instrument: instrument.index, bar })
    }
    const mode: BarsMode = this.isFresh ? 'warmup' : 'late'
    rows.sort((a, b) => a.bar.ts - b.bar.ts || a.instrument - b.instrument)
    if (rows.length > 0) {
      const last = rows[rows.length - 1] as ClosedBar
      await this.driver.submit(() => [{ type: 'bars-closed', ts: ts(last.bar.ts + this.options.intervalMs), mode, bars: rows }])
      for (const row of rows) this.gate.skipTo(row.instrument, ts(row.bar.ts + this.options.intervalMs))
    }
    this.isFresh = false
    this.gate.resume(this.options.wall.steadyMs())
  }

  private warmupBars(): number {
    return Math.min(
      1_000,
      this.kernel.config.strategies.reduce((most, s) => Math.max(most, s.definition.warmup(s.params)), WARMUP_BARS_MIN),
    )
  }

  private async fetchBars(at: Ts, missing: readonly InstrumentIndex[]): Promise<void> {
    for (const i of missing) {
      const fetched = await this.options.venue.candles(i, ts(at - this.options.intervalMs), at, 1)
      if (fetched.ok) for (const bar of fetched.value) this.gate.take(i, bar, this.options.wall.steadyMs())
    }
  }

  private closeBars(at: Ts, mode: BarsMode, bars: readonly GatedBar[]): void {
    const rows = bars.map(({ instrument, bar }) => {
      this.marks[instrument] = bar.close
      return { instrument, bar, spreadTicks: this.spreads[instrument] ?? 0 }
    })
    this.lastStrideTs = at
    void this.driver
      .submit(() => [...this.emergencyInputs(), { type: 'bars-closed', ts: at, mode, bars: rows }])
      .then(() => this.noteClosed(at))
  }

  /** The instant counts as done when all that it led to is sent and answered, and the answers are in the journal. */
  private async noteClosed(at: Ts): Promise<void> {
    await this.sender.whenIdle()
    await this.driver.submit(() => [])
    if (this.closedAt !== undefined && at <= this.closedAt) return
    this.closedAt = at
    this.options.health.report(PARTS.bars, 'ok', String(at))
  }

  /** A panic past this process halts it, from the moment in which its file is seen until an admin resumes (S7). */
  private emergencyInputs(): readonly KernelInput[] {
    if (!this.options.emergency.isPending()) return []
    const since = this.clock.now()
    const actor = 'panic --direct'
    return [
      {
        type: 'add-hold',
        ts: since,
        hold: { id: 'panic', scope: { type: 'account' }, effect: 'no-orders', cause: 'panic', actor, reason: actor, since },
      },
      { type: 'cancel-orders', orderId: undefined, actor, ts: since },
    ]
  }

  private isImporting = false

  private async importEmergency(): Promise<void> {
    if (this.isImporting || !this.options.emergency.isPending()) return
    this.isImporting = true
    this.options.log('warn', 'panic --direct has run: halted until an admin resumes')
    await this.driver.submit(() => this.emergencyInputs())
    try {
      this.options.emergency.settle()
    } catch (thrown) {
      // The file stays in sight: nothing is opened while it does.
      this.options.log('warn', `emergency.jsonl cannot be put aside (${thrown instanceof Error ? thrown.message : String(thrown)})`)
    }
    this.isImporting = false
    if (this.reconciledAtMs > 0) await this.reconcile(false)
  }

  private observe(input: KernelInput, facts: readonly KernelFact[]): void {
    if (facts.length > 0) this.options.told(facts, this.kernel)
    if (facts.some((f) => f.type === 'hold-added' && f.hold.cause === 'reconcile' && f.hold.scope.type === 'symbol'))
      void this.reconcile(false)
    if (input.type !== 'order-filled' && input.type !== 'position-adjusted') return
    this.protection.check()
    this.options.onPositions(this.kernel)
  }

  private startTimers(): void {
    const { wall } = this.options
    const every = (ms: number, run: () => void): void => {
      this.stops.push(wall.every(ms, run))
    }
    every(250, () => {
      if (!this.clock.isLockstep) this.gate.tick(wall.steadyMs())
    })
    every(1_000, () => this.second())
    every(RECONCILE_EVERY_MS, () => void this.reconcile(false))
  }

  private second(): void {
    void this.takeCommands()
    void this.importEmergency()
    this.protection.check()
    this.streams.check()
    this.measureAgain()
    this.endTimedPauses()
    const now = this.clock.now()
    if (!this.clock.isLockstep && this.marks.some((m) => m > 0) && now - this.lastStrideTs >= TIME_STRIDE_MS) {
      this.lastStrideTs = now
      const marks = [...this.marks]
      this.driver.post(() => [{ type: 'time-advanced', ts: this.clock.now(), marks }])
    }
    this.options.health.report(PARTS.trader, 'ok', `${this.driver.depth} queued, ${this.sender.pending} sending`)
  }

  /** A timed pause ends by itself off live; on live it ends with a question (S1). */
  private endTimedPauses(): void {
    if (this.options.profile === 'live') return
    const now = this.clock.now()
    const over = this.kernel.holds.filter(
      (h) => h.cause === 'operator' && h.effect === 'no-entries' && h.until !== undefined && now >= h.until,
    )
    for (const hold of over) this.driver.post(() => [{ type: 'lift-hold', holdId: hold.id, actor: 'timer', ts: this.clock.now() }])
  }

  private async takeCommands(): Promise<void> {
    if (this.isTaking) return
    this.isTaking = true
    try {
      const taken = await this.options.commands.take()
      for (const queued of taken) {
        const outcome = await this.desk.carryOut(queued, this.options.wall.nowMs())
        await this.options.commands.complete(queued.id, outcome)
      }
    } catch (thrown) {
      this.options.log('warn', `commands: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
    } finally {
      this.isTaking = false
    }
  }

  private async reconcile(isFirst: boolean): Promise<boolean> {
    const doubts = this.kernel.holds.filter((h) => h.cause === 'reconcile').map((h) => h.id)
    const outcome = await this.reconciler.run()
    this.triedMs = this.options.wall.steadyMs()
    this.isReconciled = outcome.isClean
    this.isKeyRefused = outcome.isKeyRefused === true
    this.reconcileText = outcome.isClean ? `${outcome.openOrders} orders, ${outcome.positions} positions` : outcome.detail
    if (outcome.isClean) {
      this.reconciledAtMs = this.options.wall.nowMs()
      this.options.health.report(
        PARTS.reconcile,
        'ok',
        `${outcome.openOrders} orders, ${outcome.positions} positions${outcome.detail === '' ? '' : `; ${outcome.detail}`}`,
      )
      // What came up while it was read is not answered by it.
      if (!isFirst) for (const id of doubts) await this.lift(id)
    } else {
      this.options.health.report(PARTS.reconcile, 'down', outcome.detail)
      this.options.log('warn', `reconcile: ${outcome.detail}`)
      if (!isFirst) await this.hold('reconcile', 'no-entries', 'reconcile', outcome.detail)
    }
    return outcome.isClean
  }

  /** A reading that failed is repeated, and a stale hold that stands (one of an earlier run too) is measured again. */
  private measureAgain(): void {
    const { wall } = this.options
    if (!this.isReconciled && wall.steadyMs() - this.triedMs >= RECONCILE_RETRY_MS) {
      this.triedMs = wall.steadyMs()
      void this.reconcile(false)
    }
    if (this.streams.problems().length === 0) void this.freshAgain()
  }

  /** Streams are back: two clean reads, five seconds apart, end the hold (S1). */
  private async freshAgain(): Promise<void> {
    if (this.isMeasuring || !this.kernel.holds.some((h) => h.id === 'stale')) return
    this.isMeasuring = true
    const isClean = (await this.reconcile(false)) && (await this.cleanLater())
    this.isMeasuring = false
    if (isClean && this.streams.problems().length === 0) await this.lift('stale')
  }

  private async cleanLater(): Promise<boolean> {
    await this.options.wall.sleep(5_000)
    return this.reconcile(false)
  }

  private async hold(
    id: string,
    effect: 'no-entries' | 'no-orders',
    cause: 'stale' | 'reconcile' | 'error',
    reason: string,
  ): Promise<void> {
    if (this.kernel.holds.some((h) => h.id === id)) return
    const since = this.clock.now()
    await this.driver.submit(() => [
      {
        type: 'add-hold',
        ts: since,
        hold: { id, scope: { type: 'account' }, effect, cause, actor: 'trader', reason: reason.slice(0, 300), since },
      },
    ])
  }

  private async lift(id: string): Promise<void> {
    if (this.kernel.holds.some((h) => h.id === id))
      await this.driver.submit(() => [{ type: 'lift-hold', holdId: id, actor: 'trader', ts: this.clock.now() }])
  }

  private async quarantine(symbol: string, detail: string): Promise<void> {
    this.options.log('warn', `odd frame ${symbol}: ${detail}`)
    const instrument = this.instruments.find((i) => i.symbol === symbol)
    if (instrument === undefined) return
    const since = this.clock.now()
    await this.driver.submit(() => [
      {
        type: 'add-hold',
        ts: since,
        hold: {
          id: `odd-${symbol}`,
          scope: { type: 'symbol', instrument: instrument.index },
          effect: 'no-entries',
          cause: 'error',
          actor: 'trader',
          reason: detail.slice(0, 300),
          since,
        },
      },
    ])
  }

  /** Orders that were journaled and never answered: each is looked up before anything else is sent for it (S6). */
  private settleUnanswered(): void {
    for (const instrument of this.instruments)
      for (const order of this.kernel.orders.open(instrument.index))
        if (order.status === 'submitted' && order.origin === 'ours') this.sender.settle(commandOf(order))
  }

  /** Leverage is set by us, never while in a position (S12). */
  private async prepareVenue(): Promise<void> {
    for (const instrument of this.instruments) {
      if (this.kernel.portfolio.positionLots(instrument.index) !== 0) continue
      const set = await this.options.venue.setLeverage(
        instrument.index,
        Math.min(this.options.risk.limits.leverage, instrument.leverageMax),
      )
      if (!set.ok) this.options.log('warn', `leverage of ${instrument.symbol}: ${set.error.code} ${set.error.detail}`)
    }
  }

  private async verifyFlat(): Promise<string> {
    const { wall, venue } = this.options
    const startMs = wall.steadyMs()
    let last = 'the exchange has not answered'
    while (wall.steadyMs() - startMs < PANIC_VERIFY_MS) {
      const reading = await venue.readAccount(this.clock.now())
      if (reading.ok) {
        const open = reading.value.positions.filter((p) => p.lots !== 0)
        const orders = reading.value.openOrders
        if (open.length === 0 && orders.length === 0) {
          const at = new Date(this.clock.now()).toISOString().slice(11, 19)
          return `FLAT: 0 positions, 0 open orders in Ballast's scope, read from Bybit ${at}. Trading is halted until an admin resumes.`
        }
        last = [
          ...open.map((p) => `${this.instruments[p.instrument]?.symbol ?? ''} still open`),
          ...(orders.length > 0 ? [`${orders.length} orders still open`] : []),
        ].join(', ')
      }
      await wall.sleep(500)
    }
    return `NOT FLAT: ${last}. It is being tried again; stops stand at the exchange.`
  }

  /** Orderly stop: no new entries, what is in flight is answered, a snapshot, the lease released by the caller. Stops stay at the exchange. */
  async stop(): Promise<void> {
    for (const end of this.stops.splice(0)) end()
    assert(this.driver !== undefined, 'a trader is stopped after it was started')
    this.isStopping = true
    this.sender.dropEntries()
    await Promise.race([this.sender.whenIdle(), this.options.wall.sleep(10_000)])
    this.sender.stop()
    await this.driver.whenIdle()
    await this.options.venue.close()
    await this.driver.stop()
    await this.driver.snapshot()
  }
}
