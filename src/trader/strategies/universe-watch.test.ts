/**
 * When a universe is selected while the trader runs, from which candles, and what happens where they cannot be read.
 */
import { expect, test } from 'vitest'
import { smaCross } from '../../strategy/builtin/sma-cross.ts'
import { HOUR_MS, MINUTE_MS, type Ts, ticks, ts } from '../../core/units.ts'
import type { KernelInput } from '../../kernel/input.ts'
import type { Bar } from '../../market/bars.ts'
import type { StrategyDefinition } from '../../strategy/strategy.ts'
import type { UniverseRules } from '../../strategy/universe/universe.ts'
import { START, Life, configOf } from '../../../test/support/market-life.ts'
import { UniverseWatch } from './universe-watch.ts'

const RULES: UniverseRules = {
  take: 1,
  by: 'volume',
  overMs: HOUR_MS,
  everyMs: HOUR_MS,
  white: [],
  black: [],
  cooldownMs: 0,
}
const at = (minutes: number): Ts => ts(START + minutes * MINUTE_MS)

function watchOf(rules: UniverseRules | undefined) {
  const config = configOf(smaCross as StrategyDefinition)
  const life = new Life({ ...config, strategies: config.strategies.map((each) => ({ ...each, universe: rules })) })
  const asked: string[] = []
  const logged: string[] = []
  const given: KernelInput[] = []
  const state = { volumes: [5, 3], isDown: false }
  const watch = new UniverseWatch({
    kernel: life.kernel,
    intervalMs: MINUTE_MS,
    venue: {
      candles: async (i, from, until, count) => {
        asked.push(`${i} ${from === undefined ? 'any' : (from - START) / MINUTE_MS} ${(until - START) / MINUTE_MS} ${count}`)
        if (state.isDown) return { ok: false, error: { kind: 'network', detail: 'no answer' } as never }
        const bar = (minute: number): Bar => {
          const price = ticks(100 + (minute % 2))
          return { ts: ts(until - minute * MINUTE_MS), open: price, high: price, low: price, close: price, volume: state.volumes[i] ?? 0 }
        }
        return { ok: true, value: [3, 2, 1].map(bar).slice(-count) }
      },
    },
    submit: async (inputs) => {
      for (const input of inputs()) {
        given.push(input)
        life.give(input)
      }
      return 0
    },
    log: (_, text) => logged.push(text),
  })
  return { watch, life, asked, given, logged, state }
}
const verdictsOf = (inputs: readonly KernelInput[]) =>
  inputs.flatMap((input) => (input.type === 'universe-selected' ? [input.rows.map(({ verdict }) => verdict).join(' ')] : []))
const noticesOf = (inputs: readonly KernelInput[]) => inputs.flatMap((input) => (input.type === 'notice' ? [input.summary] : []))

test('it is selected at once, then at each full hour, and what changed is told', async () => {
  const { watch, given, state, asked } = watchOf(RULES)
  await watch.after(at(10))
  await watch.after(at(11))
  expect(asked).toEqual(['0 -50 10 61', '1 -50 10 61'])
  state.volumes = [1, 3]
  await watch.after(at(59))
  expect(verdictsOf(given)).toEqual(['chosen rank'])
  await watch.after(at(60))
  await watch.after(at(61))
  expect(verdictsOf(given)).toEqual(['chosen rank', 'rank chosen'])
  expect(noticesOf(given)).toEqual([
    'Universe of s: BTCUSDT takes entries.',
    'Universe of s: BTCUSDT takes no more entries (others rank higher); ETHUSDT takes entries.',
  ])
  // The same again is a selection, and no news.
  await watch.after(at(120))
  expect([verdictsOf(given).length, noticesOf(given).length]).toEqual([3, 2])
})

test('candles that cannot be read leave it as it is until the next close', async () => {
  const { watch, given, state, logged } = watchOf(RULES)
  state.isDown = true
  await watch.after(at(10))
  expect([given, logged]).toEqual([
    [],
    ['could not read candles of BTCUSDT for the universe of s, it stays as it is until the next close: no answer'],
  ])
  state.isDown = false
  await watch.after(at(11))
  expect(verdictsOf(given)).toEqual(['chosen rank'])
})

test('an age asks for a candle of that long ago', async () => {
  const { watch, asked } = watchOf({ ...RULES, minAgeMs: 30 * MINUTE_MS })
  await watch.after(at(60))
  expect(asked).toEqual(['0 0 60 61', '0 any 31 1', '1 0 60 61', '1 any 31 1'])
})

test('other rules count at the next close, not at the next hour', async () => {
  const { watch, life, given } = watchOf(RULES)
  await watch.after(at(60))
  const { config } = life.kernel
  const strategies = config.strategies.map((each) => ({ ...each, universe: { ...RULES, black: ['BTCUSDT'] } }))
  life.kernel.useStrategies({ strategies, manual: [] })
  await watch.after(at(61))
  expect(verdictsOf(given)).toEqual(['chosen rank', 'black chosen'])
})

test('after a restart, with the rules as the journal keeps them, it is not selected again before its time', async () => {
  const { watch, life, given } = watchOf({ ...RULES, minVolume: undefined })
  await watch.after(at(60))
  const { rules, ...rest } = JSON.parse(JSON.stringify(given[0]))
  const turned = Object.fromEntries(Object.entries(rules).reverse())
  life.kernel.universes.selectSymbols({ ...rest, rules: turned })
  await watch.after(at(61))
  expect(verdictsOf(given)).toEqual(['chosen rank'])
})

test('a selection by spread waits until one is known', async () => {
  const { watch, life, given } = watchOf({ ...RULES, maxSpreadBps: 150 })
  await watch.after(at(0))
  expect(given).toEqual([])
  const bar = (instrument: 0 | 1, spreadTicks: number) => {
    const price = ticks(100)
    return {
      instrument: instrument as never,
      spreadTicks,
      bar: { ts: at(0), open: price, high: price, low: price, close: price, volume: 1 },
    }
  }
  life.give({ type: 'bars-closed', ts: at(1), mode: 'live', bars: [bar(0, 2), bar(1, 1)] })
  await watch.after(at(1))
  expect(verdictsOf(given)).toEqual(['spread chosen'])
})

test('a strategy without a universe asks for nothing', async () => {
  const { watch, asked, given } = watchOf(undefined)
  await watch.after(at(60))
  expect([asked, given]).toEqual([[], []])
})
