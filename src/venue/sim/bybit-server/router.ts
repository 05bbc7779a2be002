/**
 * From a request to a reply: authentication, budgets, the endpoint, the envelope. The same handlers serve HTTP and memory.
 */
import {
  accountInfo,
  closedPnl,
  dcpInfo,
  feeRate,
  positionList,
  queryApi,
  setLeverage,
  setMarginMode,
  switchMode,
  tradingStop,
  transactionLog,
  walletBalance,
} from './routes/account-routes.ts'
import { spotSymbolOf } from '../../../market/instrument.ts'
import { type Credentials, refusalOfRequest } from './auth.ts'
import type { Exchange } from './exchange.ts'
import {
  fundingHistory,
  instrumentsInfo,
  klines,
  orderBook,
  recentTrades,
  riskLimit,
  serverTime,
  systemStatus,
  tickers,
} from './routes/market-routes.ts'
import {
  amendOrder,
  batch,
  batchItems,
  cancelAll,
  cancelOrder,
  createOrder,
  executionList,
  openOrders,
  orderHistory,
} from './routes/order-routes.ts'
import type { FaultSwitch } from './fault-switch.ts'
import type { RateLimits } from './rate-limit.ts'
import { simRoute } from './routes/sim-routes.ts'
import type { FaultRequest } from '../models/faults.ts'
import { type Answer, type Params, type WireReply, type WireRequest, refuse, textOf } from './streams/wire.ts'

type Route = (
  exchange: Exchange,
  params: Params,
  context: { readonly wallNowMs: number; readonly key: string; readonly granted: number },
) => Answer

const PUBLIC_ROUTES: Readonly<Record<string, Route>> = {
  'GET /v5/market/time': (_, __, { wallNowMs }) => serverTime(wallNowMs),
  'GET /v5/market/instruments-info': instrumentsInfo,
  'GET /v5/market/kline': (exchange, params) => klines(exchange, params, false),
  'GET /v5/market/mark-price-kline': (exchange, params) => klines(exchange, params, true),
  'GET /v5/market/tickers': tickers,
  'GET /v5/market/orderbook': orderBook,
  'GET /v5/market/recent-trade': recentTrades,
  'GET /v5/market/funding/history': fundingHistory,
  'GET /v5/market/risk-limit': riskLimit,
  'GET /v5/system/status': systemStatus,
}

const PRIVATE_ROUTES: Readonly<Record<string, Route>> = {
  'POST /v5/order/create': createOrder,
  'POST /v5/order/amend': amendOrder,
  'POST /v5/order/cancel': cancelOrder,
  'POST /v5/order/cancel-all': cancelAll,
  'POST /v5/order/create-batch': (exchange, params, { granted }) => batch(exchange, params, granted, createOrder),
  'POST /v5/order/cancel-batch': (exchange, params, { granted }) => batch(exchange, params, granted, cancelOrder),
  'GET /v5/order/realtime': openOrders,
  'GET /v5/order/history': orderHistory,
  'GET /v5/execution/list': executionList,
  'GET /v5/position/list': positionList,
  'GET /v5/position/closed-pnl': closedPnl,
  'POST /v5/position/set-leverage': setLeverage,
  'POST /v5/account/set-margin-mode': setMarginMode,
  'POST /v5/position/switch-mode': switchMode,
  'POST /v5/position/trading-stop': tradingStop,
  'GET /v5/account/wallet-balance': walletBalance,
  'GET /v5/account/info': accountInfo,
  'GET /v5/account/fee-rate': feeRate,
  'GET /v5/account/query-dcp-info': dcpInfo,
  'GET /v5/account/transaction-log': transactionLog,
  'GET /v5/user/query-api': (exchange, _, { key, wallNowMs }) => queryApi(exchange, key, wallNowMs),
}

const RATE_LIMITED = refuse(10006, 'Too many visits. Exceeded the API Rate Limit.')

export interface RouterOptions {
  readonly exchange: Exchange
  readonly credentials: Credentials
  readonly limits: RateLimits
  readonly faults: FaultSwitch
}

export function handle({ exchange, credentials, limits, faults }: RouterOptions, request: WireRequest, wallNowMs: number): WireReply {
  if (request.path.startsWith('/_sim/')) return simRoute(exchange, faults, request, wallNowMs)
  if (!limits.takeAddress(wallNowMs)) return reply(403, refuse(10006, 'access too frequent'), wallNowMs)
  const name = `${request.method} ${request.path}`
  const publicRoute = PUBLIC_ROUTES[name]
  const params = paramsOf(request)
  if (params === undefined) return reply(200, refuse(10001, 'Request parameter error: the body is not a JSON object.'), wallNowMs)
  const context = { wallNowMs, key: credentials.key, granted: 1 }
  if (publicRoute !== undefined) return reply(200, publicRoute(exchange, params, context), wallNowMs)
  const route = PRIVATE_ROUTES[name]
  if (route === undefined) return reply(404, refuse(10017, `Route not found: ${request.method} ${request.path}.`), wallNowMs)

  const refusal = refusalOfRequest(request, credentials, wallNowMs)
  if (refusal === 'no-key') return reply(401, refuse(10003, 'API key, timestamp or signature header is missing.'), wallNowMs)
  if (refusal !== undefined) return reply(200, refusal, wallNowMs)
  const closed = exchange.conditions.privateRefusal()
  if (closed !== undefined) return reply(200, closed, wallNowMs)
  const isBatch = request.path.endsWith('-batch')
  const count = isBatch ? (batchItems(params)?.length ?? 1) : 1
  const budget = limits.spend(request.path, count, wallNowMs)
  if (budget.granted <= 0 && !isBatch) return reply(200, RATE_LIMITED, wallNowMs, budget.headers)
  return reply(200, route(exchange, params, { ...context, granted: budget.granted }), wallNowMs, budget.headers)
}

function reply(
  status: number,
  { retCode, retMsg, result, retExtInfo }: Answer,
  wallNowMs: number,
  headers: Readonly<Record<string, string>> = {},
): WireReply {
  const body = JSON.stringify({ retCode, retMsg, result, retExtInfo: retExtInfo ?? {}, time: wallNowMs })
  return { status, headers: { 'content-type': 'application/json; charset=utf-8', ...headers }, body }
}

function paramsOf(request: WireRequest): Params | undefined {
  if (request.method === 'GET') return Object.fromEntries(new URLSearchParams(request.query))
  if (request.body === '') return {}
  return jsonObject(request.body)
}

/** What a fault plan may know of a request: its path and the symbol that it names. */
export function faultRequestOf(request: WireRequest): FaultRequest {
  return { path: request.path, symbol: symbolOf(paramsOf(request) ?? {}) }
}

/** The symbol of a request as Ballast names it: one of spot has its ending. */
export function symbolOf(params: Params): string | undefined {
  const symbol = textOf(params, 'symbol')
  return symbol !== undefined && textOf(params, 'category') === 'spot' ? spotSymbolOf(symbol) : symbol
}

/** A JSON object, or undefined when the text is anything else. */
export function jsonObject(text: string): Params | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Params) : undefined
  } catch {
    return undefined // what the caller refuses in the protocol's own words
  }
}
