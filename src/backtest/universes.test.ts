/**
 * Universes in a backtest: symbols that came later or ended earlier count while they lived, and nothing is known before it was.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CASH_ONE, HOUR_MS, cash, instrumentIndex, lots, rate } from '../core/units.ts'
import type { BarColumns } from '../market/bars.ts'
import { makeInstrument } from '../market/instrument.ts'
import { RISK_PROFILES } from '../risk/profiles.ts'
import { type StrategyDefinition, defineStrategy } from '../strategy/strategy.ts'
import type { UniverseRules } from '../strategy/universe/universe.ts'
import { z } from 'zod'
import { runBacktestRequest } from './backtest-run.ts'

const DAY = 24
const START = 20_000 * DAY * HOUR_MS
const RULES: UniverseRules = {
  take: 1,
  by: 'volume',
  overMs: DAY * HOUR_MS,
  everyMs: DAY * HOUR_MS,
  white: [],
  black: [],
  cooldownMs: 0,
}

/** In and out again bar by bar, so that each hour shows whether entries are taken. */
const flicker = defineStrategy({
  name: 'flicker',
  version: 1,
  summary: 'Long every other bar.',
  params: z.strictObject({}),
  protection: 'position-stop',
  givesStop: false,
  warmup: () => 0,
  init: () => ({ n: 0 }),
  onBar({ signal, bars }, state) {
    state.n += 1
    signal({ side: state.n % 2 === 1 ? 1 : 0, strength: 1, reason: { rule: 'turn', values: { close: bars.close(0) } } })
  },
}) as StrategyDefinition

/** Hours from START in which a symbol has candles, and its volume in each. */
type Life = readonly [first: number, volumes: readonly number[]]

function columnsOf([first, volumes]: Life): BarColumns {
  const price = Float64Array.from(volumes, (_, k) => 1_000 + (k % 2))
  return {
    ts: Float64Array.from(volumes, (_, k) => START + (first + k) * HOUR_MS),
    open: price,
    high: price,
    low: price,
    close: price,
    volume: Float64Array.from(volumes),
  }
}

function runOf(lives: readonly Life[], universe: UniverseRules | 'none' = RULES) {
  const { result } = runBacktestRequest({
    definition: flicker,
    params: {},
    series: lives.map((life, at) => ({
      instrument: makeInstrument({ index: instrumentIndex(at), venue: 'test', symbol: `S${at}USDT`, tickSize: '1', lotSize: '1' }),
      intervalMs: HOUR_MS,
      columns: columnsOf(life),
      funding: undefined,
    })),
    risk: RISK_PROFILES.research,
    sizing: { type: 'fixed', lots: lots(1) },
    openingCash: cash(1_000_000 * CASH_ONE),
    makerRate: rate(0),
    takerRate: rate(0),
    spotRate: rate(0),
    slippage: { type: 'none' },
    limitFill: 'through',
    stopFraction: undefined,
    universe: universe === 'none' ? undefined : universe,
  })
  expect(result.failure).toBeUndefined()
  return result.fills.map(({ ts, instrument, side }) => [(ts - START) / HOUR_MS, instrument, side] as const)
}
const flat = (hours: number, volume: number): number[] => new Array<number>(hours).fill(volume)
/** Symbols with entries in these hours. */
const entered = (fills: ReturnType<typeof runOf>, from: number, to: number) => [
  ...new Set(fills.filter(([hour, , side]) => side === 1 && hour > from && hour <= to).map(([, instrument]) => instrument)),
]

test('the symbol that ended counts while it lived, and the one that came later from the day after', () => {
  const fills = runOf([
    [0, flat(5 * DAY, 10)],
    // The largest, of which nothing is heard after two days.
    [0, flat(2 * DAY, 50)],
    // Larger still, from the third day on.
    [3 * DAY, flat(2 * DAY, 90)],
  ])
  const days = [0, 1, 2, 3, 4].map((day) => entered(fills, day * DAY + 1, (day + 1) * DAY))
  // At the end of the second day nobody knows yet that it was the last of that symbol.
  expect(days).toEqual([[], [1], [], [0], [2]])
})

test('without a universe all of them take entries', () => {
  expect(
    entered(
      runOf(
        [
          [0, flat(DAY, 1)],
          [0, flat(DAY, 2)],
        ],
        'none',
      ),
      0,
      DAY,
    ),
  ).toEqual([0, 1])
})

test('bars that come later change no fill of before: no selection knows the future', () => {
  const life = fc.tuple(
    fc.integer({ min: 0, max: 2 * DAY }),
    fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 2 * DAY, maxLength: 4 * DAY }),
  )
  fc.assert(
    fc.property(fc.array(life, { minLength: 2, maxLength: 4 }), fc.integer({ min: DAY, max: 4 * DAY }), (lives, end) => {
      const before = lives.map(([first, volumes]): Life => [first, volumes.slice(0, Math.max(0, end - first))])
      fc.pre(before.every(([, volumes]) => volumes.length > 0))
      const known = runOf(before)
      expect(runOf(lives).filter(([hour]) => hour < end)).toEqual(known.filter(([hour]) => hour < end))
    }),
    { numRuns: 30 },
  )
})
