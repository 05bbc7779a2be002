/**
 * The rules that an entry is checked against, in their order, and what a denial says: the rule and the figures that decided.
 */
import { formatDecimal } from '../core/decimal.ts'
import { CASH_SCALE, type Cash } from '../core/units.ts'

/** In the order in which they are checked. Holds come first and are the kernel's (kernel/state/holds.ts); an entry that cannot be sized at all is denied
 * by a rule of sizing (kernel/orders/entry-sizing.ts) before the rules of the check. */
export const RISK_RULES = [
  'hold',
  'strategy-off',
  'universe',
  'symbol-owned',
  'opposite-side',
  'spot-long-only',
  'instrument-status',
  'stale-data',
  'spread',
  'quantity',
  'notional-min',
  'price-collar',
  'stop-missing',
  'stop-side',
  'stop-too-near',
  'stop-beyond-liquidation',
  'account-cap',
  'order-notional',
  'position-notional',
  'risk-limit',
  'net-exposure',
  'open-positions',
  'correlated',
  'margin',
  'planned-loss',
  'day-loss',
  'week-loss',
  'gap-test',
  'order-rate',
  'duplicate',
  'reentry-cooldown',
  'var',
  'cvar',
  'exit-not-verified',
  'execution',
  'spot-order',
  'no-size',
] as const
export type RiskRule = (typeof RISK_RULES)[number]

/** Decimal texts and names, in units that an operator reads. */
export type RiskFigures = Readonly<Record<string, string | number>>

export interface RiskDenial {
  readonly rule: RiskRule
  readonly figures: RiskFigures
}

/** Money in a sentence: to the nearest cent. */
export const centsText = (amount: Cash): string => (amount / 10 ** CASH_SCALE).toFixed(2)

/** Money in a denial's figures, to the last digit. */
export const coinsText = (amount: Cash): string => formatDecimal(amount, CASH_SCALE)
