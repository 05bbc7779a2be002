/**
 * Equity watched over time: peaks, smoothed drawdown, two sightings, day loss and flows (S9).
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, cash, ts } from '../core/units.ts'
import { type EquityWatch, confirmedTier, makeEquityWatch, scaleByFlow, setReference, watchEquity } from './breaker.ts'
import { DAY, lossLeft, lossOf } from './loss-window.ts'
import { moneyLimit } from '../core/money-limit.ts'
import { RISK_PROFILES } from './profiles.ts'

const tiers = RISK_PROFILES.sim.limits.drawdown
const dayLossOf = (watch: EquityWatch, equity: number) => lossOf(watch.day, cash(equity))
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

  test('S9 a flow neither makes nor hides a drawdown, and what the day has lost in money stays what it was', () => {
    fc.assert(
      fc.property(fc.integer({ min: 500_000, max: 999_999 }), fc.integer({ min: -400_000, max: 1e9 }), (equity, flow) => {
        const watch = watching([
          [0, 1_000_000],
          [1_000, equity],
        ])
        const loss = dayLossOf(watch, equity)
        const before = watch.drawdown
        scaleByFlow(watch, cash(equity), cash(flow))
        expect(dayLossOf(watch, equity + flow)).toBe(loss)
        watchEquity(watch, cash(equity + flow), ts(START + 2_000), tiers)
        expect(watch.drawdown).toBeCloseTo(before, 4)
      }),
    )
  })

  test.each([
    ['6,000 of 9,400 are withdrawn at 6 % below the peak', 10_000, 9_400, -6_000, 0.06, undefined],
    ['9,000 are deposited at 14 % below it', 1_000, 860, 9_000, 0.14, 'orange'],
    ['all is withdrawn', 10_000, 9_000, -9_000, 0, undefined],
    ['money comes into an account that had none', 0, 0, 5_000, 0, undefined],
  ] as const)('S9 %s: the drawdown stays', (_, peak, equity, flow, drawdown, tier) => {
    const unit = 1e8
    const watch = watching([
      [0, peak * unit],
      [60_000, equity * unit],
    ])
    scaleByFlow(watch, cash(equity * unit), cash(flow * unit))
    for (const at of [120_000, 126_000]) watchEquity(watch, cash((equity + flow) * unit), ts(START + at), tiers)
    expect(watch.drawdown).toBeCloseTo(drawdown, 10)
    expect(confirmedTier(watch, ts(START + 126_000))).toBe(tier)
  })

  test('S9 what the day may still lose shrinks with a withdrawal and does not grow with a deposit', () => {
    const left = (flow: number): number => {
      const watch = watching([
        [0, 10_000],
        [1_000, 9_800],
      ])
      scaleByFlow(watch, cash(9_800), cash(flow))
      return lossLeft(watch.day, cash(9_800 + flow), moneyLimit(cash(500)), watch.lastTs, DAY)
    }
    expect([left(0), left(5_000), left(-4_900)]).toEqual([300, 300, 150])
  })

  test('S9 after a resume what there is now is the peak, and the line is as far away as it was from the first', () => {
    const watch = watching([
      [0, 1_000],
      [60_000, 840],
      [66_000, 840],
    ])
    expect(confirmedTier(watch, ts(START + 66_000))).toBe('red')
    setReference(watch, cash(840))
    for (const at of [72_000, 90_000]) watchEquity(watch, cash(840), ts(START + at), tiers)
    expect([watch.drawdown, watch.smoothed, confirmedTier(watch, ts(START + 90_000))]).toEqual([0, 0, undefined])
    for (const at of [100_000, 106_000]) watchEquity(watch, cash(714), ts(START + at), tiers)
    expect(confirmedTier(watch, ts(START + 106_000))).toBe('red')
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
  ] as const)('day loss is the worse of the UTC day and rolling 24 h: %s', (_, equities, equity, expected) => {
    expect(dayLossOf(watching(equities), equity)).toBe(expected)
  })

  // A window of time, whatever the distance of what is seen: 100 are lost a day, evenly.
  test.each([
    ['1m', 60_000],
    ['15m', 900_000],
    ['1h', HOUR_MS],
    ['4h', 4 * HOUR_MS],
    ['1d', DAY_MS],
  ] as const)('day loss is the worse of the UTC day and rolling 24 h: on bars of %s a day is a day', (_, stepMs) => {
    const watch = makeEquityWatch()
    const start = 20_000 * DAY_MS
    const steps = (10 * DAY_MS) / stepMs
    const equityAt = (k: number): number => 1_000_000 - Math.round((100_000 * k) / (DAY_MS / stepMs) / 10)
    for (let k = 0; k <= steps; k++) watchEquity(watch, cash(equityAt(k)), ts(start + k * stepMs), tiers)
    const lost = dayLossOf(watch, equityAt(steps))
    expect(lost).toBeGreaterThanOrEqual(10_000)
    // What lies between two samples may be counted with the day.
    expect(lost).toBeLessThanOrEqual(10_000 + 105)
  })

  test('what was lost before three days of absence is not of today', () => {
    const watch = watching(Array.from({ length: 96 }, (_, k) => [k * 900_000, 10_000 - 4 * k] as const))
    watchEquity(watch, cash(9_620), ts(START + 96 * 900_000 + 3 * DAY_MS), tiers)
    expect(dayLossOf(watch, 9_620)).toBe(0)
  })

  test('what was lost during an absence may have been lost today, and counts', () => {
    const watch = watching([
      [0, 10_000],
      [3 * DAY_MS, 9_700],
    ])
    expect(dayLossOf(watch, 9_700)).toBe(300)
  })
})
