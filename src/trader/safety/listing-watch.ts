/**
 * How the exchange lists what is traded, each minute: a status, limits, steps or an end that is another one is acted on before it hurts.
 */
import type { Listing } from '../../venue/port/listing.ts'
import { type VenueError, errorWords } from '../../venue/port/error.ts'
import type { Result } from '../../core/result.ts'
import { DAY_MS, HOUR_MS, type InstrumentIndex, type Ts } from '../../core/units.ts'
import type { AlertType } from '../../alerts/catalogue.ts'
import type { AlertSeverity } from '../../kernel/state/alert-severity.ts'
import type { KernelInput } from '../../kernel/input.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Instrument, InstrumentSpec } from '../../market/instrument.ts'
import { termsOf } from '../../market/instrument-terms.ts'

import { newsOf } from '../instrument-changes.ts'
import type { SystemHolds } from './system-holds.ts'
import type { WallClock } from '../../system/wall-clock.ts'

export interface ListingPorts {
  readonly kernel: Kernel
  readonly venue: { listing(): Promise<Result<readonly Listing[], VenueError>> }
  readonly holds: Pick<SystemHolds, 'put' | 'lift'>
  readonly wallClock: WallClock
  readonly now: () => Ts
  readonly post: (input: () => KernelInput) => void
  readonly notice: (alert: AlertType, severity: AlertSeverity, instrument: Instrument | undefined, summary: string) => void
  /** The trader must be started again, in order, to count in other steps. */
  readonly startAgain: (why: string) => void
  readonly log: (level: 'info' | 'warn' | 'error', text: string) => void
}

const SECOND_READ_MS = 5_000
/** From this long before its end a symbol takes no entries. */
const NO_ENTRIES_MS = DAY_MS
/** When an end is reported, the last that is reached: each is reported once. */
const STAGES: readonly { readonly withinMs: number; readonly severity: AlertSeverity }[] = [
  { withinMs: 7 * DAY_MS, severity: 'P3' },
  { withinMs: DAY_MS, severity: 'P2' },
  { withinMs: HOUR_MS, severity: 'P1' },
]

export class ListingWatch {
  private readonly ports: ListingPorts
  private isReading = false
  private isStartingAgain = false
  /** Stages of an end that were reported, by symbol. */
  private readonly reported = new Map<string, number>()

  private readonly withoutTiers = new Set<string>()

  constructor(ports: ListingPorts) {
    this.ports = ports
  }

  async check(): Promise<void> {
    if (this.isReading) return
    this.isReading = true
    try {
      const first = await this.read()
      await this.watchEnds(first)
      const changed = first.filter((each) => this.isNews(each))
      if (changed.length === 0) return
      // One odd reading alone is not acted on (S13).
      await this.ports.wallClock.sleep(SECOND_READ_MS)
      const again = await this.read()
      for (const each of changed) {
        const same = again.find((other) => other.instrument === each.instrument && isSame(other, each))
        if (same !== undefined && this.isNews(same)) this.act(same)
      }
    } finally {
      this.isReading = false
    }
  }

  private async read(): Promise<readonly Listing[]> {
    const listing = await this.ports.venue.listing()
    if (listing.ok) {
      for (const { instrument, spec } of listing.value) this.watchTiers(instrument, spec)
      return listing.value
    }
    this.ports.log('warn', `could not read the instruments: ${errorWords(listing.error)}`)
    return []
  }

  /** Logged once: every minute would fill the log. */
  private watchTiers(instrument: InstrumentIndex, spec: InstrumentSpec | undefined): void {
    const known = this.ports.kernel.config.instruments[instrument]
    if (known === undefined || known.category === 'spot' || spec === undefined) return
    if (spec.tiers !== undefined) this.withoutTiers.delete(known.symbol)
    else if (!this.withoutTiers.has(known.symbol)) {
      this.withoutTiers.add(known.symbol)
      this.ports.log('warn', `could not read the margin tiers of ${known.symbol}: those that were read last count`)
    }
  }

  private isNews({ instrument, status, spec }: Listing): boolean {
    const { kernel } = this.ports
    return (
      status !== kernel.portfolio.instrumentStatus(instrument) ||
      newsOf(kernel.config.instruments[instrument] as Instrument, spec) !== 'none'
    )
  }

  private act({ instrument, status, spec }: Listing): void {
    const { kernel, post, now } = this.ports
    const known = kernel.config.instruments[instrument] as Instrument
    if (status !== kernel.portfolio.instrumentStatus(instrument))
      post(() => ({ type: 'instrument-changed', instrument, status, ts: now() }))
    const news = newsOf(known, spec)
    if (spec === undefined || news === 'none') return
    if (news === 'limits') post(() => ({ type: 'instrument-changed', instrument, status, terms: termsOf(spec), ts: now() }))
    else this.startAgain(known, spec.tickSize, spec.lotSize)
  }

  /** Orders and frames that are under way count in the old steps: a start has none of them. Stops stay at the exchange meanwhile. */
  private startAgain({ symbol }: Instrument, tickSize: string, lotSize: string): void {
    if (this.isStartingAgain) return
    this.isStartingAgain = true
    this.ports.startAgain(
      `Bybit changed the steps of ${symbol} (price ${tickSize}, quantity ${lotSize}): the trader restarts to use them; stops stay at the exchange`,
    )
  }

  private async watchEnds(listings: readonly Listing[]): Promise<void> {
    const { kernel, now, holds } = this.ports
    for (const { instrument, spec } of listings) {
      const known = kernel.config.instruments[instrument] as Instrument
      const id = `ending-${known.symbol}`
      const end = spec?.deliveryTs
      if (end === undefined) {
        // The exchange has taken it back.
        if (spec !== undefined) await holds.lift(id)
        this.reported.delete(known.symbol)
        continue
      }
      const left = end - now()
      const reached = STAGES.filter(({ withinMs }) => left <= withinMs).length
      const stage = STAGES[reached - 1]
      if (stage === undefined) continue
      const at = `${new Date(end).toISOString().slice(0, 16).replace('T', ' ')} UTC`
      if (left <= NO_ENTRIES_MS) await holds.put(id, known, 'error', `Bybit delists ${known.symbol} on ${at}`)
      if (reached <= (this.reported.get(known.symbol) ?? 0)) continue
      this.reported.set(known.symbol, reached)
      this.ports.notice('symbol.ending', stage.severity, known, this.endText(known, at, left))
    }
  }

  private endText({ index, symbol }: Instrument, at: string, left: number): string {
    const isHeld = this.ports.kernel.portfolio.positionLots(index) !== 0
    const entries = left <= NO_ENTRIES_MS ? 'Entries are blocked now.' : 'Entries are blocked from 24 h before.'
    const held = isHeld ? ` A position is open: close it with /close ${symbol}, or Bybit settles it at its own price.` : ''
    return `Bybit delists ${symbol} on ${at}, ${left <= 0 ? 'now' : `in ${spanText(left)}`}. ${entries}${held}`
  }
}

const spanText = (ms: number): string =>
  ms >= 2 * DAY_MS
    ? `${Math.floor(ms / DAY_MS)} days`
    : ms >= 2 * HOUR_MS
      ? `${Math.floor(ms / HOUR_MS)} h`
      : `${Math.ceil(ms / 60_000)} min`

const isSame = (a: Listing, b: Listing): boolean => a.status === b.status && JSON.stringify(a.spec) === JSON.stringify(b.spec)
