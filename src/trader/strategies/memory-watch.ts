/**
 * How much memory each strategy keeps, and which keeps more than it may (S18): all of them live in the trader's memory, and one that never
 * gives any back would end it for all.
 *
 * What a strategy takes is measured around each of its decisions; what it keeps, of that, shows only when everything unused is given back.
 * So each time strategies have taken a quarter of the limit, that is done, and what the process has kept since the last time is theirs, each
 * as much of it as it took. One that takes much and keeps nothing is never stopped.
 */
import type { Heap } from '../../system/heap.ts'

export interface OverMemory {
  readonly strategy: string
  /** Bytes. */
  readonly kept: number
}

export class MemoryWatch {
  private readonly limit: number
  private readonly heap: Heap
  private readonly taken = new Map<string, number>()
  private readonly kept = new Map<string, number>()
  private readonly over: OverMemory[] = []
  private deciding: string | undefined
  private before = 0
  /** What the process kept when everything unused was given back last; undefined before the first time. */
  private settled: number | undefined

  /** @param limit bytes that one strategy may keep */
  constructor(limit: number, heap: Heap) {
    this.limit = limit
    this.heap = heap
  }

  /** A strategy begins to decide, or with undefined has decided. */
  note(strategy: string | undefined): void {
    if (this.deciding !== undefined) this.add(this.deciding)
    this.deciding = strategy
    if (strategy === undefined) return
    this.settled ??= this.heap.keptBytes()
    this.before = this.heap.bytes()
  }

  /** Bytes that it keeps, as they were found last; undefined until then. */
  keptBy(strategy: string): number | undefined {
    return this.kept.get(strategy)
  }

  /** Those that keep too much, each once. */
  takeOverLimit(): readonly OverMemory[] {
    return this.over.splice(0)
  }

  private add(strategy: string): void {
    const grown = this.heap.bytes() - this.before
    // What was given back meanwhile hides what was taken: the next decision shows it.
    if (grown > 0) this.taken.set(strategy, (this.taken.get(strategy) ?? 0) + grown)
    const sum = [...this.taken.values()].reduce((all, one) => all + one, 0)
    if (sum * 4 < this.limit) return
    this.settle(sum)
  }

  private settle(sum: number): void {
    const now = this.heap.keptBytes()
    const grown = now - (this.settled ?? now)
    this.settled = now
    for (const [strategy, taken] of this.taken) {
      const kept = Math.max(0, (this.kept.get(strategy) ?? 0) + (grown * taken) / sum)
      this.kept.set(strategy, kept)
      if (kept < this.limit) continue
      this.over.push({ strategy, kept })
      // Started again, it has the whole limit again: what it kept before is part of what was there.
      this.kept.delete(strategy)
    }
    this.taken.clear()
  }
}
