/**
 * Downloads Bybit's history into the candle store, in pieces that are complete by themselves: an interrupted run resumes there.
 */
import { orderBoundsOf } from '../market/instrument-terms.ts'
import type { VenueError } from '../venue/port/error.ts'
import { type Result, err, ok } from '../core/result.ts'
import { DAY_MS, RATE_SCALE, lots, ticks } from '../core/units.ts'
import { formatDecimal } from '../core/decimal.ts'
import { type Bar, columnsOfBars } from '../market/bars.ts'
import { type Instrument, formatPrice, formatQuantity } from '../market/instrument.ts'
import type { DataError } from '../market/data-error.ts'
import { formatInterval } from '../market/candles/interval.ts'
import type { CandleStore, SeriesInfo } from '../market/candles/store.ts'

import { type HistoryReader, PAGE_BARS, type PriceKind } from '../venue/bybit/read/history.ts'

export interface DownloadPorts {
  readonly store: CandleStore
  /** Name of the venue in the store. */
  readonly venue: string
  readonly instrument: Instrument
  readonly reader: Pick<HistoryReader, 'bars' | 'firstDay' | 'fundings'>
  readonly sleep: (ms: number) => Promise<void>
  /** Share done, 0 to 1, and the open time that is reached. */
  readonly progress: (share: number, at: number) => void
  readonly isStopped: () => boolean
}

export interface DownloadRequest {
  readonly kind: PriceKind | 'funding'
  /** Of the bars; of no matter for funding. */
  readonly intervalMs: number
  /** Open times in [from, until), ms UTC; bars that are closed by `until`. */
  readonly from: number
  readonly until: number
}

export interface DownloadReport {
  /** Undefined where nothing is stored under the key. */
  readonly info: SeriesInfo | undefined
  readonly added: number
  /** Open time that was reached before it was stopped; undefined when all was asked for. */
  readonly stoppedAt: number | undefined
}

export type DownloadFailure =
  | { readonly type: 'venue'; readonly error: VenueError; readonly added: number }
  | { readonly type: 'data'; readonly error: DataError; readonly added: number }

/** Windows at once, well within what reads of data may use of the address's limit. */
const AT_ONCE = 4
/** Bars that are stored in one go: what a cut may cost. */
const PIECE_WINDOWS = 20
const TRIES = 6
/** Longer than this nobody waits at a terminal. */
const WAIT_MAX_MS = 30_000

interface Span {
  readonly from: number
  readonly until: number
}

export async function download(ports: DownloadPorts, request: DownloadRequest): Promise<Result<DownloadReport, DownloadFailure>> {
  return request.kind === 'funding' ? downloadFunding(ports, request) : downloadBars(ports, request, request.kind)
}

async function downloadBars(
  ports: DownloadPorts,
  { intervalMs, from, until }: DownloadRequest,
  kind: PriceKind,
): Promise<Result<DownloadReport, DownloadFailure>> {
  const { store, venue, instrument, reader } = ports
  const interval = formatInterval(intervalMs) as string
  const key = { venue, symbol: instrument.symbol, interval, kind }
  let added = 0
  const report = (stoppedAt: number | undefined): Result<DownloadReport, DownloadFailure> => {
    const info = store.info(key)
    return info.ok ? ok({ info: info.value, added, stoppedAt }) : err({ type: 'data', error: info.error, added })
  }
  const first = await patiently(ports, () => reader.firstDay(kind, from, until))
  if (!first.ok) return err({ type: 'venue', error: first.error, added })
  if (first.value === undefined) return report(undefined)
  // Where a day begins in the middle of the history, its candle may not be listed.
  const missing = missingSpans(store, key, { from: Math.max(from, first.value - DAY_MS), until }, intervalMs)
  if (!missing.ok) return err({ type: 'data', error: missing.error, added })
  const windows = missing.value.flatMap((span) => windowsOf(span, PAGE_BARS * intervalMs))
  for (let at = 0; at < windows.length; at += PIECE_WINDOWS) {
    if (ports.isStopped()) return report((windows[at] as Span).from)
    const piece = windows.slice(at, at + PIECE_WINDOWS)
    const bars: Bar[] = []
    for (let k = 0; k < piece.length; k += AT_ONCE) {
      const read = await Promise.all(
        piece.slice(k, k + AT_ONCE).map((w) => patiently(ports, () => reader.bars(kind, intervalMs, w.from, w.until))),
      )
      for (const page of read) {
        if (!page.ok) return err({ type: 'venue', error: page.error, added })
        bars.push(...page.value.filter((bar) => bar.ts + intervalMs <= until))
      }
      const reached = piece[Math.min(k + AT_ONCE, piece.length) - 1] as Span
      ports.progress(Math.min(1, (at + k + AT_ONCE) / windows.length), reached.until)
    }
    if (bars.length === 0) continue
    const stored = store.append({
      ...key,
      intervalMs,
      tickSize: formatPrice(instrument, ticks(1)),
      lotSize: formatQuantity(instrument, lots(1)),
      bounds: orderBoundsOf(instrument),
      source: `${venue}/klines`,
      columns: columnsOfBars(bars),
    })
    if (!stored.ok) return err({ type: 'data', error: stored.error, added })
    added += stored.value.added
  }
  return report(undefined)
}

