/**
 * What people and programs ask of the trader, as it stands in a command row; the live driver turns it into kernel inputs.
 * Never carries a permission: whoever writes the row has checked role, scope and confirmation.
 */
export type CommandScope =
  | { readonly type: 'account' }
  | { readonly type: 'strategy'; readonly strategy: string }
  | { readonly type: 'symbol'; readonly symbol: string }

export type TraderCommand =
  | { readonly name: 'pause'; readonly scope: CommandScope; readonly reason: string; readonly forMs?: number }
  /** `isAdmin` lifts halts too (S1, engines §2). */
  | { readonly name: 'resume'; readonly scope: CommandScope; readonly isAdmin: boolean }
  | { readonly name: 'halt'; readonly reason: string }
  | { readonly name: 'panic'; readonly reason: string }
  /** Neither fraction nor quantity: all of it. Decimal texts; a fraction is in (0, 1]. `side` is what the asker saw; a flipped position refuses (S3). */
  | {
      readonly name: 'close'
      readonly symbol: string
      readonly fraction?: string
      readonly quantity?: string
      readonly side?: 'long' | 'short'
    }
  /** Without an order: all entries. */
  | { readonly name: 'cancel'; readonly orderId?: number }
  | { readonly name: 'strategy'; readonly strategy: string; readonly mode: 'running' | 'closing-only' | 'off' }

export interface CommandOutcome {
  /** refused: by a rule, nothing changed. failed: it could not be carried out. */
  readonly status: 'done' | 'refused' | 'failed'
  /** One sentence for the asker. */
  readonly text: string
  /** Journal sequence number of the last fact that it led to. */
  readonly seq?: number
}

/** A row as the trader takes it. */
export interface QueuedCommand {
  readonly id: number
  /** `telegram:123`, `cli`, `key:7f3a`. */
  readonly actor: string
  readonly command: TraderCommand
  /** Wall ms at which it was asked. */
  readonly askedAtMs: number
}

/** The trader's side of the queue of commands. */
export interface CommandQueue {
  /** Commands that nobody has taken yet, oldest first; each is marked as taken. */
  take(): Promise<readonly QueuedCommand[]>
  complete(id: number, outcome: CommandOutcome): Promise<void>
  /** Calls back when a row may have come (NOTIFY); a sweep each second covers a lost one. `onReturn`: the database was away and answers again. */
  onArrival(callback: () => void, onReturn: () => void): Promise<void>
}
