/**
 * The exchange in memory on a generated market: history, fills at once, and what a state file brings back.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { wireSymbolOf } from '../../../../market/instrument.ts'
import { openStore } from '../../../../market/candles/store.ts'
import type { Exchange } from '../exchange.ts'
import { makeExchange } from '../serve-exchange.ts'
import { START_MS, WALL_MS, memoryClient, replayExchange } from '../../../../../test/support/wire/bybit-server.ts'

const BUY = { symbol: 'BTCUSDT', side: 'Buy', orderType: 'Market', qty: '0.1' }
const flat = (price: number): [number, number, number, number] => [price, price, price, price]
const _framesOf = (exchange: { outbox: { take(): readonly { topic: string; text: string }[] } }) =>
  exchange.outbox.take().map((f) => ({ topic: f.topic, data: JSON.parse(f.text).data }))

describe('a generated market', () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'exchange-'))
  })
  afterEach(() => rmSync(directory, { recursive: true }))

  test('a generated market has a thousand bars of history, and orders fill at once', () => {
    const { exchange } = makeExchange({ seed: 5, speed: 60 }, WALL_MS)
    const client = memoryClient(exchange)
    for (const { symbol: name, category } of exchange.instruments) {
      const symbol = wireSymbolOf(name)
      expect(client.get('/v5/market/kline', { category, symbol, interval: '1', limit: '1000' }).result.list).toHaveLength(1_000)
    }
    expect(client.post('/v5/order/create', { ...BUY, qty: '0.01' }).retCode).toBe(0)
    expect(client.get('/v5/position/list', { settleCoin: 'USDT' }).result.list).toMatchObject([{ symbol: 'BTCUSDT', size: '0.01' }])
    const last = Number(client.get('/v5/market/tickers', { symbol: 'BTCUSDT' }).result.list[0]?.['lastPrice'])
    const crossing = { ...BUY, orderType: 'Limit', price: String(Math.round(last + 100)), timeInForce: 'PostOnly', orderLinkId: 'po' }
    client.post('/v5/order/create', crossing)
    expect(client.get('/v5/order/realtime', { symbol: 'BTCUSDT', orderLinkId: 'po' }).result.list).toMatchObject([
      { orderStatus: 'Cancelled', rejectReason: 'EC_PostOnlyWillTakeLiquidity' },
    ])
  })

  test('a second state file of another market is refused', () => {
    const stateFile = join(directory, 'sim.json')
    const { stateFile: file } = makeExchange({ seed: 5, stateFile }, WALL_MS)
    file?.save(WALL_MS)
    expect(() => makeExchange({ stateFile, candles: ['test/BTCUSDT/1m'], candlesRoot: directory }, WALL_MS)).toThrow()
    writeFileSync(stateFile, '{"version":1')
    expect(() => makeExchange({ stateFile }, WALL_MS)).toThrow(`${stateFile} is damaged.`)
  })

  test('a replay continues at the bar where it was saved', () => {
    const store = openStore(directory)
    const length = 60
    const times = Float64Array.from({ length }, (_, k) => START_MS + k * 60_000)
    const price = times.map((_, k) => 200 + Math.round(20 * Math.sin(k / 5)))
    const columns = [times, price, price.map((p) => p + 4), price.map((p) => p - 4), price, times.map(() => 5)]
    const series = {
      venue: 'test',
      symbol: 'BTCUSDT',
      interval: '1m',
      kind: 'last' as const,
      intervalMs: 60_000,
      tickSize: '0.5',
      lotSize: '0.001',
    }
    expect(store.append({ ...series, source: 'test', columns }).ok).toBe(true)
    const stateFile = join(directory, 'replay.json')
    const options = { candles: ['test/BTCUSDT/1m'], candlesRoot: directory, isLockstep: true, from: START_MS + 600_000 }
    const trade = (exchange: Exchange, from: number, to: number): void => {
      const client = memoryClient(exchange)
      for (let k = from; k < to; k++) {
        exchange.step(1, WALL_MS)
        if (k % 4 === 0) client.post('/v5/order/create', { ...BUY, side: k % 8 === 0 ? 'Buy' : 'Sell', orderLinkId: `s-${k}` })
      }
    }
    const { exchange: whole } = makeExchange(options, WALL_MS)
    expect(memoryClient(whole).get('/v5/market/kline', { symbol: 'BTCUSDT', interval: '1' }).result.list).toHaveLength(10)
    trade(whole, 0, 40)
    const first = makeExchange({ ...options, stateFile }, WALL_MS)
    trade(first.exchange, 0, 21)
    first.stateFile?.save(WALL_MS)
    const { exchange: second } = makeExchange({ ...options, stateFile }, WALL_MS)
    expect(second.source.now).toBe(first.exchange.source.now)
    trade(second, 21, 40)
    const fills = (exchange: Exchange): unknown =>
      exchange.account.executions.all.map((e) => [e.execTime, e.side, e.execPrice, e.execFee, e.orderLinkId])
    expect(fills(second)).toEqual(fills(whole))
    expect(second.venue.ledger).toEqual(whole.venue.ledger)
  })

  test('a limit beyond the price band is put on its edge without a word', () => {
    const { exchange } = makeExchange({ seed: 5, speed: 60 }, WALL_MS)
    const client = memoryClient(exchange)
    const last = Number(client.get('/v5/market/tickers', { symbol: 'ETHUSDT' }).result.list[0]?.['lastPrice'])
    const order = { ...BUY, symbol: 'ETHUSDT', orderType: 'Limit', qty: '0.1', price: (last * 2).toFixed(2), orderLinkId: 'far' }
    expect(client.post('/v5/order/create', order).retCode).toBe(0)
    const [row] = client.get('/v5/order/realtime', { symbol: 'ETHUSDT', orderLinkId: 'far' }).result.list
    expect(row).toMatchObject({ price: String(Math.floor(last * 101) / 100), orderStatus: 'Filled' })
    expect(Number(row?.['avgPrice'])).toBeLessThan(last * 1.001)
  })

  test('a topic that nobody heard for a while begins with today’s price', () => {
    const exchange = replayExchange([flat(100), flat(150)])
    exchange.step(1, WALL_MS)
    const bidOf = (): unknown => (exchange.streams.snapshot('orderbook.1.BTCUSDT') as { data: { b: string[][] } }).data.b[0]?.[0]
    expect(bidOf()).toBe('99.5')
    exchange.step(1, WALL_MS)
    expect(bidOf()).toBe('149.5')
  })

  test('market time follows wall-clock time at its speed, and does not jump over a pause', () => {
    const { exchange } = makeExchange({ seed: 5, speed: 60 }, WALL_MS)
    const start = exchange.source.now
    exchange.advance(WALL_MS)
    exchange.advance(WALL_MS + 1_000)
    expect(exchange.source.now - start).toBe(60_000)
    exchange.advance(WALL_MS + 3_600_000)
    expect(exchange.source.now - start).toBe(60_000 + 120_000)
  })

  test('funding settles every eight hours of market time', () => {
    const { exchange } = makeExchange({ seed: 5, speed: 1_000 }, WALL_MS)
    const client = memoryClient(exchange)
    client.post('/v5/order/create', { ...BUY, qty: '0.01' })
    for (let wallClock = 0; wallClock <= 60_000; wallClock += 2_000) exchange.advance(WALL_MS + wallClock)
    const fundings = exchange.account.executions.all.filter((e) => e.execType === 'Funding')
    expect(fundings.map((e) => Number(e.execTime) % 28_800_000)).toEqual([0, 0, 0])
    expect(client.get('/v5/market/funding/history', { symbol: 'BTCUSDT' }).result.list.length).toBeGreaterThanOrEqual(2)
  })

  test('account, market and clock survive a restart, and the future is the same as without one', () => {
    const stateFile = join(directory, 'sim.json')
    const whole = makeExchange({ seed: 5, speed: 60 }, WALL_MS).exchange
    const before = makeExchange({ seed: 5, speed: 60, stateFile }, WALL_MS)
    const drive = (exchange: typeof whole): void => {
      const client = memoryClient(exchange)
      exchange.advance(WALL_MS)
      for (let k = 1; k <= 90; k++) exchange.advance(WALL_MS + k * 1_000)
      client.post('/v5/order/create', { ...BUY, qty: '0.01', stopLoss: '40000', takeProfit: '90000', orderLinkId: 'r-1' })
      client.post('/v5/order/create', { ...BUY, orderType: 'Limit', price: '50000', qty: '0.01', orderLinkId: 'r-2' })
      client.post('/v5/position/set-leverage', { symbol: 'ETHUSDT', buyLeverage: '3', sellLeverage: '3' })
    }
    drive(whole)
    drive(before.exchange)
    before.stateFile?.save(WALL_MS)
    const after = makeExchange({ seed: 99, speed: 60, stateFile }, WALL_MS).exchange
    const seen = (exchange: typeof whole): unknown => {
      const client = memoryClient(exchange)
      const state: object = client.get('/_sim/state')
      return { ...state, klines: client.get('/v5/market/kline', { symbol: 'SOLUSDT', interval: '5' }).result.list }
    }
    expect(seen(after)).toEqual(seen(before.exchange))
    for (const exchange of [whole, after]) for (let k = 90; k <= 150; k++) exchange.advance(WALL_MS + k * 1_000)
    const executions = (exchange: typeof whole): unknown =>
      exchange.account.executions.all.map((e) => [e.execTime, e.symbol, e.side, e.execPrice, e.execQty, e.execFee])
    expect(after.instruments.map((i) => after.venue.lastPrice(i.index))).toEqual(
      whole.instruments.map((i) => whole.venue.lastPrice(i.index)),
    )
    expect(executions(after)).toEqual(executions(whole))
    expect(after.venue.equity()).toBe(whole.venue.equity())
    expect(memoryClient(after).post('/v5/order/create', { ...BUY, orderLinkId: 'r-1' }).retCode).toBe(110072)
  })
})
