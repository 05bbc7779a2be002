/**
 * Sizing against the formulas of the manual, worked out by hand, and the properties that keep it safe.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Cash, type Side, cash, lots, ticks } from '../core/units.ts'
import { makeInstrument, notionalOf } from '../market/instrument.ts'
import { plannedLossOf } from './planned-loss.ts'
import { RISK_PROFILES } from './profiles.ts'
import {
  type BalanceScaling,
  type DrawdownDecay,
  type RiskSizeInput,
  decayFactor,
  entryCaps,
  lotsFor,
  scaledFraction,
  sizeByRisk,
} from './sizing.ts'
import { btc, coins, costs, figures, viewOf } from '../../test/support/kernel/risk-view.ts'

const linear: BalanceScaling = { type: 'linear', rMin: 0.005, rMax: 0.02, balanceLow: coins(1_000), balanceHigh: coins(10_000) }
const exponential: BalanceScaling = { type: 'exponential', rMin: 0.005, rMax: 0.02, balanceLow: coins(1_000), halfLife: coins(3_000) }

describe('balance scaling', () => {
  test.each([
    [linear, 500, 0.02],
    [linear, 1_000, 0.02],
    [linear, 5_500, 0.0125],
    [linear, 10_000, 0.005],
    [linear, 90_000, 0.005],
    [exponential, 500, 0.02],
    [exponential, 1_000, 0.02],
    [exponential, 4_000, 0.0125],
    [exponential, 7_000, 0.00875],
    [exponential, 1e6, 0.005],
  ] as const)('%o at a balance of %d gives %d', (scaling, balance, expected) => {
    expect(scaledFraction(scaling, coins(balance), cash(0))).toBeCloseTo(expected, 12)
  })

  test('S10 the balance is the larger of equity and the high-water mark', () => {
    expect(scaledFraction(linear, coins(5_500), coins(10_000))).toBe(scaledFraction(linear, coins(10_000), cash(0)))
  })

  test('r stays between 0.5 % and 2 % before the decay', () => {
    const wild: BalanceScaling = { ...linear, rMin: 0.0001, rMax: 0.5 }
    expect(scaledFraction(wild, coins(1), cash(0))).toBe(0.02)
    expect(scaledFraction(wild, coins(1e6), cash(0))).toBe(0.005)
  })
})

test.each([
  [{ type: 'linear' }, 0.05, 1],
  [{ type: 'linear' }, 0.06, 0.6],
  [{ type: 'linear' }, 0.15, 0],
  [{ type: 'linear' }, 0.3, 0],
  [{ type: 'exponential', halfLife: 0.1 }, 0.05, 1],
  [{ type: 'exponential', halfLife: 0.1 }, 0.1, 0.5],
  [{ type: 'exponential', halfLife: 0.1 }, 0.2, 0.25],
  [{ type: 'none' }, 0.9, 1],
] as readonly (readonly [DrawdownDecay, number, number])[])('%o at a smoothed drawdown of %d multiplies by %d', (decay, d, expected) => {
  expect(decayFactor(decay, d, 0.05, 0.15)).toBeCloseTo(expected, 12)
})

const input = (equity: Cash, highWater: Cash, smoothed: number, stop: number, side: Side = 1): RiskSizeInput => ({
  instrument: btc,
  side,
  entry: ticks(640_000),
  stop: ticks(stop),
  equity,
  highWater,
  smoothedDrawdown: smoothed,
  lossRoom: Number.POSITIVE_INFINITY,
})
const size = (of: RiskSizeInput, caps: Parameters<typeof sizeByRisk>[5] = []) =>
  sizeByRisk(of, linear, { type: 'linear' }, RISK_PROFILES.sim.limits, costs, caps)

describe('fixed fraction', () => {
  test('fixed fraction: by hand: 0.5 % of 10,000 at 64,000 with a stop at 63,000', () => {
    // One BTC loses 1,000 + 35.2 + 34.65 + 12.6 = 1,082.45; 50 / 1,082.45 = 0.04619.
    const sized = size(input(coins(10_000), cash(0), 0, 630_000))
    expect(sized.lots).toBe(46)
    expect(sized.r).toBeCloseTo(0.005, 12)
    expect(sized.plannedLoss).toBe(plannedLossOf(btc, ticks(640_000), ticks(630_000), lots(46), costs))
    expect(sized.steps.map((s) => s.name)).toContain('planned loss of one unit')
  })

  test('the planned loss fits into the budget, and one lot more does not', () => {
    const stop = fc.integer({ min: 500_000, max: 639_000 })
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 1e6 }),
        stop,
        fc.double({ min: 0, max: 0.2, noNaN: true }),
        fc.boolean(),
        (balance, at, d, isLong) => {
          const of = input(coins(balance), cash(0), d, isLong ? at : 1_280_000 - at, isLong ? 1 : -1)
          const sized = size(of)
          const budget = Math.floor(of.equity * sized.r)
          expect(sized.plannedLoss).toBeLessThanOrEqual(budget)
          expect(plannedLossOf(btc, of.entry, of.stop, lots(sized.lots + 1), costs)).toBeGreaterThan(budget)
        },
      ),
    )
  })

  test('S10 sizing never grows on losses: less equity under the same high-water mark is never a larger order', () => {
    const loss = fc.double({ min: 0, max: 0.9, noNaN: true })
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 200_000 }), loss, loss, fc.integer({ min: 500_000, max: 635_000 }), (peak, x, y, stop) => {
        const [less, more] = x < y ? [x, y] : [y, x]
        const sizeAfter = (fraction: number) => size(input(coins(peak * (1 - fraction)), coins(peak), fraction, stop)).lots
        expect(sizeAfter(more)).toBeLessThanOrEqual(sizeAfter(less))
      }),
    )
  })

  test('a lot that is worth a fortune overflows nothing', () => {
    const gold = makeInstrument({ index: btc.index, venue: 'sim', symbol: 'XUSDT', tickSize: '1', lotSize: '1' })
    for (const price of [200, 126_000, 5_000_000]) {
      const of = { ...input(coins(10_000), cash(0), 0, 0), instrument: gold, entry: ticks(price), stop: ticks(price - 1) }
      const sized = size(of)
      expect(sized.plannedLoss).toBeLessThanOrEqual(coins(50))
      expect(plannedLossOf(gold, of.entry, of.stop, lots(sized.lots + 1), costs)).toBeGreaterThan(coins(50))
    }
  })

  test('caps only make it smaller and are named', () => {
    const free = size(input(coins(10_000), cash(0), 0, 639_000))
    const capped = size(input(coins(10_000), cash(0), 0, 639_000), [
      { name: 'order limit', notional: coins(1_000) },
      { name: 'position limit', notional: coins(50_000) },
    ])
    expect(capped.lots).toBe(15)
    expect(free.lots).toBeGreaterThan(15)
    expect(capped.steps.at(-1)).toEqual({ name: 'capped by order limit', value: '0.015' })
  })
})

test('lotsFor is the most that fits, exactly', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e13 }), fc.integer({ min: 1, max: 1e7 }), (money, price) => {
      const n = lotsFor(btc, cash(money), ticks(price))
      expect(notionalOf(btc, ticks(price), n, 'ceil')).toBeLessThanOrEqual(money)
      expect(notionalOf(btc, ticks(price), lots(n + 1), 'ceil')).toBeGreaterThan(money)
    }),
  )
  expect(lotsFor(btc, cash(-5), ticks(1))).toBe(0)
})

test('caps leave room for what is held and for open entries', () => {
  const view = viewOf({ ...figures(), held: 50, openBuys: 10, gross: coins(3_840) })
  const caps = Object.fromEntries(entryCaps(view, btc, 1, RISK_PROFILES.sim.limits, costs).map((cap) => [cap.name, cap.notional]))
  expect(caps['position limit']).toBe(coins(12_000 - 3_840))
  expect(caps['gross limit']).toBe(coins(30_000 - 3_840))
  // Free margin 10,000 - 384 pays a tenth and 0.055 % of each notional.
  expect(caps['margin']).toBe(Math.floor(coins(9_616) / 0.10055))
})

test('the shipped sizing is the one of the manual', () => {
  expect(RISK_PROFILES.sim.sizing).toEqual({
    type: 'risk',
    scaling: linear,
    decay: { type: 'linear' },
    isThrottled: true,
    method: { type: 'fixed-fraction' },
    capital: 1,
  })
})
