/**
 * What the adapter asks for where spot is traded beside perpetuals, and what it makes of the answers: requests over a transport in memory.
 */
import { beforeEach, describe, expect, test } from 'vitest'
import { LINEAR, SPOT } from '../../../test/support/venue/spot-instruments.ts'
import { cash, instrumentIndex, lots, orderId, ticks, ts } from '../../core/units.ts'
import { makeInstrument } from '../../market/instrument.ts'
import type { OrderCommand, SubmitOrder } from '../../trading/event.ts'
import type { StreamReport } from '../../trading/report.ts'
import type { Quote, VenueHandlers } from '../port/venue.ts'
import { BybitVenue } from './bybit-venue.ts'
import type { RawReply, StreamHandlers, Transport } from './http/transport.ts'

type Params = Readonly<Record<string, string | number | boolean | undefined>>
type Answer = { readonly retCode?: number; readonly result?: unknown }

let asked: { readonly path: string; readonly params: Params }[]
let answer: (path: string, params: Params) => Answer
/** What fails on the way; undefined: nothing does. */
let failing: (path: string, params: Params) => RawReply | undefined
let opened: { readonly public: readonly string[]; readonly private: readonly string[] }
let streams: StreamHandlers
let venue: BybitVenue

const transport: Transport = {
  call: async (_method, path, params): Promise<RawReply> => {
    const sent = Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined)) as Params
    asked.push({ path, params: sent })
    const refused = failing(path, sent)
    if (refused !== undefined) return refused
    const { retCode = 0, result = { list: [] } } = answer(path, sent)
    return { type: 'reply', body: { retCode, retMsg: retCode === 0 ? 'OK' : 'no', result }, limits: undefined }
  },
  open: (topics, handlers) => {
    opened = topics
    streams = handlers
  },
  renew: () => {},
  openMore: () => {},
  close: async () => {},
}

const COIN = makeInstrument({
  index: instrumentIndex(2),
  venue: 'bybit',
  symbol: 'PEPEUSDT-SPOT',
  baseCoin: 'PEPE',
  quoteCoin: 'USDT',
  tickSize: '0.0000001',
  lotSize: '10',
})

const ORDER = {
  orderId: '1523347543495541248',
  orderLinkId: 'b1-abc123-1',
  symbol: 'BTCUSDT',
  side: 'Sell',
  orderType: 'Market',
  price: '0',
  qty: '0.01',
  cumExecQty: '0',
  orderStatus: 'Untriggered',
  stopOrderType: 'Stop',
  triggerPrice: '55000.0',
  basePrice: '60000.0',
  reduceOnly: false,
  updatedTime: '1746270400355',
}
const execution = (execId: string, execTime: number) => ({
  symbol: 'BTCUSDT',
  orderId: 'v1',
  orderLinkId: '',
  side: 'Buy',
  execId,
  execPrice: '60000.0',
  execQty: '0.01',
  execFee: '0.00001',
  execType: 'Trade',
  execTime: String(1_746_270_400_000 + execTime),
  feeRate: '0.001',
  feeCurrency: 'USDT',
  isMaker: false,
  leavesQty: '0',
  orderQty: '0.01',
})
const wallet = (coin: object) => ({ list: [{ accountMMRate: '0.01', coin }] })

beforeEach(() => {
  asked = []
  answer = () => ({})
  failing = () => undefined
  venue = new BybitVenue(transport, {
    intervalMs: 60_000,
    wallMs: () => 0,
    steadyMs: () => 0,
    sleep: async () => {},
    simClock: undefined,
    bookDepth: 50,
  })
  venue.use([LINEAR, SPOT, COIN])
})

