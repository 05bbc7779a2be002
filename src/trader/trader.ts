/**
 * The trader: the one owner of the kernel. Boots in order, runs the timers that safety needs, and stops in order.
 * Never trades before the first reconciliation is clean, and never lets a timer loosen anything on `live` (S1).
 */
import { type TraderParts, makeParts } from './trader-parts.ts'
import type { StreamName, StreamPart, StreamState } from '../venue/port/streams.ts'
import { assert } from '../core/assert.ts'
import { type Result, err, ok } from '../core/result.ts'
import type { InstrumentIndex } from '../core/units.ts'
import type { KernelFact } from '../kernel/fact.ts'
import type { KernelInput } from '../kernel/input.ts'
import { Kernel } from '../kernel/kernel.ts'
import type { Bar } from '../market/bars.ts'
import { eventsOf } from '../trading/report-events.ts'
import type { StreamReport } from '../trading/report.ts'
import type { Quote, VenueHandlers } from '../venue/port/venue.ts'
import { type BootFailure, keyRefused, refusedClock, setLeverages, untilAnswered } from './boot.ts'
import { PARTS } from './health.ts'
import { STRATEGY_LOAD, loadDetail } from '../journal/strategy-load.ts'
import { kernelConfigOf } from './kernel-config.ts'
import type { LiveDriver } from './live-driver.ts'
import { MarketClock } from './market/market-clock.ts'
import { OBSERVE_HOLD } from './safety/system-holds.ts'
import { knownStateOf } from './account/reconciler.ts'
import { type Recovered, recover } from './recovery.ts'
import { commandOf } from './orders/order-sender.ts'
import { hungWords } from '../kernel/handlers/strategy-modes.ts'
import { setAsideInputs } from './strategies/set-aside.ts'
import { DirectPanic } from './safety/direct-panic.ts'
import { lostEntries, restoredInputs } from './safety/restored.ts'
import { TradedInstruments } from './traded-instruments.ts'
import { decideUndecided } from './undecided-inputs.ts'
import { FileWatch, giveUpChanged, ownersChange, strategyStarts } from './strategies/strategy-start.ts'
import type { TraderOptions } from './trader-options.ts'

const RECONCILE_EVERY_MS = 60_000
const GATE_TICK_MS = 250
const FILES_EVERY_MS = 10_000
const LOADS_EVERY_MS = 5_000
/** A database that is away must not keep an orderly stop. */
const CANCEL_WAIT_MS = 2_000

export class Trader {
  private readonly options: TraderOptions
  private readonly stops: (() => void)[] = []
  private kernel!: Kernel
  private parts!: TraderParts
  private clock!: MarketClock
  private readonly instruments: TradedInstruments
  private directPanic!: DirectPanic
  /** Inputs whose asker waits for the facts. */
  private readonly asked = new WeakMap<KernelInput, readonly KernelFact[]>()
  /** From the moment it is asked to stop: nothing is entered any more. */
  private isEnding = false
  private isStopping = false
  /** From an input that was set aside until the hold that it leads to stands. */
  private isSettingAside = false

  constructor(options: TraderOptions) {
    this.options = options
    this.instruments = new TradedInstruments(options)
  }

  private get isObserving(): boolean {
    return this.options.profile === 'observe'
  }

  get state(): Kernel {
    return this.kernel
  }

  /** In stages, each of which the next one rests on; the first that fails is the answer, and nothing has been entered by then. */
  async start(): Promise<Result<void, BootFailure>> {
    const listed = await this.instruments.read()
    if (!listed.ok) return listed
    const made = await this.makeKernel()
    if (!made.ok) return made
    const recovered = await this.recoverState()
    if (!recovered.ok) return recovered
    const reconciled = await this.reconcileFirst()
    if (!reconciled.ok) return reconciled
    await this.parts.commands.carryOutStops()
    await this.startStrategies()
    const refusal = await this.parts.environment.atStart()
    if (refusal !== undefined) return err(refusal)
    await this.open()
    return ok(undefined)
  }

  private async makeKernel(): Promise<Result<void, BootFailure>> {
    const { options } = this
    const { venue, wallClock } = options
    const clock = await untilAnswered(wallClock, () => venue.clock(), options.waitsForExchange)
    if (!clock.ok) return clock
    this.clock = new MarketClock(wallClock, clock.value)
    this.kernel = new Kernel({ ...kernelConfigOf(options, this.instruments.list), deciding: options.deciding, isSafe: options.isSafe })
    this.parts = makeParts(options, this.kernel, this.clock, this.instruments, {
      obstacle: () => this.obstacle(),
      observe: (input, facts) => this.observe(input, facts),
      emergencyInputs: () => this.directPanic.inputs(),
      markStale: (detail, symbols) => this.markStale(detail, symbols),
      ask: (make) => this.ask(make),
    })
    this.directPanic = new DirectPanic({
      notice: options.emergency,
      now: () => this.clock.now(),
      submit: (make) => this.parts.driver.submit(make),
      log: options.log,
    })
    const skew = await refusedClock(venue, options.log)
    return skew === undefined ? ok(undefined) : err(skew)
  }

