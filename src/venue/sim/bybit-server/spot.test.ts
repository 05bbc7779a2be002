/**
 * Spot as the wire shows it: orders, rows, balances, filters and refusals, each message held against the documented shapes.
 */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  SPOT_MARKET_PATHS,
  expectFrameShape,
  expectReplyShape,
  expectSpotFrameShape,
  expectSpotReplyShape,
} from '../../../../test/support/wire/wire-schema.ts'
import { formatPrice } from '../../../market/instrument.ts'
import type { Exchange } from './exchange.ts'
import { faultRequestOf } from './router.ts'
import { simRoute } from './routes/sim-routes.ts'
import { FaultSwitch } from './fault-switch.ts'
import { makeExchange } from './serve-exchange.ts'
import { type Decoded, WALL_MS, memoryClient } from '../../../../test/support/wire/bybit-server.ts'

type Loose = Record<string, unknown>

let exchange: Exchange
let wire: ReturnType<typeof memoryClient>
const frames: { topic: string; category?: string; data: Loose[] }[] = []
let last = 0

function start(): void {
  exchange = makeExchange({ seed: 5, speed: 60 }, WALL_MS).exchange
  wire = memoryClient(exchange)
  last = Number(get('/v5/market/tickers', { symbol: 'BTCUSDT' }).result.list[0]?.['lastPrice'])
  exchange.outbox.takeFrames()
  frames.length = 0
}

function get(path: string, params: Record<string, string> = {}): Decoded {
  const reply = wire.get(path, { category: 'spot', ...params })
  const { status: _status, ...body } = reply
  if (SPOT_MARKET_PATHS.includes(path)) expectSpotReplyShape(path, body)
  else expectReplyShape(path, body)
  return reply
}
function post(path: string, order: object): Decoded {
  const reply = wire.post(path, { category: 'spot', symbol: 'BTCUSDT', ...order })
  const { status: _status, ...body } = reply
  expectReplyShape(path, body)
  for (const { text, category } of exchange.outbox.takeFrames()) {
    const frame = JSON.parse(text)
    expectFrameShape(frame)
    frames.push({ ...frame, category })
  }
  return reply
}
const create = (order: object): Decoded =>
  post('/v5/order/create', { side: 'Buy', orderType: 'Market', qty: '0.01', marketUnit: 'baseCoin', ...order })
const limit = (part: number, change: object = {}): Decoded =>
  create({ orderType: 'Limit', price: (last * part).toFixed(2), marketUnit: undefined, ...change })
const conditional = (part: number, change: object = {}): Decoded =>
  create({ side: 'Sell', orderFilter: 'StopOrder', triggerPrice: (last * part).toFixed(2), ...change })
const orders = (params: Record<string, string> = {}): Loose[] => get('/v5/order/realtime', params).result.list
const row = (linkId: string): Loose => orders({ orderLinkId: linkId })[0] as Loose
const coins = (): Loose[] => {
  const wallet = get('/v5/account/wallet-balance', { accountType: 'UNIFIED' }).result.list[0] as { coin: Loose[] }
  return wallet.coin
}
/** Plays until the account has changed, at most an hour of market time. */
function play(until: () => boolean): void {
  for (let k = 1; k <= 3_600 && !until(); k++) exchange.advance(WALL_MS + k * 1_000)
  expect(until()).toBe(true)
}

