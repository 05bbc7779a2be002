/**
 * The market on its way to the kernel: quotes kept as marks and spreads, bars gathered to instants, and what was missed read by REST.
 * Never decides a bar twice and never lets one by while an older one is still being read.
 */
import { type InstrumentIndex, type Ts, ts } from '../../core/units.ts'
import type { BarsClosed, BarsMode, ClosedBar, KernelInput } from '../../kernel/input.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Bar } from '../../market/bars.ts'
import type { Instrument } from '../../market/instrument.ts'
import type { BookMirror } from '../../market/order-book.ts'
import type { Quote, Venue } from '../../venue/port/venue.ts'
import { barsBefore } from '../strategies/strategy-start.ts'
import { BarGate, type GatedBar } from './bar-gate.ts'
import { FundingFeed } from './funding-feed.ts'
import { type HealthReporter, PARTS } from '../health.ts'
import type { LiveDriver } from '../live-driver.ts'
import type { MarketClock } from './market-clock.ts'
import { type BestPrices, QuoteBoard } from './quote-board.ts'
import type { OrderSender } from '../orders/order-sender.ts'
import type { WallClock } from '../../system/wall-clock.ts'

const WARMUP_BARS_MIN = 200
const TIME_STRIDE_MS = 5_000
const BACKFILL_RETRIES = 2
const ANSWER_WAIT_MS = 2_000
const BACKFILL_RETRY_MS = 1_000

export interface MarketFeedPorts {
  readonly kernel: Kernel
  readonly instruments: readonly Instrument[]
  readonly intervalMs: number
  readonly venue: Venue
  readonly driver: LiveDriver
  readonly sender: OrderSender
  readonly clock: MarketClock
  readonly health: HealthReporter
  readonly wallClock: WallClock
  readonly log: (level: 'info' | 'warn' | 'error', text: string) => void
  /** What must be decided before the bars of an instant. */
  readonly before: () => readonly KernelInput[]
  /** What follows the decision on the bars of an instant, before those of the next. In lockstep it is waited for. */
  readonly after: (at: Ts) => Promise<void>
}

export class MarketFeed {
  /** No bar was ever decided: what is read first warms up. */
  isFresh = false
  private readonly ports: MarketFeedPorts
  private readonly gate: BarGate
  private readonly board: QuoteBoard
  private readonly fundings: FundingFeed
  private readonly open: Instrument[]
  private lastStrideTs = 0
  private closedAt: Ts | undefined
  private backfilling: Promise<void> = Promise.resolve()
  private backfills = 0

  constructor(ports: MarketFeedPorts) {
    this.ports = ports
    this.board = new QuoteBoard(ports.instruments.length)
    const { instruments, kernel, venue, wallClock, log } = ports
    this.fundings = new FundingFeed({ instruments, known: kernel.fundings, venue, wallClock, log })
    // A symbol that is closed has no bars to wait for.
    this.open = ports.instruments.filter((i) => i.status !== 'closed')
    this.gate = new BarGate(
      this.open.map((i) => i.index),
      ports.intervalMs,
      (at, mode, bars) => this.closeBars(at, mode, bars),
      (at, missing) => void this.fetchBars(at, missing),
    )
  }

  /** These have joined: their bars, quotes and settlements are taken from here on. What closed before is read by {@link backfill}. */
  add(joined: readonly Instrument[]): void {
    const { instruments } = this.ports.kernel.config
    this.board.grow(instruments.length)
    this.gate.grow(instruments.length)
    this.fundings.add(joined)
    this.open.push(...joined.filter((i) => i.status !== 'closed'))
  }

  bar(instrument: InstrumentIndex, bar: Bar): void {
    const { clock, intervalMs, wallClock } = this.ports
    clock.see(ts(bar.ts + intervalMs))
    this.board.close(instrument, bar.ts)
    this.gate.receiveBar(instrument, bar, wallClock.steadyMs())
  }

  quote(quote: Quote): void {
    this.ports.clock.see(quote.ts)
    this.board.quote(quote)
  }

  best(i: InstrumentIndex): BestPrices | undefined {
    return this.board.best(i)
  }

  /** A mirrored order book is live or void from now on. */
  book(mirror: BookMirror): void {
    const { health, log } = this.ports
    const { symbol } = mirror.instrument
    const isKnown = this.board.book(mirror)
    // What a lost connection took is reported by the stream.
    if (mirror.flaw !== undefined && mirror.flaw !== 'disconnected')
      log('warn', `order book of ${symbol} is invalid (${mirror.flaw}): spreads come from the ticker until a new snapshot arrives`)
    else if (mirror.isLive && isKnown) log('info', `order book of ${symbol} is valid again`)
    const { status, detail } = this.board.booksHealth()
    health.report(PARTS.books, status, detail)
  }

  /** Lets an instant go whose bars do not all come. */
  tick(): void {
    const { clock, wallClock } = this.ports
    if (clock.isLockstep) return
    this.gate.tick(wallClock.steadyMs())
    if (!this.gate.isPaused) void this.fundings.read(clock.now())
  }

  /** Time passes for the kernel too where no bar closes. */
  stride(): void {
    const { clock, driver } = this.ports
    const now = clock.now()
    if (clock.isLockstep || !this.board.marks.some((m) => m > 0) || now - this.lastStrideTs < TIME_STRIDE_MS) return
    this.lastStrideTs = now
    const marks = [...this.board.marks]
    driver.post(() => [{ type: 'time-advanced', ts: clock.now(), marks }])
  }