  /** The state of the journal, with all that a crash left undecided, and what the exchange has changed since. */
  private async recoverState(): Promise<Result<void, BootFailure>> {
    const { options } = this
    const { wallClock } = options
    const beganMs = wallClock.steadyMs()
    const recovered = await recover(this.kernel, options.journal, () => wallClock.sleep(0))
    if (!recovered.ok)
      return err({ sentence: `The journal cannot be read: ${recovered.error.detail}.`, next: 'Start the database and try again.' })
    const { isFresh, rows, lastSeq, undecided } = recovered.value
    // The journal may contain other steps than it began with: from here on the venue counts in those.
    this.instruments.use(this.kernel.config.instruments)
    this.parts.feed.isFresh = isFresh
    giveUpChanged(this.kernel)
    await this.parts.commands.takeStops()
    const setAside = await decideUndecided(undecided, lastSeq, {
      options,
      kernel: this.kernel,
      parts: this.parts,
      instruments: this.instruments,
      now: () => this.clock.now(),
      setsAside: () => {
        this.isSettingAside = true
      },
    })
    const change = ownersChange(this.kernel, this.clock.now())
    if (change.length > 0) await this.parts.driver.submit(() => change)
    const { restored } = options
    if (restored !== undefined) {
      await this.parts.driver.submit(() => restoredInputs(this.kernel, restored.what, this.clock.now()))
      await restored.held()
    }
    for (const what of setAside) await this.parts.driver.submit(() => setAsideInputs(what, this.clock.now()))
    this.isSettingAside = false
    const terms = await this.instruments.takeTerms(this.kernel, this.parts, () => this.clock.now())
    if (!terms.ok) return terms
    options.step('recovered', isFresh ? 'empty journal' : `${rows} rows after the snapshot`, wallClock.steadyMs() - beganMs)
    this.tellDamaged(recovered.value.setAside)
    await this.importEmergency()
    this.settleUnanswered()
    return ok(undefined)
  }

  private tellDamaged(snapshots: Recovered['setAside']): void {
    for (const seq of snapshots)
      this.parts.driver.post(() => [
        {
          type: 'notice',
          alert: 'snapshot.damaged',
          severity: 'P2',
          about: undefined,
          summary: `The snapshot at row ${seq} of the journal was damaged and is skipped. State was rebuilt from an older one or from the whole journal; nothing is lost. Check the disk.`,
          ts: this.clock.now(),
        },
      ])
  }

  /** Holds that a start needs stand before anything may be entered. */
  private async reconcileFirst(): Promise<Result<void, BootFailure>> {
    const { account, holds } = this.parts
    const { options } = this
    const beganMs = options.wallClock.steadyMs()
    const isClean = await account.run(true)
    if (account.isKeyRefused) return err(keyRefused(account.text))
    if (options.restored !== undefined) await this.parts.driver.submit(() => lostEntries(this.kernel, this.clock.now()))
    if (isClean) await holds.lift('reconcile')
    else await holds.add('reconcile', 'no-entries', 'reconcile', 'the first reconciliation is not clean')
    if (this.isObserving) await holds.add(OBSERVE_HOLD, 'no-entries', 'error', 'profile observe sends no order')
    if (options.isSafe) await holds.add('safe', 'no-entries', 'error', 'safe mode: exits and stops only')
    options.step('reconciled', account.text, options.wallClock.steadyMs() - beganMs)
    return ok(undefined)
  }

  private async startStrategies(): Promise<void> {
    const { options } = this
    const { venue, log } = options
    const starts = await strategyStarts({ kernel: this.kernel, venue, now: () => this.clock.now(), log })
    if (starts.length > 0) await this.parts.driver.submit(() => starts)
    const owners = [
      ...options.plans.map((p) => `${p.id} ${p.symbols.join(' ')}`),
      ...(options.manual.length === 0 ? [] : [`manual ${options.manual.join(' ')}`]),
    ]
    options.step('strategies', owners.join(' · '), 0)
    this.tellOrphans()
    options.onPositions(this.kernel)
    if (!this.isObserving) await setLeverages(this.kernel, this.instruments.list, venue, log)
  }

