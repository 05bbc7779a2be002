/**
 * One run as it could have gone: draws that keep what they should keep, by hand and for all orders.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Random } from '../../core/random.ts'
import { bootstrapRows, pValueOf, sharpeOf, shuffleTrades, worstFall } from './monte-carlo.ts'
import { blockRows, drawBlocks, shuffled } from './resample.ts'

test('the largest fall from a peak, by hand', () => {
  expect(worstFall([0.1, -0.2, 0.05, -0.1, 0.5])).toBeCloseTo(1 - 0.8 * 1.05 * 0.9, 12)
  expect([worstFall([]), worstFall([0.1, 0.2]), worstFall([-1, 5])]).toEqual([0, 0, 1])
})

test('a shuffle holds each number once, and all orders of three come about equally often', () => {
  const random = new Random(2)
  const seen = new Map<string, number>()
  for (let k = 0; k < 6_000; k += 1) {
    const order = shuffled(3, random)
    expect([...order].sort()).toEqual([0, 1, 2])
    seen.set(order.join(''), (seen.get(order.join('')) ?? 0) + 1)
  }
  // Binomial with 6,000 and 1/6: 885 to 1,115 in all but one of ten thousand worlds.
  expect([...seen.values()].every((count) => count > 885 && count < 1_115)).toBe(true)
  expect(seen.size).toBe(6)
})

test('blocks are as long as they should be on average, and wrap around the end', () => {
  const random = new Random(3)
  const rows: number[] = []
  drawBlocks(100_000, 8, random, (row) => rows.push(row))
  const breaks = rows.filter((row, at) => at > 0 && row !== ((rows[at - 1] as number) + 1) % 100_000).length
  expect(rows.length / (breaks + 1)).toBeGreaterThan(7.5)
  expect(rows.length / (breaks + 1)).toBeLessThan(8.5)
  expect([blockRows(27), blockRows(730)]).toEqual([3, 10])
})

test('of trades that all lose the order does not matter; a crash after a climb is the worst place for it', () => {
  const losing = shuffleTrades([-0.1, -0.1, -0.1, -0.1], 50, 1)
  expect(losing.maxDrawdown?.least).toBeCloseTo(losing.actual, 12)
  expect(losing.rank).toBe(0.5)
  const late = shuffleTrades([0.1, 0.1, 0.1, -0.2, -0.2], 500, 1)
  expect(late.maxDrawdown?.most).toBeCloseTo(late.actual, 12)
  expect(late.rank).toBeGreaterThan(0.6)
  expect(shuffleTrades([0.1], 50, 1)).toEqual({ actual: 0, maxDrawdown: null, rank: null })
})

test('drawn histories of a sure gain all gain, and the mean of many is that of the rows', () => {
  const sure = bootstrapRows(new Float64Array(50).fill(0.01), 365, 20, 1)
  expect(sure.totalReturn?.least).toBeCloseTo(1.01 ** 50 - 1, 10)
  expect(sure).toMatchObject({ sharpe: null, losing: 0, maxDrawdown: { most: 0 } })
  const random = new Random(4)
  const returns = Float64Array.from({ length: 400 }, () => 0.001 + 0.01 * random.normal())
  const drawn = bootstrapRows(returns, 365, 2_000, 5)
  const actual = sharpeOf(returns, 365) as number
  // The standard error of a yearly Sharpe ratio over 400 days is about sqrt(365 / 400).
  expect(Math.abs((drawn.sharpe?.mean as number) - actual)).toBeLessThan(0.15)
  const width = ((drawn.sharpe?.q95 as number) - (drawn.sharpe?.q05 as number)) / (2 * 1.645)
  expect(width).toBeGreaterThan(0.8)
  expect(width).toBeLessThan(1.15)
})

test('a p-value counts the actual among the chances, so that it is never zero', () => {
  expect(pValueOf(2, [0, 1, 2, 3])).toBe(3 / 5)
  expect(pValueOf(9, new Array<number>(99).fill(0))).toBe(0.01)
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true }), { minLength: 1 }), (chance) => {
      expect(pValueOf(Math.max(...chance), chance)).toBeGreaterThan(1 / (1 + chance.length))
    }),
  )
})