describe('instruments', () => {
  const row = (part: object) => ({
    symbol: 'BTCUSDT',
    status: 'Trading',
    baseCoin: 'BTC',
    quoteCoin: 'USDT',
    lotSizeFilter: {
      basePrecision: '0.000001',
      quotePrecision: '0.0000001',
      minOrderQty: '0.000011',
      minOrderAmt: '5',
      maxLimitOrderQty: '83',
      maxMarketOrderQty: '41.5',
    },
    priceFilter: { tickSize: '0.1' },
    ...part,
  })
  test('instruments of spot are read under their category and named as ours', async () => {
    answer = () => ({ result: { list: [row({})] } })
    const specs = await venue.instruments(['BTCUSDT-SPOT'])
    expect(asked).toEqual([{ path: '/v5/market/instruments-info', params: { category: 'spot', symbol: 'BTCUSDT' } }])
    const spec = specs.ok ? specs.value[0] : undefined
    expect(makeInstrument(spec as NonNullable<typeof spec>)).toMatchObject({
      symbol: 'BTCUSDT-SPOT',
      category: 'spot',
      baseCoin: 'BTC',
      quoteCoin: 'USDT',
      lotsMin: 1,
      lotsMax: 83_000_000,
      lotsMarketMax: 41_500_000,
      notionalMin: 500_000_000,
      leverageMax: 1,
      status: 'trading',
    })
  })
  test.each<[string, Answer, string]>([
    ['not listed', { result: { list: [] } }, 'BTCUSDT-SPOT is not a spot pair on this exchange'],
    ['refused', { retCode: 10001 }, 'BTCUSDT-SPOT is not a spot pair on this exchange'],
    [
      'paid in another coin',
      { result: { list: [row({ quoteCoin: 'USDC' })] } },
      'BTCUSDT-SPOT is paid in USDC: of spot only pairs against USDT can be traded',
    ],
  ])('instruments: %s', async (_, given, detail) => {
    answer = () => given
    expect(await venue.instruments(['BTCUSDT-SPOT'])).toMatchObject({ ok: false, error: { type: 'invalid-request', detail } })
  })
  test.each([
    ['BTC-SPOT', 'BTC-SPOT is not a spot pair on this exchange. Did you mean BTCUSDT-SPOT?'],
    ['BTCUSDTSPOT', 'BTCUSDTSPOT is not a linear perpetual on this exchange. Did you mean BTCUSDT-SPOT?'],
    ['btcusdt-spot', 'btcusdt-spot is not a linear perpetual on this exchange. Did you mean BTCUSDT-SPOT?'],
    // What is meant is not there either.
    ['ETH-SPOT', 'ETH-SPOT is not a spot pair on this exchange'],
  ])('%s is answered with the spelling of what is listed', async (symbol, detail) => {
    answer = (_path, params) => (params['symbol'] === 'BTCUSDT' ? { result: { list: [row({})] } } : { retCode: 10001 })
    expect(await venue.instruments([symbol])).toMatchObject({ ok: false, error: { type: 'invalid-request', detail } })
  })
  test('a pair that is gone is closed, one that is listed says its rules as they are now', async () => {
    venue.use([SPOT, COIN].map((i, index) => ({ ...i, index: instrumentIndex(index) })))
    answer = (_path, { symbol }) => (symbol === 'BTCUSDT' ? { result: { list: [row({ priceFilter: { tickSize: '0.01' } })] } } : {})
    expect(await venue.listing()).toMatchObject({
      ok: true,
      value: [
        { instrument: 0, status: 'trading', spec: { tickSize: '0.01', lotSize: '0.000001', notionalMin: '5' } },
        { instrument: 1, status: 'closed', spec: undefined },
      ],
    })
  })
})

test('candles and leverage: the pair’s own market, and nothing to set', async () => {
  await venue.candles(SPOT.index, undefined, ts(1_746_270_400_000), 10)
  expect(asked[0]?.params).toMatchObject({ category: 'spot', symbol: 'BTCUSDT' })
  asked = []
  expect(await venue.setLeverage(SPOT.index, 5)).toEqual({ ok: true, value: undefined })
  expect(asked).toEqual([])
})

