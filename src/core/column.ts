/**
 * Columns by instrument that become longer when a symbol joins.
 */

/**
 * The same values in a column of `length`; what is new has the value `rest`.
 *
 * @example grownColumn(Float64Array.of(3, 5), 3, -1) // 3, 5, -1
 */
export function grownColumn<T extends Float64Array | Uint32Array>(column: T, length: number, rest = 0): T {
  const grown = new (column.constructor as new (length: number) => T)(length).fill(rest) as T
  grown.set(column)
  return grown
}

/** Fills a list up to `length` with what `make` gives for each new place. */
export function growList<T>(list: T[], length: number, make: (at: number) => T): void {
  while (list.length < length) list.push(make(list.length))
}
