/**
 * Gathers the closed bars of one instant until all symbols are there, or until the wait is over.
 * Never lets a bar through twice. In lockstep there is no such limit: it waits for all of them.
 */
import { grownColumn } from '../../core/column.ts'
import { type InstrumentIndex, type Ts, ts } from '../../core/units.ts'
import type { Bar } from '../../market/bars.ts'
import type { BarsMode } from '../../kernel/input.ts'

export interface GatedBar {
  readonly instrument: InstrumentIndex
  readonly bar: Bar
}

/** Wall-clock time that an instant waits for its missing symbols: fetched by REST after the first, let go after the second. */
const FETCH_AFTER_MS = 1_000
const RELEASE_AFTER_MS = 2_000

interface Waiting {
  readonly bars: Map<InstrumentIndex, Bar>
  readonly sinceMs: number
  wasFetched: boolean
}

export class BarGate {
  private readonly intervalMs: number
  private readonly waiting = new Map<number, Waiting>()
  /** Last instant let through, by instrument. */
  private passed: Float64Array
  private lastInstant = 0
  private readonly release: (at: Ts, mode: BarsMode, bars: readonly GatedBar[]) => void
  private readonly fetchMissing: (at: Ts, instruments: readonly InstrumentIndex[]) => void
  /** Those that an instant waits for. */
  private readonly expected: InstrumentIndex[]
  isPaused = true

  constructor(
    instruments: readonly InstrumentIndex[],
    intervalMs: number,
    release: (at: Ts, mode: BarsMode, bars: readonly GatedBar[]) => void,
    fetchMissing: (at: Ts, instruments: readonly InstrumentIndex[]) => void,
  ) {
    this.expected = [...instruments]
    this.intervalMs = intervalMs
    this.passed = new Float64Array(Math.max(0, ...instruments) + 1)
    this.release = release
    this.fetchMissing = fetchMissing
  }

  /** Instruments have joined. An instant waits for one of them once a first bar of it has come: nobody knows yet when that will be. */
  grow(instrumentCount: number): void {
    if (instrumentCount > this.passed.length) this.passed = grownColumn(this.passed, instrumentCount)
  }

  /** Close of the oldest instant that waits for its other symbols, or for the end of a reading. */
  get oldestWaiting(): number | undefined {
    return this.waiting.size === 0 ? undefined : Math.min(...this.waiting.keys())
  }

  /** Bars up to this instant were read otherwise. */
  skipTo(instrument: InstrumentIndex, closeTs: Ts): void {
    if (closeTs > (this.passed[instrument] as number)) this.passed[instrument] = closeTs
    if (closeTs > this.lastInstant) this.lastInstant = closeTs
    for (const waiting of this.waiting.entries()) if (waiting[0] <= closeTs) waiting[1].bars.delete(instrument)
  }

  receiveBar(instrument: InstrumentIndex, bar: Bar, steadyMs: number): void {
    const close = bar.ts + this.intervalMs
    if (close <= (this.passed[instrument] as number)) return
    // Late or not: it comes from here on.
    if (!this.expected.includes(instrument)) this.expected.push(instrument)
    if (close <= this.lastInstant && !this.isPaused) {
      // Its instant has been decided without it: exits only.
      this.passed[instrument] = close
      this.release(ts(close), 'late', [{ instrument, bar }])
      return
    }
    let waiting = this.waiting.get(close)
    if (waiting === undefined) {
      waiting = { bars: new Map(), sinceMs: steadyMs, wasFetched: false }
      this.waiting.set(close, waiting)
    }
    waiting.bars.set(instrument, bar)
    this.flush(steadyMs, false)
  }

  resume(steadyMs: number): void {
    this.isPaused = false
    this.flush(steadyMs, false)
  }

  /** Called by a timer: instants that have waited long enough go without the missing. Never in lockstep. */
  tick(steadyMs: number): void {
    this.flush(steadyMs, true)
  }

  private flush(steadyMs: number, isTimed: boolean): void {
    if (this.isPaused) return
    const instants = [...this.waiting.keys()].sort((a, b) => a - b)
    for (const close of instants) {
      const waiting = this.waiting.get(close) as Waiting
      if (waiting.bars.size === 0) {
        this.waiting.delete(close)
        continue
      }
      const isWhole = waiting.bars.size >= this.expected.length
      const waited = steadyMs - waiting.sinceMs
      if (!isWhole) {
        if (!isTimed) return
        if (waited >= FETCH_AFTER_MS && !waiting.wasFetched) {
          waiting.wasFetched = true
          this.fetchMissing(
            ts(close),
            this.expected.filter((i) => !waiting.bars.has(i)),
          )
        }
        if (waited < RELEASE_AFTER_MS) return
      }
      this.waiting.delete(close)
      this.lastInstant = close
      const bars = [...waiting.bars].sort(([a], [b]) => a - b).map(([instrument, bar]) => ({ instrument, bar }))
      for (const { instrument } of bars) this.passed[instrument] = close
      this.release(ts(close), 'live', bars)
    }
  }
}
