/**
 * The template `grid`: orders by name that rest beside each other, and fills that it hears of.
 */
export const gridSource = (name: string): string => `import { defineStrategy, ticksFromFloat, z } from 'ballast/strategy'

const params = z.strictObject({
  levels: z.coerce.number().int().min(1).max(20).default(4).describe('buys below the price'),
  stepPercent: z.coerce.number().min(0.05).max(20).default(0.5).describe('distance of one level to the next in percent'),
})

export default defineStrategy<z.infer<typeof params>, { levels: number; step: number; center: number; round: number }>({
  contract: 2, // orders by name need it
  name: '${name}',
  version: 1,
  summary: 'Buys in steps below the price, sells each a step higher, one stop below all.',
  params,
  protection: 'position-stop',
  givesStop: true,
  symbols: ['only'],
  warmup: () => 0,
  init: (p) => ({ levels: p.levels, step: p.stepPercent / 100, center: 0, round: 0 }), // plain data; the journal keeps it after each bar
  onFill({ position, exit }, { type, price, lots }, state) {
    if (type !== 'entry' || position === 0) return
    state.round += 1
    exit({
      name: \`sell-\${state.round}\`,
      share: Math.min(1, lots / position), // what this level has bought
      limit: ticksFromFloat(price * (1 + state.step), 'ceil'),
      reason: { rule: 'a step above its buy', values: { bought: price } },
    })
  },
  onBar({ bars, position, orders, enter, cancel }, state) {
    const close = bars.close(0) // 0 is the bar that has just closed; prices are whole ticks
    if (position !== 0) return
    if (state.center !== 0 && Math.abs(close / state.center - 1) < state.step) return
    for (const { name } of orders) cancel(name)
    if (orders.length > 0) return // new ones when the old ones are gone, so that they are never both at risk
    state.center = close
    state.round += 1
    const stop = ticksFromFloat(close * (1 - state.step * (state.levels + 2)), 'floor')
    for (let level = 1; level <= state.levels; level++)
      enter({
        name: \`buy-\${state.round}-\${level}\`,
        side: 1,
        limit: ticksFromFloat(close * (1 - state.step * level), 'floor'),
        stop,
        strength: 1 / state.levels,
        reason: { rule: 'level of the grid', values: { level } },
      })
  },
})
`

export const gridTest = (name: string): string => `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { signalsOf } from 'ballast/strategy'
import strategy from './${name}.ts'

const flat = (close: number) => [close, close, close, close] as const
const buys = (closes: readonly number[]) =>
  signalsOf(strategy, { levels: 2, stepPercent: 1 }, closes.map(flat)).map((said) =>
    said?.orders?.map((order) => (order.does === 'enter' ? [order.name, order.limit, order.stop] : order.does)),
  )

test('buys rest in steps below the price, above one stop', () => {
  assert.deepEqual(buys([100]), [[['buy-1-1', 99, 96], ['buy-1-2', 98, 96]]])
})

test('the grid follows when the price has moved by a step, and not before', () => {
  const [, near, far] = buys([100, 100.5, 102])
  assert.equal(near, undefined)
  assert.equal(far?.[0]?.[0], 'buy-2-1')
})

test('with a position it waits for its sales', () => {
  assert.deepEqual(signalsOf(strategy, {}, [100, 110].map(flat), { position: 5 }), [undefined, undefined])
})
`
