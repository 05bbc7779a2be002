/**
 * S17 which scope each operation of the API needs: every operation of the OpenAPI document is asked with a key of each single scope.
 */
import { describe, expect, test } from 'vitest'
import { makeApp } from '../../../api/app.ts'
import type { ApiKey } from '../../../api/auth.ts'
import { roleOfScopes } from '../../../api/commands/access/key-scopes.ts'
import { SCOPES, type Scope } from '../../../api/commands/command.ts'
import { ok } from '../../../src/core/result.ts'
import { instrumentIndex } from '../../../src/core/units.ts'
import { makeInstrument } from '../../../src/market/instrument.ts'
import { makeWorld } from '../../support/command-world.ts'
import { problemOf } from '../../support/memory-alerts.ts'
import type { MemoryAlerts } from '../../support/memory-alerts.ts'
import { type Described, operationsOf } from '../../support/rest/openapi-requests.ts'

const ANY = 'any'
/** Who may: a scope, any key, or nobody but an admin. With the body and the path of a request that is well formed. */
type Row = readonly [operation: string, needed: Scope | typeof ANY, body?: object | undefined, path?: string]

/** As the table of endpoints has it; what it does not name is beside its likes. */
const TABLE: readonly Row[] = [
  ['GET /version', ANY],
  ['GET /time', ANY],
  ['GET /me', ANY],
  ['GET /status', 'account:read'],
  ['GET /health', 'account:read'],
  ['GET /account', 'account:read'],
  ['GET /balances', 'account:read'],
  ['GET /flows', 'account:read'],
  ['GET /equity', 'account:read'],
  ['GET /exposure', 'account:read'],
  ['GET /allocator', 'account:read'],
  ['GET /instruments', 'market:read'],
  ['GET /instruments/{symbol}', 'market:read', undefined, '/instruments/BTCUSDT'],
  ['GET /candles', 'market:read', undefined, '/candles?symbol=BTCUSDT&interval=1m'],
  ['GET /tickers', 'market:read'],
  ['GET /orderbook/{symbol}', 'market:read', undefined, '/orderbook/BTCUSDT'],
  ['GET /funding/{symbol}', 'market:read', undefined, '/funding/BTCUSDT'],
  ['GET /positions', 'trade:read'],
  ['GET /positions/{id}', 'trade:read', undefined, '/positions/BTCUSDT'],
  ['POST /positions/{id}/close', 'trade:reduce', { fraction: '0.5' }, '/positions/BTCUSDT/close'],
  ['PATCH /positions/{id}/protection', 'trade:reduce', { stopLoss: '63500' }, '/positions/BTCUSDT/protection'],
  ['GET /orders', 'trade:read'],
  ['GET /orders/{id}', 'trade:read', undefined, '/orders/ord_00000000007'],
  ['POST /orders', 'trade:write', { symbol: 'BTC', side: 'long', size: '$100', stopLoss: '2%' }],
  ['PATCH /orders/{id}', 'trade:write', { price: '60000' }, '/orders/ord_00000000007'],
  ['DELETE /orders/{id}', 'trade:reduce', undefined, '/orders/ord_00000000007'],
  ['POST /orders:cancelAll', 'trade:reduce', {}],
  ['POST /orders:preview', 'trade:read', { symbol: 'BTC', side: 'long', size: '$100', stopLoss: '2%' }],
  ['GET /denials', 'trade:read'],
  ['GET /trades', 'trade:read'],
  ['GET /trades/{id}', 'trade:read', undefined, '/trades/12'],
  ['GET /trades/{id}/why', 'trade:read', undefined, '/trades/12/why'],
  ['PUT /trades/{id}/note', 'report:write', { note: 'late' }, '/trades/12/note'],
  ['GET /fills', 'trade:read'],
  ['GET /events', 'trade:read'],
  ['GET /events/stream', 'trade:read'],
  ['GET /pnl', 'report:read'],
  ['GET /stats', 'report:read'],
  ['GET /performance', 'report:read'],
  ['GET /drawdowns', 'report:read'],
  ['GET /periods', 'report:read'],
  ['GET /funding', 'report:read'],
  ['GET /export/{what}', 'report:read', undefined, '/export/trades'],
  ['GET /ledger/check', 'report:read'],
  ['GET /risk', 'account:read'],
  ['GET /risk/measures', 'account:read'],
  ['GET /risk/stress', 'account:read'],
  ['GET /risk/limits', 'account:read'],
  ['GET /risk/limits/changes', 'account:read'],
  ['PUT /risk/limits/{key}', 'config:write', { value: '3%' }, '/risk/limits/dayLoss'],
  ['GET /strategies', 'strategy:read'],
  ['GET /strategies/{name}', 'strategy:read', undefined, '/strategies/ema-cross'],
  ['GET /strategies/{name}/twin', 'strategy:read', undefined, '/strategies/ema-cross/twin'],
  ['GET /strategies/{name}/canary', 'strategy:read', undefined, '/strategies/ema-cross/canary'],
  ['POST /strategies/{name}:on', 'strategy:write', undefined, '/strategies/ema-cross:on'],
  ['POST /strategies/{name}:off', 'strategy:write', undefined, '/strategies/ema-cross:off'],
  ['POST /strategies/{name}:close-only', 'strategy:write', undefined, '/strategies/ema-cross:close-only'],
  ['POST /strategies/{name}:reload', 'strategy:write', undefined, '/strategies/ema-cross:reload'],
  ['POST /control/pause', 'control:pause', {}],
  ['POST /control/resume', 'control:resume', {}],
  ['POST /control/halt', 'control:pause', { reason: 'a look' }],
  ['POST /control/panic', 'control:reduce', {}],
  ['POST /control/reconcile', 'control:pause', {}],
  ['GET /confirmations', ANY],
  ['POST /confirmations/{id}', ANY, { decision: 'no' }, '/confirmations/none'],
  ['GET /actions/{id}', ANY, undefined, '/actions/act_00000000001'],
  ['GET /commands', ANY],
  ['POST /commands', 'control:pause', { line: 'pause' }],
  ['POST /commands/{name}', 'control:pause', { args: {} }, '/commands/pause'],
  ['GET /alerts', 'alerts:read'],
  ['GET /alerts/open', 'alerts:read'],
  ['POST /alerts/{id}:ack', 'alerts:write', undefined, '/alerts/7:ack'],
  ['POST /alerts/{id}:resolve', 'alerts:write', undefined, '/alerts/7:resolve'],
  ['POST /alerts:test', 'alerts:write', { type: 'clock.skew' }],
  ['GET /silences', 'alerts:read'],
  ['POST /silences', 'alerts:write', { filter: 'rate_limit.near', for: '2h' }],
  ['DELETE /silences/{id}', 'alerts:write', undefined, '/silences/1'],
  ['GET /alert-rules', 'alerts:read'],
  ['POST /alert-rules', 'alerts:write', { what: 'equity', side: 'above', level: '90000' }],
  ['DELETE /alert-rules/{id}', 'alerts:write', undefined, '/alert-rules/1'],
  ['GET /routes', 'alerts:read'],
  ['POST /routes', 'alerts:write', { to: 'telegram:1', filter: 'fills' }],
  ['DELETE /routes/{id}', 'alerts:write', undefined, '/routes/1'],
  ['POST /backtests', 'backtest:run', { strategy: 'ema-cross', symbol: 'BTCUSDT' }],
  ['GET /backtests', 'report:read'],
  ['GET /backtests/{id}', 'report:read', undefined, '/backtests/bt_1'],
  ['DELETE /backtests/{id}', 'backtest:run', undefined, '/backtests/bt_1'],
  ['GET /backtests/{id}/report.html', 'report:read', undefined, '/backtests/bt_1/report.html'],
  ['GET /backtests/{id}/report.json', 'report:read', undefined, '/backtests/bt_1/report.json'],
  ['GET /backtests/{id}/trades', 'report:read', undefined, '/backtests/bt_1/trades'],
  ['GET /backtests/{id}/equity', 'report:read', undefined, '/backtests/bt_1/equity'],
  ['POST /optimizations', 'backtest:run', { strategy: 'ema-cross', symbol: 'BTCUSDT', grid: { fast: '5:9:2' } }],
  ['GET /optimizations', 'backtest:run'],
  ['GET /optimizations/{id}', 'backtest:run', undefined, '/optimizations/opt_1'],
  ['DELETE /optimizations/{id}', 'backtest:run', undefined, '/optimizations/opt_1'],
  ['GET /signals', 'trade:read'],
  ['GET /signals/{id}', 'trade:read', undefined, '/signals/sig_00000000001'],
  ['POST /signals', 'signal:write', { source: 'tv' }],
  ['GET /signal-sources', 'webhooks:manage'],
  ['POST /signal-sources', 'webhooks:manage', { name: 'tv', format: 'line', symbols: 'BTC' }],
  ['POST /signal-sources/{name}:rotate', 'webhooks:manage', {}, '/signal-sources/tv:rotate'],
  ['POST /signal-sources/{name}:test', 'webhooks:manage', { body: 'long BTC' }, '/signal-sources/tv:test'],
  ['DELETE /signal-sources/{name}', 'webhooks:manage', undefined, '/signal-sources/tv'],
  ['GET /webhooks', 'webhooks:manage'],
  ['POST /webhooks', 'webhooks:manage', { name: 'ops', url: 'https://example.org/hook' }],
  ['PATCH /webhooks/{name}', 'webhooks:manage', { what: 'fills' }, '/webhooks/ops'],
  ['DELETE /webhooks/{name}', 'webhooks:manage', undefined, '/webhooks/ops'],
  ['GET /webhooks/{name}/deliveries', 'webhooks:manage', undefined, '/webhooks/ops/deliveries'],
  ['POST /webhooks/{name}/deliveries/{id}:replay', 'webhooks:manage', undefined, '/webhooks/ops/deliveries/1:replay'],
  ['POST /webhooks/{name}:test', 'webhooks:manage', undefined, '/webhooks/ops:test'],
  ['POST /webhooks/{name}:rotate', 'webhooks:manage', {}, '/webhooks/ops:rotate'],
  ['GET /config', 'config:read'],
  ['GET /config/schema', 'config:read'],
  ['PATCH /config', 'config:write', { key: 'risk.dayLoss', value: '3%' }],
  ['GET /keys', 'keys:manage'],
  ['POST /keys', 'keys:manage', { name: 'more', scopes: ['keys:manage'], days: 1 }],
  ['POST /keys/{id}:rotate', 'keys:manage', { days: 1 }, '/keys/none:rotate'],
  ['DELETE /keys/{id}', 'keys:manage', undefined, '/keys/none'],
  ['GET /audit', 'audit:read'],
  ['GET /audit/verification', 'audit:read'],
  ['GET /logs', 'audit:read'],
  ['POST /session', ANY, { token: 'x'.repeat(30) }],
  ['GET /session', ANY],
  ['DELETE /session', ANY],
  ['GET /sessions', ANY],
  ['DELETE /sessions/{id}', 'account:read', undefined, '/sessions/1'],
  ['POST /ws-tickets', ANY],
  ['POST /rebalance/preview', 'trade:read', { weights: 'BTC=10%' }],
  ['POST /rebalance', 'trade:write', { weights: 'BTC=10%' }],
  ['GET /rebalances', 'trade:read'],
  ['POST /allocator', 'config:write', {}],
]

