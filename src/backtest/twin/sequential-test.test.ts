/**
 * The sequential test against its formula worked out apart, and by simulation: looked at after every bar, it promotes what is no better in at
 * most `alpha` of all cases, however its returns are distributed, and finds what is better.
 */
import { expect, test } from 'vitest'
import { Random } from '../../core/random.ts'
import { CANARY_TEST, halfWidth, sequentialTest } from './sequential-test.ts'

const PATHS = 300
const BARS = 2_500

test('half the width, worked out by hand for alpha 0.05, tightest at 1,000', () => {
  // r² = (-2 ln 0.05 + ln(-2 ln 0.05 + 1)) / 1000 = (5.9914645 + 1.9446901) / 1000 = 0.0079361546
  const r2 = (5.991464547107982 + Math.log(6.991464547107982)) / 1_000
  expect(r2).toBeCloseTo(0.00793615, 7)
  for (const t of [100, 1_000, 10_000])
    expect(halfWidth(t, 0.002, CANARY_TEST)).toBeCloseTo(
      0.002 * Math.sqrt(((2 * (t * r2 + 1)) / (t * t * r2)) * Math.log(Math.sqrt(t * r2 + 1) / 0.05)),
      15,
    )
  // t r² + 1 = 8.9361546; 2 × 8.9361546 / 7936.1546 = 0.00225201; ln(2.9893402 / 0.05) = 4.0907739; root of their product 0.09598
  expect(halfWidth(1_000, 1, CANARY_TEST)).toBeCloseTo(0.09598, 5)
})

const normal = (random: Random): number => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())

/** Differences of returns without an edge: as they are, with fat tails, in storms and calms, and most of the time none. */
const NULLS: Readonly<Record<string, (random: Random) => () => number>> = {
  normal: (random) => () => normal(random) * 1e-3,
  'fat tails': (random) => () =>
    (normal(random) / Math.sqrt((normal(random) ** 2 + normal(random) ** 2 + normal(random) ** 2 + normal(random) ** 2) / 4)) * 1e-3,
  clustered: (random) => {
    let heat = 1
    return () => {
      const drawn = normal(random) * Math.sqrt(heat)
      heat = 0.05 + 0.9 * heat + 0.05 * drawn * drawn
      return drawn * 1e-3
    }
  },
  sparse: (random) => () => (random.next() < 0.8 ? 0 : normal(random) * 1e-3),
}

test.each(Object.keys(NULLS))('no edge, %s: looked at after every bar it promotes in at most alpha of all cases', (name) => {
  let promoted = 0
  for (let path = 0; path < PATHS; path++) {
    const draw = NULLS[name]?.(new Random(1_000 + path))
    if (draw === undefined) throw new Error(name)
    const differences = Float64Array.from({ length: BARS }, draw)
    if (sequentialTest(differences).verdict === 'promote') promoted += 1
  }
  expect(promoted / PATHS).toBeLessThanOrEqual(CANARY_TEST.alpha)
})

test('an edge is found, a loss is rolled back, and neither before there are enough', () => {
  let [promoted, rolledBack] = [0, 0]
  for (let path = 0; path < 100; path++) {
    const random = new Random(7 + path)
    const better = Float64Array.from({ length: BARS }, () => normal(random) * 1e-3 + 2e-4)
    const found = sequentialTest(better)
    if (found.verdict === 'promote') promoted += 1
    expect(found.count).toBeGreaterThanOrEqual(CANARY_TEST.least)
    if (sequentialTest(better.map((each) => -each)).verdict === 'roll-back') rolledBack += 1
  }
  expect([promoted, rolledBack].every((n) => n > 90)).toBe(true)
})

test('what it decided first stays, whatever comes later; bars on which both are alike tell nothing', () => {
  const random = new Random(5)
  const better = Array.from({ length: 400 }, () => normal(random) * 1e-4 + 1e-3)
  const first = sequentialTest(better)
  expect([first.verdict, first.decidedAt]).toEqual(['promote', 99])
  expect(sequentialTest([...better, ...better.map((each) => -10 * each)])).toEqual(first)
  expect(sequentialTest(better.flatMap((each) => [0, each])).count).toBe(first.count)
  expect(sequentialTest([])).toEqual({ verdict: 'go-on', count: 0, decidedAt: undefined, mean: 0, low: undefined, high: undefined })
})
