/**
 * How long each strategy decides: the last decisions of each, on a clock that never jumps. Noting one costs two readings of the clock.
 */

/** Decisions that are kept of each strategy. */
const KEPT = 512

export interface TimesOfStrategy {
  readonly decisions: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly mostMs: number
}

export class DecisionTimes {
  private readonly steadyMs: () => number
  private readonly rings = new Map<string, { readonly ms: Float64Array; count: number }>()
  private deciding: string | undefined
  private since = 0

  constructor(steadyMs: () => number) {
    this.steadyMs = steadyMs
  }

  /** A strategy begins to decide, or with undefined has decided. */
  note(strategy: string | undefined): void {
    if (this.deciding !== undefined) this.add(this.deciding, this.steadyMs() - this.since)
    this.deciding = strategy
    if (strategy !== undefined) this.since = this.steadyMs()
  }

  /** By nearest rank: each figure is a time that was measured. Undefined for one that has not decided. */
  of(strategy: string): TimesOfStrategy | undefined {
    const ring = this.rings.get(strategy)
    if (ring === undefined) return undefined
    const decisions = Math.min(ring.count, KEPT)
    const sorted = ring.ms.slice(0, decisions).sort()
    const at = (part: number): number => rounded(sorted[Math.ceil(part * decisions) - 1] as number)
    return { decisions, p50Ms: at(0.5), p99Ms: at(0.99), mostMs: at(1) }
  }

  private add(strategy: string, ms: number): void {
    let ring = this.rings.get(strategy)
    if (ring === undefined) {
      ring = { ms: new Float64Array(KEPT), count: 0 }
      this.rings.set(strategy, ring)
    }
    ring.ms[ring.count % KEPT] = ms
    ring.count += 1
  }
}

const rounded = (ms: number): number => Math.round(ms * 1_000) / 1_000
