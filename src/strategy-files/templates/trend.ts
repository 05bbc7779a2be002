/**
 * The template `trend`: one symbol, one signal a bar.
 */
export const trendSource = (name: string): string => `import { defineStrategy, ticksFromFloat, z } from 'ballast/strategy'

const params = z.strictObject({
  lookback: z.coerce.number().int().min(2).max(500).default(20).describe('bars whose highest close has to be passed'),
  stopPercent: z.coerce.number().positive().max(20).default(1).describe('distance of the stop in percent of the price'),
})

export default defineStrategy({
  name: '${name}',
  version: 1,
  summary: 'Buys a close above all closes of the bars before, and leaves when half of them are above.',
  params,
  protection: 'position-stop',
  givesStop: true,
  history: (p) => p.lookback + 1, // bars that onBar reads back, this one among them
  warmup: (p) => p.lookback + 1, // bars before a signal is meaningful
  init: (p) => ({ lookback: p.lookback, stop: p.stopPercent / 100 }), // plain data; the journal keeps it after each bar
  onBar({ bars, position, signal }, state) {
    const close = bars.close(0) // 0 is the bar that has just closed, 1 the one before; prices are whole ticks
    let below = 0
    for (let back = 1; back <= state.lookback; back++) if (bars.close(back) < close) below += 1
    const share = below / state.lookback
    if (position === 0 && share === 1)
      signal({ side: 1, strength: 1, stop: ticksFromFloat(close * (1 - state.stop), 'floor'), reason: { rule: 'highest close', values: { share } } })
    else if (position > 0 && share >= 0.5)
      signal({ side: 1, strength: 1, reason: { rule: 'still high', values: { share } } }) // a signal is a level: repeating it changes nothing
    else if (position > 0) signal({ side: 0, strength: 1, reason: { rule: 'back in the range', values: { share } } })
  },
})
`

export const trendTest = (name: string): string => `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { signalsOf } from 'ballast/strategy'
import strategy from './${name}.ts'

const flat = (close: number) => [close, close, close, close] as const

test('a close above all closes before is bought, with a stop below it', () => {
  const signals = signalsOf(strategy, { lookback: 3, stopPercent: 2 }, [100, 101, 102, 110].map(flat))
  assert.equal(signals.at(-1)?.side, 1)
  assert.equal(signals.at(-1)?.stop, 107.8)
})

test('it says nothing before there are bars enough', () => {
  assert.deepEqual(signalsOf(strategy, { lookback: 3 }, [100, 101, 102].map(flat)), [undefined, undefined, undefined])
})

test('a position is left when half of the closes before are above', () => {
  const signals = signalsOf(strategy, { lookback: 4 }, [100, 104, 103, 102, 101].map(flat), { position: 5 })
  assert.equal(signals.at(-1)?.side, 0)
})
`