describe('the market', () => {
  beforeAll(start)

  test('the market: instruments: precision in place of a step, and only what trades', () => {
    const { list } = get('/v5/market/instruments-info').result
    expect(list.map((i) => i['symbol'])).toEqual(['BTCUSDT', 'ETHUSDT', 'SOLUSDT'])
    expect(list[0]).toMatchObject({
      baseCoin: 'BTC',
      quoteCoin: 'USDT',
      priceFilter: { tickSize: '0.01' },
      lotSizeFilter: {
        basePrecision: '0.000001',
        quotePrecision: '0.00000001',
        minOrderAmt: '5',
        maxLimitOrderQty: '83',
        maxMarketOrderQty: '41.5',
      },
    })
    exchange.conditions.change({ status: { 'ETHUSDT-SPOT': 'Closed' } })
    expect(get('/v5/market/instruments-info').result.list.map((i) => i['symbol'])).toEqual(['BTCUSDT', 'SOLUSDT'])
    exchange.conditions.change({ status: {} })
    expect(wire.get('/v5/market/instruments-info').result.list).toHaveLength(6)
  })

  test('ticker, book, candles and trades are those of the pair and not of the perpetual', () => {
    exchange.advance(WALL_MS)
    exchange.advance(WALL_MS + 2_000)
    const symbol = 'BTCUSDT'
    const spot = exchange.instrumentOf(symbol, 'spot')
    const price = formatPrice(spot as NonNullable<typeof spot>, exchange.venue.lastPrice(6 as never))
    expect(get('/v5/market/tickers', { symbol }).result.list[0]).toMatchObject({ symbol, lastPrice: price, usdIndexPrice: price })
    expect(wire.get('/v5/market/tickers', { symbol }).result.list[0]?.['lastPrice']).not.toBe(price)
    expect(get('/v5/market/orderbook', { symbol }).result).toMatchObject({
      s: symbol,
      b: [[(Number(price) - 0.01).toFixed(2), expect.any(String)]],
    })
    expect(get('/v5/market/kline', { symbol, interval: '5' }).result).toMatchObject({ category: 'spot', symbol })
    expect(get('/v5/market/recent-trade', { symbol }).result.list.length).toBeLessThanOrEqual(60)
  })

  test.each([
    '/v5/market/mark-price-kline',
    '/v5/market/funding/history',
    '/v5/market/risk-limit',
    '/v5/position/list',
    '/v5/position/closed-pnl',
  ])('the market: %s knows no spot', (path) => {
    expect(wire.get(path, { category: 'spot', symbol: 'BTCUSDT', interval: '1' }).retCode).toBe(10001)
  })

  test.each(['/v5/position/set-leverage', '/v5/position/trading-stop'])('the market: %s knows no spot', (path) => {
    expect(wire.post(path, { category: 'spot', symbol: 'BTCUSDT', buyLeverage: '2', sellLeverage: '2', stopLoss: '1' }).retCode).toBe(10001)
  })

  test('a symbol has no ending on the wire, and spot is not to be had in linear', () => {
    expect(wire.get('/v5/market/kline', { category: 'spot', symbol: 'BTCUSDT-SPOT', interval: '1' }).retCode).toBe(10001)
    expect(wire.get('/v5/market/kline', { symbol: 'BTCUSDT-SPOT', interval: '1' }).retCode).toBe(10001)
    expect(wire.get('/v5/market/kline', { category: 'spot', symbol: 'XRPUSDT', interval: '1' }).retCode).toBe(10001)
    expect(wire.get('/v5/market/kline', { category: 'option', symbol: 'BTCUSDT', interval: '1' }).retCode).toBe(10001)
  })

  test('the fee is that of spot', () => {
    expect(get('/v5/account/fee-rate', { symbol: 'BTCUSDT' }).result.list).toEqual([
      { symbol: 'BTCUSDT', takerFeeRate: '0.001', makerFeeRate: '0.001' },
    ])
  })

  test('public frames: the wire’s own names, whole tickers, no tick direction', () => {
    const topics = ['kline.1', 'tickers', 'publicTrade', 'orderbook.1', 'orderbook.50'].map((topic) => `${topic}.ETHUSDT-SPOT`)
    for (const topic of topics) {
      exchange.outbox.subscribe(topic)
      const first = exchange.streams.snapshot(topic) as { topic: string } | undefined
      if (first !== undefined) expectSpotFrameShape(first)
    }
    const heard = new Set<string>()
    exchange.advance(WALL_MS)
    for (let k = 1; k <= 20; k++) exchange.advance(WALL_MS + k * 1_000)
    for (const frame of exchange.outbox.takeFrames()) {
      const said = JSON.parse(frame.text)
      expectSpotFrameShape(said)
      expect(said.topic).toBe(frame.topic.replace('-SPOT', ''))
      heard.add(frame.topic)
    }
    expect([...heard].sort()).toEqual([...topics].sort())
  })
})

