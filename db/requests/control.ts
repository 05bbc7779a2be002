/**
 * Control of the trader by command rows.
 */
import type { AskedBy, Control } from '../../api/ports/ports.ts'
import type { CommandOutcome, PreviewedCommand, TraderCommand } from '../../src/kernel/trader-command.ts'
import { commandRefusal, refused } from '../../src/trading/command-refusal.ts'
import type { CommandWriter } from './commands.ts'

const ANSWER_MS = 5_000
/** A card is not kept longer for what it would say besides. */
const PREVIEW_MS = 2_000
/** A panic ends with the venue's own word, and strategies are compiled and tried: that takes longer. */
const LONG_ANSWER_MS = 15_000

const KEY_USED: CommandOutcome = refused(commandRefusal('key-reused'))

export class PostgresControl implements Control {
  private readonly sender: CommandWriter

  constructor(sender: CommandWriter) {
    this.sender = sender
  }

  async send(command: TraderCommand, by: AskedBy): Promise<CommandOutcome | undefined> {
    const id = await this.sender.enqueueCommand(command, by)
    if (id === undefined) return KEY_USED
    by.onAction?.(id)
    return this.sender.awaitOutcome(id, command.name === 'panic' || command.name === 'strategies' ? LONG_ANSWER_MS : ANSWER_MS)
  }

  async preview(command: PreviewedCommand, by: AskedBy): Promise<CommandOutcome | undefined> {
    // Judged again each time that it is asked, whatever key the request carries.
    const id = await this.sender.enqueueCommand({ name: 'preview', of: command }, { ...by, idempotencyKey: undefined })
    if (id === undefined) return undefined
    return this.sender.awaitOutcome(id, command.name === 'strategies' ? LONG_ANSWER_MS : PREVIEW_MS)
  }
}
