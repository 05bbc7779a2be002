/**
 * What was handed to the trader, one row a command: how far it is, and what became of it.
 */
import type { CommandOutcome } from '../../src/kernel/trader-command.ts'
import type { Json } from './ports.ts'

export interface StoredAction {
  readonly id: number
  readonly command: string
  readonly args: Json
  readonly apiKeyId: string | null
  readonly status: 'pending' | 'taken' | 'done' | 'refused' | 'failed'
  readonly outcome: CommandOutcome | null
  /** Wall-clock ms, all three. */
  readonly askedAt: number
  readonly takenAt: number | null
  readonly doneAt: number | null
}
export interface Actions {
  find(id: number): Promise<StoredAction | undefined>
  /** What a request with this Idempotency-Key has handed over, oldest first: it survives whoever has asked. */
  ofRequest(apiKeyId: string, idempotencyKey: string): Promise<readonly StoredAction[]>
}