describe('orders', () => {
  beforeEach(start)

  test('a buy pays its fee in coins: order, execution, wallet, two transactions, no position', () => {
    const { orderId } = create({ orderLinkId: 's-1' }).result
    expect(orderId).toMatch(/^\d{19}$/)
    const price = Number(row('s-1')['avgPrice'])
    // 1 bp of slippage, on a tick of 0.01.
    expect(price).toBeCloseTo(Math.ceil(last * 100 * 1.0001) / 100, 6)
    const value = (price * 0.01).toFixed(4).replace(/0+$/, '')
    expect(row('s-1')).toMatchObject({
      orderId,
      orderStatus: 'Filled',
      cumExecQty: '0.01',
      cumExecFee: '0.00001',
      cumFeeDetail: { BTC: '0.00001' },
      marketUnit: 'baseCoin',
      timeInForce: 'IOC',
      basePrice: last.toFixed(2).replace(/\.?0+$/, ''),
      positionIdx: 0,
    })
    expect(get('/v5/execution/list', { orderId }).result.list).toMatchObject([
      { symbol: 'BTCUSDT', execFee: '0.00001', feeCurrency: 'BTC', feeRate: '0.001', execValue: value, isMaker: false },
    ])
    expect(coins().map((c) => [c['coin'], c['walletBalance'], c['locked']])).toEqual([
      ['USDT', String(Number((10_000 - Number(value)).toFixed(6))), '0'],
      ['BTC', '0.00999', '0'],
    ])
    expect(frames.map((f) => [f.topic, f.category])).toEqual([
      ['order', 'spot'],
      ['wallet', undefined],
      ['execution', 'spot'],
      ['order', 'spot'],
      ['wallet', undefined],
    ])
    const log = get('/v5/account/transaction-log').result.list
    expect(log.map((t) => [t['currency'], t['fee'], t['cashFlow'], t['change'], t['category']])).toEqual([
      ['USDT', '0', `-${value}`, `-${value}`, 'spot'],
      ['BTC', '0.00001', '0.01', '0.00999', 'spot'],
    ])
    expect(wire.get('/v5/position/list', { settleCoin: 'USDT' }).result.list).toEqual([])
    expect(wire.get('/v5/order/realtime', { orderId }).result.list).toEqual([])
    expect(wire.get('/v5/execution/list').result.list).toEqual([])
  })

  test('parts of a lot are reported to the last digit, and the wallet adds up', () => {
    create({ qty: '0.012345' })
    expect(coins()[1]).toMatchObject({ coin: 'BTC', walletBalance: '0.012332655', equity: '0.012332655' })
    const [wallet] = get('/v5/account/wallet-balance', { accountType: 'UNIFIED' }).result.list as [Loose & { coin: Loose[] }]
    const sum = wallet.coin.reduce((total, c) => total + Number(c['usdValue']), 0)
    expect(Number(wallet['totalEquity'])).toBeCloseTo(sum, 8)
    expect(wallet['totalPerpUPL']).toBe('0')
    expect(wallet['totalInitialMargin']).toBe('0')
  })

  test('limits lock money and coins; canceled in part has a word of its own', () => {
    create({ qty: '0.1' })
    expect(limit(0.9, { qty: '0.02', orderLinkId: 'b' }).retCode).toBe(0)
    expect(limit(1.2, { side: 'Sell', qty: '0.05', orderLinkId: 's' }).retCode).toBe(0)
    expect(coins().map((c) => c['locked'])).toEqual([(Number((last * 0.9).toFixed(2)) * 0.02).toFixed(4).replace(/0+$/, ''), '0.05'])
    expect(create({ side: 'Sell', qty: '0.05' }).retCode).toBe(170131)
    expect(post('/v5/order/amend', { orderLinkId: 's', qty: '0.099' }).retCode).toBe(0)
    expect(post('/v5/order/amend', { orderLinkId: 's', qty: '0.1' }).retCode).toBe(170131)
    expect(post('/v5/order/cancel', { orderLinkId: 's' }).retCode).toBe(0)
    expect(row('s')).toMatchObject({ orderStatus: 'Cancelled', cancelType: 'CancelByUser' })
    expect(post('/v5/order/cancel', { orderLinkId: 's' }).retCode).toBe(170142)
    expect(post('/v5/order/cancel', { orderLinkId: 'nobody' }).retCode).toBe(170213)
    exchange.venue.setDepth(1e-9)
    limit(1.0001, { qty: '0.002', orderLinkId: 'part' })
    exchange.venue.setDepth(undefined)
    expect(row('part')['orderStatus']).toBe('PartiallyFilled')
    post('/v5/order/cancel', { orderLinkId: 'part' })
    expect(row('part')['orderStatus']).toBe('PartiallyFilledCanceled')
    expect(post('/v5/order/cancel', { orderLinkId: 'part' }).retCode).toBe(170142)
  })

  test('a conditional order needs its filter to be canceled, and is deactivated', () => {
    create({})
    const { orderId } = conditional(0.9, { qty: '0.009', orderLinkId: 'c' }).result
    expect(row('c')).toMatchObject({ orderStatus: 'Untriggered', stopOrderType: 'Stop', triggerDirection: 0, orderId })
    expect(coins()[1]).toMatchObject({ locked: '0' })
    expect(orders().map((o) => o['orderLinkId'])).toEqual(['c'])
    expect(orders({ orderFilter: 'Order' })).toEqual([])
    expect(orders({ orderFilter: 'tpslOrder' })).toEqual([])
    expect(orders({ orderFilter: 'StopOrder' })).toHaveLength(1)
    expect(post('/v5/order/cancel', { orderLinkId: 'c' }).retCode).toBe(170213)
    expect(post('/v5/order/cancel-all', {}).result.list).toEqual([])
    expect(post('/v5/order/cancel', { orderId, orderFilter: 'StopOrder' }).retCode).toBe(0)
    expect(row('c')).toMatchObject({ orderStatus: 'Deactivated' })
    conditional(1.1, { qty: '0.009' })
    limit(0.9)
    expect(post('/v5/order/cancel-all', { symbol: undefined }).result.list).toHaveLength(1)
    expect(post('/v5/order/cancel-all', { orderFilter: 'StopOrder' }).result.list).toHaveLength(1)
    expect(orders()).toEqual([])
  })

  test('orders: one that is triggered keeps its id, and one without coins ends at its trigger', () => {
    create({})
    conditional(0.9999, { qty: '0.00999', orderLinkId: 'down' })
    conditional(1.0001, { qty: '0.00999', orderLinkId: 'up' })
    const ids = [row('down')['orderId'], row('up')['orderId']]
    play(() => orders().length === 0)
    expect([row('down')['orderId'], row('up')['orderId']]).toEqual(ids)
    const [sold, short] = row('down')['orderStatus'] === 'Filled' ? ['down', 'up'] : ['up', 'down']
    expect(row(sold as string)).toMatchObject({ orderStatus: 'Filled', cumFeeDetail: { USDT: expect.any(String) } })
    expect(row(short as string)).toMatchObject({ orderStatus: 'Cancelled', rejectReason: 'EC_InsufficientBalance', cumExecQty: '0' })
    expect(coins().map((c) => c['coin'])).toEqual(['USDT'])
  })

  test('an order link id is taken once, a key without the right is refused, a closed pair too', () => {
    limit(0.9, { orderLinkId: 'once' })
    expect(limit(0.9, { orderLinkId: 'once' }).retCode).toBe(170141)
    exchange.conditions.change({ status: { 'BTCUSDT-SPOT': 'Closed' } })
    expect(limit(0.9).retCode).toBe(170151)
    exchange.conditions.change({ status: {}, spotTrade: [] })
    expect(limit(0.9).retCode).toBe(10005)
    expect(wire.post('/v5/order/create', { symbol: 'BTCUSDT', side: 'Buy', orderType: 'Market', qty: '0.01' }).retCode).toBe(0)
  })

  test('a batch has ten at most, and names its category', () => {
    const item = { symbol: 'BTCUSDT', side: 'Buy', orderType: 'Limit', price: (last * 0.9).toFixed(2), qty: '0.001' }
    expect(post('/v5/order/create-batch', { request: Array.from({ length: 11 }, () => item) }).retCode).toBe(10001)
    const { list } = post('/v5/order/create-batch', { request: Array.from({ length: 10 }, () => item) }).result
    expect(list.map((each) => each['category'])).toEqual(Array.from({ length: 10 }, () => 'spot'))
    expect(orders()).toHaveLength(10)
  })
})

