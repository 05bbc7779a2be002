/**
 * Limits, sizing and expected costs by profile, in one place, so that a backtest with a profile's limits is that profile.
 */
import { cash, rate } from '../core/units.ts'
import type { ExpectedCosts } from './planned-loss.ts'
import { RESEARCH_LIMITS, type RiskLimits } from './limits.ts'
import { CAUTIOUS_VALUES, SIM_VALUES } from './settings/profile-values.ts'
import { type RiskSettings, rulesOf } from './settings/rules.ts'
import type { SettingValues } from './settings/setting.ts'
import type { Sizing } from './sizing.ts'

export interface RiskProfile {
  readonly limits: RiskLimits
  /** What limits and sizing were made from; absent in `research`, which has no limits to set. */
  readonly settings?: RiskSettings
  readonly sizing: Sizing
  readonly costs: ExpectedCosts
}

export const RISK_PROFILE_NAMES = ['research', 'sim', 'paper', 'testnet', 'demo', 'observe', 'live'] as const
export type RiskProfileName = (typeof RISK_PROFILE_NAMES)[number]

const coins = (n: number) => cash(n * 1e8)

/** 2 % of a balance of 1,000 or less, down to 0.5 % from 10,000 on; shrinks linearly between the yellow and the red drawdown line. */
const BALANCE_SIZING: Sizing = {
  type: 'risk',
  scaling: { type: 'linear', rMin: 0.005, rMax: 0.02, balanceLow: coins(1_000), balanceHigh: coins(10_000) },
  decay: { type: 'linear' },
  isThrottled: false,
}

/** Bybit's tier 1 of most linear perpetuals: 0.5 % maintenance margin; 0.1 % of a spot trade. Stops are expected to slip 2 bp. */
const EXPECTED: ExpectedCosts = {
  takerRate: rate(5_500_000),
  spotTakerRate: rate(10_000_000),
  stopSlippageRate: rate(2_000_000),
  maintenanceRate: rate(50_000_000),
}

/** By the name of the profile that ships them. */
export const PROFILE_VALUES: Readonly<Record<Exclude<RiskProfileName, 'research'>, SettingValues>> = {
  sim: SIM_VALUES,
  paper: SIM_VALUES,
  testnet: CAUTIOUS_VALUES,
  demo: CAUTIOUS_VALUES,
  observe: CAUTIOUS_VALUES,
  live: CAUTIOUS_VALUES,
}

/** A profile with these settings. */
export const riskProfileOf = (settings: RiskSettings): RiskProfile => ({ ...rulesOf(settings.account), settings, costs: EXPECTED })

const shipped = (account: SettingValues): RiskProfile => riskProfileOf({ account, strategies: {}, symbols: {} })
const SIM = shipped(SIM_VALUES)
const CAUTIOUS = shipped(CAUTIOUS_VALUES)

export const RISK_PROFILES: Readonly<Record<RiskProfileName, RiskProfile>> = {
  research: { limits: RESEARCH_LIMITS, sizing: BALANCE_SIZING, costs: EXPECTED },
  sim: SIM,
  paper: SIM,
  testnet: CAUTIOUS,
  demo: CAUTIOUS,
  observe: CAUTIOUS,
  live: CAUTIOUS,
}
