/**
 * The public market of another exchange as ours: a second simulator is in for Bybit, over its real REST and its real stream.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RestClientV5 } from 'bybit-api'
import { afterEach, beforeEach, expect, test } from 'vitest'
import WebSocket from 'ws'
import { categoryOf, wireSymbolOf } from '../market/instrument.ts'
import { serveExchange } from '../venue/sim/bybit-server/serve-exchange.ts'
import { StartError } from '../venue/sim/bybit-server/start-error.ts'
import type { RunningServer } from '../venue/sim/bybit-server/server.ts'
import { SIM_KEY, SIM_SECRET } from '../venue/sim/sim-key.ts'
import { BybitFeed } from './bybit-feed.ts'

/** The last two have one name on the wire, and prices, grids and connections of their own. */
const SYMBOLS = ['ETHUSDT', 'BTCUSDT', 'BTCUSDT-SPOT']
let directory: string
let publicState: string
let bybit: RunningServer
let paper: RunningServer

const startPublic = (port = 0): Promise<RunningServer> => serveExchange({ port, seed: 11, speed: 60, stateFile: publicState })

function startPaper(publicPort: number, port = 0): Promise<RunningServer> {
  const restUrl = `http://127.0.0.1:${publicPort}`
  const source = new BybitFeed({ restUrl, streamUrl: `ws://127.0.0.1:${publicPort}/v5/public/linear` }, () => undefined)
  return serveExchange({ port, stateFile: join(directory, 'paper.json'), feed: { source, symbols: SYMBOLS } })
}

interface State {
  readonly now: number
  readonly feed: string
  readonly executions: readonly {
    readonly execPrice: string
    readonly execQty: string
    readonly symbol: string
    readonly execTime: string
  }[]
  readonly positions: readonly { readonly symbol: string; readonly size: string }[]
}
const stateOf = async (server: RunningServer): Promise<State> =>
  (await (await fetch(`http://127.0.0.1:${server.port}/_sim/state`)).json()) as State

const clientOf = (server: RunningServer): RestClientV5 =>
  new RestClientV5({ key: SIM_KEY, secret: SIM_SECRET, baseUrl: `http://127.0.0.1:${server.port}` })

async function until(look: () => Promise<boolean>, limitMs = 15_000): Promise<void> {
  const limit = performance.now() + limitMs
  while (!(await look())) {
    if (performance.now() > limit) throw new Error('waited too long')
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
}
const isFed = async (): Promise<boolean> => (await stateOf(paper)).feed === 'ok'

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'ballast-feed-'))
  publicState = join(directory, 'public.json')
  bybit = await startPublic()
  paper = await startPaper(bybit.port)
  await until(isFed)
})
afterEach(async () => {
  await paper.close()
  await bybit.close()
  rmSync(directory, { recursive: true, force: true })
})

const klinesOf = async (server: RunningServer, symbol: string): Promise<string[][]> =>
  (await clientOf(server).getKline({ category: categoryOf(symbol), symbol: wireSymbolOf(symbol), interval: '5', limit: 200 })).result
    .list as string[][]

/** Both read at the same instant as nearly as can be: closed candles that both have are compared. */
async function expectSameKlines(): Promise<void> {
  for (const symbol of SYMBOLS) {
    const [theirs, ours] = await Promise.all([klinesOf(bybit, symbol), klinesOf(paper, symbol)])
    const closed = new Map(theirs.slice(1).map((k) => [k[0], k.slice(0, 6)]))
    const both = ours.slice(1).filter((k) => closed.has(k[0] as string))
    expect(both.length).toBeGreaterThan(150)
    for (const k of both) expect(k.slice(0, 6)).toEqual(closed.get(k[0] as string))
  }
}

