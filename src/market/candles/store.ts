/**
 * The candle store: one directory per venue, symbol and interval, each with a manifest and monthly parts.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { formatDecimal } from '../../core/decimal.ts'
import { type Result, err, ok } from '../../core/result.ts'
import { DAY_MS } from '../../core/units.ts'
import type { BarColumns } from '../bars.ts'
import {
  CANDLE_COLUMNS,
  type Columns,
  FUNDING_COLUMNS,
  allocateColumns,
  lowerBound,
  mergeColumns,
  rowsOf,
  sliceColumns,
  timesOf,
} from './columns.ts'
import type { OrderBounds } from '../instrument-terms.ts'
import { type DataError, dataError, reasonOf } from '../data-error.ts'
import { type DamagedSeries, allSeries } from './all-series.ts'
import { countGaps } from './gaps.ts'
import { withLock } from './lock.ts'
import { type Manifest, type Part, type SeriesKind, hashOfParts, readManifest, splitByMonth, writeManifest } from './manifest.ts'
import { readPart, shaOf, writePart } from './part.ts'
import { priceGridOf } from './price-grid.ts'
import { type VerifiedSeries, verifySeries } from './verify.ts'

export interface SeriesKey {
  readonly venue: string
  readonly symbol: string
  readonly interval: string
  /** `last` unless said. */
  readonly kind?: 'last' | 'mark'
}

/** A manifest without what only the store needs. */
export type SeriesInfo = Omit<Manifest, 'version' | 'columns' | 'parts'>

export interface Range {
  /** First open time that belongs to the range, ms UTC. */
  readonly from?: number | undefined
  /** First open time behind the range, ms UTC. */
  readonly to?: number | undefined
}

export interface LoadRequest extends SeriesKey, Range {
  /** Into shared memory, for worker threads. */
  readonly shared?: boolean
}

export interface LoadedCandles {
  readonly columns: BarColumns
  /** Of what was loaded: `from`, `to`, `bars`, `gaps` and `hash` are those of the range. */
  readonly meta: SeriesInfo
}

export interface LoadedFunding {
  readonly ts: Float64Array
  /** Rates in 1e-10, positive: longs pay shorts. */
  readonly rate: Float64Array
  readonly meta: SeriesInfo
}

export interface Incoming {
  readonly venue: string
  readonly symbol: string
  readonly interval: string
  readonly kind: SeriesKind
  readonly intervalMs: number
  readonly tickSize: string
  readonly lotSize: string
  readonly bounds?: OrderBounds
  readonly source: string
  readonly columns: Columns
}

export interface AppendReport {
  readonly added: number
  readonly same: number
  readonly replaced: number
  readonly info: SeriesInfo
}

export interface CandleStore {
  readonly root: string
  list(): StoredSeries<SeriesInfo>
  /** What is stored under a key; undefined when nothing is. */
  info(key: SeriesKey): Result<SeriesInfo | undefined, DataError>
  load(request: LoadRequest): Result<LoadedCandles, DataError>
  loadFunding(request: { readonly venue: string; readonly symbol: string } & Range): Result<LoadedFunding, DataError>
  /** Merges rows into a series, creating it when absent. Rows that disagree with stored ones are refused unless `replace`. */
  append(incoming: Incoming, options?: { readonly replace?: boolean }): Result<AppendReport, DataError>
  verify(): StoredSeries<VerifiedSeries>
}

export interface StoredSeries<Row> {
  readonly series: readonly Row[]
  readonly damaged: readonly DamagedSeries[]
}

