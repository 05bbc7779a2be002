/**
 * The limits that an entry is checked against, and the profiles that ship them.
 * Never has an approving default: every field is required, and only `research` says infinity, in words.
 */
import { type Cash, DAY_MS, HOUR_MS, MINUTE_MS, cash } from '../core/units.ts'

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
  /** Gross notional of all positions and open entries. */
  readonly accountNotionalMax: Cash
  readonly orderNotionalMax: Cash
  /** Position plus worst-case open entries of one symbol. */
  readonly positionNotionalMax: Cash
  /** Leverage that margin is computed with; margin of everything must fit into equity. */
  readonly leverage: number
  /** Largest loss of a day (the worse of rolling 24 h and the UTC day) before entries stop. */
  readonly dayLossMax: Cash
  /** Planned loss of one trade as a fraction of equity: the outer bound, whatever the sizing says. */
  readonly tradeLossFractionMax: number
  /** How often the planned loss must fit into the day's loss left (S10). */
  readonly gapTestMultiple: number
  readonly ordersPerSecondMax: number
  readonly ordersPerMinuteMax: number
  /** The same strategy, symbol and side within this market time is a duplicate. */
  readonly duplicateWindowMs: number
  readonly drawdown: DrawdownTiers
}

/** Fractions of flow-adjusted peak equity (S9). */
export interface DrawdownTiers {
  readonly yellow: number
  readonly orange: number
  readonly red: number
  readonly halfLifeMs: number
  readonly cooldownMs: number
}

const money = (coins: number): Cash => cash(Math.round(coins * 1e8))
const UNBOUNDED = Number.POSITIVE_INFINITY
const UNBOUNDED_CASH = money(9e7)

/** Whether no limit looks at drawdown or at the loss of a day. */
export const isEquityUnbounded = (limits: RiskLimits): boolean =>
  limits.dayLossMax >= UNBOUNDED_CASH && limits.drawdown.orange === UNBOUNDED && limits.drawdown.red === UNBOUNDED

/** Whether no limit looks at what a trade or a day may lose. */
export const isLossUnbounded = (limits: RiskLimits): boolean =>
  limits.dayLossMax >= UNBOUNDED_CASH && limits.tradeLossFractionMax === UNBOUNDED

/** A backtest's own: all rules run, only cash, margin and lot rules bind. */
export const RESEARCH_LIMITS: RiskLimits = {
  staleAfterMs: UNBOUNDED,
  spreadBpsMax: UNBOUNDED,
  collarBpsMax: UNBOUNDED,
  collarAtrMax: UNBOUNDED,
  isStopRequired: false,
  isStopDistanceChecked: false,
  accountNotionalMax: UNBOUNDED_CASH,
  orderNotionalMax: UNBOUNDED_CASH,
  positionNotionalMax: UNBOUNDED_CASH,
  leverage: 1,
  dayLossMax: UNBOUNDED_CASH,
  tradeLossFractionMax: UNBOUNDED,
  gapTestMultiple: 0,
  ordersPerSecondMax: UNBOUNDED,
  ordersPerMinuteMax: UNBOUNDED,
  duplicateWindowMs: 0,
  drawdown: { yellow: UNBOUNDED, orange: UNBOUNDED, red: UNBOUNDED, halfLifeMs: HOUR_MS, cooldownMs: 0 },
}

/** Conservative values for an account of about 10,000 USDT: what `sim` and `paper` ship. */
export const SIM_LIMITS: RiskLimits = {
  staleAfterMs: 10 * MINUTE_MS,
  spreadBpsMax: 15,
  collarBpsMax: 300,
  collarAtrMax: 10,
  isStopRequired: true,
  isStopDistanceChecked: true,
  accountNotionalMax: money(30_000),
  orderNotionalMax: money(12_000),
  positionNotionalMax: money(12_000),
  leverage: 10,
  dayLossMax: money(500),
  tradeLossFractionMax: 0.02,
  gapTestMultiple: 3,
  ordersPerSecondMax: 8,
  ordersPerMinuteMax: 60,
  duplicateWindowMs: 5_000,
  drawdown: { yellow: 0.05, orange: 0.1, red: 0.15, halfLifeMs: HOUR_MS, cooldownMs: DAY_MS },
}

/** For testnet, demo and live until the config says otherwise: a tenth of `sim`. */
export const CAUTIOUS_LIMITS: RiskLimits = {
  ...SIM_LIMITS,
  staleAfterMs: 2 * MINUTE_MS,
  accountNotionalMax: money(3_000),
  orderNotionalMax: money(1_200),
  positionNotionalMax: money(1_200),
  leverage: 3,
  dayLossMax: money(50),
  tradeLossFractionMax: 0.005,
}
