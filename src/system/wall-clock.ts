/**
 * Wall-clock time as a value that is given: the real clock here, a virtual one in simulations.
 */
export interface WallClock {
  /** Milliseconds of wall-clock time, UTC. */
  nowMs(): number
  /** Milliseconds that never jump, for durations. */
  steadyMs(): number
  sleep(ms: number): Promise<void>
  /** Calls back about every `ms` until stopped. */
  every(ms: number, run: () => void): () => void
}

export const machineClock: WallClock = {
  nowMs: () => Date.now(),
  steadyMs: () => performance.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  every: (ms, run) => {
    const timer = setInterval(run, ms)
    return () => clearInterval(timer)
  },
}
