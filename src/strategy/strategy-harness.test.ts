/**
 * What a test of a strategy reads: signals and orders by name, prices in the quote coin.
 */
import { expect, test } from 'vitest'
import { type MarketsContext, type StrategyDefinition, defineStrategy, marketSignalsOf, signalsOf, ticksFromFloat, z } from './sdk.ts'

const at = (price: number) => ticksFromFloat(price * 100, 'floor')
const reason = { rule: 'because', values: { n: 1 } }
const talker = (say: (context: MarketsContext) => void) =>
  defineStrategy({
    contract: 2,
    name: 'talker',
    version: 1,
    summary: 'Says what the test says.',
    params: z.strictObject({}),
    protection: 'position-stop',
    givesStop: true,
    warmup: () => 0,
    init: () => ({}),
    onBar: say,
  })
const bar = [100, 101, 99, 100] as const
const because = { rule: 'because', values: { n: 1 } }

test('each kind of word about an order, in the order in which they were said', () => {
  const strategy = talker(({ enter, exit, change, cancel, protect }) => {
    enter({ name: 'low', side: 1, limit: at(99), stop: at(95), targets: [{ price: at(104), share: 0.5 }], strength: 0.25, bars: 3, reason })
    enter({ name: 'high', side: 1, trigger: at(102), stop: at(98), postOnly: false, reason })
    exit({ name: 'half', share: 0.5, limit: at(103.5), reason })
    exit({ reason })
    change('low', { limit: at(98.5) })
    cancel('high')
    protect({ stop: at(96), target: 'none', trail: { by: at(1.5), activation: at(105) } })
  })
  expect(signalsOf(strategy, {}, [bar], { position: 4 })).toEqual([
    {
      orders: [
        {
          does: 'enter',
          name: 'low',
          side: 1,
          limit: 99,
          stop: 95,
          targets: [{ price: 104, share: 0.5 }],
          strength: 0.25,
          bars: 3,
          ...because,
        },
        { does: 'enter', name: 'high', side: 1, trigger: 102, stop: 98, postOnly: false, ...because },
        { does: 'exit', name: 'half', share: 0.5, limit: 103.5, ...because },
        { does: 'exit', ...because },
        { does: 'change', name: 'low', limit: 98.5 },
        { does: 'cancel', name: 'high' },
        { does: 'protect', stop: 96, target: 'none', trail: { by: 1.5, activation: 105 } },
      ],
    },
  ])
})

test('orders stand beside the signal of their own market', () => {
  const strategy = talker(({ markets: [left, right] }) => {
    left?.signal({ side: -1, strength: 1, stop: at(110), reason })
    right?.enter({ name: 'r', side: 1, stop: at(90), reason })
    left?.cancel('old')
  })
  expect(marketSignalsOf(strategy, {}, [[bar], [bar], [bar]])).toEqual([
    {
      TESTUSDT: { side: -1, strength: 1, stop: 110, ...because, orders: [{ does: 'cancel', name: 'old' }] },
      TEST2USDT: { orders: [{ does: 'enter', name: 'r', side: 1, stop: 90, ...because }] },
    },
  ])
})

test.each([1, 2])('contract %d: an answer that comes later is refused, and what it fails with ends nothing', (contract) => {
  const later = (): unknown => Promise.reject(new Error('later'))
  const strategy = { ...talker(later), ...(contract === 1 ? { contract: undefined } : {}) } as StrategyDefinition
  expect(() => signalsOf(strategy, {}, [bar])).toThrow('onBar answers later (it is async)')
})

test('a bar without a word is undefined, and a signal alone has no orders', () => {
  let calls = 0
  const strategy = talker(({ signal }) => {
    calls += 1
    if (calls === 2) signal({ side: 0, strength: 1, reason })
  })
  expect(signalsOf(strategy, {}, [bar, bar])).toEqual([undefined, { side: 0, strength: 1, ...because }])
})
