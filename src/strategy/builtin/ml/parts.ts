/**
 * The features that moved a prediction most.
 */
import type { LineRun } from '../../../ml/champion/line-run.ts'
import { contributionsOf } from '../../../ml/explanation/contributions.ts'

export interface Part {
  readonly name: string
  readonly value: number
  /** What it adds to the score of the model (explanation/contributions.ts). */
  readonly part: number
}

/** Of the newest prediction for a symbol, the strongest first; none before the first. */
export function strongestParts(run: LineRun, symbol: string, count: number): readonly Part[] {
  const row = run.lastRow(symbol)
  if (row === undefined) return []
  const { model, features } = run.champion.saved
  const { parts } = contributionsOf(model, row)
  return [...parts.keys()]
    .sort((a, b) => Math.abs(parts[b] as number) - Math.abs(parts[a] as number))
    .slice(0, count)
    .map((at) => ({ name: features[at] as string, value: row[at] as number, part: parts[at] as number }))
}