  /** Streams, timers and commands: from here on it trades. */
  private async open(): Promise<void> {
    const { environment, commands, account } = this.parts
    this.options.venue.open(this.handlers(), environment.cancelsOnDisconnect)
    this.startTimers()
    this.stops.push(...environment.start())
    await this.options.commands.onArrival(
      () => void commands.takeCommands(),
      // It may have been away for less than a write of ours takes to fail: on its return the account is reconciled first (S14).
      () => void account.run(false),
    )
  }

  private handlers(): VenueHandlers {
    const known = knownStateOf(this.kernel)
    return {
      report: (report: StreamReport) => {
        this.clock.see(report.ts)
        this.parts.driver.post(() => eventsOf(report, known))
      },
      position: (report) => this.parts.environment.position(report),
      wallet: (balance) => this.parts.wallet.frame(balance),
      bar: (instrument: InstrumentIndex, bar: Bar) => this.parts.feed.bar(instrument, bar),
      quote: (quote: Quote) => this.parts.feed.quote(quote),
      book: (mirror) => this.parts.feed.book(mirror),
      stream: (name, state, detail, part) => this.stream(name, state, detail, part),
      odd: (symbol: string, detail: string) => void this.quarantine(symbol, detail),
    }
  }

  private stream(name: StreamName, state: StreamState, detail: string, part: StreamPart | undefined): void {
    if (this.isStopping) return
    const which = part === undefined || part.count === 1 ? name : `${name} ${part.index + 1}/${part.count}`
    this.options.log(state === 'up' ? 'info' : 'warn', `${which} stream ${state}: ${detail}`)
    this.parts.streams.set(name, state, detail, part)
    if (state !== 'up') return
    if (name === 'public') void this.parts.feed.backfill(part?.symbols)
    else void this.parts.account.run(false)
  }

  private async markStale(detail: string, symbols: readonly string[] | undefined): Promise<void> {
    if (symbols === undefined) await this.parts.holds.add('stale', 'no-entries', 'stale', detail)
    else
      await this.parts.holds.addStale(
        this.instruments.list.filter((i) => symbols.includes(i.symbol)),
        detail,
      )
  }

  /** Why entries are blocked at the moment of each send; undefined where nothing is against them. */
  private obstacle(): string | undefined {
    if (this.isEnding) return 'Ballast is being stopped'
    if (this.isSettingAside) return 'an input that ended the trader is set aside first'
    if (this.parts.commands.areStopsWaiting) return 'a pause, halt or panic that waits is carried out first'
    return this.directPanic.isPending ? 'panic --direct has run' : undefined
  }

  private async importEmergency(): Promise<void> {
    if ((await this.directPanic.book()) && this.parts.account.wasClean) await this.parts.account.run(false)
  }

  /** Positions whose owner is no longer configured: protected, but no strategy will close them. */
  private tellOrphans(): void {
    for (const { index, symbol } of this.instruments.list) {
      const openTrade = this.kernel.portfolio.openTrade(index)
      if (openTrade !== undefined && this.kernel.portfolio.ownerOf(index) === undefined)
        this.options.log(
          'warn',
          `${symbol}: no configured strategy owns this position (${openTrade.strategy} did). It keeps its stop. To close it: ballast close ${symbol}`,
        )
    }
  }

  /** Gives an input to the kernel and waits for what it led to. */
  private async ask(make: () => KernelInput): Promise<{ readonly seq: number; readonly facts: readonly KernelFact[] }> {
    let given: KernelInput | undefined
    const seq = await this.parts.driver.submit(() => {
      given = make()
      this.asked.set(given, [])
      return [given]
    })
    return { seq, facts: given === undefined ? [] : (this.asked.get(given) ?? []) }
  }

  private observe(input: KernelInput, facts: readonly KernelFact[]): void {
    if (facts.length > 0) this.options.onFacts(facts, this.kernel)
    if (this.asked.has(input)) this.asked.set(input, facts)
    this.stopOverMemory()
    if (input.type === 'order-accepted') this.parts.sender.wake()
    if (facts.some((f) => f.type === 'hold-added' && f.hold.cause === 'reconcile' && f.hold.scope.type === 'symbol'))
      void this.parts.account.run(false)
    if (input.type !== 'order-filled' && input.type !== 'position-adjusted') return
    this.parts.protection.check()
    this.options.onPositions(this.kernel)
  }

