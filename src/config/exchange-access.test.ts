/**
 * Where each profile's exchange is, its trade WebSocket above all: exits rest on it while HTTP refuses this address (S2).
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadConfig } from './config.ts'
import { exchangeAccess } from './exchange-access.ts'
import { pathsOf } from '../system/paths.ts'

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'access-'))
  writeFileSync(join(dir, 'bybit.key'), JSON.stringify({ key: 'k', secret: 's' }), { mode: 0o600 })
})
afterEach(() => rmSync(dir, { recursive: true }))

function access(profile: string, env: Readonly<Record<string, string>> = {}) {
  const loaded = loadConfig({ env: { BALLAST__PROFILE: profile, ...env }, cwd: dir })
  if (!loaded.ok) throw new Error(loaded.error.map((problem) => problem.sentence).join('\n'))
  const found = exchangeAccess(loaded.value.values, pathsOf(dir), 'live')
  if (!found.ok) throw new Error(found.error.sentence)
  return found.value
}

test.each([
  ['live', 'https://api.bybit.com', 'wss://stream.bybit.com/v5/trade'],
  ['testnet', 'https://api-testnet.bybit.com', 'wss://stream-testnet.bybit.com/v5/trade'],
  ['demo', 'https://api-demo.bybit.com', undefined],
])('%s', (profile, restUrl, tradeStreamUrl) => {
  expect(access(profile)).toMatchObject({ key: 'k', restUrl, tradeStreamUrl })
})

test('the simulator has one too, its own or another', () => {
  expect(access('sim', { BALLAST__SIM__PORT: '8123' }).tradeStreamUrl).toBe('ws://127.0.0.1:8123/v5/trade')
  expect(access('paper', { BALLAST__SIM__PORT: '8123' }).tradeStreamUrl).toBe('ws://127.0.0.1:8123/v5/trade')
  expect(access('sim', { BALLAST__BYBIT__URL: 'http://127.0.0.1:9000/' }).tradeStreamUrl).toBe('ws://127.0.0.1:9000/v5/trade')
})

test('observe reads the account of live without a statement, or a simulator with a key of its own', () => {
  expect(access('observe')).toMatchObject({ key: 'k', restUrl: 'https://api.bybit.com', simUrl: undefined })
  expect(access('demo', { BALLAST__BYBIT__URL: 'http://127.0.0.1:9000' })).toMatchObject({
    key: 'k',
    restUrl: 'http://127.0.0.1:9000',
    tradeStreamUrl: undefined,
  })
  expect(access('testnet', { BALLAST__BYBIT__URL: 'http://127.0.0.1:9000' })).toMatchObject({ simUrl: undefined })
  expect(access('observe', { BALLAST__BYBIT__URL: 'http://127.0.0.1:9000' })).toMatchObject({ key: 'k', restUrl: 'http://127.0.0.1:9000' })
})
