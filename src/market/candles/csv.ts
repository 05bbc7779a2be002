/**
 * CSV files of candles and of funding rates as columns in memory, without storing them.
 * Never fills a gap, never drops a row, never rejects a big move: what is malformed names its line, all else is kept.
 */
import { basename } from 'node:path'
import { formatDecimal, parseDecimal, readStep } from '../../core/decimal.ts'
import { type Result, err, ok } from '../../core/result.ts'
import { RATE_SCALE } from '../../core/units.ts'
import type { BarColumns } from '../bars.ts'
import { CandleParser, type CandleRows, type LineProblem } from './csv-candles.ts'
import type { CsvHeader } from './csv-header.ts'
import { readIsoTime, toPlain } from './csv-number.ts'
import { type LineSink, readCsv } from './csv-source.ts'
import { type DataError, dataError } from './data-error.ts'
import { commonDistance, countGaps } from './gaps.ts'
import { formatInterval, isOnGrid, parseInterval } from './interval.ts'
import { hashOfColumns } from './manifest.ts'
import { priceGridOf } from './price-grid.ts'
import { inferTick, toTicks } from './tick-rule.ts'

export interface CsvOptions {
  /** Inferred from the file when absent. */
  readonly interval?: string | undefined
  readonly tick?: string | undefined
  readonly lot?: string | undefined
  /** Grid of a stored series of the file's interval: its tick is kept where the file's prices lie on it, and its lot. */
  readonly stored?: ((interval: string) => { readonly tickSize: string; readonly lotSize: string } | undefined) | undefined
  readonly onProgress?: ((share: number) => void) | undefined
}

export interface CsvCandles {
  readonly type: 'candles'
  readonly columns: BarColumns
  readonly interval: string
  readonly intervalMs: number
  readonly tickSize: string
  readonly lotSize: string
  /** Where the tick comes from. */
  readonly tickOrigin: 'given' | 'stored' | 'decimals' | 'nine-digits'
  /** Prices rounded to the tick. */
  readonly rounded: number
  readonly hasVolume: boolean
  readonly from: number
  readonly to: number
  readonly bars: number
  readonly gaps: number
  readonly missing: number
  readonly hash: string
  readonly source: string
}

export interface CsvFunding {
  readonly type: 'funding'
  readonly ts: Float64Array
  /** Rates in 1e-10. */
  readonly rate: Float64Array
  readonly source: string
}

const problemOf = (path: string, problem: LineProblem): DataError =>
  dataError('bad-input', `${path} line ${problem.line}: ${problem.what}.`, 'Correct this line of the file; nothing was imported.')

/** Reads either kind of file; the header tells which it is. */
export async function readCsvFile(path: string, options: CsvOptions = {}): Promise<Result<CsvCandles | CsvFunding, DataError>> {
  let parser: CandleParser | undefined
  let funding: FundingParser | undefined
  let header: CsvHeader | undefined
  const sinkFor = (found: CsvHeader): Result<LineSink, DataError> => {
    header = found
    if (found.kind === 'funding') {
      funding = new FundingParser(found)
      return ok(funding)
    }
    const candles = new CandleParser(found)
    parser = candles
    return ok({
      readLines: (bytes, start, end) => {
        candles.readLines(bytes, start, end)
        return candles.problem === undefined
      },
    })
  }
  const read = await readCsv(path, sinkFor, options.onProgress)
  if (!read.ok) return read
  const problem = parser?.problem ?? funding?.problem
  if (problem !== undefined) return err(problemOf(path, problem))
  if (funding !== undefined) return funding.finish(path)
  return parser === undefined || header === undefined ? err(emptyFile(path)) : settle(path, parser.rows(), header.hasVolume, options)
}

/** Reads a file of candles, for a backtest without an import. */
export async function readCsvColumns(path: string, options: CsvOptions = {}): Promise<Result<CsvCandles, DataError>> {
  const read = await readCsvFile(path, options)
  if (!read.ok) return read
  return read.value.type === 'candles'
    ? ok(read.value)
    : err(dataError('bad-input', `${path} holds funding rates, not candles.`, 'Pass a file with open, high, low and close.'))
}

