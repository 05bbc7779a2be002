/**
 * The journal as a port: inputs and facts in one sequence, projections and alerts written in the same transaction as the facts.
 * Never accepts an append from a trader whose lease has passed to another, and never changes a row that is written.
 */
import type { Result } from '../core/result.ts'
import type { KernelFact } from '../kernel/fact.ts'
import type { KernelInput } from '../kernel/input.ts'
import type { KernelSnapshot } from '../kernel/snapshot.ts'
import type { RowChange } from './row.ts'

export interface InputRow {
  readonly kind: 'input'
  readonly seq: number
  readonly input: KernelInput
}
export interface FactRow {
  readonly kind: 'fact'
  readonly seq: number
  /** Sequence number of the input that led to it. */
  readonly causeSeq: number
  readonly fact: KernelFact
}
export type JournalRow = InputRow | FactRow

/** lease-lost: another trader owns the account now; this one must end. unavailable: the database does not answer; nothing was written. */
export type JournalError =
  | { readonly type: 'lease-lost'; readonly detail: string }
  | { readonly type: 'unavailable'; readonly detail: string }

export interface JournalLoad {
  /** Newest snapshot, if any, and the sequence number that it includes. */
  readonly snapshot: { readonly seq: number; readonly state: KernelSnapshot } | undefined
  /** Rows after the snapshot, ascending. */
  readonly tail: readonly JournalRow[]
  /** Newer snapshots that do not fit their hash, by sequence number. */
  readonly damaged: readonly number[]
}

/** A symbol under the number that it has in every row of the journal, with the grid that its prices and quantities are counted in. */
export interface Registered {
  readonly symbol: string
  readonly tickSize: string
  readonly lotSize: string
}

export interface Journal {
  /**
   * Numbers the symbols that have none yet, after those that have, and answers all of them in the order of their numbers. A number is for
   * life: whatever the configuration becomes, rows of the journal continue meaning the same symbol.
   */
  register(wanted: readonly Registered[]): Promise<Result<readonly Registered[], JournalError>>
  /** Appends inputs in order. Answers the sequence number of the first; the others follow without a hole. */
  appendInputs(inputs: readonly KernelInput[]): Promise<Result<number, JournalError>>
  /** Appends the facts of inputs, with the changes of projections and alerts, in one transaction. Answers the last sequence number. */
  appendFacts(
    facts: readonly { readonly causeSeq: number; readonly fact: KernelFact }[],
    changes: readonly RowChange[],
  ): Promise<Result<number, JournalError>>
  saveSnapshot(seq: number, state: KernelSnapshot): Promise<Result<void, JournalError>>
  /** @param before no snapshot at or after this sequence number: one that cannot be read is passed over */
  load(before?: number): Promise<Result<JournalLoad, JournalError>>
  /** A snapshot that is no good is kept for whoever asks why, and loaded no more. */
  setAside(seq: number): Promise<Result<void, JournalError>>
}

/** Version of each payload shape; a change of shape comes with an upcaster in `journal/upcast.ts`. */
export const PAYLOAD_VERSION = 1