export function openStore(root: string): CandleStore {
  const directoryOf = (key: SeriesKey): string =>
    join(root, key.venue, key.symbol, key.kind === 'mark' ? `${key.interval}-mark` : key.interval)
  return {
    root,
    list: () => {
      const { found, damaged } = allSeries(root)
      return { series: found.map(({ manifest }) => infoOf(manifest)), damaged }
    },
    info: (key) => mapResult(readManifest(directoryOf(key)), (manifest) => (manifest === undefined ? undefined : infoOf(manifest))),
    load: (request) => {
      const loaded = loadSeries(root, directoryOf(request), request)
      if (!loaded.ok) return loaded
      const [ts, open, high, low, close, volume] = loaded.value.columns as [
        Float64Array,
        Float64Array,
        Float64Array,
        Float64Array,
        Float64Array,
        Float64Array,
      ]
      return ok({ columns: { ts, open, high, low, close, volume }, meta: loaded.value.meta })
    },
    loadFunding: (request) => {
      const key = { ...request, interval: 'funding' }
      const loaded = loadSeries(root, directoryOf(key), key)
      if (!loaded.ok) return loaded
      const [ts, rate] = loaded.value.columns as [Float64Array, Float64Array]
      return ok({ ts, rate, meta: loaded.value.meta })
    },
    append: (incoming, options = {}) => {
      const name = checkNames(incoming) ?? checkTimes(incoming)
      if (name !== undefined) return err(name)
      const directory = directoryOf(incoming.kind === 'mark' ? { ...incoming, kind: 'mark' } : { ...incoming, kind: 'last' })
      try {
        mkdirSync(directory, { recursive: true })
        return withLock(join(directory, '.lock'), () => appendLocked(directory, incoming, options.replace === true))
      } catch (cause) {
        return err(
          dataError(
            'damaged',
            `${directory} cannot be written (${reasonOf(cause)}).`,
            'Check space and permissions of the data directory.',
          ),
        )
      }
    },
    verify: () => {
      const { found, damaged } = allSeries(root)
      return { series: found.map(({ directory, manifest }) => verifySeries(directory, manifest)), damaged }
    },
  }
}

export function infoOf(manifest: Manifest): SeriesInfo {
  const { version: _version, columns: _columns, parts: _parts, ...info } = manifest
  return info
}

const mapResult = <A, B>(result: Result<A, DataError>, map: (value: A) => B): Result<B, DataError> =>
  result.ok ? ok(map(result.value)) : result

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/

function checkNames(key: { venue: string; symbol: string; interval: string }): DataError | undefined {
  for (const [what, name] of [
    ['venue', key.venue],
    ['symbol', key.symbol],
    ['interval', key.interval],
  ] as const)
    if (!NAME.test(name))
      return dataError(
        'bad-input',
        `The ${what} '${name}' is not a valid series name.`,
        'Use letters, digits, dot, dash and underscore, as BTCUSDT.',
      )
  return undefined
}

/** All that reads the store finds rows by halves: times that do not ascend would be stored and never found. */
function checkTimes({ columns, kind, symbol, interval, intervalMs }: Incoming): DataError | undefined {
  const times = timesOf(columns)
  for (let row = 0; row < times.length; row += 1) {
    const at = times[row] as number
    const before = times[row - 1]
    if (before !== undefined && !(at > before))
      return dataError(
        'bad-input',
        `The rows of ${symbol} ${interval} are not in ascending order: ${isoOf(before)} is followed by ${isoOf(at)}.`,
        'Nothing was stored. Sort the rows by their open time.',
      )
    // A day and longer may begin where the exchange reports; funding comes when it comes.
    if (kind !== 'funding' && intervalMs < DAY_MS && at % intervalMs !== 0)
      return dataError(
        'bad-input',
        `${isoOf(at)} (${at}) is no open time of ${symbol} ${interval}.`,
        'Nothing was stored. Check the interval and the times of the rows.',
      )
  }
  return undefined
}

interface LoadedSeries {
  readonly columns: Columns
  readonly meta: SeriesInfo
}

function loadSeries(root: string, directory: string, request: LoadRequest): Result<LoadedSeries, DataError> {
  const manifest = readManifest(directory)
  if (!manifest.ok) return manifest
  if (manifest.value === undefined) return err(notFound(root, request))
  const loaded = loadRange(directory, manifest.value, request)
  if (loaded.ok) return loaded
  // A writer may have committed between the two reads: its new manifest names parts that are there.
  const again = readManifest(directory)
  return again.ok && again.value !== undefined && again.value.hash !== manifest.value.hash
    ? loadRange(directory, again.value, request)
    : loaded
}

function notFound(root: string, request: LoadRequest): DataError {
  const names = allSeries(root).found.map(({ manifest }) => `${manifest.venue}/${manifest.symbol}/${manifest.interval}`)
  const have = names.length === 0 ? 'The store is empty' : `Stored: ${names.slice(0, 8).join(', ')}${names.length > 8 ? ', …' : ''}`
  const kind = request.kind === 'mark' ? ' of mark prices' : ''
  return dataError(
    'not-found',
    `There is no series ${request.venue}/${request.symbol}/${request.interval}${kind}. ${have}.`,
    `Import one: ballast data import FILE --symbol ${request.symbol} --interval ${request.interval}.`,
  )
}