/** Reads a file of funding rates. */
export async function readCsvFunding(path: string): Promise<Result<CsvFunding, DataError>> {
  const read = await readCsvFile(path)
  if (!read.ok) return read
  return read.value.type === 'funding'
    ? ok(read.value)
    : err(dataError('bad-input', `${path} holds candles, not funding rates.`, 'Pass a file with the columns timestamp,rate.'))
}

const emptyFile = (path: string): DataError =>
  dataError('bad-input', `${path} has no rows below its header.`, 'Pass a file with at least one row.')

function settle(path: string, rows: CandleRows, hasVolume: boolean, options: CsvOptions): Result<CsvCandles, DataError> {
  if (rows.count === 0) return err(emptyFile(path))
  const interval = intervalOf(path, rows.ts, options.interval)
  if (!interval.ok) return interval
  const { text, ms } = interval.value
  const off = rows.ts.findIndex((instant) => !isOnGrid(instant, ms))
  if (off >= 0)
    return err(
      problemOf(path, {
        line: off + 2,
        what: `the timestamp ${rows.ts[off]} (${new Date(rows.ts[off] as number).toISOString()}) is not on the ${text} grid`,
      }),
    )
  const stored = options.stored?.(text)
  for (const [flag, value] of [
    ['tick', options.tick],
    ['lot', options.lot],
  ] as const)
    if (value !== undefined && readStep(value) === undefined)
      return err(
        dataError('bad-input', `--${flag} '${value}' is not a positive decimal.`, `Pass a plain decimal, as --${flag} 0.01 or 10.`),
      )
  const priced = price(rows, options.tick === undefined ? undefined : readStep(options.tick), stored?.tickSize)
  if (!priced.ok) {
    const { row, price: text, tickSize } = priced.error
    return err(problemOf(path, { line: row + 2, what: `the price ${text} is not a multiple of the tick ${tickSize}` }))
  }
  const { prices, rounded, tickSize, tickOrigin } = priced.value
  const [open, high, low, close] = prices as [Float64Array, Float64Array, Float64Array, Float64Array]
  const lowest = low.reduce((least, each) => Math.min(least, each), Number.POSITIVE_INFINITY) * Number(tickSize)
  const lotSize = (options.lot === undefined ? undefined : readStep(options.lot)) ?? stored?.lotSize ?? defaultLot(lowest)
  const columns: BarColumns = { ts: rows.ts.slice(), open, high, low, close, volume: rows.volume.slice() }
  const identity = { intervalMs: ms, tickSize, lotSize }
  return ok({
    type: 'candles',
    columns,
    interval: text,
    ...identity,
    tickOrigin,
    rounded,
    hasVolume,
    from: rows.ts[0] as number,
    to: rows.ts[rows.count - 1] as number,
    bars: rows.count,
    ...countGaps(rows.ts, ms),
    hash: hashOfColumns(identity, [columns.ts, open, high, low, close, columns.volume]),
    source: `csv ${basename(path)}`,
  })
}

/** The lot of a file that names none: small against any position, and never so small that a position does not fit into an integer. */
export function defaultLot(priceMin: number): string {
  const coarser = priceMin > 0 ? Math.max(0, Math.ceil(-2 - Math.log10(priceMin) - 1e-9)) : 0
  return coarser <= 6 ? formatDecimal(1, 6 - coarser) : `1${'0'.repeat(coarser - 6)}`
}

function intervalOf(path: string, times: Float64Array, given: string | undefined): Result<{ text: string; ms: number }, DataError> {
  if (given !== undefined) {
    const ms = parseInterval(given)
    if (ms === undefined)
      return err(dataError('bad-input', `'${given}' is not an interval.`, 'Use minutes, hours, days or weeks, as 1m, 5m, 4h, 1d.'))
    return ok({ text: given, ms })
  }
  const ms = commonDistance(times)
  const text = ms === undefined ? undefined : formatInterval(ms)
  if (ms === undefined || text === undefined)
    return err(dataError('bad-input', `${path} does not tell the interval of its bars.`, 'Name it, as --interval 1m.'))
  return ok({ text, ms })
}

