/**
 * The market models against their formulas: the path inside a bar, slippage, fees and funding.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { instrumentIndex, lots, rate, ticks } from '../../../core/units.ts'
import { makeInstrument } from '../../../market/instrument.ts'
import { barPath, barVolatility, feeOf, fundingOf, rateFraction, slippageTicks, slipped } from './models.ts'

describe('barPath', () => {
  const limit = (side: 1 | -1) => ({ side, isStop: false, trigger: undefined, trailBy: undefined })
  const stop = (side: 1 | -1, trigger?: number) => ({
    side,
    isStop: true,
    trigger: trigger === undefined ? undefined : ticks(trigger),
    trailBy: undefined,
  })
  const trail = (side: 1 | -1, by: number, trigger: number) => ({ ...stop(side, trigger), trailBy: ticks(by) })

  // A bar from 90 to 110.
  test.each<readonly [string, number, readonly Parameters<typeof barPath>[1][number][], string]>([
    ['long: adverse first', 1, [], 'low-first'],
    ['short: adverse first', -1, [], 'high-first'],
    ['flat, nothing rests', 0, [], 'low-first'],
    ['flat, buy limit: the rise that would help it comes before', 0, [limit(1)], 'high-first'],
    ['flat, buy stop: the fall that hurts it comes after', 0, [stop(1)], 'high-first'],
    ['flat, sell limit', 0, [limit(-1)], 'low-first'],
    ['flat, sell stop', 0, [stop(-1)], 'low-first'],
    ['flat, the oldest decides', 0, [limit(-1), limit(1)], 'low-first'],
    ['long with a trail that is reached from the peak only: the peak first', 1, [trail(-1, 5, 85)], 'high-first'],
    ['short with one: the bottom first', -1, [trail(1, 5, 115)], 'low-first'],
    ['long with a trail that is reached from the open: adverse first', 1, [trail(-1, 5, 95)], 'low-first'],
    ['long with a trail wider than the bar: adverse first', 1, [trail(-1, 25, 75)], 'low-first'],
    ['long with a trail and a stop that is reached: adverse first', 1, [trail(-1, 5, 85), stop(-1, 91)], 'low-first'],
    ['long with a trail and a stop entry of its side', 1, [trail(-1, 5, 85), stop(1, 105)], 'high-first'],
  ])('barPath: %s', (_, held, resting, path) => {
    expect(barPath(held, resting, 90, 110)).toBe(path)
  })
})

describe('slippage in ticks', () => {
  test('what is no whole tick is paid by every second fill: the sum is exact', () => {
    let owed = 0
    const paid = Array.from({ length: 8 }, () => {
      const moved = slippageTicks({ type: 'ticks', ticks: 0.5 }, ticks(100), 1, BAR, owed)
      owed = 0.5 + owed - moved
      return moved
    })
    expect(paid).toEqual([0, 1, 0, 1, 0, 1, 0, 1])
  })
})

const BAR = { volume: 100, low: 9_900, high: 10_100 }

describe('impact', () => {
  const IMPACT = { type: 'impact', halfSpreadBps: 0, coefficient: 1 } as const
  test.each([
    ['an order of the whole volume pays the volatility', 100, BAR, 121],
    ['a larger one does not pay more', 400, BAR, 121],
    ['nor where nothing traded', 1, { ...BAR, volume: 0 }, 121],
    ['a hundredth of the volume pays a tenth', 1, BAR, 13],
    ['a bar without a range moves nobody', 25, { volume: 100, low: 10_000, high: 10_000 }, 0],
    // Four bars of a quarter of the volume and half of the volatility are one bar: the law does not depend on the length of bars.
    ['a quarter of the bar, half the range', 25, { volume: 25, low: 9_950, high: 10_050 }, 61],
  ])('impact: %s', (_, quantity, bar, moved) => {
    expect(slippageTicks(IMPACT, ticks(10_000), quantity, bar)).toBe(moved)
  })

  test('the volatility of a bar is that of Parkinson, to a thousandth', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: 1e8 }), fc.double({ min: 0, max: 0.1, noNaN: true }), (low, range) => {
        const high = low * (1 + range)
        expect(barVolatility(low, high)).toBeCloseTo(Math.log(high / low) / (2 * Math.sqrt(Math.log(2))), 4)
      }),
    )
    expect(barVolatility(90, 110) / (Math.log(110 / 90) / (2 * Math.sqrt(Math.log(2))))).toBeCloseTo(1, 2)
  })
})

describe('slipped', () => {
  test.each([
    ['none', { type: 'none' }, 1, 10_000, 10_000],
    ['2 bp of 10,000 ticks are 2 ticks up for a buy', { type: 'fixed', bps: 2 }, 1, 10_000, 10_002],
    ['and down for a sell', { type: 'fixed', bps: 2 }, -1, 10_000, 9_998],
    ['a part of a tick is a whole one', { type: 'fixed', bps: 1 }, 1, 100, 101],
    ['never to zero', { type: 'fixed', bps: 10_000 }, -1, 5, 1],
    // A bar from 9,900 to 10,100: 0.02 / 1.66511 = 1.2011 % of volatility, of which an order of a quarter of the volume moves the half.
    ['impact grows with the root of the share', { type: 'impact', halfSpreadBps: 0, coefficient: 1 }, 1, 10_000, 10_061],
    ['beside half the spread: 1 bp more', { type: 'impact', halfSpreadBps: 1, coefficient: 1 }, 1, 10_000, 10_062],
    ['twice the coefficient, twice the impact', { type: 'impact', halfSpreadBps: 0, coefficient: 2 }, -1, 10_000, 9_879],
    ['impact 0 is none', { type: 'impact', halfSpreadBps: 0, coefficient: 0 }, 1, 10_000, 10_000],
  ] as const)('slipped: %s', (_, model, side, price, expected) => {
    expect(slipped(model, ticks(price), side, 25, BAR)).toBe(expected)
  })

  test('slipped is never in favor of the taker', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 1e9 }),
        fc.double({ min: 0, max: 500, noNaN: true }),
        fc.constantFrom(1 as const, -1 as const),
        (price, bps, side) => {
          const at = slipped({ type: 'fixed', bps }, ticks(price), side, 1, BAR)
          expect((at - price) * side).toBeGreaterThanOrEqual(0)
        },
      ),
    )
  })
})

describe('fee and funding', () => {
  test.each([
    ['0.1', '0.001'],
    ['0.0001', '0.1'],
    ['0.00001', '0.000001'],
  ])('tick %s, lot %s: the fee is the exact product rounded up', (tickSize, lotSize) => {
    const instrument = makeInstrument({ index: instrumentIndex(0), venue: 'sim', symbol: 'XUSDT', tickSize, lotSize })
    const scale = instrument.priceScale + instrument.quantityScale
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9_999_999 }),
        fc.integer({ min: 1, max: 50_000 }),
        fc.integer({ min: 1, max: 10_000_000 }),
        (price, quantity, r) => {
          // Money in 1e-8 of a coin is price x lots x 10^(8 - scale); times the rate of 1e-10.
          const exactNumerator = BigInt(price) * BigInt(quantity) * BigInt(r) * 10n ** 8n
          const denominator = 10n ** BigInt(scale) * 10n ** 10n
          const exact = (exactNumerator + denominator - 1n) / denominator
          const fee = BigInt(feeOf(instrument, ticks(price), lots(quantity), rateFraction(rate(r))))
          expect(fee - exact >= 0n && fee - exact <= 1n).toBe(true)
        },
      ),
    )
  })

  test('1 BTC at 95,900.1 and 0.055 % is the fee of the published example, scaled', () => {
    // Bybit's execution example: 0.5 BTC, value 47,950.05, fee 26.3725275.
    const btc = makeInstrument({ index: instrumentIndex(0), venue: 'sim', symbol: 'BTCUSDT', tickSize: '0.1', lotSize: '0.001' })
    expect(feeOf(btc, ticks(959_001), lots(500), rateFraction(rate(5_500_000)))).toBe(2_637_252_750)
  })

  test('a long of 100 at 0.3676 pays 0.003676 at 0.01 %, as in the published transaction log', () => {
    const xrp = makeInstrument({ index: instrumentIndex(0), venue: 'sim', symbol: 'XRPUSDT', tickSize: '0.0001', lotSize: '0.1' })
    expect(fundingOf(xrp, ticks(3_676), lots(1_000), rate(1_000_000))).toBe(-367_600)
    expect(fundingOf(xrp, ticks(3_676), lots(-1_000), rate(1_000_000))).toBe(367_600)
  })
})
