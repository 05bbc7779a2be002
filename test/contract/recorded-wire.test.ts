/**
 * Shapes that the exchange was seen to send and its documentation does not show, with ids and prices of our own: what the adapter makes of
 * each, and what becomes of the order behind it.
 */
import { beforeEach, describe, expect, test } from 'vitest'
import { verifyFlat } from '../../src/trader/account/verify-flat.ts'
import { cash, instrumentIndex, lots, orderId, ticks, ts } from '../../src/core/units.ts'
import { Bench, signal } from '../support/kernel/kernel-run.ts'
import { makeInstrument } from '../../src/market/instrument.ts'
import { eventsOf } from '../../src/trading/report-events.ts'
import type { StreamReport } from '../../src/trading/report.ts'
import { knownStateOf } from '../../src/trader/account/reconciler.ts'
import { BybitVenue } from '../../src/venue/bybit/bybit-venue.ts'
import { errorOf } from '../../src/venue/bybit/http/error.ts'
import { panicPlan } from '../../src/venue/bybit/read/panic-plan.ts'
import type { RawReply, StreamHandlers, Transport } from '../../src/venue/bybit/http/transport.ts'

type Params = Readonly<Record<string, string | number | boolean | undefined>>
type Row = Readonly<Record<string, unknown>>

const PERP = makeInstrument({ index: instrumentIndex(0), venue: 'bybit', symbol: 'EXUSDT', tickSize: '0.1', lotSize: '1' })
const PAIR = makeInstrument({
  index: instrumentIndex(1),
  venue: 'bybit',
  symbol: 'EXUSDT-SPOT',
  baseCoin: 'EX',
  quoteCoin: 'USDT',
  tickSize: '0.0001',
  lotSize: '0.01',
})

let lists: Map<string, (params: Params) => readonly Row[]>
let results: Map<string, unknown>
/** What is refused, by its code. */
let refusals: Map<string, (params: Params) => number>
let asked: string[]
let streams: StreamHandlers
let reports: StreamReport[]
let odd: string[]
let wallets: number[]
let venue: BybitVenue

const transport: Transport = {
  call: async (method, path, params): Promise<RawReply> => {
    asked.push(`${method} ${path}`)
    const result = results.get(path) ?? { list: lists.get(path)?.(params as Params) ?? [] }
    const retCode = refusals.get(path)?.(params as Params) ?? 0
    return { type: 'reply', body: { retCode, retMsg: retCode === 0 ? 'OK' : '', result }, limits: undefined }
  },
  open: (_topics, handlers) => {
    streams = handlers
  },
  renew: () => {},
  openMore: () => {},
  close: async () => {},
}

const tell = (topic: string, ...data: readonly Row[]): void =>
  streams.frame('private', { id: 'm', topic, creationTime: 1_770_000_000_000, data })
const walletOf = (walletBalance: string): void => {
  results.set('/v5/account/wallet-balance', { list: [{ accountMMRate: '0.01', coin: [{ coin: 'USDT', walletBalance }] }] })
}

beforeEach(() => {
  lists = new Map()
  results = new Map()
  refusals = new Map()
  asked = []
  reports = []
  odd = []
  wallets = []
  walletOf('1000')
  venue = new BybitVenue(transport, { intervalMs: 60_000, wallMs: () => 0, steadyMs: () => 0, sleep: async () => {}, simClock: undefined })
  venue.use([PERP, PAIR])
  venue.open({
    report: (report) => reports.push(report),
    position: () => {},
    wallet: (balance) => wallets.push(balance),
    bar: () => {},
    quote: () => {},
    book: () => {},
    stream: () => {},
    odd: (symbol, detail) => odd.push(`${symbol}: ${detail}`),
  })
})

