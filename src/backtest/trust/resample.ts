/**
 * Rows drawn again, in blocks: the stationary bootstrap (Politis and Romano 1994), which keeps how rows follow each other.
 */
import type { Random } from '../../core/random.ts'

/** Mean length of a block for so many rows. */
export const blockRows = (rows: number): number => Math.ceil(rows ** (1 / 3))

/** Calls `visit` with as many row numbers as there are rows: blocks of random length, `mean` rows on average, that wrap around the end. */
export function drawBlocks(rows: number, mean: number, random: Random, visit: (row: number) => void): void {
  const continues = 1 - 1 / mean
  let row = 0
  for (let k = 0; k < rows; k += 1) {
    row = k > 0 && random.next() < continues ? (row + 1) % rows : random.below(rows)
    visit(row)
  }
}

/** The numbers from 0 to below `count` in a random order (Fisher and Yates). */
export function shuffled(count: number, random: Random): Int32Array {
  const order = Int32Array.from({ length: count }, (_, k) => k)
  for (let k = count - 1; k > 0; k -= 1) {
    const other = random.below(k + 1)
    const kept = order[k] as number
    order[k] = order[other] as number
    order[other] = kept
  }
  return order
}