const world = makeWorld()
world.preview = { status: 'done', text: '' }
const alerts = world.ports.alerts as MemoryAlerts
alerts.list = [problemOf({ id: 7 })]
const instruments = ['BTCUSDT', 'ETHUSDT'].map((symbol, k) =>
  makeInstrument({ index: instrumentIndex(k), venue: 'sim', symbol, tickSize: '0.1', lotSize: '0.001' }),
)
/** The token of a key is its scope. */
const keyOf = (scope: Scope): ApiKey => ({
  id: scope,
  name: scope,
  role: roleOfScopes([scope]),
  scopes: [scope],
  autoConfirm: false,
  networks: null,
})
const failures: string[] = []
const app = makeApp({
  ports: { ...world.ports, portfolio: { ...world.ports.portfolio, instruments: async () => ok(instruments) } },
  runner: world.runner,
  keys: { find: async (token) => keyOf(SCOPES.find((scope) => scope === token) ?? 'agent'), noteUse: async () => {}, over: async () => [] },
  idempotency: { begin: async () => ({ type: 'new' }), finish: async () => {}, abandon: async () => {} },
  database: { downSinceMs: () => undefined, onDown: () => () => {}, troubleOf: () => undefined },
  edge: { hosts: ['127.0.0.1'], origins: [], proxies: [], hasTls: false },
  log: (text) => failures.push(text),
})

