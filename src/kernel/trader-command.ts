/**
 * What operators and programs ask of the trader, as it is in a command row; trader/commands turns it into kernel inputs.
 */
import type { AssessmentDetail } from '../risk/assessment/assessment-detail.ts'
import type { RiskDenial } from '../risk/denial.ts'
import type { Ceiling, ExitSize, OutsideTarget, SourceSide, Wish } from '../signals-in/signal.ts'
import type { TimeInForce } from '../trading/order.ts'

export type CommandScope =
  | { readonly type: 'account' }
  | { readonly type: 'strategy'; readonly strategy: string }
  | { readonly type: 'symbol'; readonly symbol: string }

/** Who asked for something that another has confirmed. */
export interface AskedBy {
  readonly by: string
  readonly because: string
}

/** An entry by hand. Exactly one of the sizes is given. Prices are decimal texts or percents of the price. */
export interface OpenCommand {
  readonly name: 'open'
  readonly symbol: string
  readonly side: 'long' | 'short'
  readonly quantity?: string
  readonly notional?: string
  /** Part of equity that may be lost at the stop, in percent. */
  readonly riskPercent?: string
  readonly limit?: string
  readonly trigger?: string
  /** Trigger of a second order: one or the other. */
  readonly or?: string
  readonly stop?: string
  readonly targets?: readonly string[]
  readonly timeInForce?: TimeInForce
  readonly forMs?: number
  readonly execution?: string
  /** Of an agent: who asked for it, and why in its own words; untrusted. */
  readonly asked?: AskedBy
}

/** A signal that came in by a webhook and was accepted. Prices are decimal texts or distances such as `2%`. */
export interface SignalCommand {
  readonly name: 'signal'
  /** Number of the row in the list of signals: the same in each try to carry it out. */
  readonly signal: number
  readonly source: string
  readonly strategy: string
  readonly symbol: string
  readonly wish: Wish
  readonly mayEnter: boolean
  /** The side that its source may not enter: why it may not. */
  readonly barred?: SourceSide
  readonly limit?: string
  readonly stop?: string
  readonly targets?: readonly OutsideTarget[]
  readonly ceiling?: Ceiling
  readonly exit?: ExitSize
  /** The signal that this one repeats. */
  readonly first?: number
  /** The most that its source lets an entry be worth, in the settle coin. */
  readonly notionalMax?: string
  readonly said: string
}

/** What is asked of the list of strategies. */
export type StrategyAsk =
  /** The files as they are now: code and configuration, or the code of one strategy alone. */
  | { readonly type: 'reload'; readonly only?: string }
  /** Adds a strategy, or changes symbols and parameters of one that is there; what is not given stays. Parameters as texts. */
  | {
      readonly type: 'put'
      readonly id: string
      readonly strategy?: string
      readonly symbols?: readonly string[]
      /** The symbols come to those that it has. */
      readonly isMore?: boolean
      readonly params?: Readonly<Record<string, string>>
    }
  | { readonly type: 'remove'; readonly id: string }
  /** Gives it back to the configuration. */
  | { readonly type: 'reset'; readonly id: string }
  /** Another champion of a line of models: a version, the newest unless said; or the one of before. `anyway`: though nothing has shown its skill. */
  | { readonly type: 'promote'; readonly line: string; readonly version?: number; readonly anyway?: boolean }
  | { readonly type: 'rollback'; readonly line: string }

/** What is judged before anybody is asked. */
export type PreviewedCommand = Extract<
  TraderCommand,
  { readonly name: 'open' | 'protect' | 'change' | 'resume' | 'close' | 'set-limit' | 'strategies' }
>

