/**
 * S7 on spot from end to end: `panic --direct` on an account with coins of Ballast's and of others, over a transport in memory.
 */
import { beforeEach, expect, test } from 'vitest'
import { PanicAccount } from '../venue/bybit/read/panic-account.ts'
import type { PanicScope } from '../venue/bybit/read/panic-plan.ts'
import type { RawReply, Transport } from '../venue/bybit/http/transport.ts'
import { type PanicDirectOutcome, panicDirect } from './panic-direct.ts'

interface Order {
  readonly orderId: string
  readonly orderLinkId: string
  readonly side: string
  readonly qty: string
  readonly stopOrderType: string
}
type Params = Readonly<Record<string, string | number | boolean | undefined>>

/** An account with half a Bitcoin, of which 0.3 are ours. */
let coins: Record<string, number>
let orders: Order[]
let sales: { orderLinkId: string; qty: number; status: string }[]
/** What happens to the executions and to the answer of a sale. */
let hidden: { executions: boolean; answer: boolean; spot: boolean }
let refusal: number | undefined
/** What is answered of inverse contracts. */
let inverse: RawReply
let liquidity: number
let calls: string[]
let nowMs: number

beforeEach(() => {
  coins = { USDT: 100, BTC: 0.5, ETH: 2 }
  orders = []
  sales = []
  hidden = { executions: false, answer: false, spot: false }
  refusal = undefined
  inverse = list([])
  liquidity = Number.POSITIVE_INFINITY
  calls = []
  nowMs = 0
})

const reply = (result: unknown, retCode = 0): RawReply => ({ type: 'reply', body: { retCode, retMsg: 'm', result }, limits: undefined })
const list = (rows: readonly unknown[]): RawReply => reply({ list: rows })
const row = (order: Order) => ({ symbol: 'BTCUSDT', reduceOnly: false, ...order })
const isUnder = (filter: unknown, order: Order): boolean => (filter === 'StopOrder') === (order.stopOrderType === 'Stop')

function answer(path: string, p: Params): RawReply {
  if (p.category === 'inverse') return inverse
  if (p.category === 'spot' && hidden.spot) return reply({}, 10001)
  if (path === '/v5/account/wallet-balance')
    return list([{ coin: Object.entries(coins).map(([coin, amount]) => ({ coin, walletBalance: amount.toFixed(8) })) }])
  if (path === '/v5/market/instruments-info')
    return list([{ baseCoin: 'BTC', lotSizeFilter: { basePrecision: '0.000001', maxMarketOrderQty: '0.2' } }])
  if (p.category === 'linear') return list([])
  switch (path) {
    case '/v5/order/realtime':
      if (p.orderLinkId !== undefined)
        return list(
          sales.filter((s) => s.orderLinkId === p.orderLinkId).map((s) => ({ orderStatus: s.status, cumExecQty: s.qty.toFixed(6) })),
        )
      return list(orders.filter((o) => p.orderFilter === undefined || isUnder(p.orderFilter, o)).map(row))
    case '/v5/execution/list': {
      const shown = hidden.executions ? [] : sales.filter((s) => s.qty > 0)
      return list(
        shown.map((s) => ({
          symbol: 'BTCUSDT',
          side: 'Sell',
          orderLinkId: s.orderLinkId,
          execQty: s.qty.toFixed(6),
          execTime: '9000',
          execType: 'Trade',
          execFee: '1',
          feeCurrency: 'USDT',
        })),
      )
    }
    case '/v5/order/cancel': {
      const at = orders.findIndex((o) => o.orderId === p.orderId && isUnder(p.orderFilter, o))
      if (at < 0) return reply({}, 170213)
      orders.splice(at, 1)
      return reply({})
    }
    case '/v5/order/create': {
      if (refusal !== undefined) return reply({}, refusal)
      expect(p).toMatchObject({ category: 'spot', symbol: 'BTCUSDT', side: 'Sell', orderType: 'Market', marketUnit: 'baseCoin' })
      expect(p.reduceOnly).toBeUndefined()
      const qty = Math.min(Number(p.qty), liquidity)
      coins.BTC = Number(((coins.BTC ?? 0) - qty).toFixed(8))
      sales.push({ orderLinkId: String(p.orderLinkId), qty, status: qty < Number(p.qty) ? 'PartiallyFilledCanceled' : 'Filled' })
      liquidity = Number.POSITIVE_INFINITY
      return hidden.answer ? { type: 'unknown', detail: 'no reply' } : reply({ orderId: '1' })
    }
    default:
      throw new Error(path)
  }
}

const transport: Transport = {
  call: async (_method, path, params) => {
    calls.push(`${path} ${String(params.category ?? '')} ${String(params.orderFilter ?? '')}`.trim())
    return answer(path, params)
  },
  open: () => {},
  renew: () => {},
  openMore: () => {},
  close: async () => {},
}