/** A spot row as the stream has it: where it was made as lastPriceOnCreated, no basePrice, no createType. */
const spotOrder = (part: Row = {}): Row => ({
  category: 'spot',
  orderId: '7700000000000000010',
  orderLinkId: 'b1-t-7',
  symbol: 'EXUSDT',
  side: 'Sell',
  positionIdx: 0,
  orderType: 'Market',
  timeInForce: 'IOC',
  price: '0',
  qty: '12.00',
  cumExecQty: '0.00',
  orderStatus: 'Untriggered',
  stopOrderType: 'Stop',
  cancelType: 'UNKNOWN',
  rejectReason: 'EC_NoError',
  triggerPrice: '4.0000',
  triggerBy: '',
  triggerDirection: 0,
  lastPriceOnCreated: '3.1000',
  marketUnit: '',
  reduceOnly: false,
  smpGroup: '0',
  updatedTime: '1770000000000',
  ...part,
})
const order = (part: Row = {}): Row => ({
  category: 'linear',
  orderId: 'v7',
  orderLinkId: '',
  symbol: 'EXUSDT',
  side: 'Buy',
  orderType: 'Limit',
  price: '2.5',
  qty: '80',
  cumExecQty: '0',
  orderStatus: 'New',
  stopOrderType: '',
  createType: 'CreateByUser',
  cancelType: 'UNKNOWN',
  rejectReason: 'EC_NoError',
  triggerPrice: '',
  triggerBy: '',
  triggerDirection: 0,
  reduceOnly: false,
  updatedTime: '1770000000000',
  ...part,
})
const execution = (part: Row = {}): Row => ({
  category: 'linear',
  symbol: 'EXUSDT',
  orderId: 'v7',
  orderLinkId: '',
  side: 'Buy',
  execId: 'e1',
  execPrice: '2.5',
  execQty: '40',
  execFee: '0.06',
  execType: 'Trade',
  execTime: '1770000000000',
  feeRate: '0.00055',
  isMaker: false,
  leavesQty: '40',
  orderQty: '80',
  orderType: 'Limit',
  stopOrderType: 'UNKNOWN',
  createType: 'CreateByUser',
  ...part,
})

describe('a conditional order of spot', () => {
  const target = {
    type: 'submit-order' as const,
    orderId: orderId(7),
    clientOrderId: 'b1-t-7',
    instrument: PAIR.index,
    side: -1 as const,
    kind: 'take-profit-market' as const,
    lots: lots(1_200),
    budget: undefined,
    limit: undefined,
    trigger: ticks(40_000),
    triggerBy: 'last' as const,
    stop: undefined,
    targets: undefined,
    timeInForce: 'ioc' as const,
    reduceOnly: true,
  }

  test.each([
    ['as the stream tells it', {}, 'take-profit-market'],
    ['as a reading tells it', { basePrice: '3.1000', lastPriceOnCreated: '' }, 'take-profit-market'],
    // Nothing says which way it waits: that is no reason to take it off.
    ['without a word about where it was made', { lastPriceOnCreated: undefined }, 'stop-market'],
  ] as const)('our own target %s stays', async (_, part, kind) => {
    results.set('/v5/order/create', { orderId: '7700000000000000010' })
    await venue.send(target)
    asked.length = 0
    tell('order', spotOrder(part))
    expect(reports).toMatchObject([{ type: 'order', kind, origin: 'ours', status: 'open' }])
    expect([asked, odd]).toEqual([[], []])
  })

  test('a conditional order of spot that the exchange took for the other kind is removed', async () => {
    results.set('/v5/order/create', { orderId: '7700000000000000010' })
    await venue.send(target)
    asked.length = 0
    tell('order', spotOrder({ lastPriceOnCreated: '5.0000' }))
    expect(asked).toEqual(['POST /v5/order/cancel'])
  })
})

