/**
 * The score of an entry: seven reasons, each with a weight and the part of it that counts, rounded to whole points that add up to the score.
 * Formulas and a worked example stand in docs/risk.md, "The assessment". The score decides nothing: limits do.
 */
import type { RiskLevel } from '../../portfolio/measures/risk-level.ts'

/** Points of each reason at its worst; their sum is 100. */
export const REASON_WEIGHTS = {
  /** What the symbol loses at its stop, against what one trade may lose. */
  'trade-loss': 20,
  /** That and what everything else that is open may lose, against what is left of the day's and the week's limits. */
  'loss-left': 20,
  /** Margin in use after the entry, against the equity that backs it. */
  margin: 15,
  /** How near the liquidation price comes to the stop. */
  liquidation: 15,
  /** Fees, slippage and spread, against the distance to the stop. */
  costs: 10,
  /** Value of the symbol after the entry, against the most that it may be. */
  concentration: 10,
  /** How much the entry moves together with everything else that is open. */
  correlation: 10,
} as const
export type RiskReasonName = keyof typeof REASON_WEIGHTS

export interface RiskReason {
  readonly name: RiskReasonName
  readonly weight: number
  /** Whole, 0 to `weight`. */
  readonly points: number
}

/** From which score on an entry is more than low. */
export const LEVEL_FROM: Readonly<Record<Exclude<RiskLevel, 'low'>, number>> = { medium: 25, high: 50, critical: 75 }

export const levelOf = (score: number): RiskLevel =>
  score >= LEVEL_FROM.critical ? 'critical' : score >= LEVEL_FROM.high ? 'high' : score >= LEVEL_FROM.medium ? 'medium' : 'low'

/** Of 0 to 1 how much of each weight counts; what is not a number counts in full. */
export function scoreOf(parts: Readonly<Record<RiskReasonName, number>>): { readonly score: number; readonly reasons: RiskReason[] } {
  let score = 0
  const reasons = (Object.keys(REASON_WEIGHTS) as RiskReasonName[]).map((name): RiskReason => {
    const weight = REASON_WEIGHTS[name]
    const part = parts[name]
    const points = Math.round(weight * (part >= 0 && part <= 1 ? part : part < 0 ? 0 : 1))
    score += points
    return { name, weight, points }
  })
  return { score, reasons }
}