test('orders are filled at the public prices, on an account of its own', async () => {
  const prints: { p: string; T: number }[] = []
  const socket = new WebSocket(`ws://127.0.0.1:${bybit.port}/v5/public/linear`)
  socket.on('open', () => socket.send(JSON.stringify({ op: 'subscribe', args: ['publicTrade.BTCUSDT'] })))
  socket.on('message', (data) => {
    const frame = JSON.parse(data.toString()) as { topic?: string; data: { p: string; T: number }[] }
    if (frame.topic !== undefined) prints.push(...frame.data)
  })
  await until(async () => prints.length > 3)
  const placed = await clientOf(paper).submitOrder({
    category: 'linear',
    symbol: 'BTCUSDT',
    side: 'Buy',
    orderType: 'Market',
    qty: '0.010',
    orderLinkId: 'feed-1',
  })
  expect(placed.retCode).toBe(0)
  await until(async () => (await stateOf(paper)).executions.length === 1)
  const { executions, positions } = await stateOf(paper)
  socket.close()
  const near = prints.map((print) => Number(print.p))
  // The newest prints around the fill, and the simulator's slippage of a few basis points.
  expect(Number(executions[0]?.execPrice)).toBeGreaterThan(Math.min(...near) * 0.999)
  expect(Number(executions[0]?.execPrice)).toBeLessThan(Math.max(...near) * 1.001)
  expect(positions.find((p) => p.symbol === 'BTCUSDT')?.size).toBe('0.01')
  expect((await stateOf(bybit)).executions).toEqual([])
})

test('candles, tickers and instruments are those of the public market', async () => {
  const before = (await stateOf(paper)).now
  await until(async () => (await stateOf(paper)).now > before + 360_000)
  await expectSameKlines()
  const instrumentOf = async (server: RunningServer) => {
    const [row] = (await clientOf(server).getInstrumentsInfo({ category: 'linear', symbol: 'ETHUSDT' })).result.list
    return { price: row?.priceFilter.tickSize, lot: row?.lotSizeFilter.qtyStep, least: row?.lotSizeFilter.minOrderQty }
  }
  expect(await instrumentOf(paper)).toEqual(await instrumentOf(bybit))
  const nextFunding = async (server: RunningServer) =>
    (await clientOf(server).getTickers({ category: 'linear', symbol: 'ETHUSDT' })).result.list[0]?.nextFundingTime
  expect(await nextFunding(paper)).toBe(await nextFunding(bybit))
}, 30_000)

/** Prices that the public market prints in a category, as they come. */
function printsOf(category: 'spot' | 'linear'): { readonly prices: Set<number>; readonly close: () => void } {
  const prices = new Set<number>()
  const socket = new WebSocket(`ws://127.0.0.1:${bybit.port}/v5/public/${category}`)
  socket.on('open', () => socket.send(JSON.stringify({ op: 'subscribe', args: ['publicTrade.BTCUSDT'] })))
  socket.on('message', (data) => {
    const frame = JSON.parse(data.toString()) as { topic?: string; data: { p: string }[] }
    if (frame.topic !== undefined) for (const print of frame.data) prices.add(Number(print.p))
  })
  return { prices, close: () => socket.close() }
}
const SLIPPAGE = 1.0001

test.each(['spot', 'linear'] as const)('beside the other of the same name, %s is filled at its own price', async (category) => {
  const client = clientOf(paper)
  const prints = printsOf(category)
  await until(async () => prints.prices.size > 10)
  const lastPrice = async () => {
    const query = { symbol: 'BTCUSDT' }
    const reply = category === 'spot' ? client.getTickers({ ...query, category }) : client.getTickers({ ...query, category })
    return Number((await reply).result.list[0]?.lastPrice)
  }
  const shown = [await lastPrice(), await lastPrice(), await lastPrice()]
  const unit = category === 'spot' ? { marketUnit: 'baseCoin' as const } : {}
  const order = { category, symbol: 'BTCUSDT', side: 'Buy', orderType: 'Market', qty: '0.010', orderLinkId: 'own-1', ...unit } as const
  expect((await client.submitOrder(order)).retCode).toBe(0)
  await until(async () => (await client.getExecutionList({ category })).result.list.length === 1)
  const [fill] = (await client.getExecutionList({ category })).result.list
  // Those that were under way are waited for.
  await until(async () => shown.every((price) => prints.prices.has(price)))
  const tick = category === 'spot' ? 0.01 : 0.1
  const isPrinted = (price: number): boolean => [...prints.prices].some((p) => Math.abs(p * SLIPPAGE - price) < tick * 1.01)
  expect(isPrinted(Number(fill?.execPrice))).toBe(true)
  prints.close()
  expect((await client.getExecutionList({ category: category === 'spot' ? 'linear' : 'spot' })).result.list).toEqual([])
  const { positions } = await stateOf(paper)
  expect(positions.filter((p) => p.size !== '0').map((p) => p.symbol)).toEqual(category === 'spot' ? [] : ['BTCUSDT'])
  // Spot is paid in full, its fee in the coin.
  const coins = (await client.getWalletBalance({ accountType: 'UNIFIED' })).result.list[0]?.coin
  expect(Number(coins?.find((c) => c.coin === 'BTC')?.walletBalance ?? 0)).toBe(category === 'spot' ? 0.00999 : 0)
})