describe('the account', () => {
  test('the account without a spot symbol asks for no order, execution or coin of spot', async () => {
    venue.use([LINEAR])
    answer = (path) => (path.endsWith('wallet-balance') ? { result: wallet([{ coin: 'USDT', walletBalance: '100' }]) } : {})
    expect(await venue.readAccount(ts(1))).toMatchObject({ ok: true, value: { holdings: [], walletBalance: 10_000_000_000 } })
    expect(asked.map(({ path, params }) => [path, params.category ?? params.coin])).toEqual([
      ['/v5/order/realtime', 'linear'],
      ['/v5/execution/list', 'linear'],
      ['/v5/position/list', 'linear'],
      // Of contracts that are settled in another coin.
      ['/v5/position/list', 'linear'],
      ['/v5/position/list', 'inverse'],
      ['/v5/account/wallet-balance', 'USDT'],
    ])
  })

  test('the account with a spot symbol has both categories, each row with its own instrument, and what there is of the coins', async () => {
    answer = (path, { category, orderFilter }) => {
      if (path.endsWith('wallet-balance'))
        return {
          result: wallet([
            { coin: 'USDT', walletBalance: '1000.5' },
            { coin: 'BTC', walletBalance: '0.0123456789' },
          ]),
        }
      if (path.endsWith('execution/list'))
        // Newest first.
        return {
          result: {
            list: category === 'spot' ? [execution('s2', 30), execution('s1', 10)] : [execution('l2', 20), execution('l1', 10)],
          },
        }
      if (path.endsWith('realtime') && category === 'spot')
        return {
          result: {
            list: [
              ORDER,
              ...(orderFilter === undefined ? [] : [{ ...ORDER, orderId: '2', orderLinkId: 'b1-abc123-2' }]),
              { ...ORDER, orderId: '3', symbol: 'XRPUSDT' },
            ],
          },
        }
      return {}
    }
    const reading = await venue.readAccount(ts(1))
    expect(reading).toMatchObject({
      ok: true,
      value: {
        openOrders: [
          { instrument: 1, clientOrderId: 'b1-abc123-1', kind: 'stop-market' },
          { instrument: 1, clientOrderId: 'b1-abc123-2' },
        ],
        executions: [{ tradeId: 'l1' }, { tradeId: 's1' }, { tradeId: 'l2' }, { tradeId: 's2' }],
        holdings: [
          { instrument: 1, lots: 12_345 },
          { instrument: 2, lots: 0 },
        ],
        walletBalance: 100_050_000_000,
        coin: 'USDT',
      },
    })
    expect(reading.ok && reading.value.executions.map((e) => e.instrument)).toEqual([0, 1, 0, 1])
    expect(asked.find(({ path }) => path.endsWith('wallet-balance'))?.params.coin).toBe('USDT,BTC,PEPE')
    expect(asked.filter(({ params }) => params.category === 'spot').map(({ path, params }) => [path, params.orderFilter])).toEqual([
      ['/v5/order/realtime', undefined],
      ['/v5/order/realtime', 'StopOrder'],
      ['/v5/execution/list', undefined],
    ])
  })

  test('a balance that is no number is odd, not nothing', async () => {
    answer = (path) => (path.endsWith('wallet-balance') ? { result: wallet([{ coin: 'BTC', walletBalance: 'x' }]) } : {})
    expect(await venue.readAccount(ts(1))).toMatchObject({ ok: false, error: { code: 'odd-row' } })
  })
})