describe('how an order ends', () => {
  /** An entry of Ballast's that was sent, and what is reported of it. */
  function entry(): { readonly bench: Bench; readonly id: string; readonly hear: (row: StreamReport) => void } {
    const bench = new Bench()
    bench.say(signal(1))
    const sent = bench.kernel.orders.open(instrumentIndex(0))[0]
    if (sent === undefined) throw new Error('nothing was sent')
    const hear = (row: StreamReport): void => {
      for (const event of eventsOf(row, knownStateOf(bench.kernel))) bench.give(event)
    }
    return { bench, id: sent.clientOrderId, hear }
  }

  test('refused after it had filled in part: over, with what it filled', () => {
    const { bench, id, hear } = entry()
    const all = bench.kernel.orders.open(instrumentIndex(0))[0]?.lots ?? 0
    expect(all).toBeGreaterThan(1)
    tell('order', order({ orderLinkId: id, qty: String(all) }))
    tell('execution', execution({ orderLinkId: id, execQty: '1', leavesQty: String(all - 1), orderQty: String(all) }))
    tell('order', order({ orderLinkId: id, qty: String(all), cumExecQty: '1', orderStatus: 'Rejected', rejectReason: 'EC_Others' }))
    for (const report of reports) hear(report)
    const ended = bench.kernel.orders.recent(instrumentIndex(0)).find((o) => o.clientOrderId === id)
    expect([ended?.status, ended?.filled, bench.kernel.portfolio.positionLots(instrumentIndex(0))]).toEqual(['canceled', 1, 1])
  })

  test('ended short by the order, then reported complete by the execution: over, once', () => {
    const { bench, id, hear } = entry()
    const all = bench.kernel.orders.open(instrumentIndex(0))[0]?.lots ?? 0
    const ending = { orderLinkId: id, orderType: 'Market', qty: String(all), cumExecQty: '1', rejectReason: 'EC_CancelForNoFullFill' }
    tell('order', order({ ...ending, orderStatus: 'PartiallyFilledCanceled' }))
    tell('execution', execution({ orderLinkId: id, execQty: '1', leavesQty: '0', orderQty: String(all) }))
    for (const report of reports) hear(report)
    const ended = bench.kernel.orders.recent(instrumentIndex(0)).find((o) => o.clientOrderId === id)
    expect([ended?.status, ended?.filled]).toEqual(['canceled', 1])
  })
})

describe('what is not ours', () => {
  const theirs = spotOrder({
    orderLinkId: '7700000000000000011',
    side: 'Buy',
    orderType: 'Limit',
    price: '2.5000',
    orderStatus: 'New',
    stopOrderType: '',
    triggerPrice: '0.0000',
  })

  test('an order of spot to which the exchange gave an id is somebody else’s', () => {
    tell('order', theirs)
    tell('execution', execution({ category: 'spot', orderLinkId: '7700000000000000011', execPrice: '2.5000', execQty: '40.00' }))
    expect(reports).toMatchObject([{ origin: 'external' }, { origin: 'external' }])
  })

  test('a panic is flat beside it, and names it', async () => {
    lists.set('/v5/order/realtime', ({ category }) => (category === 'spot' ? [theirs] : []))
    const bench = new Bench()
    const wallClock = { nowMs: () => 0, steadyMs: () => 0, sleep: async () => {}, every: () => () => {} }
    venue.use([{ ...PERP }, { ...PAIR, index: instrumentIndex(1) }])
    expect(await verifyFlat(venue, bench.kernel, wallClock, () => ts(1))).toMatch(/^FLAT: .* Not touched: 1 order not placed by Ballast\./)
  })

  test('a plain order whose stopOrderType is UNKNOWN is listed by a panic past the trader', () => {
    const plan = panicPlan({ type: 'owned', positions: [], ts: 0 } as never, ['b1-t-'], {
      positions: [{ symbol: 'EXUSDT', side: 'Buy', size: '1', positionIdx: 0, stopLoss: '' }],
      orders: [{ symbol: 'EXUSDT', side: 'Buy', qty: '5', orderId: 'o1', orderLinkId: '', reduceOnly: false, stopOrderType: 'UNKNOWN' }],
      fills: [],
      rules: new Map(),
    } as never)
    expect(plan.untouched).toContain('an order on EXUSDT (Buy 5)')
  })
})

