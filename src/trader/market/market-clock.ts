/**
 * Market time as the trader knows it: the venue's clock, and between messages speed times wall-clock time.
 */
import { type Ts, ts } from '../../core/units.ts'
import type { VenueClock } from '../../venue/port/venue.ts'
import type { WallClock } from '../../system/wall-clock.ts'

export class MarketClock {
  private readonly wallClock: WallClock
  private anchor: number
  private anchorSteadyMs: number
  private newest: number
  speed: number

  constructor(wallClock: WallClock, reading: VenueClock) {
    this.wallClock = wallClock
    this.anchor = reading.now
    this.newest = reading.now
    this.anchorSteadyMs = wallClock.steadyMs()
    this.speed = reading.speed
  }

  get isLockstep(): boolean {
    return this.speed === 0
  }

  now(): Ts {
    const guess = Math.floor(this.anchor + this.speed * (this.wallClock.steadyMs() - this.anchorSteadyMs))
    if (guess > this.newest) this.newest = guess
    return ts(this.newest)
  }

  /** A message of the venue carried this time. */
  see(at: Ts): void {
    if (at <= this.anchor) return
    this.anchor = at
    this.anchorSteadyMs = this.wallClock.steadyMs()
    if (at > this.newest) this.newest = at
  }

  reset(reading: VenueClock): void {
    this.speed = reading.speed
    this.see(reading.now)
  }
}