  /** What a strategy keeps stays with the process; stopped, it keeps no more (S18). */
  private stopOverMemory(): void {
    const { overMemory, log } = this.options
    for (const { strategy, ...how } of overMemory?.() ?? []) {
      const run = this.kernel.runs.find((each) => each !== undefined && each.strategy === strategy)
      if (run === undefined || run.mode === 'errored') continue
      log('error', `${strategy} is stopped: ${hungWords(how)}; other strategies keep trading. Its position keeps its stop.`)
      this.parts.driver.post(() => [{ type: 'strategy-hung', strategy: run.strategy, ...how, ts: this.clock.now() }])
    }
  }

  private reportLoads(): void {
    const { loads, health } = this.options
    if (loads !== undefined) health.report(STRATEGY_LOAD, 'ok', loadDetail(loads(this.kernel.config.strategies.map(({ id }) => id))))
  }

  private startTimers(): void {
    const { wallClock } = this.options
    const every = (ms: number, run: () => void): void => {
      this.stops.push(wallClock.every(ms, run))
    }
    every(GATE_TICK_MS, () => this.parts.feed.tick())
    every(1_000, () => this.second())
    every(RECONCILE_EVERY_MS, () => void this.parts.account.run(false))
    every(LOADS_EVERY_MS, () => this.reportLoads())
    const files = new FileWatch(this.options.planSource)
    every(FILES_EVERY_MS, () => this.parts.driver.post(() => files.look(this.clock.now())))
  }

  private second(): void {
    void this.parts.commands.takeCommands()
    void this.importEmergency()
    this.parts.protection.check()
    this.parts.environment.second()
    this.parts.streams.check()
    this.parts.account.measureAgain()
    this.parts.wallet.check()
    this.endTimedPauses()
    this.endTimedSettings()
    this.parts.feed.stride()
    this.options.health.report(PARTS.trader, 'ok', `${this.parts.driver.depth} queued, ${this.parts.sender.pending} sending`)
  }

  /** A timed pause ends by itself off live; on live it ends with a question (S1). */
  private endTimedPauses(): void {
    if (this.options.profile === 'live') return
    const now = this.clock.now()
    const over = this.kernel.holds.filter(
      (h) => h.cause === 'operator' && h.effect === 'no-entries' && h.until !== undefined && now >= h.until,
    )
    for (const hold of over) this.parts.driver.post(() => [{ type: 'lift-hold', holdId: hold.id, actor: 'timer', ts: this.clock.now() }])
  }

  private endTimedSettings(): void {
    if (this.parts.commandHandler.endedSettings().length > 0) this.parts.driver.post(() => this.parts.commandHandler.endedSettings())
  }

  private async quarantine(symbol: string, detail: string): Promise<void> {
    this.options.log('warn', `unexpected frame ${symbol}: ${detail}`)
    const instrument = this.instruments.of(symbol)
    if (instrument === undefined) return
    const isNew = !this.parts.holds.has(`odd-${symbol}`)
    await this.parts.holds.quarantine(instrument, detail)
    // What the row would have said is read instead.
    if (isNew && this.parts.account.wasClean) void this.parts.account.run(false)
  }

  /** Orders that were journaled and never answered: each is looked up before anything else is sent for it (S6). */
  private settleUnanswered(): void {
    for (const instrument of this.instruments.list)
      for (const order of this.kernel.orders.open(instrument.index))
        if (order.status === 'submitted' && order.origin === 'ours') this.parts.sender.settle(commandOf(order))
  }

  /** A spot entry carries no stop: what it fills while nobody runs would have none. */
  private async cancelBareEntries(driver: LiveDriver): Promise<void> {
    const entries = this.instruments.list
      .filter((instrument) => instrument.category === 'spot')
      .flatMap(({ index }) => this.kernel.orders.open(index).filter((o) => o.class === 'entry' && o.origin === 'ours'))
    if (entries.length === 0) return
    const now = this.clock.now()
    await driver.submit(() => entries.map(({ orderId }) => ({ type: 'cancel-orders', orderId, actor: 'the stop of the trader', ts: now })))
  }

  /** Orderly stop: no new entries, what is in flight is answered, a snapshot, the lease released by the caller. Stops stay at the exchange. */
  async stop(): Promise<void> {
    assert(this.parts !== undefined, 'a trader is stopped after it was started')
    this.isEnding = true
    this.parts.sender.dropEntries()
    for (const end of this.stops.splice(0)) end()
    await Promise.race([this.cancelBareEntries(this.parts.driver), this.options.wallClock.sleep(CANCEL_WAIT_MS)])
    this.isStopping = true
    this.parts.sender.dropEntries()
    await Promise.race([this.parts.sender.whenIdle(), this.options.wallClock.sleep(10_000)])
    this.parts.sender.stop()
    await this.parts.driver.whenIdle()
    await this.options.venue.close()
    await this.parts.driver.stop()
    await this.parts.driver.snapshot()
  }
}
