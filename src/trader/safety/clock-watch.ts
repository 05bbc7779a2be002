/**
 * The clock of this machine: a jump of it against the clock that never jumps, and an exchange that refuses our time (S6, S12).
 */
import type { Result } from '../../core/result.ts'
import type { AlertSeverity } from '../../kernel/state/alert-severity.ts'
import type { WallClock } from '../../system/wall-clock.ts'

export interface ClockWatchPorts {
  readonly wallClock: WallClock
  /** How far this machine's clock is ahead of the exchange's. */
  readonly skewMs: () => Promise<Result<number, unknown>>
  readonly hasPosition: () => boolean
  readonly notice: (alert: 'clock.skew', severity: AlertSeverity, summary: string) => void
  /** The machine slept or its clock was set: queued entries are dropped, the lease is renewed, the account is read. */
  readonly jumped: () => void
}

export const CLOCK_LOOK_MS = 500
const JUMP_MS = 5_000
const REPEAT_MS = 600_000
const AGAIN_MS = 60_000
const SMALL_MS = 1_000
const MEND = 'Set it: sudo timedatectl set-ntp true   or: sudo chronyc makestep'

export class ClockWatch {
  private readonly ports: ClockWatchPorts
  private offsetMs: number
  private refusedAtMs = Number.NEGATIVE_INFINITY
  private isAsking = false

  constructor(ports: ClockWatchPorts) {
    this.ports = ports
    this.offsetMs = this.offset()
  }

  private offset(): number {
    const { wallClock } = this.ports
    return wallClock.nowMs() - wallClock.steadyMs()
  }

  look(): void {
    const offset = this.offset()
    const jumpMs = offset - this.offsetMs
    // A clock that NTP draws nearer moves a little with each look.
    this.offsetMs = offset
    if (Math.abs(jumpMs) <= JUMP_MS) return
    this.ports.jumped()
    const what = `This machine's clock jumped ${text(jumpMs)} ${jumpMs > 0 ? 'forward' : 'back'} (it was set, or the machine slept). Queued entries were dropped, and the account is being read.`
    void this.tell(what)
  }

  /** The exchange refused a request for its time (10002): each signed one is refused, exits too. */
  refused(): void {
    const now = this.ports.wallClock.steadyMs()
    if (this.isAsking || now - this.refusedAtMs < REPEAT_MS) return
    this.refusedAtMs = now
    void this.tell(
      'Bybit rejects requests because of their time (10002): no order can be sent, not even exits; stops stay at the exchange.',
    )
  }

  private async tell(what: string): Promise<void> {
    this.isAsking = true
    const skew = await this.ports.skewMs()
    this.isAsking = false
    const { notice, hasPosition } = this.ports
    const isRight = skew.ok && Math.abs(skew.value) < SMALL_MS
    const now = !skew.ok
      ? `Could not read the exchange's time. ${MEND}`
      : isRight
        ? "The clock now agrees with the exchange's."
        : `The clock is ${text(skew.value)} ${skew.value > 0 ? 'ahead of' : 'behind'} the exchange's. ${MEND}`
    notice('clock.skew', hasPosition() ? 'P1' : 'P2', `${what} ${now}`)
    // Once it is right, a refusal a minute later is a new one.
    if (isRight) this.refusedAtMs -= REPEAT_MS - AGAIN_MS
  }
}

const text = (ms: number): string => `${(Math.abs(ms) / 1_000).toFixed(1)} s`
