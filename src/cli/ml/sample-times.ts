/**
 * The times of samples as a file has them: t0 when a sample is decided, t1 when its label is known.
 */
import type { LabelSpans } from '../../ml/folds/labels.ts'
import { keyOf } from '../../market/files/column-names.ts'
import type { TableText } from '../ui/table-text.ts'

const allRows = (text: TableText): Int32Array => Int32Array.from({ length: text.rows }, (_, row) => row)

/** Place of a column by its name, whatever its case. */
export const placeOf = (text: TableText, name: string): number => text.names.findIndex((each) => keyOf(each) === name)

/** t0 and t1 of every row. @throws CliError where a column is absent, a time is none, or the rows are not in the order of t0. */
export function readSpans(text: TableText): LabelSpans {
  const [start, end] = [placeOf(text, 't0'), placeOf(text, 't1')]
  if (start < 0 || end < 0)
    throw text.bad(
      -1,
      `the header '${text.names.join(',').slice(0, 60)}' has no column ${start < 0 ? 't0' : 't1'}`,
      't0 is the time at which a sample is decided, t1 the time at which its label is known, both in ms.',
    )
  const [t0, t1] = [timesOf(text, start), timesOf(text, end)]
  checkAscending(text, t0)
  for (let row = 0; row < t0.length; row += 1)
    if ((t1[row] as number) < (t0[row] as number))
      throw text.bad(
        row,
        `the label ends at ${t1[row]}, before the sample is decided at ${t0[row]}`,
        'Check that t0 and t1 are not mixed up.',
      )
  return { t0, t1 }
}

/** Milliseconds; a column of dates is read as such. */
export function timesOf(text: TableText, column: number): Float64Array {
  if (text.rows > 0 && !text.isNumber(0, column) && text.isInstant(column))
    return Float64Array.from({ length: text.rows }, (_, row) => text.instant(row, column))
  return text.numbers(column, allRows(text), text.names[column] as string)
}

/** @throws CliError at the first row that is earlier than the one above. */
export function checkAscending(text: TableText, times: Float64Array): void {
  for (let row = 1; row < times.length; row += 1)
    if ((times[row] as number) < (times[row - 1] as number))
      throw text.bad(
        row,
        `the time ${times[row]} is earlier than ${times[row - 1]} in the line above`,
        'Sort the rows by time: what is later must not train what is tested before it.',
      )
}
