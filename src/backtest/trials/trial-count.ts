/**
 * What the trial ledger says of a strategy on the same candles: runs, different trials among them, and what the gate said last.
 */
import type { TrialEntry } from './trial-ledger.ts'

export interface TrialCount {
  readonly strategy: string
  readonly data: string
  readonly series: string
  readonly runs: number
  /** Different trials: the same parameters twice are one. */
  readonly trials: number
  /** ms UTC. */
  readonly first: number
  readonly last: number
  readonly gate: 'pass' | 'refuse' | null
}

/** One a strategy and candles, the latest first. */
export function countTrials(entries: readonly TrialEntry[]): TrialCount[] {
  const groups = new Map<string, TrialEntry[]>()
  for (const entry of entries) {
    const key = `${entry.strategy}\n${entry.data}`
    groups.set(key, [...(groups.get(key) ?? []), entry])
  }
  return [...groups.values()]
    .map((group) => {
      const { strategy, data, series } = group[0] as TrialEntry
      return {
        strategy,
        data,
        series,
        runs: group.reduce((sum, { trials }) => sum + trials.length, 0),
        trials: new Set(group.flatMap(({ trials }) => trials)).size,
        first: Math.min(...group.map(({ at }) => at)),
        last: Math.max(...group.map(({ at }) => at)),
        gate: group.findLast(({ verdict }) => verdict !== undefined)?.verdict ?? null,
      }
    })
    .sort((a, b) => b.last - a.last)
}

/** Different trials of a strategy on these candles, those of `now` among them. */
export function triedWith(entries: readonly TrialEntry[], strategy: string, data: string, now: readonly string[]): number {
  const before = entries.filter((entry) => entry.strategy === strategy && entry.data === data)
  return new Set([...before.flatMap(({ trials }) => trials), ...now]).size
}

/** Whether the last gate over a strategy, on any candles, let it pass; undefined where there was none. */
export const lastGate = (entries: readonly TrialEntry[], strategy: string): 'pass' | 'refuse' | undefined =>
  entries.findLast((entry) => entry.strategy === strategy && entry.verdict !== undefined)?.verdict
