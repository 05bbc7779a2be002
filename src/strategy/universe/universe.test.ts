/**
 * Which symbols a universe takes, and what is measured of them: by tables, and by what must hold of any.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS, instrumentIndex, ts } from '../../core/units.ts'
import { makeInstrument } from '../../market/instrument.ts'
import { measureOf } from './measure.ts'
import { type Candidate, type UniverseRules, UNIVERSE_ORDERS, dueAt, isIn, selectUniverse } from './universe.ts'

const NOW = ts(20_000 * DAY_MS)
const RULES: UniverseRules = { take: 2, by: 'volume', overMs: DAY_MS, everyMs: DAY_MS, white: [], black: [], cooldownMs: 0 }
const candidate = (symbol: string, more: Partial<Candidate> = {}): Candidate => ({
  symbol,
  isTraded: true,
  isOld: true,
  volume: 100,
  volatility: 3,
  spreadBps: 1,
  wasIn: undefined,
  since: undefined,
  ...more,
})
const select = (rules: Partial<UniverseRules>, ...candidates: readonly Candidate[]) =>
  selectUniverse({ ...RULES, ...rules }, candidates, NOW).join(' ')

const small = candidate('S', { volume: 1 })
const [a, b, c] = [candidate('A', { volume: 300 }), candidate('B', { volume: 200 }), candidate('C', { volume: 50, volatility: 9 })]

test.each<[string, Partial<UniverseRules>, readonly Candidate[], string]>([
  ['the largest turnover comes first', {}, [c, b, a], 'rank chosen chosen'],
  ['the largest volatility', { by: 'volatility', take: 1 }, [a, b, c], 'rank rank chosen'],
  ['the smallest volatility, equals by name', { by: 'quiet', take: 1 }, [c, b, a], 'rank rank chosen'],
  ['white ones count among those that are taken', { white: ['S'] }, [small, a, b], 'white chosen rank'],
  ['black ones are out', { black: ['A'] }, [a, b, c], 'black chosen chosen'],
  [
    'a white one without candles is out and gives its place free',
    { white: ['S'] },
    [{ ...small, isTraded: false }, a, b],
    'not-traded chosen chosen',
  ],
  ['one that is too young, where an age is asked for', { minAgeMs: 1 }, [{ ...a, isOld: false }, b], 'too-young chosen'],
  ['where none is, age does not matter', {}, [{ ...a, isOld: false }, b], 'chosen chosen'],
  ['just the turnover that is asked for', { minVolume: 200 }, [a, b, c], 'chosen chosen volume'],
  ['just the spread that is allowed', { maxSpreadBps: 1 }, [a, { ...b, spreadBps: 1.01 }], 'chosen spread'],
  ['a spread that nobody knows', { maxSpreadBps: 1 }, [a, { ...b, spreadBps: undefined }], 'chosen spread'],
  ['a spread that nobody knows or asks for', {}, [a, { ...b, spreadBps: undefined }], 'chosen chosen'],
  [
    'both ends of the volatility',
    { minVolatility: 3, maxVolatility: 8 },
    [a, { ...b, volatility: 2.9 }, c],
    'chosen volatility volatility',
  ],
  ['a volatility that cannot be measured', {}, [a, { ...b, volatility: undefined }], 'chosen volatility'],
  [
    'one that left within the cooldown',
    { cooldownMs: DAY_MS },
    [{ ...a, wasIn: false, since: ts(NOW - DAY_MS + 1) }, b],
    'cooldown chosen',
  ],
  ['one whose cooldown is over', { cooldownMs: DAY_MS }, [{ ...a, wasIn: false, since: ts(NOW - DAY_MS) }, b], 'chosen chosen'],
  ['one that has just come in has no cooldown', { cooldownMs: DAY_MS }, [{ ...a, wasIn: true, since: ts(NOW - 1) }, b], 'chosen chosen'],
])('a universe: %s', (_, rules, candidates, expected) => {
  expect(select(rules, ...candidates)).toBe(expected)
})

const anyCandidates = fc.uniqueArray(
  fc.record({
    symbol: fc.stringMatching(/^[A-H]$/),
    isTraded: fc.boolean(),
    isOld: fc.boolean(),
    volume: fc.integer({ min: 0, max: 5 }),
    volatility: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
    spreadBps: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
    wasIn: fc.option(fc.boolean(), { nil: undefined }),
    since: fc.integer({ min: 0, max: 5 }).map((days) => ts(NOW - days * DAY_MS)),
  }),
  { selector: ({ symbol }) => symbol, maxLength: 8 },
)
const anyRules = fc.record({
  take: fc.integer({ min: 1, max: 5 }),
  by: fc.constantFrom(...UNIVERSE_ORDERS),
  overMs: fc.constant(DAY_MS),
  everyMs: fc.constant(DAY_MS),
  minVolume: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
  minAgeMs: fc.option(fc.constant(DAY_MS), { nil: undefined }),
  maxSpreadBps: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
  white: fc.constantFrom<string[]>([], ['A']),
  black: fc.constantFrom<string[]>([], ['B']),
  cooldownMs: fc.integer({ min: 0, max: 5 }).map((days) => days * DAY_MS),
})

test('a universe takes no more than it may, never a black or a dead symbol, always a white one that trades, in whatever order they are given', () => {
  fc.assert(
    fc.property(anyRules, anyCandidates, fc.infiniteStream(fc.nat()), (rules, candidates, keys) => {
      const verdicts = selectUniverse(rules, candidates, NOW)
      const taken = candidates.filter((_, k) => isIn(verdicts[k] ?? 'rank'))
      expect(taken.length).toBeLessThanOrEqual(rules.take)
      for (const { symbol, isTraded } of taken) expect([isTraded, rules.black.includes(symbol)]).toEqual([true, false])
      for (const each of candidates.filter(({ symbol, isTraded }) => isTraded && rules.white.includes(symbol)))
        expect(taken).toContain(each)
      // Who is left out by rank alone finds no free place.
      if (verdicts.includes('rank')) expect(taken.length).toBe(rules.take)
      const shuffled = candidates
        .map((each) => [keys.next().value as number, each] as const)
        .sort(([one], [other]) => one - other)
        .map(([, each]) => each)
      const again = selectUniverse(rules, shuffled, NOW)
      expect(shuffled.map(({ symbol }, k) => [symbol, again[k]]).sort()).toEqual(
        candidates.map(({ symbol }, k) => [symbol, verdicts[k]]).sort(),
      )
    }),
  )
})

describe('what is measured', () => {
  const instrument = makeInstrument({ index: instrumentIndex(0), venue: 'sim', symbol: 'BTCUSDT', tickSize: '0.5', lotSize: '0.1' })
  const seriesOf = (closes: readonly number[], from: number = NOW - closes.length * HOUR_MS) => ({
    instrument,
    intervalMs: HOUR_MS,
    columns: {
      ts: Float64Array.from(closes, (_, k) => from + k * HOUR_MS),
      close: Float64Array.from(closes),
      volume: new Float64Array(closes.length).fill(20),
    },
    count: closes.length,
  })
  const rules = { overMs: 4 * HOUR_MS }

  test('turnover is close times volume by day, volatility the root of the summed squared returns by day', () => {
    const { volume, volatility } = measureOf(seriesOf([1000, 200, 220, 220, 198]), rules, NOW, true, undefined)
    // 838 ticks of 0.5, each bar with 20 lots of 0.1, in a sixth of a day.
    expect(volume).toBeCloseTo(838 * 0.5 * 20 * 0.1 * 6, 6)
    expect(volatility).toBeCloseTo(Math.sqrt((Math.log(1.1) ** 2 + Math.log(0.9) ** 2) * 8) * 100, 9)
  })

  test('bars that close after the instant change nothing: no measure sees the future', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 1, maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 1_000 }), { maxLength: 12 }),
        (past, future) => {
          const from = NOW - past.length * HOUR_MS
          const [known, all] = [seriesOf(past, from), seriesOf([...past, ...future], from)]
          expect(measureOf(all, rules, NOW, true, 1)).toEqual(measureOf(known, rules, NOW, true, 1))
        },
      ),
    )
  })

  test.each([
    ['an hour ago', HOUR_MS, true],
    ['three bars ago', 3 * HOUR_MS, true],
    ['longer ago', 3 * HOUR_MS + MINUTE_MS, false],
  ])('a symbol whose newest bar closed %s', (_, ago, isTraded) => {
    expect(measureOf(seriesOf([5, 5], NOW - ago - 2 * HOUR_MS), rules, NOW, true, undefined).isTraded).toBe(isTraded)
  })

  test('no bars at all, and one', () => {
    const of = (closes: readonly number[]) => measureOf(seriesOf(closes), rules, NOW, false, undefined)
    expect([of([]).isTraded, of([]).volume, of([]).volatility, of([7]).volatility]).toEqual([false, 0, undefined, undefined])
  })
})

test('a selection is due at each whole multiple of its schedule', () => {
  const rules = { ...RULES, everyMs: 4 * HOUR_MS }
  expect([NOW, NOW + 1, NOW + 4 * HOUR_MS - 1, NOW + 4 * HOUR_MS].map((at) => dueAt(rules, ts(at)) - NOW)).toEqual([0, 0, 0, 4 * HOUR_MS])
})
