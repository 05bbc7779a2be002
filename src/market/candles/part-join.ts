/**
 * Several files of one series as one, by the times of their rows. A row that two of them have is taken once where they agree; where they do
 * not, neither says which is right, and both are refused with the time.
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

interface Part {
  readonly name: string
  readonly rows: { readonly ts: Float64Array }
}

/** Row k of what is joined is row `row[k]` of part `part[k]`. */
interface Places {
  readonly part: Uint32Array
  readonly row: Uint32Array
}

export function joinCandles(parts: readonly CandlePart[]): Result<JoinedRows, DataError> {
  const sorted = byFirstRow(parts)
  const [first] = sorted
  if (first === undefined) return err(dataError('bad-input', 'There is no table in the files.', 'Pass files with rows.'))
  if (sorted.length === 1) return ok({ rows: first.rows, nameOf: () => first.name })
  const places = placesOf(sorted, ([a, i], [b, k]) => isSameCandle((sorted[a] as CandlePart).rows, i, (sorted[b] as CandlePart).rows, k))
  if (!places.ok) return places
  const all = sorted.map(({ rows }) => rows)
  const floats = (pick: (rows: CandleRows) => Float64Array): Float64Array =>
    gathered(places.value, all.map(pick), new Float64Array(places.value.row.length))
  const count = places.value.row.length
  return ok({
    rows: {
      count,
      ts: floats((rows) => rows.ts),
      mantissa: [0, 1, 2, 3].map((price) => floats(({ mantissa }) => mantissa[price] as Float64Array)),
      decimals: [0, 1, 2, 3].map((price) =>
        gathered(
          places.value,
          all.map(({ decimals }) => decimals[price] as Uint8Array),
          new Uint8Array(count),
        ),
      ),
      volume: floats(({ volume }) => volume),
      line: gathered(
        places.value,
        all.map(({ line }) => line),
        new Uint32Array(count),
      ),
      decimalsMax: Math.max(...all.map(({ decimalsMax }) => decimalsMax)),
      priceMax: Math.max(...all.map(({ priceMax }) => priceMax)),
    },
    nameOf: (row) => (sorted[places.value.part[row] as number] ?? first).name,
  })
}

export function joinFunding(parts: readonly FundingPart[]): Result<FundingRows, DataError> {
  const sorted = byFirstRow(parts)
  const rates = sorted.map(({ rows }) => rows.rate)
  const places = placesOf(sorted, ([a, i], [b, k]) => rates[a]?.[i] === rates[b]?.[k])
  if (!places.ok) return places
  const floats = (columns: readonly Float64Array[]): Float64Array =>
    gathered(places.value, columns, new Float64Array(places.value.row.length))
  return ok({ ts: floats(sorted.map(({ rows }) => rows.ts)), rate: floats(rates) })
}

const byFirstRow = <T extends Part>(parts: readonly T[]): readonly T[] =>
  [...parts].sort((a, b) => (a.rows.ts[0] as number) - (b.rows.ts[0] as number))

/** Prices by value: 1.50 in one file is 1.5 in another. */
function isSameCandle(a: CandleRows, i: number, b: CandleRows, k: number): boolean {
  if (!Object.is(a.volume[i], b.volume[k])) return false
  for (let price = 0; price < 4; price++) {
    const [m, n] = [a.mantissa[price]?.[i] as number, b.mantissa[price]?.[k] as number]
    const more = (b.decimals[price]?.[k] as number) - (a.decimals[price]?.[i] as number)
    if (more >= 0 ? m * 10 ** more !== n : m !== n * 10 ** -more) return false
  }
  return true
}

type Place = readonly [part: number, row: number]

/** Merges part after part; one that begins after all before it is appended. */
function placesOf(sorted: readonly Part[], isSame: (a: Place, b: Place) => boolean): Result<Places, DataError> {
  let before: Places = { part: new Uint32Array(0), row: new Uint32Array(0) }
  const tsOf = (part: number, row: number): number => sorted[part]?.rows.ts[row] as number
  for (const [number, { rows }] of sorted.entries()) {
    const size = before.row.length + rows.ts.length
    const [part, row] = [new Uint32Array(size), new Uint32Array(size)]
    // What ends before it begins stays as it is.
    let old = before.row.length
    while (old > 0 && tsOf(before.part[old - 1] as number, before.row[old - 1] as number) >= (rows.ts[0] as number)) old--
    part.set(before.part.subarray(0, old))
    row.set(before.row.subarray(0, old))
    let taken = old
    for (let fresh = 0; fresh < rows.ts.length || old < before.row.length; taken++) {
      const [oldPart, oldRow] = [before.part[old] as number, before.row[old] as number]
      const oldTs = old < before.row.length ? tsOf(oldPart, oldRow) : Number.POSITIVE_INFINITY
      const freshTs = fresh < rows.ts.length ? (rows.ts[fresh] as number) : Number.POSITIVE_INFINITY
      if (oldTs === freshTs && !isSame([oldPart, oldRow], [number, fresh]))
        return err(conflict((sorted[oldPart] as Part).name, (sorted[number] as Part).name, oldTs))
      part[taken] = oldTs <= freshTs ? oldPart : number
      row[taken] = oldTs <= freshTs ? oldRow : fresh
      if (oldTs <= freshTs) old++
      if (freshTs <= oldTs) fresh++
    }
    before = { part: part.subarray(0, taken), row: row.subarray(0, taken) }
  }
  return ok(before)
}

function gathered<T extends Float64Array | Uint8Array | Uint32Array>({ part, row }: Places, columns: readonly T[], into: T): T {
  for (let k = 0; k < row.length; k++) into[k] = columns[part[k] as number]?.[row[k] as number] as number
  return into
}

const conflict = (a: string, b: string, at: number): DataError =>
  dataError(
    'bad-input',
    `${a} and ${b} both have a row at ${utcText(ts(at))}, and the rows differ.`,
    'Leave one of the files out, or import them one by one: data import --replace takes the later one.',
  )
