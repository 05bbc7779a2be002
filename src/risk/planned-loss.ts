/**
 * What a trade is expected to lose if its stop fills at its price, and what trading is expected to cost.
 * Never counts a gap: the gap test does (S10).
 */
import { mulDivCeil } from '../core/decimal.ts'
import { type Cash, type Lots, RATE_ONE, type Rate, type Ticks, cash } from '../core/units.ts'
import { type Instrument, notionalOf } from '../market/instrument.ts'
import { maintenanceOf } from '../market/margin-tiers.ts'

/** What the check needs beside the limits: what trading is expected to cost. */
export interface ExpectedCosts {
  readonly takerRate: Rate
  /** Of spot, which costs more. */
  readonly spotTakerRate: Rate
  /** Slippage of a stop that fills, of its price. */
  readonly stopSlippageRate: Rate
  /** Margin below which the venue liquidates, as a rate of notional: of an instrument whose tiers nobody has read. */
  readonly maintenanceRate: Rate
}

export const takerRateOf = ({ category }: Instrument, costs: ExpectedCosts): Rate =>
  category === 'spot' ? costs.spotTakerRate : costs.takerRate

/** In which rates are mostly whole, so that products of them fit a double and need no BigInt. */
const TENTH_OF_A_POINT = RATE_ONE / 1e5

/** A rate of an amount, rounded up, exactly. */
export const rateOf = (amount: number, rate: Rate): number =>
  rate % TENTH_OF_A_POINT === 0
    ? mulDivCeil(amount, rate / TENTH_OF_A_POINT, RATE_ONE / TENTH_OF_A_POINT)
    : mulDivCeil(amount, rate, RATE_ONE)

/** Maintenance margin of contracts of that value in one symbol, by its tiers. */
export const maintenanceIn = ({ tiers }: Instrument, notional: Cash, unread: Rate): number =>
  tiers.length === 0 ? rateOf(notional, unread) : maintenanceOf(notional, tiers)

/** Fee and slippage of an exit of that notional at its stop. */
export const exitCostOf = (instrument: Instrument, notional: Cash, costs: ExpectedCosts): number =>
  rateOf(notional, takerRateOf(instrument, costs)) + rateOf(notional, costs.stopSlippageRate)

/** Money that is lost if the stop fills at its price: distance, both fees, expected stop slippage (S10; funding enters with a time stop). */
export function plannedLossOf(instrument: Instrument, entry: Ticks, stop: Ticks, quantity: Lots, costs: ExpectedCosts): Cash {
  const entryNotional = notionalOf(instrument, entry, quantity, 'ceil')
  const stopNotional = notionalOf(instrument, stop, quantity, 'ceil')
  const distance = Math.abs(entryNotional - stopNotional)
  const entryFee = rateOf(entryNotional, takerRateOf(instrument, costs))
  return cash(distance + entryFee + exitCostOf(instrument, stopNotional, costs))
}
