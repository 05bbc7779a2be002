/**
 * Plans of the allocator: by hand, against numpy, and what holds whatever the strategies did.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ALLOCATOR_METHODS, type AllocatorPlan, type AllocatorRules, RECORD_DAYS, SMALLEST_MOVE, planAllocation } from './plan.ts'
import type { StrategyRecord } from './record.ts'

const RULES: AllocatorRules = { method: 'equal', least: 0.05, most: 0.6, step: 1, drawdown: 0.2 }
const record = (strategy: string, returns: readonly number[] = [], drawdown = 0): StrategyRecord => ({
  strategy,
  returns: Float64Array.from(returns),
  drawdown,
})
/** Gains and losses of one size in turn: its deviation is proportional to the size. */
const swinging = (size: number, days = 40, phase = 2): number[] => Array.from({ length: days }, (_, k) => (k % phase === 0 ? size : -size))

const made = (records: readonly StrategyRecord[], now: ReadonlyMap<string, number>, rules: AllocatorRules): AllocatorPlan => {
  const plan = planAllocation(records, now, rules)
  if (!plan.ok) throw new Error(plan.error)
  return plan.value
}
const nextOf = ({ shares }: AllocatorPlan): number[] => shares.map(({ next }) => next)
const asNow = ({ shares }: AllocatorPlan): Map<string, number> => new Map(shares.map(({ strategy, next }) => [strategy, next]))
const ALL = new Map<string, number>()

describe('a plan of the allocator', () => {
  test('strategies that each trade with everything share it equally', () => {
    const plan = made([record('a'), record('b'), record('c'), record('d')], ALL, RULES)
    expect(nextOf(plan)).toEqual([0.25, 0.25, 0.25, 0.25])
    expect(plan.shares.map(({ now }) => now)).toEqual([1, 1, 1, 1])
  })

  test('a drawdown takes its part of the weight, and nobody else is given it', () => {
    // By hand: 0.5 x (1 - 0.05 / 0.2) = 0.375; the other keeps 0.5; 0.125 is unused.
    expect(nextOf(made([record('a', [], 0.05), record('b')], ALL, RULES))).toEqual([0.375, 0.5])
  })

  test('at its limit and beyond, a strategy is left with the least', () => {
    expect(nextOf(made([record('a', [], 0.2), record('b', [], 0.9), record('c')], ALL, RULES))).toEqual([0.05, 0.05, 0.333])
  })

  test('by inverse volatility a strategy that swings more has less', () => {
    const plan = made([record('calm', swinging(0.01)), record('wild', swinging(0.03, 40, 3))], ALL, {
      ...RULES,
      method: 'inverse-vol',
      most: 0.9,
    })
    // Of a numpy calculation: population covariance of the two columns, shrunk by Ledoit and Wolf (2004) toward the
    // mean variance (shrinkage 0.0415): weights 0.72566 and 0.27434, cut to the grid.
    expect(nextOf(plan)).toEqual([0.725, 0.274])
  })

  test('a strategy without a record has an equal share; the method shares the rest', () => {
    const plan = made(
      [record('new', swinging(0.01, RECORD_DAYS - 1)), record('b', swinging(0.01)), record('c', swinging(0.01, 40, 3))],
      ALL,
      {
        ...RULES,
        method: 'erc',
      },
    )
    expect(plan.shares.map(({ isNew }) => isNew)).toEqual([true, false, false])
    expect(plan.shares[0]?.weight).toBeCloseTo(1 / 3, 12)
    expect(plan.shares.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9)
  })

  test('one move goes the largest step at most, on the straight way to the target', () => {
    const now = new Map([
      ['a', 0.6],
      ['b', 0.4],
    ])
    const plan = made([record('a'), record('b')], now, { ...RULES, step: 0.04 })
    expect(plan.isStepped).toBe(true)
    expect(nextOf(plan)).toEqual([0.56, 0.44])
    expect(nextOf(made([record('a'), record('b')], asNow(plan), { ...RULES, step: 0.04 }))).toEqual([0.52, 0.48])
  })

  test('less than the smallest move moves nothing', () => {
    const now = new Map([
      ['a', 0.505],
      ['b', 0.495],
    ])
    const plan = made([record('a'), record('b')], now, RULES)
    expect(plan.moves).toBe(false)
    expect(nextOf(plan)).toEqual([0.505, 0.495])
  })

  test.each([
    ['no strategy', [], RULES],
    ['least of all together more than the account', [record('a'), record('b')], { ...RULES, least: 0.51 }],
    ['least above most', [record('a')], { ...RULES, least: 0.7 }],
  ])('%s is a sentence', (_, records, rules) => {
    expect(planAllocation(records, ALL, rules)).toMatchObject({ ok: false, error: expect.stringMatching(/\.$/) })
  })
})

