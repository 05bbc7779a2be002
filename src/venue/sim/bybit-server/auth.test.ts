/**
 * Who may call: signatures, time stamps and budgets.
 */
import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { hmac, refusalOfRequest, refusalOfSocket, refusalOfTime } from './auth.ts'
import { RateLimits } from './rate-limit.ts'
import type { WireRequest } from './streams/wire.ts'

const CREDENTIALS = { key: 'sim', secret: 'sim-secret' }
const NOW = 1_700_000_000_000

const signed = (
  change: { method?: string; query?: string; body?: string; at?: number; window?: string; key?: string; secret?: string } = {},
): WireRequest => {
  const { method = 'GET', query = 'category=linear', body = '', at = NOW, window = '5000', key = 'sim', secret = 'sim-secret' } = change
  const payload = `${at}${key}${window}${method === 'GET' ? query : body}`
  return {
    method,
    path: '/v5/order/realtime',
    query,
    body,
    headers: {
      'x-bapi-api-key': key,
      'x-bapi-timestamp': String(at),
      'x-bapi-recv-window': window,
      'x-bapi-sign': createHmac('sha256', secret).update(payload).digest('hex'),
    },
  }
}
const codeOf = (request: WireRequest): number | string => {
  const refusal = refusalOfRequest(request, CREDENTIALS, NOW)
  return typeof refusal === 'object' ? refusal.retCode : (refusal ?? 0)
}

test('HMAC-SHA256 is that of RFC 4231, test case 2', () => {
  expect(hmac('Jefe', 'what do ya want for nothing?')).toBe('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843')
})

describe('REST', () => {
  test.each([
    ['a signed GET', signed(), 0],
    ['a signed POST', signed({ method: 'POST', body: '{"a":1}' }), 0],
    ['an escaped query is signed as it was sent', signed({ query: 'coin=USDT%2CUSDC' }), 0],
    ['the oldest stamp inside the window', signed({ at: NOW - 5_000 }), 0],
    ['one ms older', signed({ at: NOW - 5_001 }), 10002],
    ['999 ms ahead', signed({ at: NOW + 999 }), 0],
    ['1 s ahead, whatever the window', signed({ at: NOW + 1_000, window: '60000' }), 10002],
    ['another key', signed({ key: 'other' }), 10003],
    ['another secret', signed({ secret: 'other' }), 10004],
    ['a body that was changed on the way', { ...signed({ method: 'POST', body: '{"a":1}' }), body: '{"a":2}' }, 10004],
    ['a query that was changed on the way', { ...signed(), query: 'category=spot' }, 10004],
    ['no headers', { ...signed(), headers: {} }, 'no-key'],
    ['a stamp that is no number', { ...signed(), headers: { ...signed().headers, 'x-bapi-timestamp': 'soon' } }, 10002],
  ] as const)('REST: %s', (_, request, code) => {
    expect(codeOf(request)).toBe(code)
  })

  test('REST: without a window five seconds hold', () => {
    expect(refusalOfTime(String(NOW - 5_000), undefined, NOW)).toBeUndefined()
    expect(refusalOfTime(String(NOW - 5_001), undefined, NOW)?.retCode).toBe(10002)
  })
})

describe('WebSocket', () => {
  const sign = (expires: number, secret = 'sim-secret'): string =>
    createHmac('sha256', secret).update(`GET/realtime${expires}`).digest('hex')
  test.each([
    ['a good one', ['sim', NOW + 1, sign(NOW + 1)], undefined],
    ['expired', ['sim', NOW, sign(NOW)], 10002],
    ['another key', ['other', NOW + 1, sign(NOW + 1)], 10003],
    ['another secret', ['sim', NOW + 1, sign(NOW + 1, 'other')], 10004],
    ['nothing', [], 10001],
  ] as const)('WebSocket: %s', (_, args, code) => {
    expect(refusalOfSocket(args, CREDENTIALS, NOW)?.retCode).toBe(code)
  })
})

describe('budgets', () => {
  test('ten creates a second, then refused until the first is a second old', () => {
    const limits = new RateLimits(true)
    for (let k = 0; k < 10; k++) expect(limits.spend('/v5/order/create', 1, NOW + k).granted).toBe(1)
    const refused = limits.spend('/v5/order/create', 1, NOW + 500)
    expect(refused.granted).toBe(0)
    expect(refused.headers).toEqual({
      'X-Bapi-Limit': '10',
      'X-Bapi-Limit-Status': '0',
      'X-Bapi-Limit-Reset-Timestamp': String(NOW + 1_000),
    })
    expect(limits.spend('/v5/order/create', 1, NOW + 999).granted).toBe(0)
    expect(limits.spend('/v5/order/create', 1, NOW + 1_000).granted).toBe(1)
  })

  test('endpoints have budgets of their own; a batch takes what fits', () => {
    const limits = new RateLimits(true)
    expect(limits.spend('/v5/order/create-batch', 15, NOW).granted).toBe(10)
    expect(limits.spend('/v5/order/create', 1, NOW).granted).toBe(1)
  })

  test('an address has 600 requests in five seconds', () => {
    const limits = new RateLimits(true)
    for (let k = 0; k < 600; k++) expect(limits.takeAddress(NOW + k)).toBe(true)
    expect(limits.takeAddress(NOW + 4_999)).toBe(false)
    expect(limits.takeAddress(NOW + 5_000)).toBe(true)
    expect(limits.takeAddress(NOW + 5_000)).toBe(false)
  })

  test('market data has none, and they can be switched off', () => {
    expect(new RateLimits(true).spend('/v5/market/kline', 1, NOW)).toEqual({ granted: 1, headers: {} })
    const off = new RateLimits(false)
    for (let k = 0; k < 100; k++) expect(off.spend('/v5/order/create', 1, NOW).granted).toBe(1)
  })
})