const OURS: PanicScope = { type: 'owned', positions: [{ symbol: 'BTCUSDT-SPOT', side: 'long', size: '0.3' }] }
const run = (scope: PanicScope = OURS, limitMs = 20_000): Promise<PanicDirectOutcome> =>
  panicDirect({
    account: new PanicAccount(transport, () => 0),
    scope,
    scopeFillTs: scope.type === 'owned' ? 5_000 : undefined,
    tag: 'abc123',
    idPrefixes: ['b1-abc123-'],
    record: () => {},
    wallClock: {
      nowMs: () => nowMs,
      steadyMs: () => nowMs,
      every: () => () => {},
      sleep: async (ms) => {
        // All answers are delivered before time advances.
        await new Promise(setImmediate)
        nowMs += ms
      },
    },
    say: () => {},
    limitMs,
  })

test('positions in inverse contracts are named and not touched; where there are none, or none can be read, it is flat all the same', async () => {
  inverse = list([{ symbol: 'BTCUSD', side: 'Sell', size: '25000' }])
  expect(await run()).toMatchObject({
    isFlat: true,
    sentence: expect.stringMatching(/^FLAT: .* Not touched: BTCUSD short 25000 USD, spot /),
  })
  inverse = reply({}, 10001)
  expect(await run()).toMatchObject({ isFlat: true, sentence: expect.not.stringContaining('inverse') })
  inverse = reply({}, 10016)
  expect(await run()).toMatchObject({
    isFlat: true,
    sentence: expect.stringContaining('Not touched: inverse contracts (cannot be read), spot '),
  })
})

test('sells what is ours in orders that the exchange takes, and lists what is left', async () => {
  const outcome = await run()
  expect(outcome).toMatchObject({ isFlat: true, ordersSent: 2 })
  expect(outcome.sentence).toMatch(/^FLAT: .* Not touched: spot 0\.20000000 BTC, spot 2\.00000000 ETH\.$/)
  expect(sales.map((s) => s.qty)).toEqual([0.2, 0.1])
})

test('takes our stop and our entry off before it sells, and leaves what others wait for', async () => {
  orders = [
    { orderId: 'stop', orderLinkId: 'b1-abc123-2', side: 'Sell', qty: '0.3', stopOrderType: 'Stop' },
    { orderId: 'entry', orderLinkId: 'b1-abc123-3', side: 'Buy', qty: '0.1', stopOrderType: '' },
    { orderId: 'theirs', orderLinkId: '', side: 'Sell', qty: '0.1', stopOrderType: 'Stop' },
  ]
  const outcome = await run()
  expect(outcome.isFlat).toBe(true)
  expect(orders.map((o) => o.orderId)).toEqual(['theirs'])
  expect(outcome.sentence).toContain('an order on BTCUSDT-SPOT (Sell 0.1)')
  const writes = calls.filter((call) => call.includes('cancel') || call.includes('create'))
  expect(writes.slice(-2)).toEqual(['/v5/order/create spot', '/v5/order/create spot'])
  expect(writes).toContain('/v5/order/cancel spot StopOrder')
})

test.each([
  ['its executions are listed late', { executions: true }],
  ['the answer to the sale is lost', { answer: true }],
  ['both', { executions: true, answer: true }],
])('sells it once when %s', async (_, what) => {
  hidden = { ...hidden, ...what }
  expect(await run()).toMatchObject({ isFlat: true, ordersSent: 2 })
  nowMs += 60_000
  expect(coins.BTC).toBe(0.2)
})

test('sells the rest when a sale found too few takers', async () => {
  liquidity = 0.05
  expect((await run()).isFlat).toBe(true)
  expect(coins.BTC).toBe(0.2)
})

test('is not flat while the exchange refuses the sale, and says what is left', async () => {
  refusal = 170131
  const outcome = await run(OURS, 2_000)
  expect(outcome.isFlat).toBe(false)
  expect(outcome.sentence).toContain('BTCUSDT-SPOT 0.3 left')
})

test('what is worth too little to be sold is said, and does not keep it from being flat', async () => {
  refusal = 170140
  coins.BTC = 0.00001
  const outcome = await run()
  expect(outcome).toMatchObject({ isFlat: true, ordersSent: 1 })
  expect(outcome.sentence).toContain(
    "FLAT: 0 positions, 0 open orders in Ballast's scope, read from Bybit 00:00:00. Below the minimum order size: BTCUSDT-SPOT 0.00001. Not touched: spot 0.00001000 BTC, spot 2.00000000 ETH.",
  )
})

test('coins that a person named go whole; where none are named none go', async () => {
  expect((await run({ type: 'chosen', symbols: ['BTCUSDT-SPOT'] })).isFlat).toBe(true)
  expect(coins.BTC).toBe(0)
  coins.BTC = 0.5
  expect((await run({ type: 'owned', positions: [] })).isFlat).toBe(true)
  expect(coins.BTC).toBe(0.5)
})

test('spot that cannot be read stops nothing where none is ours, and is never called flat where some is', async () => {
  hidden.spot = true
  const outcome = await run({ type: 'owned', positions: [] })
  expect(outcome.isFlat).toBe(true)
  expect(outcome.sentence).toContain('orders of spot (cannot be read)')
  expect(await run(OURS, 2_000)).toMatchObject({ isFlat: false, ordersSent: 0 })
})
