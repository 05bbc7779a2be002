/**
 * What commands, routes and the port of the webhooks need of signals from outside: who may send them, what came in, and what became of it.
 */
import type { Judgment } from '../../src/signals-in/judge.ts'
import type { OutsideSignal, SignalFormat, SignalRefusal, SourceMode, SourceSide } from '../../src/signals-in/signal.ts'
import type { SignalMarket } from '../../src/signals-in/symbol.ts'

export interface NewSource {
  readonly name: string
  readonly format: SignalFormat
  readonly strategy: string
  readonly market: SignalMarket
  /** Null: all that its strategy owns. */
  readonly symbols: readonly string[] | null
  readonly mode: SourceMode
  /** The side that it may enter; null: both. */
  readonly side: SourceSide | null
  /** Of an entry that brings none: `2%`. */
  readonly stop: string | null
  readonly maxAgeMs: number
  /** Decimal text, in the settle coin. */
  readonly notionalMax: string | null
  /** Networks that it may send from; null: any. */
  readonly networks: readonly string[] | null
  /** It sends at least this often; null: nobody knows. */
  readonly expectEveryMs: number | null
}
/** A source without its secrets. Times are wall-clock ms. */
export interface SignalSource extends NewSource {
  readonly id: string
  readonly createdAt: number
  /** Until then the secret before the last rotation counts too. */
  readonly oldUntil: number | null
  readonly lastAt: number | null
}
/** The only time that they are seen. */
export interface SourceSecrets {
  readonly id: string
  /** Last part of the address. */
  readonly secret: string
  /** Of senders that sign as Standard Webhooks says, and then leave the secret out of the address. */
  readonly signingSecret: string
}
export interface SignalSources {
  /** Oldest first, without removed ones. */
  list(): Promise<readonly SignalSource[]>
  /** Undefined where there is one of that name. */
  create(source: NewSource, actor: string): Promise<SourceSecrets | undefined>
  /** Undefined where there is none of that name. */
  rotate(name: string, overlapMs: number): Promise<SourceSecrets | undefined>
  /** False where there is none of that name. */
  remove(name: string): Promise<boolean>
}

export const SIGNAL_VERDICTS = ['accepted', 'paper', 'duplicate', 'refused'] as const
export type SignalVerdict = (typeof SIGNAL_VERDICTS)[number]

export interface SignalRow {
  readonly id: number
  readonly source: string
  readonly verdict: SignalVerdict
  /** Of a refusal. */
  readonly code: string | null
  readonly figures: Readonly<Record<string, unknown>>
  /** Its begin, as it came. */
  readonly body: string
  readonly symbol: string | null
  readonly wish: string | null
  /** Wall-clock ms, both. */
  readonly sentAt: number | null
  readonly receivedAt: number
  readonly duplicateOf: number | null
  /** What the trader has made of it; null where it was not asked, or has not answered. */
  readonly outcome: { readonly status: string; readonly text: string; readonly seq?: number } | null
}
export interface Signals {
  /** Newest first; `after`: only those with a larger id. */
  list(query: {
    readonly limit: number
    readonly before?: number | undefined
    readonly after?: number | undefined
  }): Promise<readonly SignalRow[]>
}

export interface SignalPorts {
  readonly sources: SignalSources
  readonly rows: Signals
  readonly intake: Pick<SignalIntake, 'open' | 'receiveSignal'>
  /** By which senders reach the port of the webhooks, without a slash at the end. */
  readonly address: string
}

/** A source as its port knows it. */
export interface OpenSource extends NewSource {
  readonly id: string
  /** Whether it is the secret of its address. */
  opens(secret: string): boolean
  /** Whether it is the signature of this message, by any of its secrets. */
  signed(message: string, signatures: readonly string[]): boolean
}
export interface Arrival {
  readonly read: { readonly ok: true; readonly value: OutsideSignal } | { readonly ok: false; readonly error: SignalRefusal }
  readonly body: string
  /** Wall-clock ms. */
  readonly atMs: number
}
export interface Taken {
  /** Number of its row. */
  readonly id: number
  readonly judgment: Judgment
}
/** What the port of the webhooks stands on. */
export interface SignalIntake {
  /** Undefined where there is no such source. */
  open(sourceId: string): Promise<OpenSource | undefined>
  /** Whether any source is there: without one nothing listens. */
  hasSources(): Promise<boolean>
  /** Keeps it, judges it, and hands what is to be traded to the trader: all of it or nothing. */
  receiveSignal(source: OpenSource, arrival: Arrival): Promise<Taken>
  /** Keeps what was refused before it was judged; answers the number of its row. */
  refuse(source: OpenSource, arrival: Arrival, refusal: SignalRefusal): Promise<number>
  /** Raises an alert: so many requests from there found no source within a minute. */
  reportWrongSecrets(address: string, count: number, atMs: number): Promise<void>
}
