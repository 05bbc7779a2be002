/**
 * Sizing methods against figures worked out by hand, and the bounds that hold whichever is chosen (S10).
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cash, ticks } from '../core/units.ts'
import { fractionLimit, moneyLimit } from '../core/money-limit.ts'
import { notionalOf } from '../market/instrument.ts'
import { RISK_PROFILES } from './profiles.ts'
import { sizeByRisk } from './sizing.ts'
import {
  type Edge,
  NO_EDGE,
  type SizingEvidence,
  type SizingMethod,
  annualVolatility,
  kellyFraction,
  lowerWinRate,
  sizeByMethod,
} from './sizing-methods.ts'
import { btc, coins, costs } from '../../test/support/kernel/risk-view.ts'

const evidence = (over: Partial<SizingEvidence> = {}): SizingEvidence => ({
  equity: coins(10_000),
  entry: ticks(640_000),
  atrTicks: 6_400,
  barsPerYear: 365 * 96,
  edge: NO_EDGE,
  symbols: 4,
  rMin: 0.005,
  ...over,
})

// Wilson's interval in Python, with z = 1.6448536.
test.each([
  [60, 100, 0.51781],
  [35, 100, 0.27644],
  [500, 1_000, 0.47403],
  [100, 100, 0.97366],
])('the lower bound of %d wins in %d trades is %d', (wins, trades, expected) => {
  expect(lowerWinRate(wins, trades)).toBeCloseTo(expected, 4)
})

test('a range of 1 %% of the price in 15 minutes is 117 %% a year', () => {
  expect(annualVolatility(6_400, 640_000, 365 * 96)).toBeCloseTo((0.01 / 1.5957691216) * Math.sqrt(35_040), 10)
})

describe('Kelly', () => {
  const edge = (wins: number, trades: number, win: number, loss = 1): Edge => ({
    trades,
    wins,
    wonR: wins * win,
    lostR: (trades - wins) * loss,
  })
  test.each<readonly [Edge, number]>([
    // p = 0.51781, b = 1: 0.51781 - 0.48219.
    [edge(60, 100, 1), 0.03562],
    // p = 0.27644, b = 3: 0.27644 - 0.72356 / 3.
    [edge(35, 100, 3), 0.03525],
    [edge(35, 100, 1), 0],
    [edge(0, 100, 1), 0],
  ])('%o risks %d', (of, expected) => {
    expect(kellyFraction(of)).toBeCloseTo(expected, 4)
  })

  test('S10 it is not believed before 100 trades, and never exceeds the budget of the fixed fraction', () => {
    expect(sizeByMethod({ type: 'kelly', fraction: 1 }, evidence({ edge: edge(99, 99, 5) })).r).toBe(0.005)
    expect(sizedBy({ type: 'kelly', fraction: 1 }, { edge: edge(900, 1_000, 5) }).r).toBe(sizedBy({ type: 'fixed-fraction' }, {}).r)
    expect(sizedBy({ type: 'kelly', fraction: 0.1 }, { edge: edge(60, 100, 1) }).r).toBeCloseTo(0.003562, 5)
  })
})

function sizedBy(method: SizingMethod, over: Partial<SizingEvidence>, smoothedDrawdown = 0) {
  const of = evidence(over)
  const { limits, sizing } = RISK_PROFILES.sim
  if (sizing.type !== 'risk') throw new Error('the profile sizes by risk')
  return sizeByRisk(
    {
      instrument: btc,
      side: 1,
      entry: of.entry,
      stop: ticks(633_600),
      equity: of.equity,
      highWater: cash(0),
      smoothedDrawdown,
      lossRoom: Number.POSITIVE_INFINITY,
    },
    sizing.scaling,
    sizing.decay,
    limits,
    costs,
    [],
    sizeByMethod(method, of),
  )
}

describe('a value', () => {
  test.each<readonly [SizingMethod, number]>([
    [{ type: 'fixed-notional', limit: moneyLimit(coins(1_280)) }, 1_280],
    [{ type: 'fixed-notional', limit: fractionLimit(0.1) }, 960],
    [{ type: 'equal-weight', all: fractionLimit(1) }, 2_496],
    // 20 % of 10,000 at 117.3 % a year: 1,705.
    [{ type: 'volatility-target', annual: 0.2 }, 1_664],
  ])('%o buys whole lots of 0.001 BTC worth %d', (method, expected) => {
    const { lots } = sizedBy(method, {})
    expect(notionalOf(btc, ticks(640_000), lots, 'ceil')).toBe(coins(expected))
  })

  test('shrinks with the drawdown as a risk budget does', () => {
    const method: SizingMethod = { type: 'fixed-notional', limit: moneyLimit(coins(1_280)) }
    // Between the lines at 5 and 15 %: 1 - 0.075 / 0.15.
    expect(sizedBy(method, {}, 0.075).lots).toBe(10)
    expect(sizedBy(method, {}, 0.15).lots).toBe(0)
  })

  test('without an average true range nothing is sized by volatility', () => {
    expect(sizeByMethod({ type: 'volatility-target', annual: 0.2 }, evidence({ atrTicks: 0 })).missing).toBe('atr')
  })

  test('every step is named, for /why', () => {
    const names = sizedBy({ type: 'equal-weight', all: fractionLimit(1) }, {}).steps.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['equal weight of 4', 'quantity by risk', 'capped by the sizing method']))
  })
})

test('whatever the method, no entry plans to lose more than any trade may', () => {
  const methods = fc.oneof(
    fc.record({ type: fc.constant('volatility-target' as const), annual: fc.double({ min: 0.01, max: 2, noNaN: true }) }),
    fc.record({ type: fc.constant('kelly' as const), fraction: fc.double({ min: 0.01, max: 1, noNaN: true }) }),
    fc.record({
      type: fc.constant('fixed-notional' as const),
      limit: fc.integer({ min: 1, max: 500_000 }).map((n) => moneyLimit(coins(n))),
    }),
    fc.record({ type: fc.constant('equal-weight' as const), all: fc.double({ min: 0.01, max: 10, noNaN: true }).map(fractionLimit) }),
  )
  const edges = fc
    .tuple(fc.nat(300), fc.nat(300), fc.double({ min: 0, max: 10, noNaN: true }))
    .map(([wins, losses, win]): Edge => ({ trades: wins + losses, wins, wonR: wins * win, lostR: losses }))
  fc.assert(
    fc.property(methods, edges, fc.integer({ min: 1, max: 1_000_000 }), (method, edge, balance) => {
      const { plannedLoss } = sizedBy(method, { edge, equity: coins(balance) })
      expect(plannedLoss).toBeLessThanOrEqual(coins(balance) * RISK_PROFILES.sim.limits.tradeLossFractionMax)
    }),
  )
})