describe('whatever the strategies did', () => {
  const returns = fc.array(fc.double({ min: -0.2, max: 0.2, noNaN: true }), { minLength: 0, maxLength: 60 })
  const cases = fc.record({
    records: fc.array(fc.tuple(returns, fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0.01, max: 1, noNaN: true })), {
      minLength: 1,
      maxLength: 7,
    }),
    method: fc.constantFrom(...ALLOCATOR_METHODS),
    least: fc.double({ min: 0.01, max: 0.14, noNaN: true }),
    most: fc.double({ min: 0.15, max: 1, noNaN: true }),
    step: fc.double({ min: 0.02, max: 1, noNaN: true }),
    drawdown: fc.double({ min: 0.02, max: 1, noNaN: true }),
  })
  type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never
  const planOf = ({ records, ...rules }: Case, now?: ReadonlyMap<string, number>): AllocatorPlan =>
    made(
      records.map(([own, drawdown], k) => record(`s${k}`, own, drawdown)),
      now ?? new Map(records.map(([, , share], k) => [`s${k}`, share])),
      rules,
    )

  test('shares sum to at most 1 and lie within their bounds', () => {
    fc.assert(
      fc.property(cases, (given) => {
        const plan = planOf(given)
        if (!plan.moves) return
        expect(nextOf(plan).reduce((sum, share) => sum + share, 0)).toBeLessThanOrEqual(1 + 1e-9)
        for (const share of nextOf(plan)) {
          expect(share).toBeGreaterThanOrEqual(given.least - 1e-9)
          expect(share).toBeLessThanOrEqual(given.most + 1e-9)
        }
      }),
    )
  })

  test('a move that fits its bounds already changes no share by more than the step', () => {
    fc.assert(
      fc.property(cases, (given) => {
        const settled = planOf(given)
        const again = planOf({ ...given, method: 'equal' }, asNow(settled))
        if (!settled.moves || !again.moves) return
        for (const { now, next } of again.shares) expect(Math.abs(next - now)).toBeLessThanOrEqual(given.step + 2e-3)
      }),
    )
  })

  test('a plan of a plan is empty where the step did not hold it back, and moves end at the target where it did', () => {
    fc.assert(
      fc.property(cases, (given) => {
        let plan = planOf(given)
        if (!plan.isStepped) {
          expect(planOf(given, asNow(plan)).moves).toBe(false)
          return
        }
        for (let move = 0; move < 200 && plan.moves; move += 1) plan = planOf(given, asNow(plan))
        expect(plan.moves).toBe(false)
        for (const { next, target } of plan.shares) expect(Math.abs(next - target)).toBeLessThan(SMALLEST_MOVE + 2e-3)
      }),
    )
  })

  test('a deeper drawdown never gives a strategy more', () => {
    fc.assert(
      fc.property(cases, fc.double({ min: 0, max: 1, noNaN: true }), (given, deeper) => {
        const worse = given.records.map(([own, drawdown, share], k): [number[], number, number] => [
          own,
          k === 0 ? Math.max(drawdown, deeper) : drawdown,
          share,
        ])
        const targetOf = (of: Case): number => planOf({ ...of, step: 1 }).shares[0]?.target as number
        expect(targetOf({ ...given, records: worse })).toBeLessThanOrEqual(targetOf(given) + 2e-3)
      }),
    )
  })
})