function loadRange(directory: string, manifest: Manifest, range: LoadRequest): Result<LoadedSeries, DataError> {
  const from = range.from ?? Number.NEGATIVE_INFINITY
  const to = range.to ?? Number.POSITIVE_INFINITY
  const parts = manifest.parts.filter((part) => part.to >= from && part.from < to)
  const rows = parts.reduce((sum, part) => sum + part.rows, 0)
  const all = allocateColumns(manifest.columns.length, rows, range.shared)
  let at = 0
  for (const part of parts) {
    const read = readPart(join(directory, part.file), sliceColumns(all, at, at + part.rows))
    if (!read.ok) return read
    at += part.rows
  }
  const times = timesOf(all)
  const first = lowerBound(times, from)
  const end = lowerBound(times, to)
  if (end <= first) {
    const span = `${isoOf(manifest.from)} to ${isoOf(manifest.to)}`
    const series = `${manifest.venue}/${manifest.symbol}/${manifest.interval}`
    return err(
      dataError('not-found', `${series} has no bars in the range asked for; it spans ${span}.`, 'Choose --from and --to inside this span.'),
    )
  }
  const columns = first === 0 && end === rows ? all : sliceColumns(all, first, end)
  return ok({ columns, meta: rangeInfo(manifest, parts, columns) })
}

/** Whole parts keep their stored hash, so that only the cut months have to be hashed. */
function rangeInfo(manifest: Manifest, parts: readonly Part[], columns: Columns): SeriesInfo {
  const times = timesOf(columns)
  if (times.length === manifest.bars) return infoOf(manifest)
  const stored = new Map(parts.map((part) => [part.name, part]))
  const split = manifest.kind === 'funding' ? [{ name: 'all', columns }] : splitByMonth(columns)
  const hash = hashOfParts(
    manifest,
    split.map((part) => {
      const rows = rowsOf(part.columns)
      const whole = stored.get(part.name)
      return { name: part.name, rows, sha256: whole?.rows === rows ? whole.sha256 : shaOf(part.columns) }
    }),
  )
  const from = times[0] as number
  const to = times[times.length - 1] as number
  return { ...infoOf(manifest), from, to, bars: times.length, ...countGaps(times, manifest.intervalMs), hash }
}

const isoOf = (instant: number): string =>
  Number.isFinite(instant) ? `${new Date(instant).toISOString().slice(0, 16).replace('T', ' ')} UTC` : String(instant)

function appendLocked(directory: string, incoming: Incoming, replace: boolean): Result<AppendReport, DataError> {
  const read = readManifest(directory)
  if (!read.ok) return read
  const stored = read.value
  const factor = stored === undefined ? 1 : retickFactor(stored, incoming)
  if (factor === undefined) return err(gridConflict(directory, stored as Manifest, incoming))
  const split = incoming.kind === 'funding' ? [{ name: 'all', columns: incoming.columns }] : splitByMonth(incoming.columns)
  const byName = new Map(split.map((part) => [part.name, part.columns]))
  const parts = new Map<string, Part>((stored?.parts ?? []).map((part) => [part.name, part]))
  const changed: { name: string; columns: Columns }[] = []
  let added = 0
  let same = 0
  let replaced = 0
  // Everything is merged in memory before anything is written: a conflict leaves the store as it was.
  for (const name of [...new Set([...byName.keys(), ...(factor === 1 ? [] : parts.keys())])].sort()) {
    const part = parts.get(name)
    const next = byName.get(name)
    const old = part === undefined ? undefined : readScaled(directory, part, incoming.columns.length, factor)
    if (old !== undefined && !old.ok) return old
    if (old === undefined || next === undefined) {
      added += next === undefined ? 0 : rowsOf(next)
      changed.push({ name, columns: next ?? (old?.value as Columns) })
      continue
    }
    const merged = mergeColumns(old.value, next)
    if (merged.firstConflict !== undefined && !replace) return err(rowConflict(old.value, next, merged.firstConflict, incoming))
    added += merged.added
    same += merged.same
    replaced += merged.replaced
    if (merged.added > 0 || merged.replaced > 0 || factor !== 1) changed.push({ name, columns: merged.columns })
  }
  const grid = priceGridOf(incoming.tickSize)
  for (const { name, columns } of changed) parts.set(name, storePart(directory, name, columns, incoming.intervalMs, grid))
  const manifest = manifestOf(
    incoming,
    stored,
    [...parts.values()].sort((a, b) => a.from - b.from),
  )
  writeManifest(directory, manifest)
  removeStrayParts(directory, manifest)
  return ok({ added, same, replaced, info: infoOf(manifest) })
}

