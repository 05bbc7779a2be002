/**
 * Equity watched over time: peaks, smoothed drawdown, two sightings, day loss and flows (S9).
 * Never takes a deposit for a profit or a withdrawal for a loss.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, cash, ts } from '../core/units.ts'
import { confirmedTier, dayLossOf, makeEquityWatch, shiftByFlow, watchEquity } from './breaker.ts'
import { SIM_LIMITS } from './limits.ts'

const tiers = SIM_LIMITS.drawdown
const START = 20_000 * DAY_MS + HOUR_MS
const watching = (equities: readonly (readonly [atMs: number, equity: number])[]) => {
  const watch = makeEquityWatch()
  for (const [at, equity] of equities) watchEquity(watch, cash(equity), ts(START + at), tiers)
  return watch
}

describe('S9 tiers', () => {
  test.each([
    ['one sighting is none', [[1_000, 895]], 1_000, undefined],
    [
      'two within 5 s are none',
      [
        [1_000, 895],
        [5_999, 895],
      ],
      5_999,
      undefined,
    ],
    [
      'two 5 s apart confirm orange',
      [
        [1_000, 895],
        [6_000, 895],
      ],
      6_000,
      'orange',
    ],
    [
      'red wins over orange',
      [
        [1_000, 840],
        [6_000, 840],
      ],
      6_000,
      'red',
    ],
    [
      'a recovery in between starts anew',
      [
        [1_000, 895],
        [3_000, 950],
        [6_000, 895],
      ],
      6_000,
      undefined,
    ],
    [
      'red seen once and orange twice is orange',
      [
        [1_000, 895],
        [6_000, 840],
      ],
      6_000,
      'orange',
    ],
    [
      'the line itself counts',
      [
        [1_000, 900],
        [6_000, 900],
      ],
      6_000,
      'orange',
    ],
    [
      'just above the line does not',
      [
        [1_000, 901],
        [6_000, 901],
      ],
      6_000,
      undefined,
    ],
  ] as const)('S9 %s', (_, after, now, expected) => {
    expect(confirmedTier(watching([[0, 1_000], ...after]), ts(START + now))).toBe(expected)
  })

  test('S9 a deposit is no profit and a withdrawal no loss: drawdown, day and peak move with the flow', () => {
    fc.assert(
      fc.property(fc.integer({ min: 500, max: 999 }), fc.integer({ min: -400, max: 1e6 }), (equity, flow) => {
        const watch = watching([
          [0, 1_000],
          [1_000, equity],
        ])
        const loss = dayLossOf(watch, cash(equity))
        shiftByFlow(watch, cash(flow))
        expect(watch.highWater).toBe(1_000 + flow)
        expect(dayLossOf(watch, cash(equity + flow))).toBe(loss)
        watchEquity(watch, cash(equity + flow), ts(START + 2_000), tiers)
        expect(watch.drawdown).toBeCloseTo((1_000 - equity) / (1_000 + flow), 12)
      }),
    )
  })

  test('S9 the smoothed drawdown halves its distance to the raw one in a half-life', () => {
    const watch = watching([
      [0, 1_000],
      [0, 900],
    ])
    watchEquity(watch, cash(900), ts(START + tiers.halfLifeMs), tiers)
    expect(watch.smoothed).toBeCloseTo(0.05, 12)
    watchEquity(watch, cash(900), ts(START + 2 * tiers.halfLifeMs), tiers)
    expect(watch.smoothed).toBeCloseTo(0.075, 12)
  })

  test('S1 a peak is never forgotten because time passed', () => {
    const watch = watching([
      [0, 1_000],
      [400 * DAY_MS, 850],
    ])
    expect(watch.highWater).toBe(1_000)
    expect(watch.drawdown).toBeCloseTo(0.15, 12)
  })
})

describe('day loss is the worse of the UTC day and rolling 24 h', () => {
  test.each([
    [
      'since the day began',
      [
        [0, 1_000],
        [HOUR_MS, 960],
      ],
      960,
      40,
    ],
    [
      'a gain is no loss',
      [
        [0, 1_000],
        [HOUR_MS, 1_060],
      ],
      1_060,
      0,
    ],
    [
      'yesterday still counts within 24 h',
      [
        [0, 1_000],
        [22.5 * HOUR_MS, 900],
        [23.5 * HOUR_MS, 890],
      ],
      890,
      110,
    ],
    ['after 24 h only today counts', [...Array.from({ length: 200 }, (_, k) => [k * 900_000, k < 4 ? 1_000 : 900] as const)], 890, 10],
  ] as const)('%s', (_, equities, equity, expected) => {
    expect(dayLossOf(watching(equities), cash(equity))).toBe(expected)
  })
})