describe('an order looked up', () => {
  test('an order looked up is absent only after every place was asked', async () => {
    expect(await venue.lookUp(SPOT.index, 'b1-abc123-1')).toEqual({ ok: true, value: undefined })
    expect(asked.map(({ path, params }) => [path, params.orderFilter])).toEqual([
      ['/v5/order/realtime', undefined],
      ['/v5/order/realtime', 'StopOrder'],
      ['/v5/order/history', undefined],
      ['/v5/order/history', 'StopOrder'],
    ])
    expect(asked.every(({ params }) => params.category === 'spot' && params.symbol === 'BTCUSDT')).toBe(true)
  })
  test('an order looked up is found with its executions, those of the pair', async () => {
    answer = (path, { orderFilter }) =>
      path.endsWith('execution/list')
        ? { result: { list: [execution('s1', 10)] } }
        : orderFilter === 'StopOrder'
          ? { result: { list: [ORDER] } }
          : {}
    expect(await venue.lookUp(SPOT.index, 'b1-abc123-1')).toMatchObject({
      ok: true,
      value: { order: { instrument: 1 }, executions: [{ instrument: 1, tradeId: 's1' }] },
    })
  })
  test('one of the questions that fails is asked again by itself, and after three times the look has failed', async () => {
    const down: RawReply = { type: 'http', status: 500, detail: 'HTTP 500' }
    let left = 2
    failing = (path, { orderFilter }) => (path.endsWith('history') && orderFilter === undefined && left-- > 0 ? down : undefined)
    expect(await venue.lookUp(SPOT.index, 'b1-abc123-1')).toEqual({ ok: true, value: undefined })
    expect(asked.map(({ path }) => path.split('/').at(-1))).toEqual(['realtime', 'realtime', 'history', 'history', 'history', 'history'])
    left = 3
    expect(await venue.lookUp(SPOT.index, 'b1-abc123-1')).toMatchObject({ ok: false, error: { detail: 'HTTP 500' } })
  })
  test('an order looked up of a perpetual is asked for as before', async () => {
    await venue.lookUp(LINEAR.index, 'b1-abc123-1')
    expect(asked.map(({ path, params }) => [path, params.orderFilter])).toEqual([
      ['/v5/order/realtime', undefined],
      ['/v5/order/history', undefined],
    ])
  })
})

describe('commands', () => {
  const head = { orderId: orderId(1), clientOrderId: 'b1-abc123-1', instrument: SPOT.index } as const
  const cancel: OrderCommand = { type: 'cancel-order', ...head, venueOrderId: '77' }
  const amend: OrderCommand = { type: 'amend-order', ...head, venueOrderId: undefined, lots: lots(5), limit: undefined, trigger: ticks(5) }
  const stop: OrderCommand = {
    type: 'submit-order',
    ...head,
    side: -1,
    kind: 'stop-market',
    lots: lots(10),
    budget: undefined,
    limit: undefined,
    trigger: ticks(550_000),
    triggerBy: 'last',
    stop: undefined,
    targets: undefined,
    timeInForce: 'gtc',
    reduceOnly: true,
  }
  const filters = () => asked.filter(({ path }) => !path.endsWith('create')).map(({ params }) => params.orderFilter)
  /** Where the order is. */
  const under = (filter: string | undefined) => (path: string, params: Params) =>
    path.endsWith('create') ? { result: { orderId: '77' } } : params.orderFilter === filter ? {} : { retCode: 170213 }

  test.each([
    ['a plain order at the first try', false, undefined, [undefined]],
    ['a conditional one of before a restart at the second', false, 'StopOrder', [undefined, 'StopOrder']],
    ['one that this process made at the first', true, 'StopOrder', ['StopOrder']],
    ['one that has triggered since at the second', true, undefined, ['StopOrder', undefined]],
  ] as const)('cancel and amend find %s', async (_, isOurs, filter, expected) => {
    answer = under(filter)
    if (isOurs) expect(await venue.send(stop)).toEqual({ type: 'taken', venueOrderId: '77' })
    expect(await venue.send(cancel)).toEqual({ type: 'taken', venueOrderId: '77' })
    expect(filters()).toEqual(expected)
    asked = []
    expect((await venue.send(amend)).type).toBe('taken')
    expect(filters()).toEqual(expected)
    expect(asked[0]?.params).toMatchObject({ category: 'spot', symbol: 'BTCUSDT', orderLinkId: 'b1-abc123-1', qty: '0.000005' })
  })
  test.each([cancel, amend])('$type of one that is nowhere is looked up after both were asked', async (command) => {
    answer = () => ({ retCode: 170213 })
    expect(await venue.send(command)).toMatchObject({ type: 'unknown', error: { type: 'gone' } })
    expect(filters()).toEqual([undefined, 'StopOrder'])
  })
  test('what is not gone is not asked for twice', async () => {
    answer = () => ({ retCode: 170191 })
    expect((await venue.send(cancel)).type).toBe('retry')
    answer = () => ({ retCode: 170147 })
    expect(await venue.send(cancel)).toMatchObject({ type: 'unknown', error: { type: 'unknown-outcome' } })
    expect(asked).toHaveLength(2)
  })
  test.each([
    ['is taken off where the price had passed it', '54999.9', [], ['StopOrder']],
    ['stays where the price had not', '55000.1', [], []],
    ['stays where it has been moved past the price at which it was made', '54999.9', [amend], []],
  ] as const)('commands: a stop %s', async (_, basePrice, before, cancels) => {
    const deaf = (): void => {}
    venue.open({ wallet: () => {}, report: deaf, position: deaf, bar: deaf, quote: deaf, book: deaf, stream: deaf, odd: deaf })
    answer = () => ({ result: { orderId: '77' } })
    await venue.send(stop)
    for (const command of before) await venue.send(command)
    streams.frame('private', { topic: 'order', data: [{ ...ORDER, category: 'spot', basePrice }] })
    expect(asked.filter(({ path }) => path.endsWith('cancel')).map(({ params }) => params.orderFilter)).toEqual(cancels)
  })
  test('a perpetual’s cancel has no filter', async () => {
    answer = () => ({ retCode: 110001 })
    expect((await venue.send({ ...cancel, instrument: LINEAR.index })).type).toBe('unknown')
    expect(asked.map(({ params }) => params)).toEqual([{ category: 'linear', symbol: 'BTCUSDT', orderId: '77' }])
  })
  test('a protection is refused without a request, and so is a budget', async () => {
    const protection: OrderCommand = { type: 'set-protection', instrument: SPOT.index, stop: ticks(5), triggerBy: 'last' }
    expect(await venue.send(protection)).toMatchObject({ type: 'refused', error: { code: '10001' } })
    expect(await venue.send({ ...stop, budget: cash(5) })).toMatchObject({ type: 'refused', error: { code: 'budget' } })
    expect(asked).toEqual([])
  })
  test.each<[string, Partial<SubmitOrder>]>([
    ['a stop with an entry', { stop: ticks(5) }],
    ['a target with an entry', { targets: [{ price: ticks(9), share: 1 }] }],
    ['a trailing stop', { kind: 'trailing-stop' }],
  ])('%s is refused without a request: left out or sent as another order it would be missed', async (_, part) => {
    expect(await venue.send({ ...stop, ...part })).toMatchObject({ type: 'refused', error: { code: '10001' } })
    expect(asked).toEqual([])
  })
  test('a duplicate id is looked up, missing coins are refused', async () => {
    answer = () => ({ retCode: 170141 })
    expect((await venue.send(stop)).type).toBe('unknown')
    answer = () => ({ retCode: 170131 })
    expect(await venue.send(stop)).toMatchObject({ type: 'refused', error: { type: 'insufficient-funds' } })
  })
})