async function downloadFunding(ports: DownloadPorts, { from, until }: DownloadRequest): Promise<Result<DownloadReport, DownloadFailure>> {
  const { store, venue, instrument, reader } = ports
  const { symbol } = instrument
  const read = await patiently(ports, () => reader.fundings(from, until))
  if (!read.ok) return err({ type: 'venue', error: read.error, added: 0 })
  ports.progress(1, until)
  const rows = read.value
  if (rows.length === 0) {
    const info = store.info({ venue, symbol, interval: 'funding' })
    return info.ok ? ok({ info: info.value, added: 0, stoppedAt: undefined }) : err({ type: 'data', error: info.error, added: 0 })
  }
  const stored = store.append({
    venue,
    symbol,
    interval: 'funding',
    kind: 'funding',
    intervalMs: instrument.fundingIntervalMs,
    tickSize: formatDecimal(1, RATE_SCALE),
    lotSize: '1',
    source: `${venue}/funding`,
    columns: [Float64Array.from(rows, (row) => row.ts), Float64Array.from(rows, (row) => row.rate)],
  })
  if (!stored.ok) return err({ type: 'data', error: stored.error, added: 0 })
  return ok({ info: stored.value.info, added: stored.value.added, stoppedAt: undefined })
}

/** Tries again what may work a little later. */
async function patiently<T>(ports: DownloadPorts, ask: () => Promise<Result<T, VenueError>>): Promise<Result<T, VenueError>> {
  for (let n = 1; ; n++) {
    const answer = await ask()
    if (answer.ok || n === TRIES) return answer
    const { error } = answer
    const isPassing = error.type === 'venue-down' || error.type === 'retry-after' || error.type === 'unknown-outcome'
    const waitMs = error.type === 'retry-after' ? error.waitMs : 500 * 2 ** (n - 1)
    if (!isPassing || waitMs > WAIT_MAX_MS || ports.isStopped()) return answer
    await ports.sleep(waitMs)
  }
}

/** What of a span is not stored, ascending. */
function missingSpans(
  store: CandleStore,
  key: { readonly venue: string; readonly symbol: string; readonly interval: string; readonly kind: PriceKind },
  span: Span,
  intervalMs: number,
): Result<Span[], DataError> {
  const known = store.info(key)
  if (!known.ok) return known
  if (known.value === undefined || known.value.to < span.from || known.value.from >= span.until) return ok([span])
  const loaded = store.load({ ...key, from: span.from, to: span.until })
  if (!loaded.ok) return loaded.error.kind === 'not-found' ? ok([span]) : loaded
  const spans: Span[] = []
  let next = span.from
  for (const at of loaded.value.columns.ts) {
    if (at > next) spans.push({ from: next, until: at })
    next = at + intervalMs
  }
  if (next < span.until) spans.push({ from: next, until: span.until })
  return ok(spans)
}

function windowsOf({ from, until }: Span, widthMs: number): Span[] {
  const windows: Span[] = []
  for (let at = from; at < until; at += widthMs) windows.push({ from: at, until: Math.min(until, at + widthMs) })
  return windows
}