interface Priced {
  readonly prices: readonly Float64Array[]
  readonly rounded: number
  readonly tickSize: string
  readonly tickOrigin: CsvCandles['tickOrigin']
}

function price(
  rows: CandleRows,
  tickGiven: string | undefined,
  tickStored: string | undefined,
): Result<Priced, { row: number; price: string; tickSize: string }> {
  const onGrid = (tickSize: string, tickOrigin: Priced['tickOrigin'], round: boolean) => {
    const gridded = toTicks(rows, priceGridOf(tickSize), round)
    return gridded.ok ? ok({ ...gridded.value, tickSize, tickOrigin }) : err({ ...gridded.error, tickSize })
  }
  if (tickGiven !== undefined) return onGrid(tickGiven, 'given', false)
  const inferred = inferTick(rows)
  if (tickStored !== undefined) {
    const stored = onGrid(tickStored, 'stored', inferred.capped && isFiner(tickStored, inferred.tickSize))
    if (stored.ok) return stored
  }
  return onGrid(inferred.tickSize, inferred.capped ? 'nine-digits' : 'decimals', inferred.capped)
}

const isFiner = (tick: string, than: string): boolean => Number(tick) <= Number(than)

class FundingParser implements LineSink {
  problem: LineProblem | undefined
  private readonly times: number[] = []
  private readonly rates: number[] = []
  private readonly tsColumn: number
  private readonly rateColumn: number
  private readonly columns: number
  private readonly delimiter: string

  constructor(header: CsvHeader) {
    this.tsColumn = header.roles.indexOf('ts')
    this.rateColumn = header.roles.indexOf('rate')
    this.columns = header.roles.length
    this.delimiter = String.fromCharCode(header.delimiter)
  }

  readLines(bytes: Buffer, start: number, end: number): boolean {
    for (const line of bytes.toString('latin1', start, end - 1).split('\n')) {
      this.problem = this.readLine(line.replace(/\r$/, ''))
      if (this.problem !== undefined) return false
    }
    return true
  }

  private readLine(line: string): LineProblem | undefined {
    const at = this.times.length + 2
    const fields = line.split(this.delimiter)
    if (line === '') return { line: at, what: 'the line is empty' }
    if (fields.length !== this.columns) return { line: at, what: `${fields.length} fields where the header names ${this.columns}` }
    const tsText = fields[this.tsColumn] as string
    const instant = readIsoTime(tsText) ?? readEpoch(tsText)
    if (instant === undefined)
      return { line: at, what: `the timestamp '${tsText.slice(0, 40)}' is neither a number of seconds or milliseconds nor a date` }
    if (instant <= (this.times.at(-1) ?? Number.NEGATIVE_INFINITY))
      return { line: at, what: `the timestamp ${tsText} is not after the one of the line before` }
    const rateText = fields[this.rateColumn] as string
    const rate = parseDecimal(toPlain(rateText) ?? '', RATE_SCALE, 'nearest')
    if (rate === undefined) return { line: at, what: `the rate '${rateText.slice(0, 40)}' is not a number` }
    if (Math.abs(rate) >= 10 ** RATE_SCALE)
      return { line: at, what: `the rate ${rateText} is 100 % or more; rates are fractions, as 0.0001` }
    this.times.push(instant)
    this.rates.push(rate)
    return undefined
  }

  finish(path: string): Result<CsvFunding, DataError> {
    if (this.times.length === 0) return err(emptyFile(path))
    return ok({ type: 'funding', ts: Float64Array.from(this.times), rate: Float64Array.from(this.rates), source: `csv ${basename(path)}` })
  }
}

function readEpoch(text: string): number | undefined {
  const plain = toPlain(text)
  if (plain === undefined) return undefined
  const raw = Number(plain)
  const instant = raw >= 1e14 ? raw / 1000 : raw >= 1e11 ? raw : raw * 1000
  return Number.isInteger(instant) ? instant : undefined
}
