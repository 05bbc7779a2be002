/**
 * Positions that move together, and the bad day of all of them, after an entry.
 */
import { describe, expect, test } from 'vitest'
import { DAY_MS, type InstrumentIndex, cash, instrumentIndex, lots, ticks, ts } from '../core/units.ts'
import { moneyLimit } from '../core/money-limit.ts'
import { Bars } from '../market/bars.ts'
import { notionalOf } from '../market/instrument.ts'
import type { PortfolioView } from '../portfolio/view.ts'
import { ReturnWindow } from '../kernel/state/return-window.ts'
import { RESEARCH_LIMITS } from './limits.ts'
import { checkCorrelated, dayTailAfter } from './return-limits.ts'
import { btc, coins, figures, viewOf } from '../../test/support/kernel/risk-view.ts'

const [A, B, C] = [0, 1, 2].map(instrumentIndex) as [InstrumentIndex, InstrumentIndex, InstrumentIndex]

/** Symbols at 64,000 with these lots of 0.001, each 64 USDT, and what moves with what. */
const viewWith = (held: readonly number[], rho: (i: number, j: number) => number | undefined): PortfolioView => ({
  ...viewOf(figures()),
  instrument: (i) => ({ ...btc, index: i, symbol: 'ABC'[i] as string }),
  positionLots: (i) => lots(held[i] ?? 0),
  openEntryLots: () => lots(0),
  symbolsAtStake: () => held.flatMap((size, i) => (size === 0 ? [] : [instrumentIndex(i)])),
  correlation: rho,
})
const adds = (side: 1 | -1, quantity: number) => ({
  instrument: A,
  side,
  notional: notionalOf(btc, ticks(640_000), lots(quantity), 'ceil'),
  closing: cash(0),
})
const denied = (view: PortfolioView, added = adds(1, 10), limit = 2_000) =>
  checkCorrelated(added, view, { ...RESEARCH_LIMITS, correlatedMax: moneyLimit(coins(limit)) })?.figures

describe('what moves together', () => {
  const pair = (i: number, j: number, value: number) => (a: number, b: number) => ((a === i && b === j) || (a === j && b === i) ? value : 0)

  test('counts as one: 20 of B and 12 of A are 2,048 USDT', () => {
    expect(denied(viewWith([0, 20], pair(0, 1, 0.8)), adds(1, 12))).toEqual({ after: '2048', limit: '2000', symbols: 'A B' })
    expect(denied(viewWith([0, 20], pair(0, 1, 0.79)), adds(1, 12))).toBeUndefined()
  })

  test('a hedge makes it smaller: a short of what rises with it, a long of what falls', () => {
    expect(denied(viewWith([0, -20], pair(0, 1, 0.9)), adds(1, 40))).toBeUndefined()
    expect(denied(viewWith([0, 20], pair(0, 1, -0.9)), adds(1, 40))).toBeUndefined()
    expect(denied(viewWith([0, -20], pair(0, 1, -0.9)), adds(1, 12))).toMatchObject({ after: '2048' })
  })

  test('reaches through a third one, with both signs', () => {
    const chain = (a: number, b: number): number => {
      const key = [a, b].sort().join('')
      return key === '01' ? 0.9 : key === '12' ? -0.9 : 0
    }
    // C falls when B rises, and B rises with A: a short of C is a long of A.
    expect(denied(viewWith([0, 1, -20], chain), adds(1, 11))).toEqual({ after: '2048', limit: '2000', symbols: 'A B C' })
    expect(denied(viewWith([0, 1, 20], chain), adds(1, 11))).toBeUndefined()
  })

  test('what is not known moves with all', () => {
    expect(
      denied(
        viewWith([0, 20], () => undefined),
        adds(1, 12),
      ),
    ).toMatchObject({ symbols: 'A B' })
  })
})

describe('a bad day', () => {
  const returns = Float64Array.from({ length: 200 }, (_, k) => (k < 20 ? -0.01 - k / 1e4 : 0.001))

  test('is the quantile of what the positions would have lost, and the mean beyond it', () => {
    const view: PortfolioView = { ...viewWith([10], () => 0), returnsOf: () => returns, intervalMs: DAY_MS }
    // NumPy: -quantile(r, 0.05) and the mean of what is at most that, times 20 x 64 USDT.
    const tail = dayTailAfter(adds(1, 10), view)
    expect((tail?.var95 ?? 0) / 1e8).toBeCloseTo(1_280 * 0.010905, 2)
    expect((tail?.cvar95 ?? 0) / 1e8).toBeCloseTo(1_280 * 0.01145, 2)
  })

  test('grows with the square root of time from the bar to the day, and a hedge takes it off', () => {
    const view: PortfolioView = { ...viewWith([0, -10], () => 1), returnsOf: () => returns, intervalMs: DAY_MS / 4 }
    expect(dayTailAfter(adds(1, 10), view)).toEqual({ var95: 0, cvar95: 0 })
    expect((dayTailAfter(adds(1, 20), view)?.var95 ?? 0) / 1e8).toBeCloseTo(640 * 0.010905 * 2, 2)
  })

  test('is not known without returns of what is entered', () => {
    expect(
      dayTailAfter(
        adds(1, 10),
        viewWith([10], () => 0),
      ),
    ).toBeUndefined()
  })
})

describe('the grid of returns', () => {
  const bars = (closes: readonly (readonly [minute: number, close: number])[]): Bars => {
    const made = Bars.withCapacity(60_000, 512)
    for (const [minute, close] of closes) {
      made.push({ ts: ts(minute * 60_000), open: ticks(close), high: ticks(close), low: ticks(close), close: ticks(close), volume: 1 })
      made.reveal()
    }
    return made
  }
  const steps = (count: number, closeAt: (k: number) => number) => Array.from({ length: count }, (_, k) => [k, closeAt(k)] as const)

  test('needs 50 bars, looks at 200, and is empty before that', () => {
    const grid = new ReturnWindow(
      [bars(steps(50, (k) => 100 + k)), bars(steps(51, (k) => 100 + k)), bars(steps(400, (k) => 100 + k))],
      60_000,
    )
    expect([A, B].map((i) => grid.returnsOf(i))).toEqual([undefined, undefined])
    expect(grid.returnsOf(C)?.length).toBe(200)
    expect(grid.returnsOf(C)?.at(-1)).toBeCloseTo(499 / 498 - 1, 12)
  })

  test('a bar that is missing moved nothing, and the one after it moved all', () => {
    const whole = bars(steps(120, (k) => 100 + (k % 7)))
    const holed = bars(steps(120, (k) => 100 + (k % 7)).filter(([minute]) => minute !== 110))
    const grid = new ReturnWindow([whole, holed], 60_000)
    const at = 200 - (119 - 110)
    expect(grid.returnsOf(B)?.[at - 1]).toBe(0)
    expect(grid.returnsOf(B)?.[at]).toBeCloseTo((100 + (111 % 7)) / (100 + (109 % 7)) - 1, 12)
    expect(grid.returnsOf(A)?.[at - 1]).not.toBe(0)
  })

  test('knows what rises together and what falls when another rises; what stands still is not known', () => {
    const wave = (k: number): number => 1_000 + ((k * 37) % 101)
    const grid = new ReturnWindow([bars(steps(300, wave)), bars(steps(300, (k) => 2 * wave(k))), bars(steps(300, () => 5))], 60_000)
    expect(grid.correlation(A, B)).toBeCloseTo(1, 12)
    expect(grid.correlation(A, C)).toBeUndefined()
    expect(grid.correlation(C, C)).toBe(1)
  })
})
