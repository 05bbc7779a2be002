/**
 * Margin tiers: what is read of them, what a position must keep, and the price at which it no longer does.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CASH_ONE, type Side, cash, rate } from '../core/units.ts'
import { type MarginTier, type TierTerms, flatTier, liquidationPriceOf, maintenanceOf, readTiers, valueMaxAt } from './margin-tiers.ts'

/** As Bybit lists them of a large perpetual: each deduction is limit(n-1) x (rate(n) - rate(n-1)) + deduction(n-1). */
const TERMS: readonly TierTerms[] = [
  { valueMax: '2000000', maintenanceRate: '0.005', deduction: '0', leverageMax: 100 },
  { valueMax: '10000000', maintenanceRate: '0.01', deduction: '10000', leverageMax: 50 },
  { valueMax: '50000000', maintenanceRate: '0.02', deduction: '110000', leverageMax: 25 },
]
const tiers = readTiers(TERMS) as readonly MarginTier[]
const coins = (n: number) => cash(Math.round(n * CASH_ONE))

describe('margin tiers', () => {
  test('a value is margined by the rate of its tier less the deduction, without a jump between tiers', () => {
    const values = [0, 1_000, 2_000_000, 3_000_000, 10_000_000, 20_000_000, 90_000_000]
    expect(values.map((value) => maintenanceOf(coins(value), tiers) / CASH_ONE)).toEqual([0, 5, 10_000, 20_000, 90_000, 290_000, 1_690_000])
    expect(maintenanceOf(cash(2_000_000 * CASH_ONE + 1), tiers) - maintenanceOf(coins(2_000_000), tiers)).toBe(1)
  })

  test('what a position must keep is rounded up', () => {
    expect(maintenanceOf(cash(1), tiers)).toBe(1)
    expect(maintenanceOf(cash(201), flatTier(rate(50_000_000)))).toBe(2)
  })

  test.each([1, 25, 25.5, 50, 51, 100, 101])('at leverage %s the largest position is that of the last tier that allows it', (leverage) => {
    const most = leverage <= 25 ? 50e6 : leverage <= 50 ? 10e6 : leverage <= 100 ? 2e6 : 0
    expect(valueMaxAt(leverage, tiers) / CASH_ONE).toBe(most)
  })

  test('without tiers nothing bounds a position', () => {
    expect(valueMaxAt(100, [])).toBe(9e15)
    expect(maintenanceOf(coins(1), [])).toBe(0)
  })

  test.each([
    ['a value that is no number', [{ ...TERMS[0], valueMax: '' }]],
    ['a rate of more than all of it', [{ ...TERMS[0], maintenanceRate: '1' }]],
    ['no rate', [{ ...TERMS[0], maintenanceRate: '0' }]],
    ['a deduction below zero', [{ ...TERMS[0], deduction: '-1' }]],
    ['leverage of nothing', [{ ...TERMS[0], leverageMax: Number.NaN }]],
    ['values that do not ascend', [TERMS[1], TERMS[0]]],
    ['rates that fall', [TERMS[0], { ...TERMS[1], maintenanceRate: '0.001' }]],
  ])('%s makes no tiers', (_, terms) => {
    expect(readTiers(terms as readonly TierTerms[])).toBeUndefined()
  })
})

describe('liquidation price', () => {
  /** What stands above maintenance at a price, from its definition. */
  const room = (side: Side, size: number, cost: number, backing: number, price: number): number => {
    const value = size * price
    return backing + side * (value - cost) - maintenanceOf(cash(Math.round(Math.max(0, value))), tiers)
  }

  test.each([1, -1] as const)('side %s: what backs the position covers its margin up to the price, and not beyond it', (side) => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1e4, max: 1e9 }),
        fc.integer({ min: 1_000, max: 100_000 }),
        fc.double({ min: 0.01, max: 3, noNaN: true }),
        (size, entry, share) => {
          const cost = size * entry
          const backing = cost * share
          const price = liquidationPriceOf(side, size, cost, backing, tiers)
          fc.pre(price > 10 && maintenanceOf(cash(Math.round(cost)), tiers) < backing)
          expect(room(side, size, cost, backing, price - side * -1e-4 * price)).toBeGreaterThan(0)
          expect(room(side, size, cost, backing, price + side * -1e-4 * price)).toBeLessThan(0)
        },
      ),
      { numRuns: 400, seed: 11 },
    )
  })

  test('isolated, as Bybit states it: 1 BTC at 20,000 with 50x and 0.5 % is liquidated at (20,000 x (1 - 1/50)) / (1 - 0.005)', () => {
    const cost = 20_000 * CASH_ONE
    expect(liquidationPriceOf(1, CASH_ONE, cost, cost / 50, tiers)).toBeCloseTo(19_698.49, 2)
    expect(liquidationPriceOf(-1, CASH_ONE, cost, cost / 50, tiers)).toBeCloseTo(20_298.51, 2)
  })
})
