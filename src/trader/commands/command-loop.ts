/**
 * Takes what operators ask out of the queue, has it carried out, and writes the outcome: one after the other, and first what waited for a start.
 */
import type { CommandOutcome, CommandQueue, QueuedCommand, TraderCommand } from '../../kernel/trader-command.ts'
import { STOP_COMMANDS } from '../../kernel/handlers/stop-commands.ts'
import type { WallClock } from '../../system/wall-clock.ts'

export interface CommandLoopPorts {
  readonly queue: CommandQueue
  readonly wallClock: WallClock
  readonly execute: (queued: QueuedCommand, nowMs: number) => Promise<CommandOutcome>
  /** Resolves when all that was given to the kernel is decided. */
  readonly whenDecided: () => Promise<void>
  readonly log: (level: 'warn', text: string) => void
}

const RETRY_MS = 500

/** What reads and compiles files: no stop waits behind it. */
const isSlow = (command: TraderCommand): boolean =>
  command.name === 'strategies' || (command.name === 'preview' && command.of.name === 'strategies')

export class CommandLoop {
  private readonly ports: CommandLoopPorts
  private stops: readonly QueuedCommand[] = []
  private isTaking = false

  constructor(ports: CommandLoopPorts) {
    this.ports = ports
  }

  /** What operators asked while nobody ran is not carried out yet: nothing is entered before. */
  get areStopsWaiting(): boolean {
    return this.stops.length > 0
  }

  /** Before anything is decided again. */
  async takeStops(): Promise<void> {
    const { queue, wallClock } = this.ports
    for (;;) {
      try {
        this.stops = await queue.claimCommands(STOP_COMMANDS)
        return
      } catch (thrown) {
        this.report(thrown)
        await wallClock.sleep(RETRY_MS)
      }
    }
  }

  /** They stand before the first bar is decided; the verdict of a panic comes later. */
  async carryOutStops(): Promise<void> {
    for (const queued of this.stops) void this.carryOut(queued)
    await this.ports.whenDecided()
    this.stops = []
  }

  async takeCommands(): Promise<void> {
    if (this.isTaking) return
    this.isTaking = true
    try {
      for (const queued of await this.ports.queue.claimCommands())
        if (isSlow(queued.command)) void this.carryOut(queued)
        else await this.carryOut(queued)
    } catch (thrown) {
      this.report(thrown)
    } finally {
      this.isTaking = false
    }
  }

  private async carryOut(queued: QueuedCommand): Promise<void> {
    const { queue, wallClock, execute: carryOut } = this.ports
    try {
      await queue.complete(queued.id, await carryOut(queued, wallClock.nowMs()))
    } catch (thrown) {
      this.report(thrown)
    }
  }

  private report(thrown: unknown): void {
    this.ports.log('warn', `commands: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
  }
}
