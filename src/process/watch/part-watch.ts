/**
 * Distinguishes a component that hangs from a machine that was suspended.
 */

/** Looks this often; later than `LATE_MS` after its time it was the watch that stood still. */
export const LOOK_EVERY_MS = 500
const LATE_MS = 1_000

/** A trader that does not answer for this long holds a strategy that hangs. */
const HEARTBEAT_LIMIT_MS = 2_000
/** While it starts it reads a journal, and folds it in one go. */
const BOOT_LIMIT_MS = 30_000

interface Watched {
  readonly isReady: boolean
  readonly isRunning: boolean
  heardMs: number
}

export class PartWatch {
  private lookedMs: number

  /** All times are of a clock that never jumps. */
  constructor(nowMs: number) {
    this.lookedMs = nowMs
  }

  /** For how long the part has not answered, where that is too long; undefined: it answers, or this process itself did not run. */
  look(part: Watched, nowMs: number): number | undefined {
    const isLate = nowMs - this.lookedMs > LOOK_EVERY_MS + LATE_MS
    this.lookedMs = nowMs
    if (isLate) {
      // Its words of that time wait unread, or it stood still as well: it has a whole limit from now on.
      part.heardMs = nowMs
      return undefined
    }
    const silentMs = nowMs - part.heardMs
    if (!part.isRunning || silentMs < (part.isReady ? HEARTBEAT_LIMIT_MS : BOOT_LIMIT_MS)) return undefined
    part.heardMs = nowMs
    return silentMs
  }
}
