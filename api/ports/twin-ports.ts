/**
 * What commands need of the live twin and of canaries: a strategy's results here beside those of the same code replayed, each difference with its cause.
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
  readonly code: 'begins-later' | 'carried-in' | 'twin-failed' | 'twin-denials' | 'other-terms'
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

/** What would run instead: other parameters of the same code, or the strategy's file as it was when it began. */
export interface CanaryCandidate {
  readonly params: Readonly<Record<string, string>>
  /** Of the file that is tried; null: the code that runs. */
  readonly codeHash: string | null
}
export interface CanarySide {
  /** Decimal text in USDT: what it made since the canary began, open positions marked. */
  readonly result: string
  readonly trades: number
  /** Entries that its own risk denied. */
  readonly denied: number
  /** Text of what it threw; null: nothing. */
  readonly failure: string | null
}
/** A new version of a strategy as a shadow: it decides on each bar beside the running one, and no order is ever sent for it. */
export interface CanaryReport {
  readonly strategy: string
  readonly candidate: CanaryCandidate
  /** Market time, ms. */
  readonly startedTs: number
  readonly startedBy: string
  readonly to: number
  readonly bars: number
  readonly verdict: 'promote' | 'roll-back' | 'go-on'
  /** Close of the bar on which it was decided. */
  readonly decidedTs: number | null
  /** Bars on which the two made something else, and how many are needed before anything is decided. */
  readonly count: number
  readonly least: number
  /** Probability that a decision is wrong, however often one looks. */
  readonly alpha: number
  /** Mean of candidate less running in basis points of equity a bar, and its bounds; null before there are enough. */
  readonly meanBp: number
  readonly lowBp: number | null
  readonly highBp: number | null
  readonly running: CanarySide
  readonly shadow: CanarySide
}
export interface Canaries {
  /** Begins one, in place of one that is there. */
  start(strategy: string, params: Readonly<Record<string, string>>, actor: string): Promise<CanaryCandidate | TwinProblem>
  /** Undefined where none is under way. */
  find(strategy: string): Promise<CanaryReport | TwinProblem | undefined>
  /** What would be promoted: undefined where none is under way; a problem where its file has changed since. */
  candidate(strategy: string): Promise<CanaryCandidate | TwinProblem | undefined>
  /** Looks at all of them, and raises an alert for each decision, once. */
  watch(): Promise<void>
  /** Answers whether there was one. */
  end(strategy: string): Promise<boolean>
}
