/**
 * Could predictions without any skill have scored as well? They are moved along the rows, in a circle, so that they keep their own run
 * and the target keeps its own, and only what joins them is lost (a cyclic shift permutation test). Rows that follow each other are alike,
 * so that dealing them out singly would call luck skill.
 */
import { Random } from '../../core/random.ts'
import { midranks } from '../scores/ranks.ts'

export interface ShiftTest {
  /** Share of shifts, this one counted, whose score is at least as good. */
  readonly pValue: number
  readonly shifts: number
}

const SHIFTS_MIN = 999
const SHIFTS_MAX = 9_999

/**
 * Null where the rows are too few to be moved so far that no label reaches back.
 * The score is the sum of products of ranks, which orders shifts as AUC does for two classes, and as Spearman's correlation for numbers.
 * @param reach rows that a label looks ahead at most
 * @param trials how many models were tried: more shifts are made for more, to tell smaller chances
 */
export function shiftTest(predictions: Float64Array, target: Float64Array, reach: number, trials: number, seed: number): ShiftTest | null {
  const rows = target.length
  const nearest = reach + 1
  const places = rows - 2 * nearest + 1
  if (places < 20) return null
  const ranks = centered(midranks(predictions))
  const truth = centered(midranks(target))
  const scored = (shift: number): number => {
    let sum = 0
    for (let row = 0; row < rows - shift; row += 1) sum += (ranks[row + shift] as number) * (truth[row] as number)
    for (let row = rows - shift; row < rows; row += 1) sum += (ranks[row + shift - rows] as number) * (truth[row] as number)
    return sum
  }
  const own = scored(0)
  const count = Math.min(places, SHIFTS_MAX, Math.max(SHIFTS_MIN, 40 * trials))
  const random = new Random(seed)
  let asGood = 0
  for (let k = 0; k < count; k += 1) {
    const shift = nearest + (count === places ? k : random.below(places))
    if (scored(shift) >= own) asGood += 1
  }
  return { pValue: (asGood + 1) / (count + 1), shifts: count }
}

const centered = (ranks: Float64Array): Float64Array => ranks.map((rank) => rank - (ranks.length + 1) / 2)

/** Chance that at least one of so many independent trials without skill does as well (Šidák 1967). */
export const afterTrials = (pValue: number, trials: number): number => 1 - (1 - pValue) ** trials
