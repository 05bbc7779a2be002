/**
 * The exchange in memory: the life of orders as the wire shows it, the account's identities, lockstep replay.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { instrumentIndex, lots, orderId, ticks } from '../../../core/units.ts'
import type { Bars } from '../../../market/bars.ts'
import type { VenueEvent } from '../../../trading/event.ts'
import { START_MS, WALL_MS, fundingAt, memoryClient, replayExchange } from '../../../../test/support/wire/bybit-server.ts'

const BUY = { symbol: 'BTCUSDT', side: 'Buy', orderType: 'Market', qty: '0.1' }
const flat = (price: number): [number, number, number, number] => [price, price, price, price]
const framesOf = (exchange: { outbox: { takeFrames(): readonly { topic: string; text: string }[] } }) =>
  exchange.outbox.takeFrames().map((f) => ({ topic: f.topic, data: JSON.parse(f.text).data }))

describe('orders on a replay', () => {
  test('an acknowledged market order waits for the next bar and fills at its open, with slippage and fee', () => {
    const exchange = replayExchange([flat(100), [110, 120, 105, 115]])
    const client = memoryClient(exchange)
    exchange.step(1, WALL_MS)
    const ack = client.post('/v5/order/create', { ...BUY, orderLinkId: 'a-1' })
    expect(ack).toMatchObject({ retCode: 0, result: { orderLinkId: 'a-1' }, time: WALL_MS })
    expect(client.get('/v5/order/realtime', { symbol: 'BTCUSDT' }).result.list).toMatchObject([
      { orderStatus: 'New', orderType: 'Market', timeInForce: 'IOC' },
    ])
    exchange.outbox.takeFrames()
    expect(exchange.step(1, WALL_MS)).toBe(false)
    // Open 110, 1 bp = 0.011 is one tick of 0.5 up; fee 0.055 % of 11.05.
    expect(client.get('/v5/execution/list', { symbol: 'BTCUSDT' }).result.list).toMatchObject([
      {
        execPrice: '110.5',
        execQty: '0.1',
        execValue: '11.05',
        execFee: '0.0060775',
        feeRate: '0.00055',
        isMaker: false,
        execTime: String(START_MS + 60_000),
        orderLinkId: 'a-1',
        closedSize: '0',
      },
    ])
    const frames = framesOf(exchange)
    expect(frames.map((f) => f.topic)).toEqual(['execution', 'order', 'position', 'wallet'])
    expect(frames[1]?.data[0]).toMatchObject({ orderStatus: 'Filled', cumExecQty: '0.1', avgPrice: '110.5', category: 'linear' })
    expect(frames[2]?.data[0]).toMatchObject({ side: 'Buy', size: '0.1', entryPrice: '110.5' })
    expect(client.get('/v5/position/list', { symbol: 'BTCUSDT' }).result.list).toMatchObject([
      { size: '0.1', avgPrice: '110.5', markPrice: '115', unrealisedPnl: '0.45', curRealisedPnl: '-0.0060775', positionBalance: '0' },
    ])
    // In isolated margin it is the margin that the position alone stands on.
    exchange.account.change({ marginMode: 'ISOLATED_MARGIN' })
    const [isolated] = client.get('/v5/position/list', { symbol: 'BTCUSDT' }).result.list
    expect(isolated?.['positionBalance']).toBe(isolated?.['positionIM'])
    expect(Number(isolated?.['positionBalance'])).toBeGreaterThan(0)
  })

  test('stop and target of an entry become orders of their own, and the one that is left is canceled', () => {
    const exchange = replayExchange([flat(100), flat(100), [100, 130, 100, 125]])
    const client = memoryClient(exchange)
    exchange.step(1, WALL_MS)
    client.post('/v5/order/create', { ...BUY, orderLinkId: 'a-1', stopLoss: '90', takeProfit: '120', slTriggerBy: 'MarkPrice' })
    exchange.step(1, WALL_MS)
    const open = client.get('/v5/order/realtime', { symbol: 'BTCUSDT' }).result.list
    expect(open).toHaveLength(2)
    expect(open).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          stopOrderType: 'StopLoss',
          createType: 'CreateByStopLoss',
          orderStatus: 'Untriggered',
          triggerPrice: '90',
          triggerBy: 'MarkPrice',
          side: 'Sell',
          qty: '0.1',
          reduceOnly: true,
          orderLinkId: '',
          parentOrderLinkId: 'a-1',
        }),
        expect.objectContaining({
          stopOrderType: 'TakeProfit',
          createType: 'CreateByTakeProfit',
          triggerPrice: '120',
          parentOrderLinkId: 'a-1',
        }),
      ]),
    )
    expect(client.get('/v5/position/list', { symbol: 'BTCUSDT' }).result.list[0]).toMatchObject({ stopLoss: '90', takeProfit: '120' })
    exchange.outbox.takeFrames()
    exchange.step(1, WALL_MS)
    const orders = framesOf(exchange)
      .filter((f) => f.topic === 'order')
      .map((f) => [f.data[0].stopOrderType, f.data[0].orderStatus, f.data[0].cancelType])
    expect(orders).toEqual([
      ['TakeProfit', 'Triggered', 'UNKNOWN'],
      ['TakeProfit', 'Filled', 'UNKNOWN'],
      ['StopLoss', 'Cancelled', 'CancelByTpSlTsClear'],
    ])
    expect(client.get('/v5/position/list', { symbol: 'BTCUSDT' }).result.list[0]).toMatchObject({
      size: '0',
      side: '',
      avgPrice: '0',
      stopLoss: '',
    })
    expect(client.get('/v5/position/list', { settleCoin: 'USDT' }).result.list).toEqual([])
  })

  test('wallet, transactions and closed profit agree to the last digit, funding included', () => {
    const exchange = replayExchange([flat(100), flat(100), flat(100), flat(110)], [fundingAt(START_MS + 120_000, 0.001)])
    const client = memoryClient(exchange)
    exchange.step(1, WALL_MS)
    client.post('/v5/order/create', BUY)
    exchange.step(2, WALL_MS)
    client.post('/v5/order/create', { ...BUY, side: 'Sell', qty: '0', reduceOnly: true, closeOnTrigger: true })
    exchange.step(1, WALL_MS)
    // In at 100.5, out at 109.5: 0.9; fees 0.0055275 and 0.0060225; funding 0.1 x 100 x 0.001 = 0.01 paid.
    const log = client.get('/v5/account/transaction-log').result.list
    expect(log.map((t) => [t['type'], t['cashFlow'], t['funding'], t['fee'], t['change'], t['cashBalance'], t['size']])).toEqual([
      ['TRADE', '0.9', '', '0.0060225', '0.8939775', '10000.87845', '0'],
      ['SETTLEMENT', '0', '-0.01', '0', '-0.01', '9999.9844725', '0.1'],
      ['TRADE', '0', '', '0.0055275', '-0.0055275', '9999.9944725', '0.1'],
    ])
    expect(client.get('/v5/position/closed-pnl').result.list).toMatchObject([
      {
        side: 'Sell',
        closedSize: '0.1',
        cumEntryValue: '10.05',
        cumExitValue: '10.95',
        avgEntryPrice: '100.5',
        closedPnl: '0.88845',
        openFee: '0.0055275',
        closeFee: '0.0060225',
      },
    ])
    expect(client.get('/v5/account/wallet-balance', { accountType: 'UNIFIED' }).result.list).toMatchObject([
      {
        totalWalletBalance: '10000.87845',
        totalPerpUPL: '0',
        totalMarginBalance: '10000.87845',
        totalInitialMargin: '0',
        coin: [{ walletBalance: '10000.87845', cumRealisedPnl: '0.87845' }],
      },
    ])
    expect(client.get('/v5/execution/list', { symbol: 'BTCUSDT', execType: 'Funding' }).result.list).toMatchObject([
      { execFee: '0.01', feeRate: '0.001', side: 'Buy', orderType: 'UNKNOWN' },
    ])
  })

  test('an order link id is taken once for life', () => {
    const exchange = replayExchange([flat(100), flat(100)])
    const client = memoryClient(exchange)
    exchange.step(1, WALL_MS)
    const order = { ...BUY, orderType: 'Limit', price: '90', orderLinkId: 'once' }
    expect(client.post('/v5/order/create', order).retCode).toBe(0)
    expect(client.post('/v5/order/create', order).retCode).toBe(110072)
    expect(client.post('/v5/order/cancel', { symbol: 'BTCUSDT', orderLinkId: 'once' }).retCode).toBe(0)
    expect(client.post('/v5/order/create', order).retCode).toBe(110072)
    expect(client.post('/v5/order/cancel', { symbol: 'BTCUSDT', orderLinkId: 'once' }).retCode).toBe(110010)
    expect(client.get('/v5/order/realtime', { symbol: 'BTCUSDT', orderLinkId: 'once' }).result.list).toMatchObject([
      { orderStatus: 'Cancelled', cancelType: 'CancelByUser', rejectReason: 'EC_PerCancelRequest', leavesQty: '0' },
    ])
  })

  test.each([
    ['another category', { category: 'spot' }, 10001],
    ['an unknown symbol', { symbol: 'NOPEUSDT' }, 10001],
    ['no side', { side: undefined }, 10001],
    ['a quantity between two lots', { qty: '0.0005' }, 10001],
    ['a quantity as an exponent', { qty: 1e-7 }, 10001],
    ['a limit between two ticks', { orderType: 'Limit', price: '90.3' }, 10001],
    ['a limit without a price', { orderType: 'Limit' }, 10001],
    ['a link id with a space', { orderLinkId: 'a b' }, 10001],
    ['a link id of 37 characters', { orderLinkId: 'a'.repeat(37) }, 10001],
    ['hedge mode', { positionIdx: 1 }, 10001],
    ['a conditional without a direction', { triggerPrice: '110' }, 10001],
    ['a rise to a price below', { triggerPrice: '90', triggerDirection: 1 }, 110092],
    ['a fall to a price above', { triggerPrice: '110', triggerDirection: 2 }, 110093],
    ['reduce-only without a position', { reduceOnly: true }, 110017],
    ['closing nothing', { qty: '0', reduceOnly: true, closeOnTrigger: true }, 110017],
    ['more than the margin carries', { qty: '2000' }, 110007],
    ['more than money can count', { qty: '99999999999' }, 110007],
  ] as const)('orders on a replay: %s is refused', (_, change, code) => {
    const exchange = replayExchange([flat(100), flat(100)])
    exchange.step(1, WALL_MS)
    const client = memoryClient(exchange)
    expect(client.post('/v5/order/create', { ...BUY, ...change }).retCode).toBe(code)
    expect(client.get('/v5/order/realtime', { symbol: 'BTCUSDT' }).result.list).toEqual([])
    expect(exchange.outbox.takeFrames()).toEqual([])
  })

  test('amend changes price and quantity, and a stale one is refused', () => {
    const exchange = replayExchange([flat(100), flat(100), [95, 95, 90, 95]])
    const client = memoryClient(exchange)
    exchange.step(1, WALL_MS)
    const { orderId } = client.post('/v5/order/create', { ...BUY, orderType: 'Limit', price: '80' }).result
    exchange.step(1, WALL_MS)
    expect(client.post('/v5/order/amend', { symbol: 'BTCUSDT', orderId, price: '93', qty: '0.2' }).retCode).toBe(0)
    expect(client.get('/v5/order/realtime', { symbol: 'BTCUSDT' }).result.list).toMatchObject([
      { price: '93', qty: '0.2', leavesQty: '0.2' },
    ])
    exchange.step(1, WALL_MS)
    expect(client.get('/v5/execution/list', { symbol: 'BTCUSDT' }).result.list).toMatchObject([
      { execPrice: '93', execQty: '0.2', isMaker: true },
    ])
    expect(client.post('/v5/order/amend', { symbol: 'BTCUSDT', orderId, price: '94' }).retCode).toBe(110008)
    expect(client.post('/v5/order/cancel', { symbol: 'BTCUSDT', orderId: 'nobody' }).retCode).toBe(110001)
  })

  test('trading-stop sets, moves, removes; an unchanged one is 34040; partial targets add up', () => {
    const exchange = replayExchange([flat(100), flat(100)])
    const client = memoryClient(exchange)
    const stop = (change: object) =>
      client.post('/v5/position/trading-stop', { symbol: 'BTCUSDT', tpslMode: 'Full', positionIdx: 0, ...change }).retCode
    exchange.step(1, WALL_MS)
    expect(stop({ stopLoss: '90' })).toBe(10001)
    client.post('/v5/order/create', BUY)
    exchange.step(1, WALL_MS)
    const row = () => client.get('/v5/position/list', { symbol: 'BTCUSDT' }).result.list[0]
    expect(stop({ stopLoss: '90' })).toBe(0)
    expect(stop({ stopLoss: '90' })).toBe(34040)
    expect(stop({ stopLoss: '95', takeProfit: '120' })).toBe(0)
    expect(row()).toMatchObject({ stopLoss: '95', takeProfit: '120' })
    expect(stop({ stopLoss: '101' })).toBe(10001)
    expect(stop({ stopLoss: '0' })).toBe(0)
    expect(row()).toMatchObject({ stopLoss: '', takeProfit: '120' })
    expect(stop({ takeProfit: '0' })).toBe(0)
    expect(stop({ tpslMode: 'Partial', takeProfit: '110', tpSize: '0.05' })).toBe(0)
    expect(stop({ tpslMode: 'Partial', takeProfit: '115', tpSize: '0.03' })).toBe(0)
    expect(
      client.get('/v5/order/realtime', { symbol: 'BTCUSDT' }).result.list.map((o) => [o['stopOrderType'], o['qty'], o['triggerPrice']]),
    ).toEqual([
      ['PartialTakeProfit', '0.03', '115'],
      ['PartialTakeProfit', '0.05', '110'],
    ])
  })

  test('a batch answers item by item; cancel-all takes what its filter means', () => {
    const exchange = replayExchange([flat(100), flat(100)])
    const client = memoryClient(exchange)
    exchange.step(1, WALL_MS)
    const limit = { ...BUY, orderType: 'Limit', price: '90' }
    const reply = client.post('/v5/order/create-batch', {
      request: [limit, { ...limit, qty: '0' }, { ...BUY, triggerPrice: '110', triggerDirection: 1 }],
    })
    expect(reply.retCode).toBe(0)
    expect(reply.retExtInfo.list.map((item) => item.code)).toEqual([0, 10001, 0])
    expect(client.post('/v5/order/cancel-all', {}).retCode).toBe(10001)
    expect(client.post('/v5/order/cancel-all', { settleCoin: 'USDT', orderFilter: 'StopOrder' }).result.list).toHaveLength(1)
    expect(client.post('/v5/order/cancel-all', { symbol: 'BTCUSDT' }).result.list).toHaveLength(1)
    expect(client.get('/v5/order/realtime', { settleCoin: 'USDT' }).result.list).toEqual([])
  })

  test('pages follow the cursor to the end, newest first', () => {
    const exchange = replayExchange([flat(100), flat(100)])
    const client = memoryClient(exchange)
    exchange.step(1, WALL_MS)
    for (let k = 0; k < 7; k++) client.post('/v5/order/create', { ...BUY, orderType: 'Limit', price: '90', orderLinkId: `p-${k}` })
    const seen: unknown[] = []
    let cursor = ''
    do {
      const page = client.get('/v5/order/realtime', { symbol: 'BTCUSDT', limit: '3', ...(cursor === '' ? {} : { cursor }) })
      seen.push(...page.result.list.map((o) => o['orderLinkId']))
      cursor = page.result.nextPageCursor
    } while (cursor !== '')
    expect(seen).toEqual(['p-6', 'p-5', 'p-4', 'p-3', 'p-2', 'p-1', 'p-0'])
  })

  test('windows: eight days are an error', () => {
    const client = memoryClient(replayExchange([flat(100)]))
    const day = 86_400_000
    expect(client.get('/v5/execution/list', { startTime: String(START_MS), endTime: String(START_MS + 8 * day) }).retCode).toBe(10001)
    expect(client.get('/v5/execution/list', { startTime: String(START_MS), endTime: String(START_MS + 7 * day) }).retCode).toBe(0)
    expect(client.get('/v5/market/funding/history', { symbol: 'BTCUSDT', startTime: '1' }).retCode).toBe(10001)
  })
})

describe('candles', () => {
  test('candles: only closed bars are shown, and higher intervals are their sums', () => {
    const bars = Array.from({ length: 12 }, (_, k): [number, number, number, number] => [100 + k, 102 + k, 99 + k, 101 + k])
    const exchange = replayExchange(bars)
    const client = memoryClient(exchange)
    exchange.step(10, WALL_MS)
    const list = (interval: string, params = {}) =>
      client.get('/v5/market/kline', { symbol: 'BTCUSDT', interval, ...params }).result.list.map((row) => Object.values(row) as string[])
    expect(list('1')).toHaveLength(10)
    expect(list('1')[0]?.slice(0, 6)).toEqual([String(START_MS + 540_000), '109', '111', '108', '110', '10'])
    expect(list('5').map((row) => row.slice(0, 6))).toEqual([
      [String(START_MS + 300_000), '105', '111', '104', '110', '50'],
      [String(START_MS), '100', '106', '99', '105', '50'],
    ])
    expect(list('1', { start: String(START_MS + 60_000), limit: '2' }).map((row) => Number(row[0]) - START_MS)).toEqual([120_000, 60_000])
    expect(list('1', { end: String(START_MS + 60_000) }).map((row) => Number(row[0]) - START_MS)).toEqual([60_000, 0])
  })

  test('a confirmed candle is pushed once, after the private frames of its close', () => {
    const exchange = replayExchange([flat(100), flat(101), flat(102)])
    exchange.outbox.subscribe('kline.1.BTCUSDT')
    exchange.step(1, WALL_MS)
    memoryClient(exchange).post('/v5/order/create', BUY)
    exchange.outbox.takeFrames()
    exchange.step(1, WALL_MS)
    const frames = framesOf(exchange)
    expect(frames.map((f) => f.topic)).toEqual(['execution', 'order', 'position', 'wallet', 'kline.1.BTCUSDT'])
    expect(frames[4]?.data).toMatchObject([{ start: START_MS + 60_000, end: START_MS + 119_999, confirm: true, close: '101' }])
  })
})

test('the same orders on the same candles give the same executions', () => {
  const bars = Array.from({ length: 200 }, (_, k): [number, number, number, number] => {
    const open = 100 + Math.round(10 * Math.sin(k / 7))
    const close = 100 + Math.round(10 * Math.sin((k + 1) / 7))
    return [open, Math.max(open, close) + (k % 3), Math.min(open, close) - (k % 4), close]
  })
  const run = (): object[] => {
    const exchange = replayExchange(bars)
    const client = memoryClient(exchange)
    for (let k = 0; exchange.step(1, WALL_MS); k++) {
      if (k % 6 === 0) client.post('/v5/order/create', { ...BUY, side: k % 4 === 0 ? 'Buy' : 'Sell', stopLoss: k % 4 === 0 ? '85' : '115' })
      if (k % 9 === 0) client.post('/v5/order/create', { ...BUY, orderType: 'Limit', price: String(95 + (k % 10)) })
    }
    return client.get('/v5/execution/list', { limit: '100' }).result.list
  }
  const first = run()
  expect(first.length).toBeGreaterThan(40)
  expect(run()).toEqual(first)
})

test('lockstep plays bars exactly as a bare loop over the matching engine does', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 80, max: 120 }), fc.integer({ min: 0, max: 15 }), fc.integer({ min: 0, max: 15 })), {
        minLength: 5,
        maxLength: 40,
      }),
      (path) => {
        const bars = path.map(([open, up, down], k): [number, number, number, number] => {
          const close = path[k + 1]?.[0] ?? open
          return [open, Math.max(open, close) + up, Math.min(open, close) - down, close]
        })
        const exchange = replayExchange(bars)
        const client = memoryClient(exchange)
        const bare = replayExchange(bars)
        const series = bare.source.bars[0] as Bars
        const fills: string[] = []
        const into = (e: VenueEvent): void => {
          if (e.type === 'order-filled') fills.push([e.ts, e.side, e.price / 2, e.lots / 1_000, e.fee.amount / 1e8].join())
        }
        for (let k = 0; k < bars.length; k++) {
          bare.venue.bar(instrumentIndex(0), series, into)
          series.reveal()
          exchange.step(1, WALL_MS)
          const close = bars[k]?.[3] as number
          const side = k % 3 === 0 ? -1 : 1
          const isLimit = k % 4 === 1
          bare.venue.accept(
            {
              type: 'submit-order',
              orderId: orderId(k),
              clientOrderId: `k-${k}`,
              instrument: instrumentIndex(0),
              side,
              kind: isLimit ? 'limit' : 'market',
              lots: lots(100 + k),
              budget: undefined,
              limit: isLimit ? ticks((close - side * 3) * 2) : undefined,
              trigger: undefined,
              triggerBy: 'last',
              stop: ticks((close - side * 8) * 2),
              targets: [{ price: ticks((close + side * 9) * 2), share: 1 }],
              timeInForce: isLimit ? 'gtc' : 'ioc',
              reduceOnly: false,
            },
            series.closeTs(0),
            into,
          )
          client.post('/v5/order/create', {
            symbol: 'BTCUSDT',
            side: side === 1 ? 'Buy' : 'Sell',
            orderType: isLimit ? 'Limit' : 'Market',
            qty: String((100 + k) / 1_000),
            price: isLimit ? String(close - side * 3) : undefined,
            stopLoss: String(close - side * 8),
            takeProfit: String(close + side * 9),
            orderLinkId: `k-${k}`,
          })
        }
        const wire = exchange.account.executions.all.map((e) =>
          [e.execTime, e.side === 'Buy' ? 1 : -1, Number(e.execPrice), Number(e.execQty), Number(e.execFee)].join(),
        )
        expect(wire).toEqual(fills)
        expect(exchange.venue.ledger).toEqual(bare.venue.ledger)
      },
    ),
    { numRuns: 50 },
  )
})
