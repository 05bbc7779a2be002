/**
 * The exchange on a loopback port, driven by the client that the trader uses (bybit-api) and by bare sockets.
 */
import { RestClientV5 } from 'bybit-api'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { authFrame, openBareSocket } from '../../../../test/support/wire/bare-socket.ts'
import { HostedClient, until } from '../../../../test/support/wire/hosted-client.ts'
import { serveExchange } from './serve-exchange.ts'
import type { RunningServer } from './server.ts'

type Loose = Record<string, unknown>
let server: RunningServer
let closers: (() => void)[] = []

beforeEach(async () => {
  server = await serveExchange({ port: 0, seed: 7, speed: 60 })
})
afterEach(async () => {
  for (const close of closers) close()
  closers = []
  await server.close()
})

describe('with bybit-api', () => {
  test('market data, an entry with its stop, a trade over the socket, and a flat account at the end', async () => {
    const credentials = { key: 'sim', secret: 'sim-secret' }
    const rest = new RestClientV5(
      { ...credentials, baseUrl: `http://127.0.0.1:${server.port}`, parseAPIRateLimits: true, recv_window: 5000 },
      { timeout: 5000, maxRedirects: 0, proxy: false },
    )
    const ws = new HostedClient(`ws://127.0.0.1:${server.port}`, { ...credentials, pongTimeout: 5000, reconnectTimeout: 2000 })
    closers.push(() => ws.closeAll(true))
    const frames: Loose[] = []
    const exceptions: unknown[] = []
    const authenticated: Loose[] = []
    ws.on('update', (frame: Loose) => void frames.push(frame))
    ws.on('exception', (frame: unknown) => void exceptions.push(frame))
    ws.on('authenticated', (frame: Loose) => void authenticated.push(frame))
    void ws.subscribeV5(['orderbook.50.BTCUSDT', 'publicTrade.BTCUSDT', 'tickers.BTCUSDT', 'kline.1.BTCUSDT'], 'linear')
    void ws.subscribeV5(['order', 'execution', 'position', 'wallet'], 'linear')
    const rows = (topic: string): Loose[] => frames.filter((f) => f['topic'] === topic).flatMap((f) => f['data'] as Loose[])
    await until(() => authenticated.find((a) => a['wsKey'] === 'v5Private'))

    const time = await rest.getServerTime()
    expect(Math.abs(time.time - Date.now())).toBeLessThan(1_000)
    const ticker = await rest.getTickers({ category: 'linear', symbol: 'BTCUSDT' })
    const last = Number(ticker.result.list[0]?.lastPrice)
    const entry = await rest.submitOrder({
      category: 'linear',
      symbol: 'BTCUSDT',
      side: 'Buy',
      orderType: 'Market',
      qty: '0.01',
      orderLinkId: 'e-1',
      stopLoss: (last * 0.9).toFixed(1),
    })
    expect(entry).toMatchObject({ retCode: 0, rateLimitApi: { maxRequests: 10, remainingRequests: 9 } })
    await until(() => rows('execution').find((e) => e['orderLinkId'] === 'e-1'))
    await until(() => rows('order').find((o) => o['stopOrderType'] === 'StopLoss' && o['orderStatus'] === 'Untriggered'))
    await until(() => rows('position').find((p) => p['size'] === '0.01' && Number(p['stopLoss']) > 0))

    await ws.connect('v5PrivateTrade')
    await until(() => authenticated.find((a) => a['wsKey'] === 'v5PrivateTrade' && a['retCode'] === 0))
    const exit = await ws.sendWSAPIRequest('v5PrivateTrade', 'order.create', {
      category: 'linear',
      symbol: 'BTCUSDT',
      side: 'Sell',
      orderType: 'Market',
      qty: '0.01',
      reduceOnly: true,
      orderLinkId: 'x-1',
    })
    expect(exit).toMatchObject({ retCode: 0, op: 'order.create', data: { orderLinkId: 'x-1' } })
    await until(() => rows('order').find((o) => o['orderStatus'] === 'Cancelled' && o['cancelType'] === 'CancelByTpSlTsClear'))
    const positions = await rest.getPositionInfo({ category: 'linear', settleCoin: 'USDT' })
    expect(positions.result.list).toEqual([])

    // A duplicated id is refused on the socket too, as a rejection of the client's promise.
    const again = ws.sendWSAPIRequest('v5PrivateTrade', 'order.create', {
      category: 'linear',
      symbol: 'BTCUSDT',
      side: 'Buy',
      orderType: 'Market',
      qty: '0.01',
      orderLinkId: 'x-1',
    })
    await expect(again).rejects.toMatchObject({ retCode: 110072 })

    await until(() => frames.find((f) => f['topic'] === 'kline.1.BTCUSDT' && (f['data'] as Loose[])[0]?.['confirm'] === true))
    await until(() => frames.find((f) => f['topic'] === 'orderbook.50.BTCUSDT' && f['type'] === 'delta'))
    await until(() => frames.find((f) => f['topic'] === 'publicTrade.BTCUSDT'))
    expect(frames.find((f) => f['topic'] === 'tickers.BTCUSDT')?.['type']).toBe('snapshot')
    expect(exceptions).toHaveLength(1)
  }, 20_000)

  test('a wrong secret is reported by code, on REST and on the socket', async () => {
    const rest = new RestClientV5({ key: 'sim', secret: 'wrong', baseUrl: `http://127.0.0.1:${server.port}` }, { proxy: false })
    expect(await rest.getAccountInfo()).toMatchObject({ retCode: 10004 })
    const ws = new HostedClient(`ws://127.0.0.1:${server.port}`, { key: 'sim', secret: 'wrong' })
    closers.push(() => ws.closeAll(true))
    const exceptions: Loose[] = []
    ws.on('exception', (frame: Loose) => void exceptions.push(frame))
    void ws.subscribeV5(['order'], 'linear')
    await until(() => exceptions.find((e) => e['op'] === 'auth' && e['success'] === false))
  })
})

