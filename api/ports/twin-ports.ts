/**
 * What commands need of the live twin: a strategy's results here beside those of the same code replayed, each difference with its cause.
 */
export interface TwinQuery {
  readonly strategy: string
  /** Market time, ms. Absent: from where its code and parameters began, at most 30 days back. */
  readonly from?: number | undefined
  /** Absent: up to the last bar. */
  readonly to?: number | undefined
  /** Instead of `from`: so many days before the end. */
  readonly days?: number | undefined
}
export interface TwinDifferenceRow {
  /** `slippage`, `fee`, `missed-bar` … */
  readonly code: string
  /** Which part of a trade differs; `missing`: only the twin has the trade, `extra`: only the account has it. */
  readonly part: 'entry' | 'exit' | 'size' | 'fee' | 'funding' | 'missing' | 'extra'
  readonly symbol: string
  readonly side: 'long' | 'short'
  /** When the trade was decided. */
  readonly ts: number
  /** Number of the real trade. */
  readonly trade: number | null
  /** Decimal text, what it adds to the real result over the twin's. */
  readonly amount: string
  /** How much worse the price was than the twin's, in basis points. */
  readonly worseBp: number | null
  readonly figures: Readonly<Record<string, string | number>>
}
/** Something that the comparison could not do as asked, or that its reader must know. */
export interface TwinNote {
  readonly code: 'begins-later' | 'carried-in' | 'twin-failed' | 'other-terms'
  readonly figures: Readonly<Record<string, string | number>>
}
export interface TwinReport {
  readonly strategy: string
  readonly symbols: readonly string[]
  readonly from: number
  readonly to: number
  /** Bars that the twin traded on, and of those the ones that were decided here for exits only. */
  readonly bars: number
  readonly lateBars: number
  /** Decimal texts in USDT: `gap` = `live` - `twin`, and the amounts of the causes add up to it exactly. */
  readonly live: string
  readonly twin: string
  readonly gap: string
  readonly trades: { readonly live: number; readonly twin: number; readonly paired: number }
  readonly causes: readonly { readonly code: string; readonly count: number; readonly amount: string }[]
  readonly differences: readonly TwinDifferenceRow[]
  readonly notes: readonly TwinNote[]
}
/** Why there is no comparison. */
export interface TwinProblem {
  readonly problem: 'unknown' | 'not-ready' | 'refused'
  readonly sentence: string
  readonly next: string
}
export interface Twins {
  compare(query: TwinQuery): Promise<TwinReport | TwinProblem>
}
