/**
 * How near liquidation is, by figures worked out by hand, and that each warning comes once.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cash, lots, ticks } from '../../core/units.ts'
import { BTC, Bench } from '../../../test/support/kernel/kernel-run.ts'
import type { PositionReport } from '../../trading/report.ts'
import { LiquidationWatch, isStopBeyond, wayUsed } from './liquidation-watch.ts'

describe('S19 part of the way to liquidation', () => {
  test.each([
    // Long from 100, liquidated at 50: half of the way is 75.
    [1, 100, 100, 50, 0],
    [1, 100, 75, 50, 0.5],
    [1, 100, 70, 50, 0.6],
    [1, 100, 120, 50, 0],
    [-1, 100, 130, 150, 0.6],
    [-1, 100, 90, 150, 0],
    [0, 100, 50, 50, 0],
    // Bybit gives no price where it lies outside of all prices.
    [1, 100, 10, undefined, 0],
  ])('%i lots from %i at %i with liquidation at %s: %f', (size, entry, mark, liquidation, expected) => {
    expect(wayUsed({ lots: size, entry, mark, liquidation, stop: undefined })).toBeCloseTo(expected, 12)
  })

  test('part of the way to liquidation: it is 1 at the liquidation price, whatever the entry, and grows toward it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 1e6 }), fc.integer({ min: 1, max: 1e6 }), fc.constantFrom(1, -1), (entry, distance, side) => {
        const liquidation = entry - side * distance
        const at = (mark: number): number => wayUsed({ lots: side, entry, mark, liquidation, stop: undefined })
        if (liquidation > 0) expect(at(liquidation)).toBeCloseTo(1, 9)
        const half = entry - (side * distance) / 2
        if (half > 0) expect(at(half)).toBeCloseTo(0.5, 9)
      }),
    )
  })

  test.each([
    [1, 60, 50, false],
    [1, 50, 50, true],
    [1, 40, 50, true],
    [-1, 140, 150, false],
    [-1, 160, 150, true],
  ])('%i lots, stop %i, liquidation %i: beyond %s', (size, stop, liquidation, expected) => {
    expect(isStopBeyond({ lots: size, entry: 100, mark: 100, liquidation, stop })).toBe(expected)
  })
})

const row = (part: Partial<PositionReport> = {}): PositionReport => ({
  instrument: BTC,
  lots: lots(10),
  entry: ticks(100),
  mark: ticks(100),
  stop: ticks(90),
  target: undefined,
  leverage: '10',
  liquidation: ticks(50),
  maintenance: cash(0),
  adlRank: 0,
  isHedge: false,
  isReduceOnly: false,
  autoAddsMargin: false,
  ...part,
})

describe('warnings', () => {
  const watched = () => {
    const bench = new Bench()
    const said: string[] = []
    const watch = new LiquidationWatch({ kernel: bench.kernel, notice: (alert, severity) => said.push(`${severity} ${alert}`) })
    const at = (price: number): void => {
      bench.prices[BTC] = price
      bench.bar()
      watch.check()
    }
    return { watch, said, at }
  }

  test('near: at 60 % once, and again only after it was far', () => {
    const { watch, said, at } = watched()
    watch.account({ positions: [row()] })
    at(71)
    expect(said).toEqual([])
    at(70)
    at(65)
    at(73)
    at(69)
    expect(said).toEqual(['P1 liquidation.near'])
    at(80)
    at(70)
    expect(said).toHaveLength(2)
  })

  test('a stop that comes after liquidation', () => {
    const { watch, said, at } = watched()
    watch.position(row({ stop: ticks(45) }))
    at(100)
    at(100)
    expect(said).toEqual(['P1 liquidation.near'])
  })

  test('the account’s maintenance margin above 80 %', () => {
    const { watch, said } = watched()
    for (const maintenanceRatio of [0.8, 0.81, 0.9, undefined, 0.5, 0.85]) watch.account({ positions: [], maintenanceRatio })
    expect(said).toEqual(['P1 liquidation.near', 'P1 liquidation.near'])
  })

  test('first in line for deleveraging, of what is held', () => {
    const { watch, said } = watched()
    for (const adlRank of [3, 4, 5, 2, 4]) watch.position(row({ adlRank }))
    watch.position(row({ adlRank: 0 }))
    watch.position(row({ adlRank: 5, lots: lots(0) }))
    expect(said).toEqual(['P3 adl.rank_high', 'P3 adl.rank_high'])
  })

  test('what a reading does not name is flat', () => {
    const { watch, said, at } = watched()
    watch.account({ positions: [row()] })
    watch.account({ positions: [] })
    at(55)
    expect(said).toEqual([])
  })
})