describe('figures', () => {
  const elsewhere = (part: Row): Row => ({
    symbol: '10000OTHERUSDT',
    side: 'Buy',
    size: '120000000',
    avgPrice: '0.00012',
    markPrice: '0.00013',
    leverage: '5',
    liqPrice: '',
    positionMM: '10',
    positionIdx: 0,
    ...part,
  })

  test.each([
    ['as the exchange states it', { positionIM: '3120.5', positionMM: '156.25' }, [3_120.5e8, 156.25e8]],
    ['of nothing, as in portfolio margin, not at all', { positionIM: '', positionMM: '0' }, [undefined, undefined]],
    ['that is larger than the position, not at all', { positionIM: '15601', positionMM: '1e3' }, [undefined, undefined]],
  ])('margin of a position elsewhere counts %s', async (_, part, margins) => {
    lists.set('/v5/position/list', ({ settleCoin }) => (settleCoin === 'USDT' ? [elsewhere(part)] : []))
    const read = await venue.readAccount(ts(1))
    expect(read.ok && read.value.elsewhere?.map(({ margin, maintenance }) => [margin, maintenance])).toEqual([margins])
  })

  test.each([
    ['of more contracts than a double counts in hundred-millionths', {}, 15_600e8],
    ['with a price of twelve decimals', { size: '900000000000', markPrice: '0.000000012345' }, 1_111_050_000_000],
    // Entries are held back by it, and the rest of the account is read.
    ['that cannot be read, as the most there is', { markPrice: '1.3E-4' }, 40_000_000e8],
    ['of no number, as the most there is', { size: 'n/a' }, 40_000_000e8],
    ['without a field that is documented, as the most there is', { markPrice: undefined }, 40_000_000e8],
  ])('a position elsewhere %s', async (_, part, notional) => {
    lists.set('/v5/position/list', ({ settleCoin }) => (settleCoin === 'USDT' ? [elsewhere(part)] : []))
    const read = await venue.readAccount(ts(1))
    expect(read.ok && read.value.elsewhere?.map((each) => each.notional)).toEqual([notional])
    // What a table holds as a number.
    expect(read.ok && read.value.elsewhere?.every(({ quantity, markPrice }) => Number(quantity) > 0 && Number(markPrice) > 0)).toBe(true)
  })

  test('a position that is settled in another coin is counted', async () => {
    lists.set('/v5/position/list', ({ settleCoin }) =>
      settleCoin === 'USDC' ? [elsewhere({ symbol: 'BTCPERP', size: '0.5', markPrice: '64000', side: 'Sell' })] : [],
    )
    const read = await venue.readAccount(ts(1))
    expect(read.ok && read.value.elsewhere).toMatchObject([{ symbol: 'BTCPERP', quantity: '-0.5', notional: 32_000e8 }])
  })

  test('a position in an inverse contract is counted by its dollars, and named by a panic', async () => {
    lists.set('/v5/position/list', ({ category }) =>
      category === 'inverse'
        ? [
            elsewhere({ symbol: 'BTCUSD', size: '25000', markPrice: '64000.50', side: 'Sell' }),
            elsewhere({ symbol: 'ETHUSD', size: '0', markPrice: '3000' }),
            elsewhere({ symbol: 'XRPUSD', size: '70', markPrice: 'n/a' }),
          ]
        : [],
    )
    const read = await venue.readAccount(ts(1))
    expect(read.ok && read.value.elsewhere).toMatchObject([
      { symbol: 'BTCUSD', quantity: '-25000', markPrice: '64000.50', notional: 25_000e8 },
      // Held, and not known how much: it holds entries back.
      { symbol: 'XRPUSD', notional: 40_000_000e8 },
    ])
    const wallClock = { nowMs: () => 0, steadyMs: () => 0, sleep: async () => {}, every: () => () => {} }
    expect(await verifyFlat(venue, new Bench().kernel, wallClock, () => ts(1))).toContain(
      'Not touched: BTCUSD short 25000 (not traded here)',
    )
  })

  test('where there are no inverse contracts, the account is read all the same; where they cannot be read, it is not', async () => {
    refusals.set('/v5/position/list', ({ category }) => (category === 'inverse' ? 10001 : 0))
    expect((await venue.readAccount(ts(1))).ok).toBe(true)
    refusals.set('/v5/position/list', ({ category }) => (category === 'inverse' ? 10016 : 0))
    expect((await venue.readAccount(ts(1))).ok).toBe(false)
  })

  test.each(['1.5E+3', '', 'n/a'])('a balance of "%s" is no balance of 0: the reading fails by the field', async (text) => {
    walletOf(text)
    const read = await venue.readAccount(ts(1))
    expect(!read.ok && read.error.detail).toContain('USDT walletBalance')
    tell('wallet', { coin: [{ coin: 'USDT', walletBalance: text }] })
    expect([wallets, odd.length]).toEqual([[], 1])
  })

  test.each([
    ['an open order', '/v5/order/realtime', order, { qty: 7 }],
    ['an execution', '/v5/execution/list', execution, { execQty: null }],
  ])(
    '%s without the documented shape costs no other of a symbol that is not ours, and refuses the reading of one that is',
    async (_, path, row, odd) => {
      const rowsOf = (symbol: string): readonly Row[] => [row({ symbol, ...odd }), row()]
      lists.set(path, ({ category }) => (category === 'linear' ? rowsOf('THEIRSUSDT') : []))
      const read = await venue.readAccount(ts(1))
      expect(read.ok && [read.value.openOrders.length + read.value.executions.length, read.value.unread]).toEqual([
        1,
        [{ symbol: 'THEIRSUSDT', detail: expect.stringMatching(new RegExp(`^${path}: THEIRSUSDT ${Object.keys(odd)[0]}: `)) }],
      ])
      lists.set(path, ({ category }) => (category === 'linear' ? rowsOf('EXUSDT') : []))
      const ours = await venue.readAccount(ts(1))
      expect(!ours.ok && ours.error.detail).toContain(`${path}: EXUSDT ${Object.keys(odd)[0]}`)
      lists.set(path, ({ category }) => (category === 'linear' ? [{ ...row(), symbol: undefined }] : []))
      expect((await venue.readAccount(ts(1))).ok).toBe(false)
    },
  )

  test('an account that is not reported is no account of 0', async () => {
    results.set('/v5/account/wallet-balance', { list: [] })
    expect((await venue.readAccount(ts(1))).ok).toBe(false)
  })

  test('fees beside the fee are fees: of the same coin they are added', () => {
    const extraFees = [
      { feeCoin: 'USDT', feeType: 'GST', subFeeType: 'IND_GST', feeRate: '0.000099', fee: '0.0108' },
      { feeCoin: 'OTHER', feeType: 'X', subFeeType: 'Y', feeRate: '0', fee: '5' },
    ]
    tell('execution', execution({ feeCurrency: 'USDT', extraFees }), execution({ execId: 'e2', extraFees: '' }))
    expect(reports).toMatchObject([{ fee: cash(7_080_000) }, { fee: cash(6_000_000) }])
    tell(
      'execution',
      execution({ category: 'spot', execId: 'e3', feeCurrency: 'EX', execFee: '0.04', extraFees: [{ feeCoin: 'EX', fee: '0.01' }] }),
    )
    expect(reports[2]).toMatchObject({ feeCoin: 'EX', feeLotParts: 5_000_000 })
  })
})

