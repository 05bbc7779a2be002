/**
 * What a sizing method asks for beside the risk budget of a trade: a value, or a smaller part of equity. It only ever makes an entry smaller.
 */
import { type Cash, type Ticks, cash } from '../core/units.ts'
import { type MoneyLimit, limitAt } from '../core/money-limit.ts'

export type SizingMethod =
  | { readonly type: 'fixed-fraction' }
  /** Volatility of the position a year, as a part of equity. */
  | { readonly type: 'volatility-target'; readonly annual: number }
  /** Part of the full Kelly fraction. */
  | { readonly type: 'kelly'; readonly fraction: number }
  | { readonly type: 'fixed-notional'; readonly limit: MoneyLimit }
  /** Value of all positions together, shared by all symbols. */
  | { readonly type: 'equal-weight'; readonly all: MoneyLimit }

/** Closed trades of a strategy in R, their planned losses. */
export interface Edge {
  readonly trades: number
  readonly wins: number
  /** Sum of the R won, and of the R lost, both 0 or more. */
  readonly wonR: number
  readonly lostR: number
}
export const NO_EDGE: Edge = { trades: 0, wins: 0, wonR: 0, lostR: 0 }

export interface SizingEvidence {
  readonly equity: Cash
  readonly entry: Ticks
  /** Average true range over a bar, in ticks; 0 while unknown. */
  readonly atrTicks: number
  readonly barsPerYear: number
  readonly edge: Edge
  /** Symbols that are traded. */
  readonly symbols: number
  /** r where there is too little to go by. */
  readonly rMin: number
}

export interface MethodSize {
  /** Value of the position at most, before the drawdown decay; undefined where the risk budget alone decides. */
  readonly notional?: Cash
  /** Part of equity that the trade may lose at most. */
  readonly r?: number
  /** Names and figures for `/why`. */
  readonly steps: readonly { readonly name: string; readonly value: string }[]
  /** Why nothing can be sized; the method needs what is not there yet. */
  readonly missing?: 'atr'
}

/** Trades before Kelly is believed (S10). */
export const KELLY_TRADES_MIN = 100
/** One-sided 95 %. */
const Z = 1.6448536269514722
/** A range of a driftless Brownian bar has 2 sqrt(2 / pi) times its standard deviation (Feller 1951). */
const RANGE_PER_SD = 2 * Math.sqrt(2 / Math.PI)

/**
 * Standard deviation of a year's return, from the average true range.
 * @example annualVolatility(10, 1_000, 35_040) // 0.01 of the price in 15 minutes: 1.173
 */
export const annualVolatility = (atrTicks: number, price: number, barsPerYear: number): number =>
  (atrTicks / price / RANGE_PER_SD) * Math.sqrt(barsPerYear)

/**
 * Lower bound of a share of wins, one-sided 95 % (Wilson 1927).
 * @example lowerWinRate(60, 100) // 0.5174
 */
export function lowerWinRate(wins: number, trades: number): number {
  const p = wins / trades
  const z2 = Z * Z
  return (p + z2 / (2 * trades) - Z * Math.sqrt((p * (1 - p)) / trades + z2 / (4 * trades * trades))) / (1 + z2 / trades)
}

/**
 * The Kelly fraction of equity to risk per trade: p - (1 - p) / b, with p the lower bound of the win rate and b the mean win over the mean
 * loss, in R (Kelly 1956). 0 where there is no edge.
 */
export function kellyFraction({ trades, wins, wonR, lostR }: Edge): number {
  if (wins === 0 || wonR <= 0) return 0
  const p = lowerWinRate(wins, trades)
  // Never a loss: what it would be cannot be known, and the win rate alone bounds it.
  if (wins === trades || lostR <= 0) return p
  const b = wonR / wins / (lostR / (trades - wins))
  return Math.max(0, p - (1 - p) / b)
}

const coins = (amount: Cash): string => (amount / 1e8).toFixed(2)

export function sizeByMethod(method: SizingMethod, evidence: SizingEvidence): MethodSize {
  const { equity, entry, atrTicks, barsPerYear, edge, symbols, rMin } = evidence
  switch (method.type) {
    case 'fixed-fraction':
      return { steps: [] }
    case 'volatility-target': {
      if (atrTicks <= 0) return { steps: [], missing: 'atr' }
      const annual = annualVolatility(atrTicks, entry, barsPerYear)
      const notional = cash(Math.max(0, Math.floor((equity * method.annual) / annual)))
      return {
        notional,
        steps: [
          { name: 'volatility a year', value: annual.toFixed(4) },
          { name: 'target a year', value: method.annual.toFixed(4) },
          { name: 'value by volatility', value: coins(notional) },
        ],
      }
    }
    case 'kelly': {
      if (edge.trades < KELLY_TRADES_MIN)
        return { r: rMin, steps: [{ name: `r by Kelly, after ${edge.trades} of ${KELLY_TRADES_MIN} trades`, value: rMin.toFixed(6) }] }
      const full = kellyFraction(edge)
      const r = full * method.fraction
      return {
        r,
        steps: [
          { name: 'win rate, lower bound', value: lowerWinRate(edge.wins, edge.trades).toFixed(4) },
          { name: 'full Kelly', value: full.toFixed(6) },
          { name: 'r by Kelly', value: r.toFixed(6) },
        ],
      }
    }
    case 'fixed-notional': {
      const notional = limitAt(method.limit, equity)
      return { notional, steps: [{ name: 'fixed value', value: coins(notional) }] }
    }
    case 'equal-weight': {
      const notional = cash(Math.floor(limitAt(method.all, equity) / Math.max(1, symbols)))
      return { notional, steps: [{ name: `equal weight of ${symbols}`, value: coins(notional) }] }
    }
  }
}