const described = (await (await app.request('http://127.0.0.1/openapi.json')).json()) as Described
const operations = operationsOf(described).map(({ method, path }) => `${method} ${path.replace('/api/v1', '')}`)

test('the table names every operation of the document, and no other', () => {
  expect(TABLE.map(([operation]) => operation).sort()).toEqual([...operations].sort())
})

describe('S17 a key of one scope', () => {
  test.each(TABLE.map(([operation, needed, body, path]) => ({ operation, needed, body, path })))(
    '$operation needs $needed',
    async ({ operation, needed, body, path }) => {
      const [method = '', written = ''] = operation.split(' ')
      const mayBe: Record<string, boolean> = {}
      for (const scope of SCOPES) {
        const response = await app.request(`http://127.0.0.1/api/v1${path ?? written}`, {
          method,
          headers: {
            Authorization: `Bearer ${scope}`,
            'Idempotency-Key': `${scope}-1`,
            ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        })
        await response.body?.cancel()
        mayBe[scope] = response.status !== 403
      }
      expect(mayBe).toEqual(Object.fromEntries(SCOPES.map((scope) => [scope, needed === ANY || scope === needed || scope === 'admin'])))
      expect(failures).toEqual([])
    },
  )
})

test('a looser stop needs trade:write beside trade:reduce, and a P1 is silenced by an admin alone', async () => {
  const status = async (scope: Scope, method: string, path: string, body: object) => {
    const headers = { Authorization: `Bearer ${scope}`, 'Content-Type': 'application/json' }
    return (await app.request(`http://127.0.0.1/api/v1${path}`, { method, headers, body: JSON.stringify(body) })).status
  }
  expect(await status('trade:reduce', 'PATCH', '/positions/BTCUSDT/protection', { stopLoss: '60000' })).toBe(403)
  expect(await status('admin', 'PATCH', '/positions/BTCUSDT/protection', { stopLoss: '60000' })).toBe(202)
  expect(await status('alerts:write', 'POST', '/silences', { filter: 'sev:P1', for: '30min' })).toBe(403)
  expect(await status('admin', 'POST', '/silences', { filter: 'sev:P1', for: '30min' })).toBe(200)
})
