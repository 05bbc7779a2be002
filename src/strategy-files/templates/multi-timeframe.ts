/**
 * The template `multi-timeframe`: the direction of a higher interval, the entry of the base one.
 */
export const multiTimeframeSource = (name: string): string => `import { defineStrategy, ticksFromFloat, z } from 'ballast/strategy'

const params = z.strictObject({
  hours: z.coerce.number().int().min(2).max(500).default(24).describe('hours of the mean that gives the direction'),
  lookback: z.coerce.number().int().min(2).max(500).default(20).describe('base bars whose highest high has to be passed'),
  stopPercent: z.coerce.number().positive().max(20).default(2).describe('distance of the stop in percent of the price'),
})

export default defineStrategy<z.infer<typeof params>, { hours: number; lookback: number; stop: number }>({
  contract: 2, // higher intervals need it
  name: '${name}',
  version: 1,
  summary: 'Buys a new high of the base bars while the hour is above its mean, and leaves when it no longer is.',
  params,
  protection: 'position-stop',
  givesStop: true,
  symbols: ['only'],
  intervals: (p) => ({ '1h': p.hours }), // closed bars that onBar reads; the base interval of the configuration has to divide it
  history: (p) => p.lookback + 1, // base bars that onBar reads back, this one among them
  warmup: () => 0, // what the intervals need is added by itself
  init: (p) => ({ hours: p.hours, lookback: p.lookback, stop: p.stopPercent / 100 }), // plain data; the journal keeps it after each bar
  onBar({ bars, higher, hasClosed, position, signal }, state) {
    const hour = higher('1h') // only hours that have closed: close(0) is the last of them
    let mean = 0
    for (let back = 0; back < state.hours; back++) mean += hour.close(back) / state.hours
    const isRising = hour.close(0) > mean
    const values = { hour: hour.close(0), mean: Math.round(mean) }
    if (position > 0) {
      if (hasClosed('1h') && !isRising) signal({ side: 0, strength: 1, reason: { rule: 'hour below its mean', values } })
      return
    }
    if (!isRising) return
    const close = bars.close(0)
    for (let back = 1; back <= state.lookback; back++) if (bars.high(back) >= close) return
    signal({ side: 1, strength: 1, stop: ticksFromFloat(close * (1 - state.stop), 'floor'), reason: { rule: 'new high, hour rising', values } })
  },
})
`

export const multiTimeframeTest = (name: string): string => `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { signalsOf } from 'ballast/strategy'
import strategy from './${name}.ts'

const flat = (close: number) => [close, close, close, close] as const
const params = { hours: 2, lookback: 3, stopPercent: 2 }
// Minutes: two hours and one bar more.
const rising = Array.from({ length: 121 }, (_, minute) => flat(100 + minute / 10))
const falling = Array.from({ length: 121 }, (_, minute) => flat(200 - minute / 10))

test('a new high in a rising hour is bought, with a stop below it', () => {
  const said = signalsOf(strategy, params, rising).at(-1)
  assert.deepEqual([said?.side, said?.rule, said?.stop], [1, 'new high, hour rising', 109.76])
})

test('it says nothing before both hours have closed', () => {
  assert.ok(signalsOf(strategy, params, rising.slice(0, 119)).every((said) => said === undefined))
})

test('a new high in a falling hour is not bought', () => {
  assert.equal(signalsOf(strategy, params, [...falling, flat(300)]).at(-1), undefined)
})

test('a position is left when an hour closes below the mean', () => {
  const said = signalsOf(strategy, params, falling.slice(0, 120), { position: 5 }).at(-1)
  assert.equal(said?.side, 0)
})
`
