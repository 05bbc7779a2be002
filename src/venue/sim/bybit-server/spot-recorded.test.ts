/**
 * What spot was recorded to do and its documentation does not show: ids, prices, ends and rows of the stream.
 */
import { beforeEach, expect, test } from 'vitest'
import { expectFrameShape } from '../../../../test/support/wire/wire-schema.ts'
import type { Exchange } from './exchange.ts'
import { makeExchange } from './serve-exchange.ts'
import { type Decoded, WALL_MS, memoryClient } from '../../../../test/support/wire/bybit-server.ts'

type Loose = Record<string, unknown>

let exchange: Exchange
let wire: ReturnType<typeof memoryClient>
let last: number
let frames: { readonly topic: string; readonly data: Loose[] }[]

beforeEach(() => {
  exchange = makeExchange({ seed: 5, speed: 60 }, WALL_MS).exchange
  wire = memoryClient(exchange)
  last = Number(wire.get('/v5/market/tickers', { category: 'spot', symbol: 'BTCUSDT' }).result.list[0]?.['lastPrice'])
  exchange.outbox.takeFrames()
  frames = []
})

function create(order: object): Decoded {
  const reply = wire.post('/v5/order/create', { category: 'spot', symbol: 'BTCUSDT', side: 'Buy', orderType: 'Market', ...order })
  for (const { text } of exchange.outbox.takeFrames()) {
    const frame = JSON.parse(text)
    expectFrameShape(frame)
    frames.push(frame)
  }
  return reply
}
const told = (topic: string): Loose[] => frames.filter((f) => f.topic === topic).flatMap((f) => f.data)
const row = (orderId: string): Loose => wire.get('/v5/order/realtime', { category: 'spot', orderId }).result.list[0] as Loose
const limit = (change: object = {}): Decoded =>
  create({ orderType: 'Limit', qty: '0.01', price: (last * 0.99).toFixed(2), timeInForce: 'GTC', ...change })

test('an order without an id of its owner has one: the number after its own, in answer, row and execution', () => {
  const { orderId, orderLinkId } = limit().result
  expect(orderLinkId).toBe(String(BigInt(orderId) + 1n))
  expect(row(orderId)['orderLinkId']).toBe(orderLinkId)
  const bought = create({ qty: '0.01', marketUnit: 'baseCoin' }).result
  expect(told('execution')[0]?.['orderLinkId']).toBe(String(BigInt(bought.orderId) + 1n))
  expect(limit({ orderLinkId: 'mine' }).result['orderLinkId']).toBe('mine')
})

test('the price at which it was made: lastPriceOnCreated on the stream, basePrice in a reading, each without the other', () => {
  const { orderId } = limit().result
  const [frame] = told('order')
  expect([frame?.['lastPriceOnCreated'], 'basePrice' in (frame as Loose)]).toEqual([row(orderId)['basePrice'], false])
  expect(row(orderId)['lastPriceOnCreated']).toBe('')
  expect(Number(row(orderId)['basePrice'])).toBe(last)
})

test('a market order shows no price; its executions show how far it would have gone', () => {
  const { orderId } = create({ qty: '0.01', marketUnit: 'baseCoin' }).result
  expect(row(orderId)['price']).toBe('0')
  const [fill] = told('execution')
  expect([Number(fill?.['orderPrice']) > last, fill?.['stopOrderType']]).toEqual([true, ''])
})

test.each([
  ['named', 'quoteCoin'],
  ['not named', undefined],
])('a purchase by money, %s, ends canceled of what it could not spend', (_, marketUnit) => {
  const { orderId } = create({ qty: '100', ...(marketUnit === undefined ? {} : { marketUnit }) }).result
  const ended = row(orderId)
  expect(ended).toMatchObject({
    qty: '100',
    marketUnit: marketUnit ?? '',
    orderStatus: 'PartiallyFilledCanceled',
    rejectReason: 'EC_CancelForNoFullFill',
    leavesQty: '0',
  })
  expect(Number(ended['cumExecQty'])).toBeGreaterThan(0)
  expect(Number(ended['cumExecValue']) + Number(ended['leavesValue'])).toBeCloseTo(100, 8)
  expect(told('execution')).toMatchObject([{ orderQty: '0', leavesQty: '0' }])
})

test('what an order had left when its owner took it off stays in its row, with its worth', () => {
  const { orderId } = limit().result
  const open = row(orderId)
  expect(Number(open['leavesValue'])).toBeCloseTo(0.01 * Number(open['price']), 6)
  wire.post('/v5/order/cancel', { category: 'spot', symbol: 'BTCUSDT', orderId })
  expect(row(orderId)).toMatchObject({ orderStatus: 'Cancelled', leavesQty: '0.01', leavesValue: open['leavesValue'] })
})
