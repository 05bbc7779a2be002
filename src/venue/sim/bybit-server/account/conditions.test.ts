/**
 * What an owner or Bybit has changed of the account survives a restart of the simulator.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeExchange } from '../serve-exchange.ts'
import { WALL_MS, memoryClient } from '../../../../../test/support/wire/bybit-server.ts'

let directory = ''
let stateFile = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ballast-conditions-'))
  stateFile = join(directory, 'sim.json')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const started = () => {
  const made = makeExchange({ seed: 5, speed: 60, stateFile }, WALL_MS)
  const client = memoryClient(made.exchange)
  const change = (by: object): object => client.post('/_sim/account', { ...by, category: undefined })
  return { ...made, client, change, seen: (): object => client.get('/_sim/account') }
}
const CHANGE = {
  positionMode: 'hedge',
  ips: [],
  tickSize: { ETHUSDT: '0.05' },
  status: { 'BTCUSDT-SPOT': 'Closed' },
  takerFeeRate: '0.0006',
}
const ORDER = { category: 'spot', symbol: 'BTCUSDT', side: 'Buy', orderType: 'Market', qty: '0.01', marketUnit: 'baseCoin' }

test('a change is saved at the next tick, and acts after a restart as before', () => {
  const before = started()
  const shipped = before.seen()
  expect(before.change(CHANGE)).toMatchObject(CHANGE)
  before.stateFile?.tick(WALL_MS + 60_000)
  const after = started()
  expect(after.seen()).toEqual({ ...shipped, ...CHANGE })
  expect(after.client.post('/v5/order/create', ORDER).retCode).toBe(170151)
  after.change({ status: {} })
  expect(after.client.post('/v5/order/create', ORDER).retCode).toBe(0)
})

test.each([
  ['has none of them, as one that was saved before they were kept', undefined],
  ['has some that cannot be read', { positionMode: 'both' }],
])('a state that %s starts with the account as it ships', (_, conditions) => {
  const before = started()
  const shipped = before.seen()
  expect(before.change(CHANGE)).toMatchObject(CHANGE)
  before.stateFile?.save(WALL_MS)
  // As one of before: without what it was saved with since.
  writeFileSync(stateFile, JSON.stringify({ ...JSON.parse(readFileSync(stateFile, 'utf8')), conditions, checksum: undefined }))
  expect(started().seen()).toEqual(shipped)
})
