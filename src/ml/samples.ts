/**
 * Rows chosen from columns: what trains, what is tested.
 */

/** Each column at the rows, in their order. */
export const takeRows = (columns: readonly Float64Array[], rows: Int32Array): Float64Array[] =>
  columns.map((column) => takeValues(column, rows))

export function takeValues(column: Float64Array, rows: Int32Array): Float64Array {
  const taken = new Float64Array(rows.length)
  for (let at = 0; at < rows.length; at += 1) taken[at] = column[rows[at] as number] as number
  return taken
}
