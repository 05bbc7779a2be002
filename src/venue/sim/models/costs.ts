/**
 * The costs that the simulated exchange charges, shared by the wire simulator and by backtests that must agree with it.
 */
import { rate } from '../../../core/units.ts'
import type { TierTerms } from '../../../market/margin-tiers.ts'
import type { SimOptions } from '../sim-order.ts'

/** Bybit's reference rates for linear perpetuals without VIP level: 0.02 % maker, 0.055 % taker. */
export const MAKER_RATE = rate(2_000_000)
export const TAKER_RATE = rate(5_500_000)

/** Bybit's reference rate for spot without VIP level, maker and taker alike: 0.1 %. */
export const SPOT_RATE = rate(10_000_000)

/** Maintenance margin of the lowest risk tier: 0.5 % of the notional. */
export const MAINTENANCE_RATE = rate(50_000_000)

/** Shaped as Bybit's: each tier asks for more, and allows less leverage. What is taken off makes one tier end where the next begins. */
const TIERS: readonly TierTerms[] = [
  { valueMax: '2000000', maintenanceRate: '0.005', deduction: '0', leverageMax: 100 },
  { valueMax: '5000000', maintenanceRate: '0.01', deduction: '10000', leverageMax: 50 },
  { valueMax: '10000000', maintenanceRate: '0.02', deduction: '60000', leverageMax: 25 },
  { valueMax: '20000000', maintenanceRate: '0.04', deduction: '260000', leverageMax: 12.5 },
  { valueMax: '50000000', maintenanceRate: '0.1', deduction: '1460000', leverageMax: 5 },
]

/** Margin tiers of a simulated perpetual. */
export const simTiers = (leverageMax: number): readonly TierTerms[] =>
  TIERS.map((tier) => ({ ...tier, leverageMax: Math.min(tier.leverageMax, leverageMax) }))

/** Bybit's least order of linear perpetuals, in USDT. */
export const NOTIONAL_MIN = '5'

/** Profile `sim`: reference fees, 1 bp of slippage for orders that take, stops give away a tenth of what a bar goes beyond them, limits fill when traded through, 10x leverage. */
export const SIM_COSTS: Omit<SimOptions, 'idPrefix'> = {
  makerRate: MAKER_RATE,
  takerRate: TAKER_RATE,
  slippage: { type: 'fixed', bps: 1 },
  stopShare: 0.1,
  limitFill: 'through',
  leverage: 10,
  maintenanceRate: MAINTENANCE_RATE,
}