describe('requests that spot refuses', () => {
  beforeAll(start)

  test.each([
    ['a conditional buy by money', { marketUnit: 'quoteCoin', orderFilter: 'StopOrder', triggerPrice: '70000' }, 10001],
    ['a market buy of less money than the smallest value', { marketUnit: undefined }, 170140],
    ['margin', { isLeverage: 1 }, 10001],
    ['reduce-only', { reduceOnly: true }, 10001],
    ['a stop with it', { stopLoss: '1' }, 10001],
    ['an order with a trigger and no filter', { triggerPrice: '1' }, 10001],
    ['a filter without a trigger', { orderFilter: 'StopOrder' }, 10001],
    ['an order that is not simulated', { orderFilter: 'tpslOrder', triggerPrice: '1' }, 10001],
    ['a symbol that has no spot', { symbol: 'XRPUSDT' }, 10001],
    ['a quantity between two lots', { qty: '0.0000001' }, 170137],
    ['a quantity as an exponent', { qty: 1e-7 }, 10001],
    ['nothing', { qty: '0' }, 170136],
    ['too much for one order', { qty: '50' }, 170124],
    ['less than the smallest value', { qty: '0.000001' }, 170140],
    ['more than the money', { qty: '0.5' }, 170131],
    ['coins that are not there', { side: 'Sell' }, 170131],
    ['a price between two ticks', { orderType: 'Limit', price: '60000.001' }, 170134],
    ['a buy far above the price', { orderType: 'Limit', price: '99999', qty: '0.01' }, 170193],
    ['a sale far below it', { orderType: 'Limit', side: 'Sell', price: '30000', qty: '0.01' }, 170194],
    ['more than money can count', { qty: '99999999' }, 170131],
  ] as const)('a spot request with %s is refused', (_, change, code) => {
    expect(create(change).retCode).toBe(code)
    expect(orders()).toEqual([])
    expect(frames).toEqual([])
  })
})

