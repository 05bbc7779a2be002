/**
 * The template `pairs`: two symbols with roles, in one decision.
 */
export const pairsSource = (
  name: string,
): string => `import { type Market, type Side, defineStrategy, ticksFromFloat, z } from 'ballast/strategy'

const params = z.strictObject({
  lookback: z.coerce.number().int().min(5).max(2000).default(120).describe('bars of the mean ratio'),
  entry: z.coerce.number().positive().max(10).default(2).describe('deviations from the mean at which it enters'),
  exit: z.coerce.number().min(0).max(5).default(0.5).describe('deviations at which it leaves'),
  stopPercent: z.coerce.number().positive().max(50).default(4).describe('distance of the stop of each leg in percent'),
})
type Params = z.infer<typeof params>

export default defineStrategy<Params, Params>({
  contract: 2, // one decision for both symbols
  name: '${name}',
  version: 1,
  summary: 'Sells the dear and buys the cheap one of two symbols, until their ratio is back at its mean.',
  params,
  protection: 'position-stop',
  givesStop: true,
  symbols: ['left', 'right'], // in the order of the configuration
  history: (p) => p.lookback, // bars that onBar reads back of each symbol
  warmup: (p) => p.lookback,
  init: (p) => ({ ...p }), // plain data; the journal keeps it after each bar
  onBar({ market }, { lookback, entry, exit, stopPercent }) {
    const [left, right] = [market('left'), market('right')]
    if (!left.hasClosed() || !right.hasClosed()) return // a bar is missing: no decision on old prices
    let sum = 0
    let squares = 0
    for (let back = 0; back < lookback; back++) {
      if (left.bars.openTs(back) !== right.bars.openTs(back)) return // one has a gap
      const ratio = ratioOf(left, right, back)
      sum += ratio
      squares += ratio * ratio
    }
    const mean = sum / lookback
    const deviation = Math.sqrt(Math.max(0, squares / lookback - mean * mean))
    if (!(deviation > 1e-9)) return
    const z = (ratioOf(left, right, 0) - mean) / deviation
    const values = { z: Math.round(z * 100) / 100 }
    if (left.position === 0 && right.position === 0) {
      if (Math.abs(z) < entry) return
      const side = z > 0 ? -1 : 1
      enter(left, side)
      enter(right, side === 1 ? -1 : 1)
    } else if (left.position === 0 || right.position === 0 || Math.abs(z) <= exit)
      for (const leg of [left, right]) if (leg.position !== 0) leg.signal({ side: 0, strength: 1, reason: { rule: 'ratio is back, or one leg is gone', values } })

    function enter(leg: Market, side: Side): void {
      const close = leg.bars.close(0)
      const stop = ticksFromFloat(close * (1 - (side * stopPercent) / 100), side === 1 ? 'floor' : 'ceil')
      leg.signal({ side, strength: 1, stop, reason: { rule: 'ratio far from its mean', values } })
    }
  },
})

const ratioOf = (left: Market, right: Market, back: number): number => Math.log(left.bars.close(back) / right.bars.close(back))
`

export const pairsTest = (name: string): string => `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { marketSignalsOf } from 'ballast/strategy'
import strategy from './${name}.ts'

const flat = (close: number) => [close, close, close, close] as const
const swing = [100, 101, 99, 100, 101, 99, 100]
const params = { lookback: 8, entry: 2, stopPercent: 5 }
const last = (left: number, position = 0) =>
  marketSignalsOf(strategy, params, [[...swing, left].map(flat), Array.from({ length: 8 }, () => flat(50))], { position }).at(-1)

test('the dear one is sold and the cheap one bought, each with a stop', () => {
  const { left, right } = last(110) ?? {}
  assert.deepEqual([left?.side, left?.stop, right?.side, right?.stop], [-1, 115.5, 1, 47.5])
})

test('near the mean nothing is said, and both legs are left', () => {
  assert.deepEqual(last(100), {})
  const { left, right } = last(100, 5) ?? {}
  assert.deepEqual([left?.side, right?.side], [0, 0])
})
`