describe('bare sockets', () => {
  async function open(path: string) {
    const socket = await openBareSocket(`ws://127.0.0.1:${server.port}${path}`)
    closers.push(socket.close)
    return socket
  }

  test('public: pong, echo of req_id, snapshot after the reply, unknown topics', async () => {
    const { ask, frames } = await open('/v5/public/linear')
    expect(await ask({ op: 'ping', req_id: 'p' })).toMatchObject({ success: true, ret_msg: 'pong', op: 'ping', req_id: 'p' })
    expect(await ask({ op: 'subscribe', req_id: 's', args: ['orderbook.1.ETHUSDT'] })).toMatchObject({
      success: true,
      op: 'subscribe',
      req_id: 's',
    })
    const book = await until(() => frames.find((f) => f['topic'] === 'orderbook.1.ETHUSDT'))
    expect(frames.findIndex((f) => f['op'] === 'subscribe')).toBeLessThan(frames.indexOf(book))
    const { b, a } = book['data'] as { b: [string, string][]; a: [string, string][] }
    expect(Number(b[0]?.[0])).toBeLessThan(Number(a[0]?.[0]))
    expect(await ask({ op: 'subscribe', args: ['kline.7.ETHUSDT'] })).toMatchObject({ success: false })
  })

  test('private: nothing before auth, no mixture of topic forms, pong of its own', async () => {
    const { ask } = await open('/v5/private')
    expect(await ask({ op: 'subscribe', args: ['order'] })).toMatchObject({ success: false })
    expect(await ask(authFrame())).toMatchObject({ success: true, op: 'auth' })
    expect(await ask({ op: 'subscribe', args: ['order', 'order.linear'] })).toMatchObject({ success: false })
    expect(await ask({ op: 'subscribe', args: ['order.linear', 'wallet'] })).toMatchObject({ success: true })
    expect(await ask({ op: 'ping', req_id: 'x' })).toMatchObject({ op: 'pong', req_id: 'x' })
  })

  test('trade: auth first and once, unknown ops, a repeated reqId, a stale header', async () => {
    const { ask } = await open('/v5/trade')
    const order = { category: 'linear', symbol: 'ETHUSDT', side: 'Buy', orderType: 'Limit', price: '1000', qty: '0.1' }
    const request = (reqId: string, at = Date.now()) => ({
      reqId,
      op: 'order.create',
      header: { 'X-BAPI-TIMESTAMP': String(at) },
      args: [order],
    })
    expect(await ask(request('0'))).toMatchObject({ reqId: '0', retCode: 10004 })
    expect(await ask(authFrame())).toMatchObject({ retCode: 0, op: 'auth' })
    expect(await ask(authFrame())).toMatchObject({ retCode: 20001, op: 'auth' })
    expect(await ask({ op: 'ping' })).toMatchObject({ retCode: 0, op: 'pong' })
    expect(await ask(request('1'))).toMatchObject({
      reqId: '1',
      retCode: 0,
      op: 'order.create',
      header: { 'X-Bapi-Limit': '10', 'X-Bapi-Limit-Status': '9' },
    })
    expect(await ask(request('1'))).toMatchObject({ reqId: '1', retCode: 20006 })
    expect(await ask(request('2', Date.now() - 60_000))).toMatchObject({ reqId: '2', retCode: 10002 })
    expect(await ask({ reqId: '3', op: 'order.dance', args: [{}] })).toMatchObject({ reqId: '3', retCode: 10404 })
  })
})

test('a port in use is one sentence', async () => {
  await expect(serveExchange({ port: server.port })).rejects.toThrow(`Port ${server.port} is in use.`)
})
