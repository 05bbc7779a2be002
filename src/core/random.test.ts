/**
 * The random draws: determinism, state, and moments against the distributions' own.
 */
import { expect, test } from 'vitest'
import { Random } from './random.ts'

const DRAWS = 200_000
const moments = (draw: () => number): { mean: number; variance: number } => {
  let sum = 0
  let squares = 0
  for (let k = 0; k < DRAWS; k++) {
    const x = draw()
    sum += x
    squares += x * x
  }
  return { mean: sum / DRAWS, variance: squares / DRAWS - (sum / DRAWS) ** 2 }
}

test('one seed gives one sequence, another seed another', () => {
  const take = (seed: number): number[] => {
    const random = new Random(seed)
    return Array.from({ length: 20 }, () => random.uint32())
  }
  expect(take(7)).toEqual(take(7))
  expect(take(7)).not.toEqual(take(8))
  expect(take(2 ** 40 + 7)).not.toEqual(take(7))
})

test('a saved state continues with the same draws', () => {
  const random = new Random(3)
  random.normal()
  const again = Random.from(JSON.parse(JSON.stringify(random.state())))
  expect(Array.from({ length: 10 }, () => again.studentT(4))).toEqual(Array.from({ length: 10 }, () => random.studentT(4)))
})

test.each([
  ['uniform', (r: Random) => r.next(), 1 / 2, 1 / 12],
  ['normal', (r: Random) => r.normal(), 0, 1],
  ['Student-t, 8 degrees', (r: Random) => r.studentT(8), 0, 8 / 6],
  ['exponential of mean 3', (r: Random) => r.exponential(3), 3, 9],
] as const)('%s has its mean and variance', (_, draw, mean, variance) => {
  const random = new Random(11)
  const found = moments(() => draw(random))
  expect(Math.abs(found.mean - mean)).toBeLessThan(5 * Math.sqrt(variance / DRAWS))
  expect(found.variance / variance).toBeGreaterThan(0.95)
  expect(found.variance / variance).toBeLessThan(1.05)
})

test('the shortcut for four degrees is the general formula', () => {
  // For 4 degrees the quartile is 0.7407 (tables of the t-distribution).
  const random = new Random(5)
  let inside = 0
  for (let k = 0; k < DRAWS; k++) if (Math.abs(random.studentT(4)) < 0.7407) inside += 1
  expect(inside / DRAWS).toBeCloseTo(0.5, 2)
})

test('below stays below', () => {
  const random = new Random(1)
  const seen = new Set(Array.from({ length: 1_000 }, () => random.below(5)))
  expect([...seen].sort()).toEqual([0, 1, 2, 3, 4])
})
