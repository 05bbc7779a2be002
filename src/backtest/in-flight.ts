/**
 * Commands on their way to the exchange: sent, and not there yet. Each takes the same time, so that they arrive in the order in which they left.
 */
import type { OrderCommand } from '../trading/event.ts'

interface Sent {
  readonly command: OrderCommand
  readonly dueAt: number
}

export class InFlight {
  private readonly latencyMs: number
  private readonly byInstrument: readonly Sent[][]
  private count = 0

  /** @param latencyMs from a decision to the exchange, above 0 */
  constructor(instruments: number, latencyMs: number) {
    this.latencyMs = latencyMs
    this.byInstrument = Array.from({ length: instruments }, () => [])
  }

  get isEmpty(): boolean {
    return this.count === 0
  }

  send(command: OrderCommand, sentAt: number): void {
    this.listOf(command.instrument).push({ command, dueAt: sentAt + this.latencyMs })
    this.count += 1
  }

  /** When the last command arrives that does so before an instant; undefined where none does. */
  lastBefore(i: number, instant: number): number | undefined {
    let last: number | undefined
    for (const { dueAt } of this.listOf(i)) if (dueAt < instant) last = dueAt
    return last
  }

  /** Takes the next command that has arrived by then. */
  take(i: number, by: number): OrderCommand | undefined {
    const list = this.listOf(i)
    if ((list[0]?.dueAt ?? Number.POSITIVE_INFINITY) > by) return undefined
    this.count -= 1
    return list.shift()?.command
  }

  private listOf(i: number): Sent[] {
    return this.byInstrument[i] as Sent[]
  }
}
