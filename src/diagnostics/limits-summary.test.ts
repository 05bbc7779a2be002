/**
 * Limits in money: what bounds a planned loss, and the words.
 */
import { moneyLimit } from '../core/money-limit.ts'
import { expect, test } from 'vitest'
import { cash } from '../core/units.ts'
import { RISK_PROFILES, type RiskProfile } from '../risk/profiles.ts'
import { limitsSummary, plannedLossMax } from './limits-summary.ts'

const coins = (n: number) => cash(n * 1e8)
const risk = (limits: Partial<RiskProfile['limits']>): RiskProfile => ({
  ...RISK_PROFILES.live,
  limits: { ...RISK_PROFILES.live.limits, ...limits },
})

test('live with 10,400 USDT: half a percent bounds a trade, what it buys at a stop 1 % away bounds its gap', () => {
  expect(plannedLossMax(RISK_PROFILES.live, coins(10_400))).toBe(coins(52))
  // 5 % and the costs of a round trip with its slippage.
  const gap = (52 / 0.0113) * (0.05 + 2 * 0.00055 + 0.0002)
  expect(limitsSummary(RISK_PROFILES.live, coins(10_400))).toBe(
    `planned loss up to 52 USDT per trade if the stop fills at its price (with a 5 % gap about ${gap.toFixed(0)}); no new entries after a daily loss of 208 USDT`,
  )
})

test.each([
  ['the budget of a trade', {}, 1_000, 5],
  ['the outer bound', { tradeLossFractionMax: 0.001 }, 1_000, 1],
  ['the day', { dayLossMax: moneyLimit(coins(9)) }, 1_000, 3],
  ['without a gap test, the sizing: 0.5 % from 10,000 on', { gapTestMultiple: 0, tradeLossFractionMax: 1 }, 20_000, 100],
] as const)('%s', (_, limits, equity, expected) => {
  expect(plannedLossMax(risk(limits), coins(equity)) / 1e8).toBeCloseTo(expected, 6)
})

test('a gap never costs less than what is planned, and wide limits give the gap of a stop 1 % away', () => {
  const wide = risk({
    orderMax: moneyLimit(coins(1e6)),
    positionMax: moneyLimit(coins(1e6)),
    dayLossMax: moneyLimit(coins(310)),
    gapTestMultiple: 3,
  })
  const gap = (52 / 0.0113) * 0.0513
  expect(limitsSummary(wide, coins(10_400))).toContain(
    `planned loss up to 52 USDT per trade if the stop fills at its price (with a 5 % gap about ${gap.toFixed(0)})`,
  )
  expect(limitsSummary(risk({ orderMax: moneyLimit(coins(1)) }), coins(1_000))).toContain(
    'planned loss up to 5.00 USDT per trade if the stop fills at its price (with a 5 % gap about 5.00)',
  )
})
