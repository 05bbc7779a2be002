/**
 * The record of a strategy, by hand.
 */
import { describe, expect, test } from 'vitest'
import { DAY_MS } from '../../core/units.ts'
import { recordOf } from './record.ts'

const DAY = (day: number): number => day * DAY_MS
const equity = [10, 11, 12, 13].map((day) => ({ ts: DAY(day), equity: day === 12 ? 20_000 : 10_000 }))
const ALL = [{ ts: 0, share: 1 }]

describe('what a strategy made of its capital', () => {
  test('a day’s return is over equity and capital at its start', () => {
    const capital = [...ALL, { ts: DAY(11), share: 0.25 }]
    const results = [
      { ts: DAY(10) + 1, pnl: 100 },
      // Midnight belongs to the day that ends.
      { ts: DAY(12), pnl: -50 },
      { ts: DAY(12) + 5, pnl: 500 },
    ]
    // By hand: 100 / 10,000; -50 / (10,000 x 0.25); 500 / (20,000 x 0.25).
    const { returns } = recordOf({ strategy: 'a', equity, results, capital, open: 0, now: DAY(13) + 10 })
    expect([...returns]).toEqual([0.01, -0.02, 0.1])
  })

  test('half of the capital that makes half of the money is the same record', () => {
    const results = [{ ts: DAY(10) + 1, pnl: 100 }]
    const of = (share: number) =>
      recordOf({
        strategy: 'a',
        equity,
        results: results.map(({ ts, pnl }) => ({ ts, pnl: pnl * share })),
        capital: [{ ts: 0, share }],
        open: -30 * share,
        now: DAY(12),
      })
    expect(of(0.5)).toEqual(of(1))
  })

  test('the drawdown is below its own peak, with today and what is open', () => {
    const results = [
      { ts: DAY(10) + 1, pnl: 1_000 },
      { ts: DAY(13) + 1, pnl: -300 },
    ]
    const { drawdown, returns } = recordOf({ strategy: 'a', equity, results, capital: ALL, open: -200, now: DAY(13) + 10 })
    // By hand: 1.1, then 1.1 x (1 - 500 / 10,000): 5 % below the peak. The day that is not over is no return.
    expect(drawdown).toBeCloseTo(0.05, 12)
    expect(returns).toHaveLength(3)
  })

  test('without a closed trade there is no return, and what is open counts', () => {
    expect(recordOf({ strategy: 'a', equity, results: [], capital: ALL, open: -100, now: DAY(13) })).toEqual({
      strategy: 'a',
      returns: new Float64Array(0),
      drawdown: expect.closeTo(0.01, 12),
    })
  })
})