test('while the feed is away it says so, closes its public stream and fills nothing; then it reads what it missed', async () => {
  const socket = new WebSocket(`ws://127.0.0.1:${paper.port}/v5/public/linear`)
  let isCut = false
  socket.on('close', () => {
    isCut = true
  })
  await until(async () => socket.readyState === WebSocket.OPEN)
  const port = bybit.port
  await bybit.close()
  await until(async () => !(await isFed()))
  await until(async () => isCut)
  const again = new WebSocket(`ws://127.0.0.1:${paper.port}/v5/public/linear`)
  const refused = await new Promise<string>((resolve) => again.on('error', (error) => resolve(error.message)))
  expect(refused).toContain('503')
  const client = clientOf(paper)
  const order = { category: 'linear', symbol: 'ETHUSDT', side: 'Buy', orderType: 'Market', qty: '0.10', orderLinkId: 'away-1' } as const
  expect((await client.submitOrder(order)).retCode).toBe(0)
  expect((await stateOf(paper)).executions).toEqual([])
  bybit = await startPublic(port)
  await until(isFed, 30_000)
  await until(async () => (await stateOf(paper)).executions.length === 1)
  await expectSameKlines()
}, 60_000)

test('a restart keeps the account and takes the market up where it is', async () => {
  const order = { category: 'linear', symbol: 'ETHUSDT', side: 'Buy', orderType: 'Market', qty: '0.10', stopLoss: '10.00' } as const
  expect((await clientOf(paper).submitOrder(order)).retCode).toBe(0)
  const coins = { category: 'spot', symbol: 'BTCUSDT', orderType: 'Market', marketUnit: 'baseCoin' } as const
  expect((await clientOf(paper).submitOrder({ ...coins, side: 'Buy', qty: '0.01' })).retCode).toBe(0)
  await until(async () => (await stateOf(paper)).executions.length === 2)
  const stop = {
    ...coins,
    side: 'Sell',
    qty: '0.00999',
    orderFilter: 'StopOrder',
    triggerPrice: '30000.00',
    orderLinkId: 'stop-1',
  } as const
  expect((await clientOf(paper).submitOrder(stop)).retCode).toBe(0)
  const held = async (): Promise<unknown> => {
    const [wallet] = (await clientOf(paper).getWalletBalance({ accountType: 'UNIFIED' })).result.list
    const stops = (await clientOf(paper).getActiveOrders({ category: 'spot', orderFilter: 'StopOrder' })).result.list
    return [wallet?.coin.find((c) => c.coin === 'BTC')?.walletBalance, stops.map((o) => [o.orderLinkId, o.symbol, o.triggerPrice, o.qty])]
  }
  const coinsBefore = await held()
  expect(coinsBefore).toEqual(['0.00999', [['stop-1', 'BTCUSDT', '30000', '0.00999']]])
  const before = await stateOf(paper)
  await paper.close()
  expect(existsSync(join(directory, 'paper.json'))).toBe(true)
  await until(async () => (await stateOf(bybit)).now > before.now + 180_000)
  paper = await startPaper(bybit.port)
  await until(isFed)
  const after = await stateOf(paper)
  expect(after.executions).toEqual(before.executions)
  expect(after.positions.map((p) => p.size)).toEqual(before.positions.map((p) => p.size))
  expect(await held()).toEqual(coinsBefore)
  expect(after.now).toBeGreaterThanOrEqual(before.now + 170_000)
  await expectSameKlines()
}, 30_000)

test('a market that cannot be read is said in one sentence', async () => {
  const gone = await startPublic()
  const port = gone.port
  await gone.close()
  await expect(startPaper(port)).rejects.toThrow(StartError)
})
