/**
 * Replies and frames have every field that Bybit documents, with the same JSON type (test/fixtures/messages).
 */
import { beforeAll, describe, expect, test } from 'vitest'
import fields from '../../../../test/fixtures/messages/fields.json' with { type: 'json' }
import { makeExchange } from './serve-exchange.ts'
import { START_MS, WALL_MS, fundingAt, memoryClient, replayExchange } from '../../../../test/support/wire/bybit-server.ts'

/** `.list[].qty:string` for each leaf; of a list its first element stands for all. */
function shapeOf(value: unknown, path = ''): string[] {
  if (value === null || typeof value !== 'object') return [`${path}:${value === null ? 'null' : typeof value}`]
  if (Array.isArray(value)) return value.length === 0 ? [] : shapeOf(value[0], `${path}[]`)
  return Object.entries(value).flatMap(([key, inner]) => shapeOf(inner, `${path}.${key}`))
}

/** Documented fields that this account has no use for: fees in another coin, taxes, other products' rights, a misspelling. */
const ELSEWHERE = [/cumFeeDetail\.MNT/, /\.extraFees\[\]/, /\.permissions\./, /IDInt64/, /\.mmrSysUpdateTime:/]

function expectShape(given: unknown, message: keyof typeof fields): void {
  const have = new Set(shapeOf(given))
  expect(fields[message].filter((leaf) => !have.has(leaf) && !ELSEWHERE.some((pattern) => pattern.test(leaf)))).toEqual([])
}

describe('the documented fields', () => {
  const exchange = replayExchange(
    [100, 100, 100, 110].map((price) => [price, price, price, price]),
    [fundingAt(START_MS + 120_000, 0.001)],
  )
  const client = memoryClient(exchange)
  const frames: { topic: string }[] = []
  const symbol = 'BTCUSDT'

  beforeAll(() => {
    exchange.step(1, WALL_MS)
    client.post('/v5/order/create', { symbol, side: 'Buy', orderType: 'Market', qty: '0.1', stopLoss: '90' })
    exchange.step(2, WALL_MS)
    client.post('/v5/order/create', { symbol, side: 'Sell', orderType: 'Market', qty: '0.05', reduceOnly: true })
    exchange.step(1, WALL_MS)
    frames.push(...exchange.outbox.takeFrames().map((frame) => JSON.parse(frame.text)))
  })

  test.each([
    ['order-realtime', '/v5/order/realtime', { symbol }],
    ['order-history', '/v5/order/history', { symbol }],
    ['execution-list', '/v5/execution/list', { symbol }],
    ['position-list', '/v5/position/list', { symbol }],
    ['position-closed-pnl', '/v5/position/closed-pnl', { symbol }],
    ['account-wallet-balance', '/v5/account/wallet-balance', { accountType: 'UNIFIED' }],
    ['account-transaction-log', '/v5/account/transaction-log', {}],
    ['account-info', '/v5/account/info', {}],
    ['account-fee-rate', '/v5/account/fee-rate', {}],
    ['user-query-api', '/v5/user/query-api', {}],
    ['market-instruments-info-linear', '/v5/market/instruments-info', {}],
    ['market-kline', '/v5/market/kline', { symbol, interval: '1' }],
    ['market-mark-price-kline', '/v5/market/mark-price-kline', { symbol, interval: '1' }],
    ['market-tickers-inverse', '/v5/market/tickers', { symbol }],
    ['market-orderbook', '/v5/market/orderbook', { symbol }],
    ['market-funding-history', '/v5/market/funding/history', { symbol }],
    ['market-risk-limit', '/v5/market/risk-limit', { symbol }],
    ['market-time', '/v5/market/time', {}],
  ] as const)('the documented fields: REST %s', (name, path, params: Record<string, string>) => {
    expectShape(client.get(path, params).result, `rest-${name}`)
  })

  test.each([
    ['instruments-info', {}],
    ['tickers', { symbol }],
  ] as const)('the documented fields: REST %s of spot', (name, params: Record<string, string>) => {
    const { exchange: generated } = makeExchange({ seed: 1 }, WALL_MS)
    const given = memoryClient(generated).get(`/v5/market/${name}`, { category: 'spot', ...params })
    expectShape(given.result, `rest-market-${name}-spot`)
    if (name === 'tickers') expectShape(generated.streams.snapshot(`tickers.${symbol}-SPOT`), 'ws-public-tickers-spot')
  })

  test.each(['order', 'execution', 'position', 'wallet'] as const)('the documented fields: stream %s', (topic) => {
    expectShape(
      frames.findLast((frame) => frame.topic === topic),
      `ws-private-${topic}`,
    )
  })

  test.each([
    ['tickers', `tickers.${symbol}`],
    ['orderbook', `orderbook.50.${symbol}`],
  ] as const)('the documented fields: stream %s', (name, topic) => {
    expectShape(exchange.streams.snapshot(topic), `ws-public-${name}`)
  })
})
