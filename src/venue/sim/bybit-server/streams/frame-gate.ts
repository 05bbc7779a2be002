/**
 * One connection's way out: every text passes here, and here a fault plan drops, doubles, turns around, delays, crosses or holds back.
 */
import type { FaultStream } from '../../models/faults.ts'
import { crossedFrame } from '../market/book.ts'
import type { FaultSwitch } from '../fault-switch.ts'

export interface FrameGatePorts {
  readonly stream: FaultStream
  readonly faults: FaultSwitch
  readonly nowMs: () => number
  readonly later: (ms: number, run: () => void) => void
  readonly send: (text: string) => void
  readonly disconnect: () => void
  /** Whether the connection has subscribed to a topic of the symbol. */
  readonly carries: (symbol: string) => boolean
}

/** A frame that waits for the next one comes by itself after this long. */
const REORDER_MAX_MS = 500

export class FrameGate {
  private readonly ports: FrameGatePorts
  private readonly stalled: string[] = []
  private readonly turned: string[] = []

  constructor(ports: FrameGatePorts) {
    this.ports = ports
  }

  /** `topic` is empty for replies, which are never doubled or turned around. */
  pass(made: string, topic: string): void {
    const { stream, faults, nowMs, later } = this.ports
    const verdict = topic === '' ? undefined : faults.onFrame(stream, topic, made, nowMs())
    if (verdict === undefined) {
      this.out(made)
      return
    }
    if (verdict.isDropped) return
    const text = verdict.isCrossed ? crossedFrame(made) : made
    if (verdict.delayMs > 0) {
      later(verdict.delayMs, () => this.copies(text, verdict.copies))
      return
    }
    if (verdict.isReordered) {
      this.turned.push(text)
      later(REORDER_MAX_MS, () => this.releaseTurned())
      return
    }
    this.copies(text, verdict.copies)
    this.releaseTurned()
  }

  /** Called from time to time: ends a silence, or the connection. */
  tick(): void {
    const { stream, faults, nowMs, disconnect, carries } = this.ports
    if (faults.breaks(stream, nowMs(), carries)) disconnect()
    else if (this.stalled.length > 0) this.out(undefined)
  }

  private copies(text: string, copies: number): void {
    for (let k = 0; k < copies; k++) this.out(text)
  }

  private releaseTurned(): void {
    for (const text of this.turned.splice(0)) this.out(text)
  }

  private out(text: string | undefined): void {
    const { stream, faults, nowMs, send, carries } = this.ports
    if (text !== undefined) this.stalled.push(text)
    if (faults.isSilent(stream, nowMs(), carries)) return
    for (const waiting of this.stalled.splice(0)) send(waiting)
  }
}
