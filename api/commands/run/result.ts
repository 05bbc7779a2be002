/**
 * What running a command takes and answers, the same for every surface.
 */
import type { Actor, Refused } from '../command.ts'
import type { Change } from '../drift.ts'
import type { Demand } from '../confirm-rules.ts'
import type { Confirmation } from '../../ports/ports.ts'
import type { Reply } from '../reply.ts'

export type CommandStatus = 'done' | 'queued' | 'confirm' | 'refused' | 'failed' | 'invalid' | 'forbidden' | 'unknown'

/** Why a command was not done, where a program would continue differently; otherwise its status says it. */
export const RESULT_CODES = [
  'confirmation_over',
  'confirmation_of_another',
  'second_person_needed',
  'word_needed',
  'code_needed',
  'asked_too_late',
  'role_needed',
  'observe_only',
  'unknown_command',
  'not_understood',
  'reason_needed',
  'person_needed',
] as const
export type ResultCode = (typeof RESULT_CODES)[number] | CommandStatus

export interface CommandResult extends Refused {
  readonly status: CommandStatus
  readonly code: ResultCode
  readonly reply: Reply
  /** The card that waits for an answer. */
  readonly confirmation?: Confirmation
  /** What has to be typed with a yes (C2): the word, or a one-time code. */
  readonly demand?: Demand
  /** Somebody else has to give the yes: who asked is not asked for it. */
  readonly waitsForSecond?: boolean
  /** The card asks once more, since what it shows has changed: instead of which, and what. */
  readonly again?: { readonly replaces: string; readonly changes: readonly Change[] }
  readonly command?: string
  /** Rows of what was handed to the trader. */
  readonly actions?: readonly number[]
}

export interface CommandRequest {
  readonly actor: Actor
  readonly requestId: string
  readonly idempotencyKey?: string | undefined
  /** Wall-clock ms at which the operator sent it; undefined: now. */
  readonly askedAtMs?: number | undefined
  /** Scopes of the key; undefined: the role alone decides (chat). */
  readonly scopes?: readonly string[] | undefined
  /** A key that needs no second request for a panic (S17). */
  readonly autoConfirm?: boolean
  /** Why an agent asks for it, in its own words. */
  readonly because?: string | undefined
}
