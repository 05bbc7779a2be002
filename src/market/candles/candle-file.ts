/**
 * Files of candles and of funding rates as columns in memory, without storing them.
 */
import { basename } from 'node:path'
import { filesOf, withTables } from '../../files/open-table.ts'
import { type Result, err, ok } from '../../core/result.ts'
import type { BarColumns } from '../bars.ts'
import { type DataError, dataError } from '../data-error.ts'
import { UNIT_NAMES } from '../files/instant.ts'
import { countGaps } from './gaps.ts'
import type { FileWishes } from './file-wishes.ts'
import { settleInterval } from './file-interval.ts'
import { hashOfColumns } from './manifest.ts'
import { joinCandles, joinFunding } from './part-join.ts'
import { type CandlePart, type FundingPart, lineError, readPart } from './table-part.ts'
import { type Priced, defaultLot, priceRows, stepProblem } from './tick-rule.ts'
import { readStep } from '../../core/decimal.ts'

export interface CandleFile {
  readonly type: 'candles'
  readonly columns: BarColumns
  readonly interval: string
  readonly intervalMs: number
  readonly tickSize: string
  readonly lotSize: string
  /** Where the tick comes from. */
  readonly tickOrigin: Priced['tickOrigin']
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
  /** What was chosen, turned or left out while reading. */
  readonly notes: readonly string[]
}

export interface FundingFile {
  readonly type: 'funding'
  readonly ts: Float64Array
  /** Rates in 1e-10. */
  readonly rate: Float64Array
  readonly source: string
  readonly notes: readonly string[]
}

/** Reads files of one series, or a folder of them; what is in them shows whether they are candles or funding rates. */
export async function readDataFiles(
  paths: readonly string[],
  wishes: FileWishes = {},
): Promise<Result<CandleFile | FundingFile, DataError>> {
  const files = await filesOf(paths)
  if (!files.ok) return files
  const parts: (CandlePart | FundingPart)[] = []
  for (const [at, file] of files.value.entries()) {
    const read = await withTables(
      file,
      async (table) => {
        const part = await readPart(table, wishes)
        if (part.ok) parts.push(part.value)
        return part.ok ? ok(undefined) : part
      },
      (share) => wishes.onProgress?.((at + share) / files.value.length),
    )
    if (!read.ok) return read
  }
  const candles = parts.filter((part) => part.type === 'candles')
  const funding = parts.filter((part) => part.type === 'funding')
  if (candles.length > 0 && funding.length > 0)
    return err(
      dataError(
        'bad-input',
        `${candles[0]?.name} holds candles and ${funding[0]?.name} funding rates.`,
        'Import them apart: one folder for each.',
      ),
    )
  return funding.length > 0 ? finishFunding(funding) : finishCandles(candles, wishes)
}

/** Reads files of candles, for a backtest without an import. */
export async function readCandles(paths: readonly string[], wishes: FileWishes = {}): Promise<Result<CandleFile, DataError>> {
  const read = await readDataFiles(paths, wishes)
  if (!read.ok) return read
  return read.value.type === 'candles'
    ? ok(read.value)
    : err(dataError('bad-input', `${paths[0]} holds funding rates, not candles.`, 'Pass a file with open, high, low and close.'))
}

/** Names that a source keeps; of more files the first and their number. */
const NAMES_MAX = 3

function sourceOf(parts: readonly { readonly name: string }[]): string {
  const names = parts.map(({ name }) => basename(name))
  return names.length > NAMES_MAX ? `file ${names[0]} and ${names.length - 1} more` : `file ${names.join(', ')}`
}

function finishFunding(parts: readonly FundingPart[]): Result<FundingFile, DataError> {
  const joined = joinFunding(parts)
  return joined.ok
    ? ok({ type: 'funding', ...joined.value, source: sourceOf(parts), notes: parts.flatMap(({ layout }) => layout.notes) })
    : joined
}

function finishCandles(parts: readonly CandlePart[], wishes: FileWishes): Result<CandleFile, DataError> {
  const joined = joinCandles(parts)
  if (!joined.ok) return joined
  const settled = settleInterval(joined.value, parts, wishes)
  if (!settled.ok) return settled
  const { rows, interval, intervalMs } = settled.value
  for (const [flag, value] of [
    ['tick', wishes.tick],
    ['lot', wishes.lot],
  ] as const) {
    const bad = value === undefined ? undefined : stepProblem(flag, value)
    if (bad !== undefined) return err(bad)
  }
  const stored = wishes.stored?.(interval)
  const priced = priceRows(rows, wishes.tick === undefined ? undefined : readStep(wishes.tick), stored?.tickSize)
  if (!priced.ok) {
    const { row, price, tickSize } = priced.error
    return err(
      lineError(settled.value.nameOf(row), {
        line: rows.line[row] as number,
        what: `the price ${price} is not a multiple of the tick ${tickSize}`,
      }),
    )
  }
  const { prices, rounded, tickSize, tickOrigin } = priced.value
  const [open, high, low, close] = prices as [Float64Array, Float64Array, Float64Array, Float64Array]
  let lowestTicks = Number.POSITIVE_INFINITY
  for (let row = 0; row < low.length; row += 1) lowestTicks = Math.min(lowestTicks, low[row] as number)
  const lowest = lowestTicks * Number(tickSize)
  const lotSize = (wishes.lot === undefined ? undefined : readStep(wishes.lot)) ?? stored?.lotSize ?? defaultLot(lowest)
  const columns: BarColumns = { ts: rows.ts.slice(), open, high, low, close, volume: rows.volume.slice() }
  const identity = { intervalMs, tickSize, lotSize }
  return ok({
    type: 'candles',
    columns,
    interval,
    ...identity,
    tickOrigin,
    rounded,
    hasVolume: parts.every(({ layout }) => layout.hasVolume),
    from: rows.ts[0] as number,
    to: rows.ts[rows.count - 1] as number,
    bars: rows.count,
    ...countGaps(rows.ts, intervalMs),
    hash: hashOfColumns(identity, [columns.ts, open, high, low, close, columns.volume]),
    source: sourceOf(parts),
    notes: [...notesOf(parts), ...settled.value.notes],
  })
}

function notesOf(parts: readonly CandlePart[]): string[] {
  const notes = new Set<string>()
  for (const { name, layout, counts } of parts) {
    const of = parts.length > 1 ? `${basename(name)}: ` : ''
    for (const note of layout.notes) notes.add(note)
    if (counts.isNewestFirst) notes.add('the rows run from newest to oldest and are read backwards')
    if (counts.unitChange !== undefined)
      notes.add(`${of}from line ${counts.unitChange.line} on the times are in ${UNIT_NAMES[counts.unitChange.unit]}`)
    if (counts.unconfirmed > 0) notes.add(`${of}${countOf(counts.unconfirmed, 'row')} that the file calls unfinished left out`)
    if (counts.blank > 0) notes.add(`${of}${countOf(counts.blank, 'row')} without prices left out: a gap each`)
  }
  return [...notes]
}

const countOf = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
