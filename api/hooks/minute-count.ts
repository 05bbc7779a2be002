/**
 * How many of something came within a minute, by name: a window that slides, and forgets what is over.
 */
const MINUTE_MS = 60_000
const NAMES_MAX = 10_000

export class MinuteCount {
  private readonly most: number
  private readonly times = new Map<string, number[]>()

  constructor(most: number) {
    this.most = most
  }

  isFull(name: string, nowMs: number): boolean {
    return this.recent(name, nowMs).length >= this.most
  }

  note(name: string, nowMs: number): void {
    if (this.times.size >= NAMES_MAX) this.times.clear()
    this.times.set(name, [...this.recent(name, nowMs), nowMs])
  }

  private recent(name: string, nowMs: number): readonly number[] {
    return (this.times.get(name) ?? []).filter((at) => nowMs - at < MINUTE_MS)
  }
}