export type TraderCommand =
  | { readonly name: 'pause'; readonly scope: CommandScope; readonly reason: string; readonly forMs?: number }
  /** `isAdmin` lifts halts too (S1). */
  | { readonly name: 'resume'; readonly scope: CommandScope; readonly isAdmin: boolean }
  | { readonly name: 'halt'; readonly reason: string }
  /** With a symbol: of that one only, which stays halted. */
  | { readonly name: 'panic'; readonly reason: string; readonly symbol?: string }
  /** Neither fraction nor quantity: all of it. Decimal texts; a fraction is in (0, 1]. `side` is what the asker saw; a flipped position refuses (S3). */
  | {
      readonly name: 'close'
      readonly symbol: string
      readonly fraction?: string
      readonly quantity?: string
      readonly side?: 'long' | 'short'
      /** Execution algorithm, as `twap:10m`; absent: at market, at once. */
      readonly execution?: string
      /** The price at which it waits, or `best` for the best of our side; of an algorithm, the price that no child goes beyond. */
      readonly limit?: string
    }
  | OpenCommand
  | SignalCommand
  /** Moves what protects a position: prices, `-2%`, `be` for the entry price; targets and trails may be taken `off`, a stop may not. */
  | { readonly name: 'protect'; readonly symbol: string; readonly stop?: string; readonly target?: string; readonly trail?: string }
  | { readonly name: 'change'; readonly orderId: number; readonly limit?: string; readonly trigger?: string; readonly quantity?: string }
  /** Steers an order in progress. */
  | { readonly name: 'work'; readonly id: number; readonly to: 'paused' | 'working' | 'ended' }
  /** A position that is not ours gets an owner and a stop (S8). */
  | { readonly name: 'adopt'; readonly symbol: string; readonly strategy?: string; readonly stop?: string }
  /** A position that is not ours stays so, and entries continue (S8). */
  | { readonly name: 'ignore'; readonly symbol: string }
  /** Compares with the exchange; with keys, carries out the fixes of these differences where they still stand. */
  | { readonly name: 'reconcile'; readonly keys?: readonly string[] }
  /** Without an order: all entries. */
  | { readonly name: 'cancel'; readonly orderId?: number }
  /** Sets a risk setting; without a value the configuration's counts again. `forMs` only where it loosens. */
  | {
      readonly name: 'set-limit'
      readonly key: string
      readonly value?: string
      readonly scope: CommandScope
      readonly forMs?: number
    }
  | { readonly name: 'strategy'; readonly strategy: string; readonly mode: 'running' | 'closing-only' | 'off' }
  /** Other strategies from now on. `closes`: positions of what is removed are closed. `seen`: key of the preview that was shown, which must still be true. */
  | { readonly name: 'strategies'; readonly ask: StrategyAsk; readonly closes?: boolean; readonly seen?: string }
  /** Judges what it names as it would be judged now, and says with which figures it would be sent. Changes nothing. */
  | { readonly name: 'preview'; readonly of: PreviewedCommand }

/** refused: by a rule, nothing changed. failed: it could not be carried out. Both say why (trading/command-refusal.ts). */
export type CommandOutcome = CommandAnswer &
  (
    | { readonly status: 'done' }
    | {
        readonly status: 'refused' | 'failed'
        readonly refusal: { readonly code: string; readonly figures: Readonly<Record<string, string | number>> }
      }
  )

interface CommandAnswer {
  /** One sentence for the asker. */
  readonly text: string
  /** Journal sequence number of the last fact that it led to. */
  readonly seq?: number
  readonly table?: { readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] }
  /** Ids of the orders that were made for it, so that the asker can see them fill. */
  readonly orders?: readonly number[]
  /** The stop that was asked of the exchange, as it confirms it. */
  readonly stop?: string
  /** The target that was asked of it, or `off`. */
  readonly target?: string
  /** Of a preview: what would be sent, in words. */
  readonly figures?: readonly { readonly name: string; readonly value: string }[]
  /** Of a preview of an entry, whether it would pass or not: its assessment. */
  readonly risk?: AssessmentDetail
  /** Of a preview of an entry: the rule that would deny it, with its figures. */
  readonly denial?: RiskDenial
  /** Of a preview of an entry: its value, decimal text in the settle coin; of a pair the larger. */
  readonly notional?: string
  /** What a second command may name. */
  readonly keys?: readonly string[]
}

/** A row as the trader takes it. */
export interface QueuedCommand {
  readonly id: number
  /** `telegram:123`, `cli`, `key:7f3a`. */
  readonly actor: string
  readonly command: TraderCommand
  /** Wall-clock ms at which it was asked. */
  readonly askedAtMs: number
  /** Of a program: the key that it has asked with. */
  readonly apiKeyId?: string | undefined
}

/** Why an API key may not open something (S17). */
export interface KeyRefusal {
  /** key-unlimited: it has no symbols and no daily notional, and opens nothing. */
  readonly code: 'key-unlimited' | 'key-symbol' | 'key-daily-notional'
  readonly figures: Readonly<Record<string, string>>
}

/** What API keys may open in a day: asked before an entry of one is sent (S17). Notionals are decimal texts in the settle coin. */
export interface KeySpending {
  /** Whether it would pass now; nothing is counted. */
  check(keyId: string, symbol: string, notional: string): Promise<KeyRefusal | undefined>
  /** Counts it against the key's day where it passes, before anything is sent. */
  spend(commandId: number, keyId: string, symbol: string, notional: string): Promise<KeyRefusal | undefined>
}

/** The trader's side of the queue of commands. */
export interface CommandQueue {
  readonly spending: KeySpending
  /** Commands that nobody has taken yet, of these names alone where some are given, oldest first; each is marked as taken. */
  claimCommands(names?: readonly TraderCommand['name'][]): Promise<readonly QueuedCommand[]>
  complete(id: number, outcome: CommandOutcome): Promise<void>
  /** Calls back when a row may have come (NOTIFY); a sweep each second covers a lost one. `onReturn`: the database was away and answers again. */
  onArrival(callback: () => void, onReturn: () => void): Promise<void>
}