describe('streams', () => {
  const quotes: Quote[] = []
  const reports: StreamReport[] = []
  const bars: number[] = []
  const odd: string[] = []
  const handlers: VenueHandlers = {
    report: (report) => reports.push(report),
    position: () => {},
    wallet: () => {},
    bar: (instrument) => bars.push(instrument),
    quote: (quote) => quotes.push(quote),
    book: () => {},
    stream: () => {},
    odd: (symbol, detail) => odd.push(`${symbol} ${detail}`),
  }
  beforeEach(() => {
    for (const list of [quotes, reports, bars, odd]) list.length = 0
    venue.open(handlers, true)
  })
  const hear = (topic: string, data: unknown): void => streams.frame('public', { topic, type: 'snapshot', ts: 5, data })

  test('ask for both under Ballast’s names, and arm both', () => {
    expect(opened.public.filter((topic) => topic.includes('BTC'))).toEqual([
      'kline.1.BTCUSDT',
      'tickers.BTCUSDT',
      'kline.1.BTCUSDT-SPOT',
      'tickers.BTCUSDT-SPOT',
      'orderbook.50.BTCUSDT',
      'orderbook.50.BTCUSDT-SPOT',
    ])
    expect(opened.private).toEqual(['order', 'execution', 'position', 'wallet', 'dcp.future', 'dcp.spot'])
    venue.use([LINEAR])
    venue.open(handlers, true)
    expect(opened.private.at(-1)).toBe('dcp.future')
  })
  test('a ticker goes by its topic; what a pair was last traded at is its mark', () => {
    hear('tickers.BTCUSDT-SPOT', { symbol: 'BTCUSDT', lastPrice: '60000.1', usdIndexPrice: '60010.2' })
    hear('tickers.BTCUSDT', { symbol: 'BTCUSDT', lastPrice: '60000.2', markPrice: '60000.3', bid1Price: '60000.1', ask1Price: '60000.4' })
    expect(quotes).toEqual([
      { instrument: 1, last: 600_001, mark: 600_001, bid: undefined, ask: undefined, ts: 5 },
      { instrument: 0, last: 600_002, mark: 600_003, bid: 600_001, ask: 600_004, ts: 5 },
    ])
  })
  test('a candle goes by its topic', () => {
    const candle = { start: 60_000, open: '1', high: '2', low: '1', close: '2', volume: '3', confirm: true }
    hear('kline.1.BTCUSDT-SPOT', [candle])
    hear('kline.1.BTCUSDT', [candle])
    expect(bars).toEqual([1, 0])
  })
  test('orders and executions go by their category', () => {
    hear('order', [
      { ...ORDER, category: 'spot' },
      { ...ORDER, category: 'linear', symbol: 'XRPUSDT' },
    ])
    hear('execution', [
      { ...execution('s', 1), category: 'spot', feeCurrency: 'BTC' },
      { ...execution('l', 1), category: 'linear' },
    ])
    expect(odd).toEqual([])
    expect(reports.map((r) => [r.type, r.instrument])).toEqual([
      ['order', 1],
      ['execution', 1],
      ['execution', 0],
    ])
    expect(reports[1]).toMatchObject({ feeCoin: 'BTC', feeLotParts: 10_000_000 })
  })
})