describe('a frame of several rows', () => {
  test('a frame of several rows: one that is odd is reported under its symbol, and costs no other', () => {
    tell('execution', execution({ execQty: '0.0105' }), execution({ execId: 'e2' }))
    tell('order', order({ orderStatus: 'Dreaming' }), order({ orderId: 'v8' }))
    tell('order', { ...order(), qty: 5 }, order({ orderId: 'v9' }))
    expect(odd.map((text) => text.split(':')[0])).toEqual(['EXUSDT', 'EXUSDT', 'EXUSDT'])
    expect(reports.map((r) => (r.type === 'execution' ? r.tradeId : r.type === 'order' ? r.venueOrderId : ''))).toEqual(['e2', 'v8', 'v9'])
  })

  test.each([
    ['Delivery', 'delivery'],
    ['Settle', 'delivery'],
    ['BlockTrade', 'external'],
    ['MovePosition', 'external'],
  ] as const)('%s takes a position past the book: an execution of its own, by %s', (execType, origin) => {
    tell('execution', execution({ execType, side: 'Sell', createType: 'CreateBySettle', orderType: 'UNKNOWN' }))
    expect(reports).toMatchObject([{ type: 'execution', origin, side: -1, lots: 40, leaves: 0, orderLots: 40, price: 25 }])
  })

  test('an execution of a type that nobody documents is reported, not passed over', () => {
    tell('execution', execution({ execType: 'Unheard' }))
    expect([reports, odd.length]).toEqual([[], 1])
  })
})

