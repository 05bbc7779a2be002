/**
 * Rows as Float64 columns of one slab of memory, ascending by their first column, the time.
 */
export type Columns = readonly Float64Array[]

export const CANDLE_COLUMNS = ['ts', 'open', 'high', 'low', 'close', 'volume'] as const
export const FUNDING_COLUMNS = ['ts', 'rate'] as const

/** Columns side by side in one buffer; a shared one can be handed to worker threads without a copy. */
export function allocateColumns(count: number, rows: number, shared = false): Float64Array[] {
  const bytes = count * rows * Float64Array.BYTES_PER_ELEMENT
  const buffer = shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes)
  return Array.from({ length: count }, (_, at) => new Float64Array(buffer, at * rows * Float64Array.BYTES_PER_ELEMENT, rows))
}

/** Views of rows [from, to); nothing is copied. */
export const sliceColumns = (columns: Columns, from: number, to: number): Float64Array[] =>
  columns.map((column) => column.subarray(from, to))

export const rowsOf = (columns: Columns): number => columns[0]?.length ?? 0

/** The time column. */
export function timesOf(columns: Columns): Float64Array {
  return columns[0] ?? new Float64Array(0)
}

/** Index of the first row at or after `instant`. */
export function lowerBound(times: Float64Array, instant: number): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((times[middle] as number) < instant) low = middle + 1
    else high = middle
  }
  return low
}

export interface Merge {
  readonly columns: Columns
  readonly added: number
  /** Rows that both sides have, equal in every column. */
  readonly same: number
  /** Rows that both sides have and where the incoming one won. */
  readonly replaced: number
  /** Open time of the first row on which the two sides disagree. */
  readonly firstConflict: number | undefined
}

/** Unites two ascending tables; where both have a row and differ, the incoming one wins and the first such row is named. */
export function mergeColumns(stored: Columns, incoming: Columns): Merge {
  const left = timesOf(stored)
  const right = timesOf(incoming)
  const rows = countUnion(left, right)
  const columns = allocateColumns(incoming.length, rows)
  let i = 0
  let j = 0
  let same = 0
  let replaced = 0
  let firstConflict: number | undefined
  for (let at = 0; at < rows; at += 1) {
    const a = i < left.length ? (left[i] as number) : Number.POSITIVE_INFINITY
    const b = j < right.length ? (right[j] as number) : Number.POSITIVE_INFINITY
    if (a === b) {
      if (rowsEqual(stored, i, incoming, j)) same += 1
      else {
        replaced += 1
        firstConflict ??= a
      }
    }
    const fromIncoming = b <= a
    copyRow(fromIncoming ? incoming : stored, fromIncoming ? j : i, columns, at)
    if (a <= b) i += 1
    if (b <= a) j += 1
  }
  return { columns, added: right.length - same - replaced, same, replaced, firstConflict }
}

function countUnion(left: Float64Array, right: Float64Array): number {
  let i = 0
  let j = 0
  let rows = 0
  while (i < left.length && j < right.length) {
    const a = left[i] as number
    const b = right[j] as number
    if (a <= b) i += 1
    if (b <= a) j += 1
    rows += 1
  }
  return rows + left.length - i + right.length - j
}

function rowsEqual(a: Columns, i: number, b: Columns, j: number): boolean {
  for (let at = 0; at < a.length; at += 1) if ((a[at] as Float64Array)[i] !== (b[at] as Float64Array)[j]) return false
  return true
}

function copyRow(source: Columns, from: number, target: readonly Float64Array[], to: number): void {
  for (let at = 0; at < target.length; at += 1) (target[at] as Float64Array)[to] = (source[at] as Float64Array)[from] as number
}
