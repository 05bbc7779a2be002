/**
 * What a program outside asks of a strategy by a webhook: a wish for one symbol, read from one of several formats; and why one was refused.
 */

/** Pinned when a source is made: a body is read as this and as nothing else (S15). */
export const SIGNAL_FORMATS = [
  'native',
  'tradingview-target',
  'tradingview',
  '3commas',
  'line',
  'okx',
  'traderspost',
  'wundertrading',
  'altrady',
  'key-value',
  'alertatron',
  'cornix',
  'freqtrade',
] as const
export type SignalFormat = (typeof SIGNAL_FORMATS)[number]

/** paper: what a source sends is recorded, and nothing is sent to the exchange. */
export const SOURCE_MODES = ['paper', 'trade'] as const
export type SourceMode = (typeof SOURCE_MODES)[number]

/**
 * long, short, flat: the position that shall be. buy, sell: one step that way, so that what is held against it is closed and else an entry
 * follows. exit-long, exit-short: only that side is closed. cancel: open entries are canceled.
 */
export const WISHES = ['long', 'short', 'flat', 'buy', 'sell', 'exit-long', 'exit-short', 'cancel'] as const
export type Wish = (typeof WISHES)[number]

/** What a source may enter: one side alone, or both. Exits are never kept back by it. */
export const SOURCE_SIDES = ['long', 'short'] as const
export type SourceSide = (typeof SOURCE_SIDES)[number]

/** It only takes risk off: never refused as late or as a duplicate (S15). */
export const isExitWish = (wish: Wish): boolean => wish === 'flat' || wish === 'exit-long' || wish === 'exit-short' || wish === 'cancel'

/**
 * How large an entry may be at most, as decimal text. `risk`: percent of equity that may be lost at the stop; `equity`: percent of equity
 * as its value; `quote`: its value in the settlement coin; `base`: its quantity.
 */
export interface Ceiling {
  readonly mode: 'risk' | 'equity' | 'quote' | 'base'
  readonly value: string
}

/** How much of a position an exit closes, as decimal text. `part`: percent of what is held; `base`: its quantity. */
export interface ExitSize {
  readonly mode: 'part' | 'base'
  readonly value: string
}

/** Where a stop or a target is: a price as decimal text, or a distance such as `2%`. */
export interface OutsideTarget {
  readonly at: string
  /** Part of the position in (0, 1], as decimal text; undefined: all of it, or equal parts of several. */
  readonly share: string | undefined
}

export interface OutsideSignal {
  /** As Ballast writes it. */
  readonly symbol: string
  readonly wish: Wish
  /** The sender's own name of it, where it has one. */
  readonly id: string | undefined
  /** When it was sent, as it says; ms of wall time. */
  readonly sentAtMs: number | undefined
  /** Open time of the bar that it came from, as it says: text, which only tells signals apart. */
  readonly barTime: string | undefined
  readonly orderId: string | undefined
  /** How old it may be, as it says; ms. The source's own limit counts where that is shorter. */
  readonly maxAgeMs: number | undefined
  readonly limit: string | undefined
  readonly stop: string | undefined
  readonly targets: readonly OutsideTarget[]
  readonly ceiling: Ceiling | undefined
  /** Of an exit; undefined: all of it. */
  readonly exit: ExitSize | undefined
  readonly comment: string | undefined
}

/** What a format does not say of a signal. */
const UNSAID = {
  id: undefined,
  sentAtMs: undefined,
  barTime: undefined,
  orderId: undefined,
  maxAgeMs: undefined,
  limit: undefined,
  stop: undefined,
  targets: [],
  ceiling: undefined,
  exit: undefined,
  comment: undefined,
} as const

/** A signal of what is said; the rest is left unsaid. */
export const outsideSignal = (said: Pick<OutsideSignal, 'symbol' | 'wish'> & Partial<OutsideSignal>): OutsideSignal => ({
  ...UNSAID,
  ...said,
})

/** A body as it came; JSON that can be read as such is a value already. */
export type SignalBody = { readonly type: 'json'; readonly value: unknown } | { readonly type: 'text'; readonly text: string }

export const REFUSAL_CODES = [
  /** The body is no JSON, or no object of fields, and its format has those. */
  'body-not-json',
  'body-not-text',
  'body-empty',
  /** A `{{name}}` was left as it is. */
  'placeholder',
  'field-missing',
  'field-unknown',
  'field-value',
  'symbol-unreadable',
  'symbol-market',
  'symbol-not-allowed',
  'stale',
  'overtaken',
  'time-ahead',
  'exit-part',
  'rate',
] as const
export type RefusalCode = (typeof REFUSAL_CODES)[number]

/** Why a body or a signal counts for nothing, with the figures that decided; its sentence is made where it is shown. */
export interface SignalRefusal {
  readonly code: RefusalCode
  readonly figures: Readonly<Record<string, string | number>>
}
