/**
 * Alerts that users set: a price, or the result of the day, passes a level.
 */
export const RULE_SIDES = ['above', 'below'] as const
export type RuleSide = (typeof RULE_SIDES)[number]
/** What is looked at beside symbols: the result of the day, unrealized included, and equity; in the settle coin. */
export const RULE_FIGURES = ['pnl', 'equity'] as const

export interface PriceRule {
  /** A symbol, or a figure. */
  readonly what: string
  readonly side: RuleSide
  /** Decimal text. */
  readonly level: string
  /** Whether it fires when the level is reached; after it fired it waits until the other side was seen. */
  readonly isArmed: boolean
}
export interface SeenRange {
  readonly high: number
  readonly low: number
  readonly close: number
}

export const isReached = ({ side, level }: Pick<PriceRule, 'side' | 'level'>, { high, low }: Pick<SeenRange, 'high' | 'low'>): boolean =>
  side === 'above' ? high >= Number(level) : low <= Number(level)

/** What follows from ranges in the order of their time: whether it fired, and whether it is armed after them. */
export function ruleAfter(rule: PriceRule, ranges: readonly SeenRange[]): { readonly hasFired: boolean; readonly isArmed: boolean } {
  let { isArmed } = rule
  let hasFired = false
  for (const range of ranges) {
    if (isArmed && isReached(rule, range)) {
      hasFired = true
      isArmed = false
    }
    if (!isArmed && !isReached(rule, { high: range.close, low: range.close })) isArmed = true
  }
  return { hasFired, isArmed }
}
