/**
 * The bootstrap test of the best run: wrong about as often as it says where there is nothing, right where there is something.
 */
import { expect, test } from 'vitest'
import { Random } from '../../core/random.ts'
import { besideMarket, realityCheck } from './reality-check.ts'

const noise = (random: Random, rows: number, mean = 0): Float64Array =>
  Float64Array.from({ length: rows }, () => mean + 0.01 * random.normal())
const options = { draws: 400, seed: 1 }

test('of noise without skill about one in ten passes at one in ten, however many runs there are', () => {
  for (const runs of [1, 12]) {
    const random = new Random(7)
    let passed = 0
    for (let trial = 0; trial < 200; trial += 1) {
      const columns = Array.from({ length: runs }, () => noise(random, 150))
      if ((realityCheck(columns, options)?.pValue ?? 1) <= 0.1) passed += 1
    }
    // Binomial with 200 and 0.1: 8 to 33 in all but one of a thousand worlds.
    expect(passed).toBeGreaterThanOrEqual(8)
    expect(passed).toBeLessThanOrEqual(33)
  }
})

test('a mean of five standard errors is found among fifty without skill', () => {
  const random = new Random(8)
  const columns = Array.from({ length: 50 }, () => noise(random, 400))
  columns[17] = noise(random, 400, 0.0025)
  const check = realityCheck(columns, options)
  expect(check?.best).toBe(17)
  expect(check?.pValue).toBeLessThan(0.01)
})

test('copies of a run are no further trials', () => {
  const random = new Random(9)
  const column = noise(random, 300, 0.0012)
  const alone = realityCheck([column], options)?.pValue as number
  const copied = realityCheck(
    Array.from({ length: 40 }, () => column),
    options,
  )?.pValue as number
  expect(copied).toBe(alone)
  const others = realityCheck([column, ...Array.from({ length: 39 }, () => noise(random, 300, -0.0001))], options)?.pValue as number
  expect(others).toBeGreaterThan(3 * alone)
})

test('where nothing varies there is nothing to test', () => {
  expect(realityCheck([new Float64Array(100)], options)).toBeUndefined()
  expect(realityCheck([], options)).toBeUndefined()
})

test('beside the market nothing is left of holding it, and all of what timing earned', () => {
  const random = new Random(10)
  const market = noise(random, 500, 0.003)
  const timing = noise(random, 500, 0.001)
  expect(
    Math.max(
      ...besideMarket(
        market.map((value) => 0.7 * value),
        market,
      ).map(Math.abs),
    ),
  ).toBeLessThan(1e-12)
  const left = besideMarket(
    timing.map((value, row) => value + 0.5 * (market[row] as number)),
    market,
  )
  const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length
  expect(mean(left)).toBeGreaterThan(0.0005)
  expect(mean(left)).toBeLessThan(0.0015)
})
