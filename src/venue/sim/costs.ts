/**
 * The costs that the simulated exchange charges, shared by the wire simulator and by backtests that must agree with it.
 * Never differs between the two: parity of fills and fees rests on this one value.
 */
import { rate } from '../../core/units.ts'
import type { SimOptions } from './sim-order.ts'

/** Bybit's reference rates for linear perpetuals without VIP level: 0.02 % maker, 0.055 % taker. */
export const MAKER_RATE = rate(2_000_000)
export const TAKER_RATE = rate(5_500_000)

/** Bybit's reference rate for spot without VIP level, maker and taker alike: 0.1 %. */
export const SPOT_RATE = rate(10_000_000)

/** Maintenance margin of the lowest risk tier: 0.5 % of the notional. */
export const MAINTENANCE_RATE = rate(50_000_000)

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
