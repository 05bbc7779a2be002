/**
 * Spot on a loopback port: the public spot stream and the private one, by the client that the trader uses (bybit-api) and by bare sockets.
 */
import { RestClientV5, type WsKey } from 'bybit-api'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { authFrame, openBareSocket } from '../../../../test/support/wire/bare-socket.ts'
import { expectFrameShape, expectSpotFrameShape } from '../../../../test/support/wire/wire-schema.ts'
import { HostedClient, until } from '../../../../test/support/wire/hosted-client.ts'
import { serveExchange } from './serve-exchange.ts'
import type { RunningServer } from './server.ts'

const CREDENTIALS = { key: 'sim', secret: 'sim-secret' }

type Loose = Record<string, unknown>
let server: RunningServer
let closers: (() => void)[] = []

beforeAll(async () => {
  server = await serveExchange({ port: 0, seed: 7, speed: 60 })
})
afterEach(() => {
  for (const close of closers) close()
  closers = []
})
afterAll(() => server.close())

async function open(path: string) {
  const socket = await openBareSocket(`ws://127.0.0.1:${server.port}${path}`)
  closers.push(socket.close)
  return socket
}

test('bybit-api: spot and linear of one symbol beside each other, a buy over the socket, coins in the wallet', async () => {
  const rest = new RestClientV5({ ...CREDENTIALS, baseUrl: `http://127.0.0.1:${server.port}` }, { timeout: 5000, proxy: false })
  const ws = new HostedClient(`ws://127.0.0.1:${server.port}`, { ...CREDENTIALS, pongTimeout: 5000, reconnectTimeout: 2000 })
  closers.push(() => ws.closeAll(true))
  const frames: Loose[] = []
  const authenticated: Loose[] = []
  ws.on('update', (frame: Loose) => void frames.push(frame))
  ws.on('exception', () => undefined)
  ws.on('authenticated', (frame: Loose) => void authenticated.push(frame))
  void ws.subscribeV5(['tickers.BTCUSDT', 'kline.1.BTCUSDT', 'publicTrade.BTCUSDT', 'orderbook.50.BTCUSDT'], 'spot')
  void ws.subscribeV5(['tickers.BTCUSDT'], 'linear')
  void ws.subscribeV5(['order', 'execution', 'position', 'wallet'], 'linear')
  const of = (topic: string, key: WsKey): Loose[] => frames.filter((f) => f['topic'] === topic && f['wsKey'] === key)
  const rows = (topic: string): Loose[] => of(topic, 'v5Private').flatMap((f) => f['data'] as Loose[])
  await until(() => authenticated.find((a) => a['wsKey'] === 'v5Private'))
  for (const topic of ['tickers.BTCUSDT', 'kline.1.BTCUSDT', 'publicTrade.BTCUSDT', 'orderbook.50.BTCUSDT'])
    await until(() => of(topic, 'v5SpotPublic')[1])
  await until(() => of('tickers.BTCUSDT', 'v5LinearPublic')[1])
  for (const { wsKey, isWSAPIResponse: _flag, ...frame } of frames)
    if (wsKey === 'v5SpotPublic') expectSpotFrameShape(frame as { topic: string })
  for (const { data, type } of of('tickers.BTCUSDT', 'v5SpotPublic')) {
    expect(type).toBe('snapshot')
    expect(data).not.toHaveProperty('markPrice')
  }
  expect(of('tickers.BTCUSDT', 'v5LinearPublic')[0]?.['data']).toHaveProperty('markPrice')

  const { result } = await rest.getInstrumentsInfo({ category: 'spot' })
  expect(result.list.map((i) => i.symbol)).toEqual(['BTCUSDT', 'ETHUSDT', 'SOLUSDT'])
  await ws.connect('v5PrivateTrade')
  await until(() => authenticated.find((a) => a['wsKey'] === 'v5PrivateTrade'))
  const order = { category: 'spot', symbol: 'BTCUSDT', side: 'Buy', orderType: 'Market', qty: '0.01', marketUnit: 'baseCoin' } as const
  expect(await ws.sendWSAPIRequest('v5PrivateTrade', 'order.create', { ...order, orderLinkId: 's-1' })).toMatchObject({ retCode: 0 })
  await expect(ws.sendWSAPIRequest('v5PrivateTrade', 'order.create', { ...order, orderLinkId: 's-1' })).rejects.toMatchObject({
    retCode: 170141,
  })
  expect(await until(() => rows('execution').find((e) => e['orderLinkId'] === 's-1'))).toMatchObject({
    category: 'spot',
    feeCurrency: 'BTC',
    execFee: '0.00001',
  })
  await until(() => rows('wallet').find((w) => (w['coin'] as Loose[]).some((c) => c['coin'] === 'BTC' && c['walletBalance'] === '0.00999')))
  expect(rows('position')).toEqual([])
}, 20_000)

