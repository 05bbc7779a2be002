/**
 * Which of many runs to take, by rows that are marked as seen: the one with the best mean for its deviation, or for its worst fall.
 */
import type { RunRecord } from './run-record.ts'

export const CHOICES = ['sharpe', 'return', 'calmar'] as const
export type Choice = (typeof CHOICES)[number]

/** Whether a row may be looked at; by run, since what one run must not see another may. */
export type Seen = (row: number, run: RunRecord) => boolean

/** Index of the best; undefined where nothing moves in the rows that are seen. Of equal ones the first. */
export function chooseRun(
  runs: readonly (RunRecord | undefined)[],
  from: number,
  to: number,
  choice: Choice,
  seen?: Seen,
): number | undefined {
  let best: number | undefined
  let most = Number.NEGATIVE_INFINITY
  runs.forEach((run, at) => {
    const score = run === undefined ? undefined : scoreOf(run, from, to, choice, seen)
    if (score === undefined || score <= most) return
    most = score
    best = at
  })
  return best
}

function scoreOf(run: RunRecord, from: number, to: number, choice: Choice, seen: Seen | undefined): number | undefined {
  let rows = 0
  let sum = 0
  let squares = 0
  let growth = 1
  let peak = 1
  let fall = 0
  for (let row = from; row < to; row += 1) {
    if (seen !== undefined && !seen(row, run)) continue
    const value = run.returns[row] as number
    rows += 1
    sum += value
    squares += value * value
    growth *= 1 + value
    peak = Math.max(peak, growth)
    fall = Math.max(fall, 1 - growth / peak)
  }
  if (rows < 2 || squares === 0) return undefined
  if (choice === 'return') return growth ** (1 / rows) - 1
  if (choice === 'calmar') return (growth ** (1 / rows) - 1) / Math.max(fall, 1e-9)
  const mean = sum / rows
  const variance = Math.max(0, squares - mean * sum) / (rows - 1)
  return variance > 0 ? mean / Math.sqrt(variance) : undefined
}
