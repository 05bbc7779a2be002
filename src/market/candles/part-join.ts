/**
 * Several files of one series as one: by their first row, each after the other.
 * Never lets two files tell the same time: which of them is right, they do not say.
 */
import { utcText } from '../../core/utc.ts'
import { type Result, err, ok } from '../../core/result.ts'
import { ts } from '../../core/units.ts'
import { type DataError, dataError } from '../data-error.ts'
import type { CandleRows } from '../files/candle-rows.ts'
import type { FundingRows } from '../files/funding-rows.ts'
import type { CandlePart, FundingPart } from './table-part.ts'

export interface JoinedRows {
  readonly rows: CandleRows
  /** Name of the file that a row is in. */
  readonly nameOf: (row: number) => string
}

export function joinCandles(parts: readonly CandlePart[]): Result<JoinedRows, DataError> {
  const sorted = [...parts].sort((a, b) => (a.rows.ts[0] as number) - (b.rows.ts[0] as number))
  const [first] = sorted
  if (first === undefined) return err(dataError('bad-input', 'There is no table in the files.', 'Pass files with rows.'))
  if (sorted.length === 1) return ok({ rows: first.rows, nameOf: () => first.name })
  const overlap = overlapOf(sorted)
  if (overlap !== undefined) return err(overlap)
  const all = sorted.map(({ rows }) => rows)
  const floats = (pick: (rows: CandleRows) => Float64Array): Float64Array => joinFloats(all.map(pick))
  const count = all.reduce((sum, rows) => sum + rows.count, 0)
  const line = new Uint32Array(count)
  const decimals = [0, 1, 2, 3].map(() => new Uint8Array(count))
  const starts: number[] = []
  let at = 0
  for (const rows of all) {
    starts.push(at)
    line.set(rows.line, at)
    for (const [price, column] of decimals.entries()) column.set(rows.decimals[price] as Uint8Array, at)
    at += rows.count
  }
  return ok({
    rows: {
      count,
      ts: floats(({ ts }) => ts),
      mantissa: [0, 1, 2, 3].map((price) => floats(({ mantissa }) => mantissa[price] as Float64Array)),
      decimals,
      volume: floats(({ volume }) => volume),
      line,
      decimalsMax: Math.max(...all.map(({ decimalsMax }) => decimalsMax)),
      priceMax: Math.max(...all.map(({ priceMax }) => priceMax)),
    },
    nameOf: (row) => sorted[starts.findLastIndex((start) => start <= row)]?.name ?? first.name,
  })
}

export function joinFunding(parts: readonly FundingPart[]): Result<FundingRows, DataError> {
  const sorted = [...parts].sort((a, b) => (a.rows.ts[0] as number) - (b.rows.ts[0] as number))
  const overlap = overlapOf(sorted)
  if (overlap !== undefined) return err(overlap)
  return ok({ ts: joinFloats(sorted.map(({ rows }) => rows.ts)), rate: joinFloats(sorted.map(({ rows }) => rows.rate)) })
}

function joinFloats(columns: readonly Float64Array[]): Float64Array {
  const joined = new Float64Array(columns.reduce((sum, column) => sum + column.length, 0))
  let at = 0
  for (const column of columns) {
    joined.set(column, at)
    at += column.length
  }
  return joined
}

function overlapOf(sorted: readonly { readonly name: string; readonly rows: { readonly ts: Float64Array } }[]): DataError | undefined {
  for (const [at, part] of sorted.entries()) {
    const before = sorted[at - 1]
    const last = before?.rows.ts.at(-1)
    const first = part.rows.ts[0] as number
    if (before === undefined || last === undefined || last < first) continue
    return dataError(
      'bad-input',
      `${before.name} and ${part.name} both have rows at ${utcText(ts(first))}.`,
      'Pass files that do not overlap, or import them one by one; the store then reports where they differ.',
    )
  }
  return undefined
}