test('the public spot stream: its pong, its reply, ten topics at most, no names of ours', async () => {
  const { ask, frames } = await open('/v5/public/spot')
  const pong = await ask({ op: 'ping', req_id: 'p' })
  expect(pong).toEqual({ success: true, ret_msg: 'pong', conn_id: pong['conn_id'], op: 'ping' })
  const eleven = ['1', '3', '5', '15', '30', '60', '120', '240', '360', '720', 'D'].map((interval) => `kline.${interval}.ETHUSDT`)
  expect(await ask({ op: 'subscribe', args: eleven })).toMatchObject({ success: false })
  expect(await ask({ op: 'subscribe', req_id: 's', args: eleven.slice(1) })).toMatchObject({
    success: true,
    ret_msg: 'subscribe',
    op: 'subscribe',
    req_id: 's',
  })
  for (const topic of ['tickers.ETHUSDT-SPOT', 'tickers.XRPUSDT', 'allLiquidation.ETHUSDT', 'kline.7.ETHUSDT'])
    expect(await ask({ op: 'subscribe', args: [topic] })).toMatchObject({ success: false })
  await ask({ op: 'subscribe', args: ['orderbook.1.ETHUSDT'] })
  await until(() => frames.find((f) => f['topic'] === 'orderbook.1.ETHUSDT'))
  expect(await ask({ op: 'unsubscribe', args: ['orderbook.1.ETHUSDT', ...eleven.slice(1)] })).toMatchObject({ success: true })
  const heard = frames.filter((f) => f['topic'] !== undefined).length
  await new Promise((resolve) => setTimeout(resolve, 400))
  expect(frames.filter((f) => f['topic'] !== undefined).length).toBe(heard)
  const linear = await open('/v5/public/linear')
  expect(await linear.ask({ op: 'subscribe', args: ['tickers.ETHUSDT-SPOT'] })).toMatchObject({ success: false })
})

test('categorised private topics tell their category only', async () => {
  const signIn = async (topics: string[]) => {
    const { ask, frames } = await open('/v5/private')
    await ask(authFrame())
    expect(await ask({ op: 'subscribe', args: topics })).toMatchObject({ success: true })
    return frames
  }
  const spot = await signIn(['order.spot', 'execution.spot', 'dcp.spot'])
  const linear = await signIn(['order.linear', 'execution.linear'])
  const all = await signIn(['order'])
  const rest = new RestClientV5({ ...CREDENTIALS, baseUrl: `http://127.0.0.1:${server.port}` }, { proxy: false })
  const buy = { symbol: 'SOLUSDT', side: 'Buy', orderType: 'Market', qty: '1', marketUnit: 'baseCoin' } as const
  await rest.submitOrder({ category: 'spot', ...buy })
  await rest.submitOrder({ category: 'linear', ...buy })
  const told = (frames: Loose[]) => frames.filter((f) => f['topic'] !== undefined)
  const categories = (frames: Loose[]) => [...new Set(told(frames).flatMap((f) => (f['data'] as Loose[]).map((row) => row['category'])))]
  await until(() => told(linear).find((f) => f['topic'] === 'execution.linear'))
  await until(() => told(spot).find((f) => f['topic'] === 'execution.spot'))
  expect(categories(spot)).toEqual(['spot'])
  expect(categories(linear)).toEqual(['linear'])
  expect(categories(all).sort()).toEqual(['linear', 'spot'])
  for (const frame of told(all)) expectFrameShape(frame as { topic: string })
})
