/**
 * Combinatorial purged cross-validation (Lopez de Prado 2018, Advances in Financial Machine Learning, chapter 12): each choice of `testGroups`
 * of the groups is a test once, parameters are chosen on the others, and the tests are put together to C(N, k) k / N whole paths.
 */
import { type Choice, chooseRun } from './choice.ts'
import { type Piece, type PieceMetrics, exitsIn, metricsOfRows, stitch } from './pieces.ts'
import type { RunRecord } from './run-record.ts'

export interface CpcvPlan {
  /** Row instants, ms UTC, of equal distance. */
  readonly instants: Float64Array
  readonly groups: number
  readonly testGroups: number
  /** Rows after each test group that are not trained on. */
  readonly embargoRows: number
  readonly choice: Choice
}

export interface CpcvPath {
  /** By group: index of the run that was chosen without seeing it. */
  readonly chosen: readonly (number | undefined)[]
  readonly metrics: PieceMetrics
}

export interface Cpcv {
  readonly paths: readonly CpcvPath[]
  readonly splits: number
  /** Share of the rows of training that were left out, because of trades that reach into a test and of the embargo; of the chosen runs. */
  readonly purged: number
}

/** Splits grow fast, and each chooses anew: 12 groups with 6 for tests have 924. */
export const SPLITS_MAX = 2_000

export function countSplits(groups: number, testGroups: number): number {
  let count = 1
  for (let k = 1; k <= testGroups; k += 1) count = (count * (groups - testGroups + k)) / k
  return Math.round(count)
}

export function cpcv(runs: readonly (RunRecord | undefined)[], plan: CpcvPlan): Cpcv {
  const { instants, groups, embargoRows } = plan
  const rows = instants.length - 1
  const stepMs = (instants[1] ?? 0) - (instants[0] ?? 0)
  const bounds = Array.from({ length: groups + 1 }, (_, group) => Math.round((group * rows) / groups))
  const splits = combinations(groups, plan.testGroups)
  /** By group: what each split that tests it has chosen, in the order of the splits. */
  const chosenFor = Array.from({ length: groups }, (): (number | undefined)[] => [])
  let trained = 0
  let left = 0
  for (const tests of splits) {
    const ranges = tests.map((group) => [bounds[group] as number, bounds[group + 1] as number] as const)
    const seen = (row: number, run: RunRecord): boolean => ranges.every(([from, to]) => isClear(row, run, from, to, embargoRows))
    const chosen = chooseRun(runs, 0, rows, plan.choice, seen)
    for (const group of tests) chosenFor[group]?.push(chosen)
    const run = chosen === undefined ? undefined : runs[chosen]
    if (run === undefined) continue
    for (let row = 0; row < rows; row += 1) {
      if (ranges.some(([from, to]) => row >= from && row < to)) continue
      trained += 1
      if (!seen(row, run)) left += 1
    }
  }
  const paths = (chosenFor[0] ?? []).map((_, path) => {
    const chosen = chosenFor.map((choices) => choices[path])
    const pieces = chosen.map(
      (at, group): Piece => ({
        run: at === undefined ? undefined : runs[at],
        from: bounds[group] as number,
        to: bounds[group + 1] as number,
      }),
    )
    const trades = pieces.reduce((sum, piece) => sum + exitsIn(piece), 0)
    return { chosen, metrics: metricsOfRows(stitch(pieces), instants[0] as number, stepMs, trades) }
  })
  return { paths, splits: splits.length, purged: trained === 0 ? 0 : left / trained }
}

/** Whether a row is neither in the test, nor under a trade that reaches into it, nor in the embargo behind it. */
function isClear(row: number, run: RunRecord, from: number, to: number, embargoRows: number): boolean {
  if (row < from) return row < from - (run.rowsBefore[from] as number)
  return row >= to + Math.max(embargoRows, run.rowsAfter[to] as number)
}

/** All ways to take `take` of 0 … `of` - 1, in order. */
export function combinations(of: number, take: number, first = 0): number[][] {
  if (take === 0) return [[]]
  const found: number[][] = []
  for (let head = first; head <= of - take; head += 1) for (const tail of combinations(of, take - 1, head + 1)) found.push([head, ...tail])
  return found
}
