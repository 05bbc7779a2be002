/**
 * The limits that an entry is checked against. Every field is required: nothing is approved for want of a limit, and only `research` says
 * infinity, in words.
 */
import { HOUR_MS, type StrategyId } from '../core/units.ts'
import type { MarginMode } from '../market/margin-tiers.ts'
import { type MoneyLimit, UNLIMITED, isUnlimited } from '../core/money-limit.ts'

export interface RiskLimits {
  /** Entries are denied when the mark is older than this, ms of market time. */
  readonly staleAfterMs: number
  readonly spreadBpsMax: number
  /** Distance of a limit price from the mark. */
  readonly collarBpsMax: number
  readonly collarAtrMax: number
  readonly isStopRequired: boolean
  /** Whether a stop nearer than max(2 x spread, 0.25 ATR, 3 x round-trip cost) is denied (S5). */
  readonly isStopDistanceChecked: boolean
  /** Notional of all positions and open entries, both sides added. */
  readonly grossMax: MoneyLimit
  /** Longs less shorts, by the side on which open entries make it worse. */
  readonly netMax: MoneyLimit
  readonly orderMax: MoneyLimit
  /** Position plus worst-case open entries of one symbol. */
  readonly positionMax: MoneyLimit
  /** Net value of symbols that move together. */
  readonly correlatedMax: MoneyLimit
  /** Loss of a day that is passed on one in twenty, of all positions after the entry. */
  readonly varMax: MoneyLimit
  /** Mean loss of the days beyond it. */
  readonly cvarMax: MoneyLimit
  /** Symbols with a position or an open entry. */
  readonly openPositionsMax: number
  /** Leverage that margin is computed with; margin of everything must fit into equity. */
  readonly leverage: number
  /** Of the whole account: what a position is liquidated against. */
  readonly marginMode: MarginMode
  /** Largest loss of a day (the worse of rolling 24 h and the UTC day) before entries stop, of the equity at its beginning. */
  readonly dayLossMax: MoneyLimit
  /** Largest loss of a week (the worse of rolling 7 days and the week since Monday, UTC). */
  readonly weekLossMax: MoneyLimit
  /** Planned loss of one trade as a fraction of equity: the outer bound, whatever the sizing says. */
  readonly tradeLossFractionMax: number
  /** How often the planned loss must fit into the day's loss left (S10). */
  readonly gapTestMultiple: number
  readonly ordersPerSecondMax: number
  readonly ordersPerMinuteMax: number
  /** The same strategy, symbol and side within this market time is a duplicate. */
  readonly duplicateWindowMs: number
  /** No entry in a symbol for this long after its last trade ended. */
  readonly reentryCooldownMs: number
  /** Losing trades one after the other that put entries on hold; Infinity: never. */
  readonly lossStreakMax: number
  readonly lossStreakPauseMs: number
  /** Orders that the exchange rejects within 10 minutes before entries are on hold; Infinity: never. */
  readonly rejectStormMax: number
  /** Mean slippage of the last five fills of a symbol before its entries are on hold. */
  readonly slippageStormBps: number
  readonly stormPauseMs: number
  readonly drawdown: DrawdownTiers
  /** What a strategy or a symbol may not pass beside the account; absent where nothing is set for either. */
  readonly scopes?: readonly ScopeLimits[]
}

/** Fractions of flow-adjusted peak equity (S9). */
export interface DrawdownTiers {
  readonly yellow: number
  readonly orange: number
  readonly red: number
  readonly halfLifeMs: number
  readonly cooldownMs: number
}

/** Limits of one strategy or one symbol; a part of equity is one of the account's. */
export interface ScopeLimits {
  /** The strategy, or the symbol where it is undefined. */
  readonly strategy: StrategyId | undefined
  readonly grossMax: MoneyLimit
  readonly netMax: MoneyLimit
  readonly openPositionsMax: number
  readonly dayLossMax: MoneyLimit
  readonly weekLossMax: MoneyLimit
  readonly lossStreakMax: number
}

const UNBOUNDED = Number.POSITIVE_INFINITY

/** Whether no limit looks at drawdown, at the loss of a day, a week or a streak, or at how orders are treated. */
export const isEquityUnbounded = (limits: RiskLimits): boolean =>
  isUnlimited(limits.dayLossMax) &&
  isUnlimited(limits.weekLossMax) &&
  limits.lossStreakMax === UNBOUNDED &&
  limits.rejectStormMax === UNBOUNDED &&
  limits.slippageStormBps === UNBOUNDED &&
  limits.drawdown.orange === UNBOUNDED &&
  limits.drawdown.red === UNBOUNDED

/** Whether a limit measures distances in average true ranges. */
export const needsAtr = (limits: RiskLimits): boolean => limits.isStopDistanceChecked || limits.collarAtrMax !== UNBOUNDED

/** Whether no limit looks at what a trade, a day or a week may lose. */
export const isLossUnbounded = (limits: RiskLimits): boolean =>
  isUnlimited(limits.dayLossMax) && isUnlimited(limits.weekLossMax) && limits.tradeLossFractionMax === UNBOUNDED

/** A backtest's own: all rules run, only cash, margin and lot rules bind. */
export const RESEARCH_LIMITS: RiskLimits = {
  staleAfterMs: UNBOUNDED,
  spreadBpsMax: UNBOUNDED,
  collarBpsMax: UNBOUNDED,
  collarAtrMax: UNBOUNDED,
  isStopRequired: false,
  isStopDistanceChecked: false,
  grossMax: UNLIMITED,
  netMax: UNLIMITED,
  orderMax: UNLIMITED,
  positionMax: UNLIMITED,
  correlatedMax: UNLIMITED,
  varMax: UNLIMITED,
  cvarMax: UNLIMITED,
  openPositionsMax: UNBOUNDED,
  leverage: 1,
  marginMode: 'cross',
  dayLossMax: UNLIMITED,
  weekLossMax: UNLIMITED,
  tradeLossFractionMax: UNBOUNDED,
  gapTestMultiple: 0,
  ordersPerSecondMax: UNBOUNDED,
  ordersPerMinuteMax: UNBOUNDED,
  duplicateWindowMs: 0,
  reentryCooldownMs: 0,
  lossStreakMax: UNBOUNDED,
  lossStreakPauseMs: 0,
  rejectStormMax: UNBOUNDED,
  slippageStormBps: UNBOUNDED,
  stormPauseMs: 0,
  drawdown: { yellow: UNBOUNDED, orange: UNBOUNDED, red: UNBOUNDED, halfLifeMs: HOUR_MS, cooldownMs: 0 },
}
