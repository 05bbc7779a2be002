/**
 * The risk level of a portfolio, a strategy or a symbol: the worst that any of its measures says, with the reasons.
 */
import type { Exposure } from './concentration.ts'
import type { Measures } from './measures.ts'
import { CONFIDENCES, RETURNS_MIN, VAR_METHODS } from './tail-risk.ts'

export const RISK_LEVELS = ['low', 'medium', 'high', 'critical'] as const
export type RiskLevel = (typeof RISK_LEVELS)[number]

export const JUDGED = [
  'currentDrawdown',
  'maxDrawdown',
  'ulcerIndex',
  'dayVar99',
  'volatility',
  'leverage',
  'concentration',
  'beta',
  'consistency',
] as const
export type Judged = (typeof JUDGED)[number]

export interface LevelReason {
  readonly measure: Judged
  readonly value: number
  /** The line that it has reached. */
  readonly line: number
  readonly level: RiskLevel
}
export interface RiskJudgement {
  /** Null where nothing speaks against low, and there is too little to say that it is. */
  readonly level: RiskLevel | null
  /** What is above low, worst first. */
  readonly reasons: readonly LevelReason[]
  /** What was judged. */
  readonly judged: readonly Judged[]
}

type Lines = Readonly<Partial<Record<Exclude<RiskLevel, 'low'>, number>>>

/** From where on a measure is more than low; docs/measures.md says why. */
export const RISK_LINES: Readonly<Record<Exclude<Judged, 'consistency'>, Lines>> = {
  currentDrawdown: { medium: 0.05, high: 0.1, critical: 0.15 },
  maxDrawdown: { medium: 0.1, high: 0.2, critical: 0.35 },
  ulcerIndex: { medium: 0.05, high: 0.1, critical: 0.2 },
  dayVar99: { medium: 0.03, high: 0.06, critical: 0.12 },
  volatility: { medium: 0.3, high: 0.6, critical: 1 },
  leverage: { medium: 1.5, high: 3, critical: 6 },
  concentration: { medium: 0.5 },
  beta: { medium: 1.2, high: 2.5 },
}
/** Below it growth is no more than luck: at most medium. */
export const CONSISTENCY_LINE = 25
/** One symbol of a small book is no concentration. */
const CONCENTRATED_FROM_LEVERAGE = 0.25

export interface Judging {
  readonly measures: Measures
  /** Periods of the measures in a day: 1 for days, 24 for hours. */
  readonly periodsPerDay: number
  readonly exposure?: Exposure | undefined
  /** Of the account, in the currency of the exposure. */
  readonly equity?: number | undefined
  /** The account's own drawdown lines, where it has others. */
  readonly drawdown?: { readonly orange: number; readonly red: number } | undefined
}

export function riskLevelOf(judging: Judging): RiskJudgement {
  const { measures, exposure, equity = 0, drawdown } = judging
  // Nothing open is no sign of caution.
  const leverage = exposure === undefined || !(equity > 0 && exposure.gross > 0) ? null : exposure.gross / equity
  const known: readonly (readonly [Judged, number | null])[] = [
    ['currentDrawdown', measures.currentDrawdown],
    ['maxDrawdown', measures.maxDrawdown],
    ['ulcerIndex', measures.ulcerIndex],
    ['dayVar99', dayVar99(measures, judging.periodsPerDay)],
    ['volatility', measures.volatility],
    ['leverage', leverage],
    ['concentration', leverage !== null && leverage > CONCENTRATED_FROM_LEVERAGE ? (exposure?.hhi ?? null) : null],
    ['beta', measures.beta === null ? null : Math.abs(measures.beta)],
    ['consistency', measures.consistency.score],
  ]
  const judged = known.flatMap(([measure, value]) => (value === null ? [] : [{ measure, value }]))
  const reasons = judged
    .flatMap(({ measure, value }) => {
      const reached = measure === 'consistency' ? belowLine(value) : reachedLine(value, linesOf(measure, drawdown))
      return reached === undefined ? [] : [{ measure, value, ...reached }]
    })
    .sort((a, b) => RISK_LEVELS.indexOf(b.level) - RISK_LEVELS.indexOf(a.level))
  const isEnough = measures.returns >= RETURNS_MIN && judged.length > 0
  return { level: reasons[0]?.level ?? (isEnough ? 'low' : null), reasons, judged: judged.map(({ measure }) => measure) }
}

const belowLine = (score: number): Pick<LevelReason, 'line' | 'level'> | undefined =>
  score < CONSISTENCY_LINE ? { line: CONSISTENCY_LINE, level: 'medium' } : undefined

function linesOf(measure: Exclude<Judged, 'consistency'>, drawdown: Judging['drawdown']): Lines {
  return measure === 'currentDrawdown' && drawdown !== undefined
    ? { medium: drawdown.orange / 2, high: drawdown.orange, critical: drawdown.red }
    : RISK_LINES[measure]
}

function reachedLine(value: number, lines: Lines): Pick<LevelReason, 'line' | 'level'> | undefined {
  for (const level of ['critical', 'high', 'medium'] as const) {
    const line = lines[level]
    if (line !== undefined && value >= line) return { line, level }
  }
  return undefined
}

/** The worst of the three methods, scaled to a day by the root of time. */
function dayVar99({ var: tails }: Measures, periodsPerDay: number): number | null {
  const known = VAR_METHODS.flatMap((method) => tails[method][CONFIDENCES[1]] ?? [])
  return known.length === 0 ? null : Math.max(...known) * Math.sqrt(periodsPerDay)
}
