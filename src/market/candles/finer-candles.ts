/**
 * Finer candles of a series that a run is over, stored or in a file, on the grid of its prices.
 */
import { parseDecimal } from '../../core/decimal.ts'
import { type Result, err, ok } from '../../core/result.ts'
import type { BarColumns } from '../bars.ts'
import { type DataError, dataError } from '../data-error.ts'
import { type FinerBars, finerBarsOf, rowsPerBar } from '../finer-bars.ts'
import { readCandles } from './candle-file.ts'
import type { FileWishes } from './file-wishes.ts'
import { formatInterval, parseInterval } from './interval.ts'
import type { CandleStore } from './store.ts'

/** The bars that are looked into. */
export interface CoarseSeries {
  readonly venue: string
  readonly symbol: string
  readonly intervalMs: number
  readonly tickSize: string
  readonly columns: BarColumns
}

export interface MarkCandles {
  readonly intervalMs: number
  readonly columns: BarColumns
}

/** Why an interval cannot be finer than that of the bars; undefined where it can. */
function detailProblem(interval: string, ofMs: number): DataError | undefined {
  const finerMs = parseInterval(interval)
  const name = formatInterval(ofMs) ?? `${ofMs} ms`
  if (finerMs === undefined)
    return dataError('bad-input', `Detail '${interval}' is not an interval.`, 'Use minutes or hours, for example 1m.')
  if (finerMs >= ofMs)
    return dataError('bad-input', `Detail of ${interval} is not finer than the bars of ${name}.`, 'Use longer bars, or no detail.')
  if (rowsPerBar(ofMs, finerMs) === undefined)
    return dataError('bad-input', `Bars of ${name} are not made of whole bars of ${interval}.`, 'Use an interval that divides them: 1m.')
  return undefined
}

/** Detail of an interval from the store. */
export function storedDetail(store: CandleStore, of: CoarseSeries, interval: string): Result<FinerBars, DataError> {
  const bad = detailProblem(interval, of.intervalMs)
  if (bad !== undefined) return err(bad)
  const finerMs = parseInterval(interval) as number
  const first = of.columns.ts[0] ?? 0
  const last = of.columns.ts.at(-1) ?? 0
  const loaded = store.load({
    venue: of.venue,
    symbol: of.symbol,
    interval: formatInterval(finerMs) ?? interval,
    from: first,
    to: last + of.intervalMs,
  })
  if (!loaded.ok) return err(withDownload(loaded.error, `--symbol ${of.symbol} --interval ${interval}`))
  const { columns, meta } = loaded.value
  return ok(finerBarsOf(of.columns, of.intervalMs, onGridOf(columns, meta.tickSize, of.tickSize), finerMs))
}

/** Detail from a file or folder. */
export async function detailFromFile(path: string, of: CoarseSeries, wishes: FileWishes): Promise<Result<FinerBars, DataError>> {
  const read = await readCandles([path], { ...wishes, interval: undefined, tick: of.tickSize })
  if (!read.ok) return read
  const { columns, interval, intervalMs } = read.value
  const bad = detailProblem(interval, of.intervalMs)
  return bad === undefined ? ok(finerBarsOf(of.columns, of.intervalMs, columns, intervalMs)) : err(bad)
}

/** What is not there can be downloaded. */
const withDownload = (error: DataError, flags: string): DataError =>
  error.kind === 'not-found'
    ? { ...error, next: `Download it: ballast data download ${flags} --from 2025-01-01, or import a file.` }
    : error

/** Mark prices from the store, of the interval that is played: the detail's where there is one. */
export function storedMarks(store: CandleStore, of: CoarseSeries, intervalMs: number): Result<MarkCandles, DataError> {
  const interval = formatInterval(intervalMs) ?? `${intervalMs} ms`
  const { venue, symbol, columns } = of
  const range = { from: columns.ts[0] ?? 0, to: (columns.ts.at(-1) ?? 0) + of.intervalMs }
  const loaded = store.load({ venue, symbol, interval, kind: 'mark', ...range })
  if (!loaded.ok) return err(withDownload(loaded.error, `--symbol ${symbol} --interval ${interval} --mark`))
  const { meta } = loaded.value
  return ok({ intervalMs, columns: onGridOf(loaded.value.columns, meta.tickSize, of.tickSize) })
}

/** Mark prices from a file or folder, of the interval that is played. */
export async function marksFromFile(
  path: string,
  of: CoarseSeries,
  intervalMs: number,
  wishes: FileWishes,
): Promise<Result<MarkCandles, DataError>> {
  const read = await readCandles([path], { ...wishes, interval: undefined })
  if (!read.ok) return read
  const played = formatInterval(intervalMs) ?? `${intervalMs} ms`
  if (read.value.intervalMs !== intervalMs)
    return err(
      dataError(
        'bad-input',
        `The mark prices are of ${read.value.interval}, and the bars that are played of ${played}.`,
        `Pass mark prices of ${played}.`,
      ),
    )
  return ok({ intervalMs, columns: onGridOf(read.value.columns, read.value.tickSize, of.tickSize) })
}

/** Prices in ticks of another size, rounded to whole ones. */
function onGridOf(columns: BarColumns, from: string, to: string): BarColumns {
  if (from === to) return columns
  const size = (text: string): number => parseDecimal(text, SIZE_SCALE, 'nearest') ?? 1
  const [old, now] = [size(from), size(to)]
  const convert = (column: Float64Array): Float64Array => column.map((price) => Math.round((price * old) / now))
  return {
    ...columns,
    open: convert(columns.open),
    high: convert(columns.high),
    low: convert(columns.low),
    close: convert(columns.close),
  }
}

const SIZE_SCALE = 10
