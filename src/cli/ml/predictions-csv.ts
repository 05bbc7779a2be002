/**
 * Predictions as CSV: the row of the file from 0, its time where it has one, what came and what was predicted.
 */
import type { TableText } from '../ui/table-text.ts'
import { placeOf } from './sample-times.ts'
import type { UsedRows } from './split-column.ts'

/** @param part places within the used rows, in the order of `predictions` */
export function predictionsCsv(
  text: TableText,
  used: UsedRows,
  part: Int32Array,
  split: 'train' | 'test',
  predictions: Float64Array,
  target: Float64Array,
): string {
  const time = placeOf(text, 't0') >= 0 ? placeOf(text, 't0') : text.timeColumn
  const timeName = time === undefined ? '' : `,${text.names[time]}`
  const lines = [`row${timeName},split,target,prediction`]
  for (let k = 0; k < part.length; k += 1) {
    const at = part[k] as number
    const row = used.rows[at] as number
    const instant = time === undefined ? '' : `,${text.cell(row, time)}`
    lines.push(`${row}${instant},${split},${target[at]},${predictions[k]}`)
  }
  return `${lines.join('\n')}\n`
}
