/**
 * Whether a signal may act: its age, its order and its twin, by the rules of its source.
 * Never refuses an exit as late or as a duplicate, and lets a step that is late only close (S15).
 */
import type { OutsideSignal, SignalRefusal, SourceSide } from './signal.ts'
import { isExitWish } from './signal.ts'

/** A clock of the sender may be ahead of ours by so much. */
const AHEAD_MAX_MS = 60_000

export interface SignalRules {
  /** Symbols that the source may name; undefined: all of its strategy's. */
  readonly symbols: readonly string[] | undefined
  readonly maxAgeMs: number
  /** The side that it may enter; undefined: both. */
  readonly side?: SourceSide | undefined
}

/** What is known of earlier signals of the same source. */
export interface EarlierSignals {
  /** The accepted one with the same key within the window. */
  readonly twin: number | undefined
  /** When the newest accepted one of the symbol was sent, as it said. */
  readonly newestSentAtMs: number | undefined
}

export type Judgment =
  /** `mayEnter` false: only what closes is done; an entry of a side that the source may not enter is named. */
  | { readonly type: 'accepted'; readonly mayEnter: boolean; readonly twin: number | undefined; readonly barred?: SourceSide }
  | { readonly type: 'duplicate'; readonly of: number }
  | { readonly type: 'refused'; readonly refusal: SignalRefusal }

/** @param nowMs wall time of its arrival */
export function judgeSignal(signal: OutsideSignal, rules: SignalRules, earlier: EarlierSignals, nowMs: number): Judgment {
  if (rules.symbols !== undefined && !rules.symbols.includes(signal.symbol))
    return {
      type: 'refused',
      refusal: { code: 'symbol-not-allowed', figures: { symbol: signal.symbol, allowed: rules.symbols.join(', ') } },
    }
  const { twin } = earlier
  if (isExitWish(signal.wish)) return { type: 'accepted', mayEnter: false, twin }
  // It closes what is held against it, and that is an exit: a late one may do so, and no more.
  const isStep = signal.wish === 'buy' || signal.wish === 'sell'
  const closesOnly = { type: 'accepted', mayEnter: false, twin } as const
  // On the other side it closes what is held against it, and that is an exit, too.
  const entered = signal.wish === 'long' || signal.wish === 'buy' ? 'long' : 'short'
  if (rules.side !== undefined && rules.side !== entered) return { ...closesOnly, barred: entered }
  if (twin !== undefined) return isStep ? closesOnly : { type: 'duplicate', of: twin }
  const refusal = timeRefusal(signal, rules, earlier, nowMs)
  if (refusal === undefined) return { type: 'accepted', mayEnter: true, twin: undefined }
  return isStep ? closesOnly : { type: 'refused', refusal }
}

function timeRefusal(signal: OutsideSignal, rules: SignalRules, earlier: EarlierSignals, nowMs: number): SignalRefusal | undefined {
  const { sentAtMs } = signal
  if (sentAtMs === undefined) return undefined
  const ageMs = nowMs - sentAtMs
  const maxAgeMs = Math.min(rules.maxAgeMs, signal.maxAgeMs ?? rules.maxAgeMs)
  if (ageMs > maxAgeMs) return { code: 'stale', figures: { ageMs, maxAgeMs } }
  if (-ageMs > AHEAD_MAX_MS) return { code: 'time-ahead', figures: { aheadMs: -ageMs, maxMs: AHEAD_MAX_MS } }
  const newest = earlier.newestSentAtMs
  return newest !== undefined && sentAtMs < newest ? { code: 'overtaken', figures: { olderMs: newest - sentAtMs } } : undefined
}

/**
 * What two sendings of the same signal have in common: the sender's own id, else what it is about. Undefined where a body says nothing that
 * would tell it from the next one of the same kind: then the body itself is compared.
 */
export function twinKey(signal: OutsideSignal): string | undefined {
  if (signal.id !== undefined) return `id ${signal.symbol} ${signal.id}`
  const { symbol, wish, barTime, orderId, sentAtMs } = signal
  const when = barTime ?? (sentAtMs === undefined ? undefined : String(sentAtMs))
  return when === undefined && orderId === undefined ? undefined : ['of', symbol, wish, when ?? '', orderId ?? ''].join(' ')
}