describe('what is listed', () => {
  const perpetual = {
    symbol: 'EXUSDT',
    contractType: 'LinearPerpetual',
    status: 'Trading',
    baseCoin: 'EX',
    quoteCoin: 'USDT',
    settleCoin: 'USDT',
    deliveryTime: '0',
    leverageFilter: { maxLeverage: '25' },
    priceFilter: { tickSize: '0.5' },
    lotSizeFilter: { minNotionalValue: '5', maxOrderQty: '100', maxMktOrderQty: '50', minOrderQty: '0.001', qtyStep: '0.001' },
    fundingInterval: 480,
  }
  const listed = async (part: Row): Promise<string> => {
    results.set('/v5/market/instruments-info', { nextPageCursor: null, list: [{ ...perpetual, ...part }] })
    const read = await venue.instruments([String(part['symbol'] ?? 'EXUSDT')])
    return read.ok ? 'ok' : read.error.detail
  }

  test.each([
    [{}, 'ok'],
    // One that is being delisted has a date too, and is a perpetual until then.
    [{ status: 'Delivering', deliveryTime: '1806000000000' }, 'ok'],
    [
      { symbol: 'EXUSDT-26MAR27', contractType: 'LinearFutures', deliveryTime: '1806019200000', fundingInterval: 0 },
      'EXUSDT-26MAR27 ends on 2027-03-26: only perpetuals can be traded',
    ],
    [
      { symbol: 'EXPERP', quoteCoin: 'USDC', settleCoin: 'USDC' },
      'EXPERP is settled in USDC: only contracts that are settled in USDT can be traded',
    ],
  ])('what is listed: %j', async (part, said) => expect(await listed(part)).toBe(said))
})

describe('a maintenance', () => {
  const works = {
    id: '1',
    title: 'works',
    state: 'ongoing',
    serviceTypes: [1],
    product: [1, 2],
    uidSuffix: [],
    maintainType: '1',
    env: '1',
  }
  test.each([
    [{}, 'works'],
    [{ env: '2' }, undefined],
    [{ product: [3] }, undefined],
    [{ state: 'completed' }, undefined],
    [{ env: undefined, product: undefined, uidSuffix: undefined }, 'works'],
    [{ uidSuffix: [4] }, undefined],
    [{ uidSuffix: [4, 7] }, 'works'],
  ])('a maintenance: %j', async (part, said) => {
    results.set('/v5/user/query-api', { userID: 24617, readOnly: 0, permissions: {} })
    await venue.conditions()
    lists.set('/v5/system/status', () => [{ ...works, ...part }])
    expect(await venue.maintenance()).toEqual({ ok: true, value: said })
  })
})

test.each([
  170199, 170200, 170210, 170144, 170145, 170036, 170037, 170241, 170344, 170346, 170348, 170358, 170359, 110069, 110070, 110119, 110135,
  110137,
])('retCode %i of a write is a refusal, and needs no look-up', (retCode) => {
  const reply: RawReply = { type: 'reply', body: { retCode, retMsg: '', result: {} }, limits: undefined }
  expect(errorOf(reply, true, 0)?.type).toBe('invalid-request')
})

test('an environment that refuses the question for fees with 10001 has none; a rights question that is refused so is not read', async () => {
  refusals.set('/v5/account/fee-rate', () => 10001)
  refusals.set('/v5/user/query-api', () => 10001)
  const read = await venue.conditions()
  expect([read.fees.type, read.spotFees.type, read.key.type]).toEqual(['absent', 'absent', 'failed'])
})
