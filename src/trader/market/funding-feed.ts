/**
 * Funding settlements of the perpetuals, read from the exchange once each full hour and at the start, on their way to the kernel with the next bars.
 * Never holds a decision up: one that is heard of too late is known at the close after.
 */
import { HOUR_MS, type InstrumentIndex, type Ts, ts } from '../../core/units.ts'
import type { FundingKnown } from '../../kernel/input.ts'
import { FUNDINGS_KEPT, type FundingRates } from '../../market/funding-rates.ts'
import type { Instrument } from '../../market/instrument.ts'
import type { WallClock } from '../../system/wall-clock.ts'
import type { Venue } from '../../venue/port/venue.ts'

/** One that is due and not listed yet, or could not be read, is asked for again after so long, so often. */
const AGAIN_MS = 3_000
const AGAIN_MOST = 20

export interface FundingFeedPorts {
  readonly instruments: readonly Instrument[]
  /** What the kernel knows of each instrument. */
  readonly known: readonly FundingRates[]
  readonly venue: Pick<Venue, 'fundings'>
  readonly wallClock: Pick<WallClock, 'steadyMs'>
  readonly log: (level: 'info' | 'warn' | 'error', text: string) => void
}

interface Reading {
  readonly instrument: InstrumentIndex
  readonly symbol: string
  readonly intervalMs: number
  /** Full hour before the market time at which it was asked for last. */
  hour: number | undefined
  /** Whether that has been answered. */
  wasRead: boolean
  /** Newest settlement that was heard of. */
  newest: number | undefined
  /** How often it was asked for again in this hour, and when it may be the next time. */
  again: number
  notBeforeMs: number
}

export class FundingFeed {
  private readonly ports: FundingFeedPorts
  private readonly readings: Reading[]
  private heard: FundingKnown[] = []
  private reading: Promise<void> | undefined

  constructor(ports: FundingFeedPorts) {
    this.ports = ports
    this.readings = readingsOf(ports.instruments)
  }

  /** These have joined. */
  add(instruments: readonly Instrument[]): void {
    this.readings.push(...readingsOf(instruments))
  }

  /** What was heard since the call before. */
  takeSettlements(): readonly FundingKnown[] {
    const { heard } = this
    this.heard = []
    return heard
  }

  /** Reads what is due before `now`, market time; while it reads, a second call waits for the first. */
  read(now: Ts): Promise<void> {
    if (this.reading !== undefined) return this.reading
    const steadyMs = this.ports.wallClock.steadyMs()
    const due = this.readings.filter((each) => isDue(each, now, steadyMs))
    if (due.length === 0) return Promise.resolve()
    this.reading = this.readAll(due, now).finally(() => {
      this.reading = undefined
    })
    return this.reading
  }

  private async readAll(due: readonly Reading[], now: Ts): Promise<void> {
    const { known, venue, wallClock, log } = this.ports
    for (const each of due) {
      const hour = lastBefore(now, HOUR_MS)
      each.newest ??= known[each.instrument]?.newestAt
      each.again = hour === each.hour ? each.again + 1 : 0
      each.hour = hour
      each.wasRead = false
      each.notBeforeMs = wallClock.steadyMs() + AGAIN_MS
      const from = each.newest === undefined ? Math.max(0, now - FUNDINGS_KEPT * each.intervalMs) : each.newest + 1
      const read = await venue.fundings(each.instrument, ts(from), now)
      if (!read.ok) {
        if (each.again === 0) log('warn', `could not read funding rates of ${each.symbol}, asking again: ${read.error.detail}`)
        continue
      }
      each.wasRead = true
      for (const { ts: at, rate } of read.value) {
        if (each.newest !== undefined && at <= each.newest) continue
        each.newest = at
        this.heard.push({ instrument: each.instrument, ts: at, rate })
      }
    }
  }
}

const readingsOf = (instruments: readonly Instrument[]): Reading[] =>
  instruments
    .filter(({ category, status }) => category === 'linear' && status !== 'closed')
    .map(({ index, symbol, fundingIntervalMs }) => ({
      instrument: index,
      symbol,
      intervalMs: fundingIntervalMs,
      hour: undefined,
      wasRead: false,
      newest: undefined,
      again: 0,
      notBeforeMs: 0,
    }))

/** The last whole multiple that lies before `now`. */
const lastBefore = (now: number, stepMs: number): number => Math.floor((now - 1) / stepMs) * stepMs

function isDue({ hour, wasRead, newest, intervalMs, again, notBeforeMs }: Reading, now: Ts, steadyMs: number): boolean {
  if (hour !== lastBefore(now, HOUR_MS)) return true
  // The exchange lists a settlement some seconds after it.
  const isMissing = newest !== undefined && intervalMs > 0 && newest < lastBefore(now, intervalMs)
  return (isMissing || !wasRead) && again < AGAIN_MOST && steadyMs >= notBeforeMs
}