  /**
   * Bars that closed while nobody listened, of these symbols or of all: warm-up before the first start, late ones after it.
   * Each call reads for itself, after the one before it: a reading that began before a stream stood has missed what closed in between.
   */
  backfill(symbols?: readonly string[]): Promise<void> {
    const { wallClock } = this.ports
    this.gate.isPaused = true
    this.backfills += 1
    // The first reading is of all: it is the one that warms up.
    const wanted = (): readonly Instrument[] =>
      symbols === undefined || this.isFresh ? this.open : this.open.filter((i) => symbols.includes(i.symbol))
    this.backfilling = this.backfilling
      .then(() => this.backfillNow(wanted()))
      .finally(() => {
        this.backfills -= 1
        if (this.backfills === 0) this.gate.resume(wallClock.steadyMs())
      })
    return this.backfilling
  }

  private async backfillNow(instruments: readonly Instrument[]): Promise<void> {
    const { kernel, intervalMs, venue, driver, clock, wallClock, log } = this.ports
    const reading = await venue.clock()
    if (reading.ok) clock.reset(reading.value)
    // What closes while this reads is queued, and decided as what has just closed.
    const now = clock.now()
    const waiting = this.gate.oldestWaiting
    const until = waiting !== undefined && waiting > now - intervalMs ? ts(waiting - 1) : now
    await this.fundings.read(until)
    const rows: ClosedBar[] = []
    for (const instrument of instruments) {
      const from = kernel.portfolio.barTs(instrument.index)
      if (from !== undefined) this.gate.skipTo(instrument.index, from)
      const read = () => venue.candles(instrument.index, from, until, from === undefined ? this.warmupBars() : 1_000)
      let fetched = await read()
      // Last chance to fill the gap: live bars that follow are queued behind it.
      for (let again = 0; !fetched.ok && again < BACKFILL_RETRIES; again++) {
        await wallClock.sleep(BACKFILL_RETRY_MS)
        fetched = await read()
      }
      if (!fetched.ok) {
        log('warn', `could not read candles of ${instrument.symbol}, a gap may remain: ${fetched.error.detail}`)
        continue
      }
      for (const bar of fetched.value) rows.push({ instrument: instrument.index, bar })
    }
    const mode: BarsMode = this.isFresh ? 'warmup' : 'late'
    rows.sort((a, b) => a.bar.ts - b.bar.ts || a.instrument - b.instrument)
    if (rows.length > 0) {
      const last = rows[rows.length - 1] as ClosedBar
      await driver.submit(() => [this.barsClosed(ts(last.bar.ts + intervalMs), mode, rows)])
      for (const row of rows) this.gate.skipTo(row.instrument, ts(row.bar.ts + intervalMs))
    }
    this.isFresh = false
    void this.ports.after(until)
  }

  private warmupBars(): number {
    const { strategies, intervalMs } = this.ports.kernel.config
    return strategies.reduce((most, strategy) => Math.max(most, barsBefore(strategy, intervalMs)), WARMUP_BARS_MIN)
  }

  private async fetchBars(at: Ts, missing: readonly InstrumentIndex[]): Promise<void> {
    const { venue, intervalMs, wallClock } = this.ports
    for (const i of missing) {
      const fetched = await venue.candles(i, ts(at - intervalMs), at, 1)
      if (fetched.ok) for (const bar of fetched.value) this.gate.receiveBar(i, bar, wallClock.steadyMs())
    }
  }

  private closeBars(at: Ts, mode: BarsMode, bars: readonly GatedBar[]): void {
    const { driver, before, after, clock } = this.ports
    const rows = bars.map(({ instrument, bar }) => {
      const row = this.rowOf(instrument, bar)
      this.board.marks[instrument] = bar.close
      return row
    })
    this.lastStrideTs = at
    const decide = async (): Promise<void> => {
      await driver.submit(() => [...before(), this.barsClosed(at, mode, rows)])
      const following = after(at)
      if (clock.isLockstep) await following
      await this.noteClosed(at)
    }
    if (clock.isLockstep)
      void this.untilAnswered()
        .then(() => this.fundings.read(at))
        .then(decide)
    else void decide()
  }

  private rowOf(i: InstrumentIndex, bar: Bar): ClosedBar {
    const { board } = this
    return { instrument: i, bar, spreadTicks: board.spreadTicks(i), ...board.atClose(i, bar.ts) }
  }

  /** Made when its turn comes: what was heard of settlements goes with the first input that follows. */
  private barsClosed(at: Ts, mode: BarsMode, bars: readonly ClosedBar[]): BarsClosed {
    const fundings = this.fundings.takeSettlements()
    return { type: 'bars-closed', ts: at, mode, bars, ...(fundings.length === 0 ? undefined : { fundings }) }
  }

  /** In lockstep market time stands still: what the fills of these bars have led to is answered before they are decided, as in a backtest. */
  private async untilAnswered(): Promise<void> {
    const { driver, sender, wallClock, kernel } = this.ports
    const isWaiting = (): boolean =>
      kernel.config.instruments.some(({ index }) =>
        kernel.orders.open(index).some((order) => order.status === 'submitted' || order.cancelRequested),
      )
    const untilMs = wallClock.steadyMs() + ANSWER_WAIT_MS
    do {
      await driver.submit(() => [])
      await sender.whenIdle()
      if (!isWaiting()) return
      await wallClock.sleep(1)
    } while (wallClock.steadyMs() < untilMs)
  }

  /** The instant counts as done when all that it led to is sent and answered, and the answers are in the journal. */
  private async noteClosed(at: Ts): Promise<void> {
    const { driver, sender, health } = this.ports
    await sender.whenIdle()
    await driver.submit(() => [])
    if (this.closedAt !== undefined && at <= this.closedAt) return
    this.closedAt = at
    health.report(PARTS.bars, 'ok', String(at))
  }
}