test('a fault plan names a pair as Ballast does', () => {
  const get = { method: 'GET', path: '/v5/order/realtime', query: 'category=spot&symbol=BTCUSDT', headers: {}, body: '' }
  const post = { ...get, method: 'POST', query: '', body: JSON.stringify({ category: 'spot', symbol: 'BTCUSDT' }) }
  for (const request of [get, post]) expect(faultRequestOf(request).symbol).toBe('BTCUSDT-SPOT')
  expect(faultRequestOf({ ...get, query: 'category=linear&symbol=BTCUSDT' }).symbol).toBe('BTCUSDT')
})

test('coins that a person brings and takes', () => {
  start()
  const faults = new FaultSwitch(() => exchange.source.now)
  const coinsRoute = (body: object) =>
    simRoute(exchange, faults, { method: 'POST', path: '/_sim/coins', query: '', headers: {}, body: JSON.stringify(body) }, WALL_MS)
  expect(coinsRoute({ symbol: 'BTCUSDT-SPOT', qty: '0.5' })).toMatchObject({ status: 200, body: '{"symbol":"BTCUSDT-SPOT","size":"0.5"}' })
  expect(exchange.outbox.takeFrames().map((f) => f.topic)).toEqual(['wallet'])
  expect(coins()[1]).toMatchObject({ coin: 'BTC', walletBalance: '0.5' })
  expect(coins()[0]).toMatchObject({ coin: 'USDT', walletBalance: '10000' })
  limit(1.2, { side: 'Sell', qty: '0.3' })
  expect(coinsRoute({ symbol: 'BTCUSDT-SPOT', qty: '-0.3' }).status).toBe(409)
  expect(coinsRoute({ symbol: 'BTCUSDT-SPOT', qty: '-0.2' }).status).toBe(200)
  expect(coins()[1]).toMatchObject({ walletBalance: '0.3', locked: '0.3' })
  for (const body of [
    {},
    { symbol: 'BTCUSDT', qty: '1' },
    { symbol: 'BTCUSDT-SPOT', qty: '0.0000001' },
    { symbol: 'BTCUSDT-SPOT', qty: 1 },
  ])
    expect(coinsRoute(body).status).toBe(400)
})
