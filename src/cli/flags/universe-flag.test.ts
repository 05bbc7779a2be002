/**
 * `--universe` of a backtest: what it makes, and one sentence for what it cannot.
 */
import { expect, test } from 'vitest'
import { DAY_MS, instrumentIndex } from '../../core/units.ts'
import { makeInstrument } from '../../market/instrument.ts'
import { STRATEGIES } from '../../strategy/registry.ts'
import type { StrategyDefinition } from '../../strategy/strategy.ts'
import { universeFlag } from './universe-flag.ts'

const series = ['BTCUSDT', 'ETHUSDT'].map((symbol, at) => ({
  instrument: makeInstrument({ index: instrumentIndex(at), venue: 'bybit', symbol, tickSize: '0.1', lotSize: '0.001' }),
  intervalMs: 300_000,
  columns: {
    ts: new Float64Array(),
    open: new Float64Array(),
    high: new Float64Array(),
    low: new Float64Array(),
    close: new Float64Array(),
    volume: new Float64Array(),
  },
  funding: undefined,
}))
const ruled = (...universe: readonly string[]) =>
  universeFlag({ universe }, STRATEGIES.get('ema-cross') as StrategyDefinition, series, { type: 'none' })

test('numbers, spans and lists are read from words', () => {
  expect(ruled('take=1', 'minVolume=1e6', 'every=2d', 'black=BTCUSDT')).toMatchObject({
    take: 1,
    minVolume: 1_000_000,
    everyMs: 2 * DAY_MS,
    black: ['BTCUSDT'],
  })
  expect(universeFlag({}, STRATEGIES.get('ema-cross') as StrategyDefinition, series, { type: 'none' })).toBeUndefined()
})

test.each([
  [['by=volume'], '--universe: take is missing.'],
  [['take=1', 'evry=1d'], "--universe 'evry=1d': there is no 'evry'."],
  [['take=some'], "--universe 'take=some': use a whole number from 1 to 200."],
  [['take=1', 'by=luck'], "--universe 'by=luck': use one of volume, volatility, quiet."],
  [['take=1', 'every=soon'], "--universe 'every=soon': use a span such as 1d, from 1h to 90d."],
  [['take=1', 'black=SOLUSDT'], '--universe: SOLUSDT is in a list of its universe, and not in its symbols.'],
  [['take=1', 'maxSpreadBps=2'], '--universe maxSpreadBps: no candle tells a spread.'],
])('--universe %j is refused in a sentence', (given, sentence) => {
  expect(() => ruled(...given)).toThrow(sentence)
})
