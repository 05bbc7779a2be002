/**
 * The column that says which rows train and which are tested.
 */
import { readSpans, placeOf } from './sample-times.ts'
import { CliError, EXIT } from '../exit.ts'
import type { TableText } from '../ui/table-text.ts'
import { columnOf } from './sample-table.ts'

export interface UsedRows {
  readonly hasSplit: boolean
  /** Rows of the file that train or are tested, in its order. */
  readonly rows: Int32Array
  /** Places within `rows`. */
  readonly train: Int32Array
  readonly test: Int32Array
}

/** @throws CliError where nothing trains. */
export function usedRows(text: TableText, file: string, split: string | undefined): UsedRows {
  if (text.rows === 0) throw new CliError(EXIT.error, `${file} has no rows below its header.`, 'Pass a file with samples.')
  const rows: number[] = []
  const train: number[] = []
  const test: number[] = []
  const column = split === undefined ? -1 : columnOf(text, 'split', split)
  for (let row = 0; row < text.rows; row += 1) {
    const part = column < 0 ? 'train' : text.cell(row, column).trim().toLowerCase()
    if (part !== 'train' && part !== 'test') continue
    ;(part === 'train' ? train : test).push(rows.length)
    rows.push(row)
  }
  if (train.length === 0)
    throw text.bad(
      -1,
      `the column ${split} says train in no row`,
      "Rows whose cell is 'train' train, rows whose cell is 'test' are tested.",
    )
  return { hasSplit: column >= 0, rows: Int32Array.from(rows), train: Int32Array.from(train), test: Int32Array.from(test) }
}

/** How many train rows have a label that overlaps the label of a test row; only where the file has t0 and t1. */
export function overlapWarning(text: TableText, { rows, train, test }: UsedRows): string[] {
  if (test.length === 0 || placeOf(text, 't0') < 0 || placeOf(text, 't1') < 0) return []
  const { t0, t1 } = readSpans(text)
  // Latest end of a test label among those decided so far, by the order of t0, which is that of the rows.
  let overlapping = 0
  const isTest = new Uint8Array(rows.length)
  for (const at of test) isTest[at] = 1
  let latestEnd = Number.NEGATIVE_INFINITY
  let next = Number.POSITIVE_INFINITY
  const nextTest = new Float64Array(rows.length)
  for (let at = rows.length - 1; at >= 0; at -= 1) {
    if (isTest[at] === 1) next = t0[rows[at] as number] as number
    nextTest[at] = next
  }
  let following = 0
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at] as number
    // Test rows that are decided at the very same instant may follow.
    while (following < rows.length && (t0[rows[following] as number] as number) <= (t0[row] as number)) {
      if (isTest[following] === 1) latestEnd = Math.max(latestEnd, t1[rows[following] as number] as number)
      following += 1
    }
    if (isTest[at] === 1) continue
    if (latestEnd >= (t0[row] as number) || (nextTest[at] as number) <= (t1[row] as number)) overlapping += 1
  }
  if (overlapping === 0) return []
  return [
    `The labels of ${overlapping} of ${train.length} train rows overlap labels of test rows, so that the test scores are too good. Split with: ballast ml folds`,
  ]
}