/** How many of the incoming ticks one stored tick is; undefined when the stored prices are not on the incoming grid. */
function retickFactor(stored: Manifest, incoming: Incoming): number | undefined {
  if (stored.intervalMs !== incoming.intervalMs && incoming.kind !== 'funding') return undefined
  if (stored.lotSize !== incoming.lotSize) return undefined
  const a = priceGridOf(stored.tickSize)
  const b = priceGridOf(incoming.tickSize)
  const scale = Math.max(a.priceScale, b.priceScale)
  const factor = (a.tick * 10 ** (scale - a.priceScale)) / (b.tick * 10 ** (scale - b.priceScale))
  return Number.isInteger(factor) && factor >= 1 ? factor : undefined
}

function gridConflict(directory: string, stored: Manifest, incoming: Incoming): DataError {
  return dataError(
    'conflict',
    `${incoming.venue}/${incoming.symbol}/${incoming.interval} is stored with tick ${stored.tickSize} and lot ${stored.lotSize}, ` +
      `which cannot be expressed in tick ${incoming.tickSize} and lot ${incoming.lotSize}.`,
    `Pass --tick ${stored.tickSize} --lot ${stored.lotSize}, or remove ${directory} and import again.`,
  )
}

function rowConflict(stored: Columns, incoming: Columns, at: number, key: Incoming): DataError {
  const { tick, priceScale } = priceGridOf(key.tickSize)
  const row = (columns: Columns): string => {
    const index = lowerBound(timesOf(columns), at)
    return columns
      .slice(1)
      .map((column, place) => (place < 4 ? formatDecimal((column[index] as number) * tick, priceScale) : String(column[index])))
      .join(' ')
  }
  const names = (key.kind === 'funding' ? FUNDING_COLUMNS : CANDLE_COLUMNS).slice(1).join(' ')
  return dataError(
    'conflict',
    `The file disagrees with the stored ${key.venue}/${key.symbol}/${key.interval}, first at ${isoOf(at)} (${at}): ` +
      `${names} is ${row(stored)} in the store and ${row(incoming)} in the file.`,
    'Pass --replace to overwrite stored bars with those of the file.',
  )
}

function readScaled(directory: string, part: Part, columnCount: number, factor: number): Result<Columns, DataError> {
  const columns = allocateColumns(columnCount, part.rows)
  const read = readPart(join(directory, part.file), columns)
  if (!read.ok) return read
  if (factor !== 1)
    for (const prices of columns.slice(1, 5)) for (let at = 0; at < prices.length; at += 1) prices[at] = (prices[at] as number) * factor
  return ok(columns)
}

function storePart(
  directory: string,
  name: string,
  columns: Columns,
  intervalMs: number,
  grid: { tick: number; priceScale: number },
): Part {
  const sha256 = shaOf(columns)
  const file = `${name}-${sha256.slice(0, 12)}.f64`
  writePart(join(directory, file), columns, grid)
  const times = timesOf(columns)
  const rows = times.length
  return { name, file, rows, from: times[0] as number, to: times[rows - 1] as number, ...countGaps(times, intervalMs), sha256 }
}

function manifestOf(incoming: Incoming, stored: Manifest | undefined, parts: Part[]): Manifest {
  let gaps = 0
  let missing = 0
  let previous: Part | undefined
  for (const part of parts) {
    const between =
      previous === undefined ? { gaps: 0, missing: 0 } : countGaps(Float64Array.of(previous.to, part.from), incoming.intervalMs)
    gaps += part.gaps + between.gaps
    missing += part.missing + between.missing
    previous = part
  }
  const { venue, symbol, interval, kind, intervalMs, tickSize, lotSize } = incoming
  const bounds = incoming.bounds ?? stored?.bounds
  const sources = stored === undefined ? [] : stored.source.split(' + ')
  return {
    version: 1,
    venue,
    symbol,
    interval,
    kind,
    intervalMs,
    tickSize,
    lotSize,
    ...(bounds === undefined ? undefined : { bounds }),
    from: (parts[0] as Part).from,
    to: (parts[parts.length - 1] as Part).to,
    bars: parts.reduce((sum, part) => sum + part.rows, 0),
    gaps,
    missing,
    hash: hashOfParts(incoming, parts),
    source: [...new Set([...sources, incoming.source])].join(' + '),
    columns: [...(kind === 'funding' ? FUNDING_COLUMNS : CANDLE_COLUMNS)],
    parts,
  }
}

function removeStrayParts(directory: string, manifest: Manifest): void {
  const named = new Set(manifest.parts.map((part) => part.file))
  for (const file of readdirSync(directory))
    if ((file.endsWith('.f64') && !named.has(file)) || file.endsWith('.tmp')) rmSync(join(directory, file), { force: true })
}
