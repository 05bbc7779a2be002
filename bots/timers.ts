/**
 * What a bot does later, until it is stopped.
 */
export class Timers {
  private readonly timers = new Set<NodeJS.Timeout>()
  private isStopped = false

  /** Nothing that waits keeps the process alive. @param ms from now */
  later(ms: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer)
      if (!this.isStopped) run()
    }, ms)
    timer.unref()
    this.timers.add(timer)
  }

  /** What waits is dropped, and so is what a running callback would begin. */
  stop(): void {
    this.isStopped = true
    for (const timer of this.timers) clearTimeout(timer)
    this.timers.clear()
  }
}
