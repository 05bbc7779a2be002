/**
 * /why of a trade that was built up and removed in parts: each entry and exit with its own price and reason.
 */
import { expect, test } from 'vitest'
import type { DecisionRow, FillRow, OrderRow, TradeRow } from '../../../src/journal/row.ts'
import { by, makeWorld } from '../../support/command-world.ts'

const HOUR = 3_600_000
const BEGUN = Date.UTC(2026, 0, 5, 10)

const trade = {
  number: 4,
  symbol: 'BTCUSDT',
  strategy: 'ema-cross',
  side: 1,
  quantity: '0.03',
  entryOrderId: 7,
  entryTs: BEGUN,
  exitTs: BEGUN + 3 * HOUR,
  entryPrice: '64066.66666667',
  exitPrice: '63500',
  exitReason: 'stop',
  fee: '2.10',
  funding: '0',
  pnl: '-19.10',
  resultR: '-0.6100',
  isOpen: false,
} as TradeRow

const order = (orderId: number, more: Partial<OrderRow>): OrderRow => ({
  ...(makeWorld().orders[0] as OrderRow),
  orderId,
  isOpen: false,
  ...more,
})
const fill = (orderId: number, side: 1 | -1, quantity: string, price: string, hours: number): FillRow =>
  ({ orderId, side, quantity, price, fee: '0.5', feeCoin: 'USDT', symbol: 'BTCUSDT', tradeNumber: 4, ts: BEGUN + hours * HOUR }) as FillRow
const decided = (rule: string): DecisionRow => ({
  seq: 1,
  kind: 'order',
  orderId: null,
  strategy: 'ema-cross',
  symbol: 'BTCUSDT',
  class: 'entry',
  side: 1,
  rule: null,
  detail: { reason: { rule, values: {} }, mark: '64000' },
  ts: BEGUN,
})

function worldOf(fills: readonly FillRow[], of: TradeRow = trade) {
  const world = makeWorld()
  world.orders = [
    order(7, { quantity: '0.01', filledQuantity: '0.01', averagePrice: '64000', status: 'filled', submittedTs: BEGUN }),
    order(9, { quantity: '0.02' }),
    order(11, { side: -1, class: 'reduce' }),
    order(12, { side: -1, class: 'protective', origin: 'attached-stop', triggerPrice: '63000' }),
  ]
  const rules = new Map([
    [7, 'ema up'],
    [9, 'pullback'],
    [11, 'half at one R'],
  ])
  Object.assign(world.ports.reads, {
    trade: async () => of,
    fills: async () => [...fills].reverse(),
    decisions: async ({ orderId }: { orderId: number }) => {
      const rule = rules.get(orderId)
      return rule === undefined ? [] : [decided(rule)]
    },
  })
  return world
}
const rowsOf = async (world: ReturnType<typeof makeWorld>) =>
  (await world.runner.runLine('why 4', by('viewer'))).reply.fields.map(({ name, value }) => `${name}: ${value}`)

const FILLS = [
  fill(7, 1, '0.01', '64000', 0),
  fill(9, 1, '0.01', '64090', 1),
  fill(9, 1, '0.01', '64110', 1),
  fill(11, -1, '0.01', '64600', 2),
  fill(12, -1, '0.02', '62950', 3),
]

test('each further entry and partial exit is reported with its own price and rule, and the exit with its own slippage', async () => {
  const rows = await rowsOf(worldOf(FILLS))
  expect(rows.filter((row) => /entry|exit/i.test(row))).toEqual([
    'Further entry: +0.02 @ 64,100 at 11:00:00 UTC, pullback (ord_00000000009)',
    'Partial exit: -0.01 @ 64,600 at 12:00:00 UTC, half at one R (ord_0000000000B)',
    'Exit: stop @ 62,950 (all exits 63,500) at 13:00:00 UTC after 3 h, trigger 63,000, filled +50.00 worse',
    expect.stringMatching(/^Result: -19\.10 USDT \(-0\.61 R\) .* in 2 exit orders$/),
  ])
})

test('of an open trade every exit so far is a partial one', async () => {
  const rows = await rowsOf(worldOf(FILLS.slice(0, 4), { ...trade, isOpen: true, exitTs: null, exitPrice: null, exitReason: null }))
  expect(rows.filter((row) => /exit|Open/.test(row))).toEqual([
    'Partial exit: -0.01 @ 64,600 at 12:00:00 UTC, half at one R (ord_0000000000B)',
    'Open: result so far -19.10 USDT',
  ])
})

test('a card has room for some of many, and says how many there are more', async () => {
  const fills = [fill(7, 1, '0.01', '64000', 0), ...Array.from({ length: 20 }, (_, k) => fill(100 + k, 1, '0.01', '64100', 1))]
  const rows = await rowsOf(worldOf(fills, { ...trade, isOpen: true, exitTs: null, exitPrice: null, exitReason: null }))
  expect(rows.filter((row) => row.startsWith('Further entry'))).toHaveLength(7)
  expect(rows).toContain('Further entry: and 14 more: see /orders and /trade')
})

test('alone it explains the newest trade, and says where there is none', async () => {
  const world = makeWorld()
  expect((await world.runner.runLine('why', by('viewer'))).reply.title).toBe('No trade yet')
  world.trades.push({ ...trade, number: 9 })
  expect((await world.runner.runLine('why', by('viewer'))).reply.title).toContain('#9')
})

test('an argument that is missing is named as the help names it', async () => {
  const { reply } = await makeWorld().runner.runLine('strategy', by('viewer'))
  expect(reply.text).toMatch(/^\/strategy needs <name>\. Example: /)
})
