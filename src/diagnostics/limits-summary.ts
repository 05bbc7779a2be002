/**
 * What the limits of a profile mean in money, for the equity that is there.
 */
import { type Cash, RATE_ONE } from '../core/units.ts'
import { limitAt } from '../core/money-limit.ts'
import type { RiskProfile } from '../risk/profiles.ts'
import { scaledFraction } from '../risk/sizing.ts'

const COIN = 1e8
const GAP = 0.05
/** How far away a stop is taken to be where the size of an order is not what bounds it. */
const STOP = 0.01

/** Everything that ends a size: the budget of a trade, its outer bound, and that it must fit several times into the day's loss. */
export function plannedLossMax({ limits, sizing }: RiskProfile, equity: Cash): number {
  const r = sizing.type === 'risk' ? scaledFraction(sizing.scaling, equity, equity) : 1
  const dayLoss = limitAt(limits.dayLossMax, equity)
  const byDay = limits.gapTestMultiple > 0 ? dayLoss / limits.gapTestMultiple : Number.POSITIVE_INFINITY
  return Math.min(equity * Math.min(r, limits.tradeLossFractionMax), byDay)
}

export function limitsSummary(risk: RiskProfile, equity: Cash): string {
  const { limits, costs } = risk
  const planned = plannedLossMax(risk, equity)
  const fees = (2 * costs.takerRate + costs.stopSlippageRate) / RATE_ONE
  const notional = Math.min(
    planned / (STOP + fees),
    limitAt(limits.orderMax, equity),
    limitAt(limits.positionMax, equity),
    equity * limits.leverage,
  )
  const gap = Math.max(planned, notional * (GAP + fees))
  return `planned loss up to ${money(planned)} USDT per trade if the stop fills at its price (with a ${GAP * 100} % gap about ${money(gap)}); no new entries after a daily loss of ${money(limitAt(limits.dayLossMax, equity))} USDT`
}

function money(units: number): string {
  const coins = units / COIN
  return coins >= 10 ? Math.round(coins).toLocaleString('en-US') : coins.toFixed(2)
}