describe('what trading rests on', () => {
  const rows: Readonly<Record<string, unknown>> = {
    '/v5/user/query-api': { readOnly: 0, permissions: { ContractTrade: ['Order', 'Position'], Spot: ['SpotTrade'] } },
    '/v5/account/info': { marginMode: 'REGULAR_MARGIN' },
    '/v5/account/query-dcp-info': {
      dcpInfos: [
        { product: 'SPOT', dcpStatus: 'ON', timeWindow: '20' },
        { product: 'DERIVATIVES', dcpStatus: 'OFF', timeWindow: '10' },
      ],
    },
  }
  test('the spot fee is read where spot is traded, and positions of perpetuals alone', async () => {
    answer = (path, { category }) => {
      if (path.endsWith('fee-rate'))
        return { result: { list: [{ symbol: 'BTCUSDT', takerFeeRate: category === 'spot' ? '0.001' : '0.00055' }] } }
      return rows[path] === undefined ? {} : { result: rows[path] }
    }
    expect(await venue.conditions()).toMatchObject({
      key: { type: 'read', value: { mayTrade: true, mayTradeSpot: true } },
      fees: { type: 'read', value: [{ symbol: 'BTCUSDT', takerRate: 5_500_000 }] },
      spotFees: { type: 'read', value: [{ symbol: 'BTCUSDT-SPOT', takerRate: 10_000_000 }] },
      dcp: { type: 'read', value: { isOn: false, windowSec: 10 } },
      spotDcp: { type: 'read', value: { isOn: true, windowSec: 20 } },
    })
    expect(asked.filter(({ path }) => path.endsWith('position/list')).map(({ params }) => params.symbol)).toEqual(['BTCUSDT'])
  })
  test('the spot fee is not asked for where none is traded', async () => {
    venue.use([LINEAR])
    answer = (path) => (rows[path] === undefined ? {} : { result: rows[path] })
    expect((await venue.conditions()).spotFees).toEqual({ type: 'absent' })
    expect(asked.some(({ params }) => params.category === 'spot')).toBe(false)
  })
  test('a right that the key does not have', async () => {
    answer = (path) => (path.endsWith('query-api') ? { result: { readOnly: 0, permissions: { ContractTrade: [] } } } : {})
    expect((await venue.conditions()).key).toMatchObject({ value: { mayTrade: false, mayTradeSpot: false } })
  })
})
