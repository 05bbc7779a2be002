/**
 * Coins over a restart: what a state file brings back, and a state that was saved before the simulator knew spot.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Exchange } from '../exchange.ts'
import { makeExchange } from '../serve-exchange.ts'
import { WALL_MS, memoryClient } from '../../../../../test/support/wire/bybit-server.ts'

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ballast-spot-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const ORDER = { category: 'spot', symbol: 'BTCUSDT', side: 'Buy', orderType: 'Market', qty: '0.012345', marketUnit: 'baseCoin' }

/** What a client can read of the account. */
function seen(exchange: Exchange): unknown {
  const client = memoryClient(exchange)
  const ask = (path: string, params: Record<string, string> = {}) => client.get(path, { category: 'spot', ...params }).result
  const state: object = client.get('/_sim/state')
  return { ...state, orders: ask('/v5/order/realtime'), log: ask('/v5/account/transaction-log'), prices: ask('/v5/market/tickers') }
}

test('coins, parts of a lot, open orders and what they have filled survive, and the future is the same', () => {
  const stateFile = join(directory, 'sim.json')
  const before = makeExchange({ seed: 5, speed: 60, stateFile }, WALL_MS)
  const client = memoryClient(before.exchange)
  const last = Number(client.get('/v5/market/tickers', { category: 'spot', symbol: 'BTCUSDT' }).result.list[0]?.['lastPrice'])
  client.post('/v5/order/create', ORDER)
  const sale = { ...ORDER, side: 'Sell', qty: '0.012', orderFilter: 'StopOrder', triggerPrice: (last * 0.999).toFixed(2) }
  client.post('/v5/order/create', { ...sale, orderLinkId: 'stop' })
  before.exchange.venue.setDepth(1e-9)
  const limit = { ...ORDER, orderType: 'Limit', price: (last * 1.0001).toFixed(2), qty: '0.001', orderLinkId: 'part' }
  client.post('/v5/order/create', limit)
  before.exchange.venue.setDepth(undefined)
  before.stateFile?.save(WALL_MS)
  const after = makeExchange({ seed: 99, speed: 60, stateFile }, WALL_MS).exchange
  expect(seen(after)).toEqual(seen(before.exchange))
  for (const exchange of [before.exchange, after]) for (let k = 0; k <= 900; k++) exchange.advance(WALL_MS + k * 1_000)
  expect(seen(after)).toEqual(seen(before.exchange))
  const ends = ['stop', 'part'].map(
    (orderLinkId) => memoryClient(after).get('/v5/order/realtime', { category: 'spot', orderLinkId }).result.list[0]?.['orderStatus'],
  )
  expect(ends).toEqual(['Filled', 'Filled'])
})

test('an account from before spot continues with its perpetuals, and can trade spot from now on', () => {
  const stateFile = join(directory, 'sim.json')
  const before = makeExchange({ seed: 5, speed: 60, stateFile }, WALL_MS)
  memoryClient(before.exchange).post('/v5/order/create', { symbol: 'ETHUSDT', side: 'Buy', orderType: 'Market', qty: '0.1' })
  before.stateFile?.save(WALL_MS)
  const state = JSON.parse(readFileSync(stateFile, 'utf8'))
  const { venue } = state.account
  for (const list of [venue.positions, venue.prices, venue.leverages, state.account.holdings]) list.length = 6
  delete venue.spares
  writeFileSync(stateFile, JSON.stringify({ ...state, checksum: undefined }))
  const after = makeExchange({ seed: 99, speed: 60, stateFile }, WALL_MS).exchange
  expect(seen(after)).toEqual(seen(before.exchange))
  expect(memoryClient(after).post('/v5/order/create', ORDER).retCode).toBe(0)
  expect(after.venue.positions[6]?.lots).toBe(12_332)
})
