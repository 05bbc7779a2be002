/**
 * Limits, sizing and expected costs by profile, in one place, so that a backtest with a profile's limits is that profile.
 * Never falls back to another profile's values: a name that is not here does not exist.
 */
import { cash, rate } from '../core/units.ts'
import type { ExpectedCosts } from './planned-loss.ts'
import { CAUTIOUS_LIMITS, RESEARCH_LIMITS, type RiskLimits, SIM_LIMITS } from './limits.ts'
import type { Sizing } from './sizing.ts'

export interface RiskProfile {
  readonly limits: RiskLimits
  readonly sizing: Sizing
  readonly costs: ExpectedCosts
}

export const RISK_PROFILE_NAMES = ['research', 'sim', 'paper', 'testnet', 'demo', 'observe', 'live'] as const
export type RiskProfileName = (typeof RISK_PROFILE_NAMES)[number]

const coins = (n: number) => cash(n * 1e8)

/** 2 % of a balance of 1,000 or less, down to 0.5 % from 10,000 on; shrinks linearly between the yellow and the red drawdown line. */
export const BALANCE_SIZING: Sizing = {
  type: 'risk',
  scaling: { type: 'linear', rMin: 0.005, rMax: 0.02, balanceLow: coins(1_000), balanceHigh: coins(10_000) },
  decay: { type: 'linear' },
}

/** Bybit's tier 1 of most linear perpetuals: 0.5 % maintenance margin; 0.1 % of a spot trade. Stops are expected to slip 2 bp. */
const EXPECTED: ExpectedCosts = {
  takerRate: rate(5_500_000),
  spotTakerRate: rate(10_000_000),
  stopSlippageRate: rate(2_000_000),
  maintenanceRate: rate(50_000_000),
}

const SIM: RiskProfile = { limits: SIM_LIMITS, sizing: BALANCE_SIZING, costs: EXPECTED }
const CAUTIOUS: RiskProfile = { limits: CAUTIOUS_LIMITS, sizing: BALANCE_SIZING, costs: EXPECTED }

export const RISK_PROFILES: Readonly<Record<RiskProfileName, RiskProfile>> = {
  research: { limits: RESEARCH_LIMITS, sizing: BALANCE_SIZING, costs: EXPECTED },
  sim: SIM,
  paper: SIM,
  testnet: CAUTIOUS,
  demo: CAUTIOUS,
  observe: CAUTIOUS,
  live: CAUTIOUS,
}
