/**
 * The order endpoints: create, amend, cancel, batches, and the lists of orders and executions.
 * Never answers more than that a request was accepted: what becomes of an order is said by the stream and the lists.
 */
import { CASH_MAX, DAY_MS, type Lots, type Ticks, orderId as brandOrderId, ticks } from '../../../core/units.ts'
import { type Instrument, formatPrice, notionalOf, parsePrice, parseQuantity } from '../../../market/instrument.ts'
import type { Position } from '../../../portfolio/position.ts'
import type { SimOrder } from '../sim-order.ts'
import type { Exchange } from './exchange.ts'
import { type ParsedOrder, optionalPrice, parseOrder } from './order-request.ts'
import { type OrderRow, isOpenRow, restRow } from './order-row.ts'
import { windowOf } from './time-window.ts'
import { type Answer, type Params, answer, integerOf, isAnswer, pageOf, refuse, textOf } from './wire.ts'

const ACTIVE_MAX = 500
const CONDITIONAL_MAX = 10
const BATCH_MAX = 20

export function createOrder(exchange: Exchange, params: Params): Answer {
  const instrument = exchange.linearInstrument(params)
  if ('retCode' in instrument) return instrument
  const offGrid = exchange.conditions.gridRefusal(instrument, params)
  if (offGrid !== undefined) return offGrid
  const { account, venue } = exchange
  const i = instrument.index
  const parsed = parseOrder(params, {
    instrument,
    held: (venue.positions[i] as Position).lots,
    last: venue.lastPrice(i),
    isKnownLinkId: (id) => account.knowsLinkId(id),
  })
  if ('retCode' in parsed) return parsed
  const refused = exchange.conditions.orderRefusal(instrument.symbol, parsed.command.reduceOnly)
  if (refused !== undefined) return refused
  const { command, submission } = inBand(exchange, parsed, instrument)
  if (isPastCash(instrument, command.limit ?? command.trigger ?? venue.lastPrice(i), command.lots))
    return refuse(110007, 'available balance is not enough for the order')
  const open = venue.openOrders(i)
  if (command.trigger === undefined && open.filter((o) => o.trigger === undefined).length >= ACTIVE_MAX)
    return refuse(110020, 'not allowed to have more than 500 active orders')
  if (command.trigger !== undefined && open.filter((o) => o.trigger !== undefined && o.attached === undefined).length >= CONDITIONAL_MAX)
    return refuse(110009, 'the number of stop orders exceeds the maximum limit of allowance')
  const ids: { orderId: string } = { orderId: '' }
  const refusal = account.submitting(submission, () =>
    venue.accept(command, exchange.source.now, (event) => {
      if (event.type === 'order-accepted') ids.orderId = event.venueOrderId ?? ''
      account.into(event)
    }),
  )
  if (refusal !== undefined) return refuse(refusal.code, refusal.detail)
  exchange.match(i)
  return answer({ orderId: ids.orderId, orderLinkId: submission.orderLinkId })
}

/** Ratio X of the price limit: how far from the mark a limit may lie on the side that crosses. */
const BAND_PERCENT = 1

/**
 * Puts a limit beyond the band silently on its edge, as Bybit does for futures by default. A replay has no band: its next open may
 * lie anywhere, and it must fill what a backtest fills.
 */
function inBand(exchange: Exchange, parsed: ParsedOrder, instrument: Instrument): ParsedOrder {
  const { command, submission } = parsed
  const last: number = exchange.venue.lastPrice(instrument.index)
  if (exchange.isReplay || command.limit === undefined || command.trigger !== undefined) return parsed
  const edge = command.side === 1 ? Math.floor((last * (100 + BAND_PERCENT)) / 100) : Math.ceil((last * (100 - BAND_PERCENT)) / 100)
  if ((command.limit - edge) * command.side <= 0) return parsed
  const limit = ticks(edge)
  return { command: { ...command, limit }, submission: { ...submission, price: formatPrice(instrument, limit) } }
}

/** Whether an order is worth more than an account can hold in exact money; no such order may reach the matcher. */
const isPastCash = (instrument: Instrument, price: Ticks, size: Lots): boolean =>
  (price * size * instrument.cashNumerator) / instrument.cashDenominator > CASH_MAX / 2

/** The open order that a request names by orderId (which wins) or orderLinkId. */
function namedOrder(exchange: Exchange, params: Params): { row: OrderRow; order: SimOrder; instrument: Instrument } | Answer {
  const instrument = exchange.linearInstrument(params)
  if ('retCode' in instrument) return instrument
  const id = textOf(params, 'orderId')
  const linkId = textOf(params, 'orderLinkId')
  if (id === undefined && linkId === undefined) return refuse(10001, 'params error: orderId or orderLinkId is required')
  const row = id === undefined ? exchange.account.findByLinkId(linkId ?? '') : exchange.account.find(id)
  if (row === undefined || row.symbol !== instrument.symbol) return refuse(110001, 'order not exists or too late to cancel')
  if (!isOpenRow(row)) return refuse(row.orderStatus === 'Cancelled' ? 110010 : 110008, 'order has been finished or canceled')
  const order = exchange.account.orderOf(instrument.index, row.orderId)
  return order === undefined ? refuse(110001, 'order not exists or too late to cancel') : { row, order, instrument }
}

export function amendOrder(exchange: Exchange, params: Params): Answer {
  const named = namedOrder(exchange, params)
  if ('retCode' in named) return named
  const { row, order, instrument } = named
  const offGrid = exchange.conditions.gridRefusal(instrument, params)
  if (offGrid !== undefined) return offGrid
  const change: Partial<Pick<SimOrder, 'lots' | 'limit' | 'trigger' | 'stop' | 'targets'>> = {}
  const invalid = (what: string): Answer => refuse(10001, `params error: ${what} invalid`)
  const quantity = textOf(params, 'qty')
  if (quantity !== undefined) {
    const size = parseQuantity(instrument, quantity)
    if (size === undefined || size < instrument.lotsMin || size > instrument.lotsMax) return invalid('qty')
    if (size !== order.lots) change.lots = size
  }
  const price = textOf(params, 'price')
  if (price !== undefined && order.limit !== undefined) {
    const limit = parsePrice(instrument, price)
    if (limit === undefined || limit <= 0) return invalid('price')
    if (limit !== order.limit) change.limit = limit
  }
  const triggerText = textOf(params, 'triggerPrice')
  if (triggerText !== undefined && order.trigger !== undefined) {
    const trigger = parsePrice(instrument, triggerText)
    if (trigger === undefined || trigger <= 0) return invalid('triggerPrice')
    const last = exchange.venue.lastPrice(instrument.index)
    if (row.triggerDirection === 1 && trigger <= last) return refuse(110092, 'expect Rising, but trigger_price <= current')
    if (row.triggerDirection === 2 && trigger >= last) return refuse(110093, 'expect Falling, but trigger_price >= current')
    if (trigger !== order.trigger) change.trigger = trigger
  }
  if (order.attached === undefined && !order.reduceOnly) {
    const stop = optionalPrice(params, 'stopLoss', instrument)
    const target = optionalPrice(params, 'takeProfit', instrument)
    if (stop === 'invalid' || target === 'invalid') return invalid('stopLoss or takeProfit')
    if (textOf(params, 'stopLoss') !== undefined) Object.assign(change, { stop })
    if (textOf(params, 'takeProfit') !== undefined)
      Object.assign(change, { targets: target === undefined ? undefined : [{ price: target, share: 1 }] })
  }
  if (Object.keys(change).length === 0) return refuse(10001, 'params error: order not modified')
  const at = change.limit ?? order.limit
  if (
    isPastCash(instrument, at ?? change.trigger ?? order.trigger ?? exchange.venue.lastPrice(instrument.index), change.lots ?? order.lots)
  )
    return refuse(110007, 'available balance is not enough for the order')
  if (at !== undefined && !order.reduceOnly && notionalOf(instrument, at, change.lots ?? order.lots, 'ceil') < instrument.notionalMin)
    return refuse(110094, 'order value below the minimum')
  const refusal = exchange.venue.amend(instrument.index, row.orderId, change, exchange.source.now, exchange.account.into)
  if (refusal !== undefined) return refuse(refusal.code, refusal.detail)
  exchange.match(instrument.index)
  return answer({ orderId: row.orderId, orderLinkId: row.orderLinkId })
}

export function cancelOrder(exchange: Exchange, params: Params): Answer {
  const named = namedOrder(exchange, params)
  if ('retCode' in named) return named
  const { row, instrument } = named
  cancelRowOf(exchange, row, instrument)
  return answer({ orderId: row.orderId, orderLinkId: row.orderLinkId })
}

function cancelRowOf(exchange: Exchange, row: OrderRow, instrument: Instrument): void {
  exchange.venue.accept(
    {
      type: 'cancel-order',
      orderId: brandOrderId(0),
      clientOrderId: row.orderLinkId,
      venueOrderId: row.orderId,
      instrument: instrument.index,
    },
    exchange.source.now,
    exchange.account.into,
  )
}

export function cancelAll(exchange: Exchange, params: Params): Answer {
  const scope = scopeOf(exchange, params)
  if (isAnswer(scope)) return scope
  if (scope.isOpen) return refuse(10001, 'params error: symbol, baseCoin or settleCoin is required')
  const filter = textOf(params, 'orderFilter')
  const onlyPlain = textOf(params, 'stopOrderType') === 'Stop'
  const list: { orderId: string; orderLinkId: string }[] = []
  for (const row of [...exchange.account.open.values()]) {
    if (list.length === ACTIVE_MAX) break
    if (!scope.has(row.symbol)) continue
    if (filter === 'Order' && row.triggerPrice !== '') continue
    if (filter === 'StopOrder' && (row.triggerPrice === '' || (onlyPlain && row.stopOrderType !== 'Stop'))) continue
    const instrument = exchange.instrumentOf(row.symbol)
    if (instrument === undefined) continue
    cancelRowOf(exchange, row, instrument)
    list.push({ orderId: row.orderId, orderLinkId: row.orderLinkId })
  }
  return answer({ list, success: '1' })
}

/** Runs up to 20 items one by one; `granted` of them fit into the budget, the rest fail with its code. */
export function batch(exchange: Exchange, params: Params, granted: number, run: (exchange: Exchange, item: Params) => Answer): Answer {
  const requests = batchItems(params)
  if (requests === undefined) return refuse(10001, `params error: request must hold 1 to ${BATCH_MAX} orders`)
  const list: object[] = []
  const codes: object[] = []
  requests.forEach((item, k) => {
    const full = { ...item, category: params['category'] }
    const reply = k < granted ? run(exchange, full) : refuse(10006, 'Too many visits. Exceeded the API Rate Limit.')
    const isDone = reply.retCode === 0
    const ids = reply.result as { orderId?: string }
    list.push({
      category: 'linear',
      symbol: textOf(item, 'symbol') ?? '',
      orderId: isDone ? (ids.orderId ?? '') : '',
      orderLinkId: textOf(item, 'orderLinkId') ?? '',
      createAt: isDone ? String(exchange.source.now) : '',
    })
    codes.push({ code: reply.retCode, msg: reply.retMsg })
  })
  return { ...answer({ list }), retExtInfo: { list: codes } }
}

export function batchItems(params: Params): readonly Params[] | undefined {
  const requests: unknown = params['request']
  if (!Array.isArray(requests) || requests.length === 0 || requests.length > BATCH_MAX) return undefined
  return requests.filter((item): item is Params => typeof item === 'object' && item !== null)
}

interface Scope {
  readonly has: (symbol: string) => boolean
  /** True when the request named no symbol or coin. */
  readonly isOpen: boolean
}

/** Which symbols a request means: symbol, else baseCoin, else settleCoin. */
export function scopeOf(exchange: Exchange, params: Params): Scope | Answer {
  if (textOf(params, 'category') !== 'linear') return refuse(10001, 'params error: only category linear is simulated')
  const symbol = textOf(params, 'symbol')
  if (symbol !== undefined)
    return exchange.instrumentOf(symbol) === undefined
      ? refuse(10001, 'params error: symbol invalid')
      : { has: (s) => s === symbol, isOpen: false }
  const base = textOf(params, 'baseCoin')
  const settle = textOf(params, 'settleCoin')
  return {
    has: (s) => {
      const instrument = exchange.instrumentOf(s)
      return base === undefined ? settle === undefined || instrument?.settleCoin === settle : instrument?.baseCoin === base
    },
    isOpen: base === undefined && settle === undefined,
  }
}

const filterOf = (params: Params) => {
  const filter = textOf(params, 'orderFilter')
  return (row: OrderRow): boolean => filter === undefined || (filter === 'StopOrder') === (row.triggerPrice !== '')
}

export function limited(params: Params, most: number, usual: number): number {
  const limit = integerOf(params, 'limit')
  return limit === undefined || Number.isNaN(limit) ? usual : Math.max(1, Math.min(most, limit))
}

export function openOrders(exchange: Exchange, params: Params): Answer {
  const scope = scopeOf(exchange, params)
  if (isAnswer(scope)) return scope
  const id = textOf(params, 'orderId')
  const linkId = textOf(params, 'orderLinkId')
  if (id === undefined && linkId === undefined && scope.isOpen)
    return refuse(10001, 'params error: symbol, baseCoin or settleCoin is required')
  const matches = filterOf(params)
  const wantsClosed = integerOf(params, 'openOnly') === 1
  const rows = function* (): Generator<OrderRow> {
    if (id !== undefined || linkId !== undefined) {
      const row = id === undefined ? exchange.account.findByLinkId(linkId ?? '') : exchange.account.find(id)
      if (row !== undefined) yield row
      return
    }
    let closed = 0
    for (const row of wantsClosed ? exchange.account.closed.newestFirst() : [...exchange.account.open.values()].reverse()) {
      if (!scope.has(row.symbol) || !matches(row)) continue
      if (wantsClosed && ++closed > ACTIVE_MAX) return
      yield row
    }
  }
  const page = pageOf(rows(), (row) => row.orderId, limited(params, 50, 20), textOf(params, 'cursor'))
  return answer({ list: page.list.map(restRow), nextPageCursor: page.nextPageCursor, category: 'linear' })
}

export function orderHistory(exchange: Exchange, params: Params): Answer {
  const scope = scopeOf(exchange, params)
  if (isAnswer(scope)) return scope
  const window = windowOf(params, exchange.source.now, 7 * DAY_MS)
  if (isAnswer(window)) return window
  const id = textOf(params, 'orderId')
  const linkId = textOf(params, 'orderLinkId')
  const status = textOf(params, 'orderStatus')
  const matches = filterOf(params)
  const rows = function* (): Generator<OrderRow> {
    for (const row of exchange.account.closed.newestFirst()) {
      if (
        id !== undefined ? row.orderId !== id : linkId !== undefined ? row.orderLinkId !== linkId : !scope.has(row.symbol) || !matches(row)
      )
        continue
      if (status !== undefined && row.orderStatus !== status) continue
      if (id === undefined && linkId === undefined && !window.has(Number(row.createdTime))) continue
      yield row
    }
  }
  const page = pageOf(rows(), (row) => row.orderId, limited(params, 50, 20), textOf(params, 'cursor'))
  return answer({ list: page.list.map(restRow), nextPageCursor: page.nextPageCursor, category: 'linear' })
}

export function executionList(exchange: Exchange, params: Params): Answer {
  const scope = scopeOf(exchange, params)
  if (isAnswer(scope)) return scope
  const window = windowOf(params, exchange.source.now, 7 * DAY_MS)
  if (isAnswer(window)) return window
  const id = textOf(params, 'orderId')
  const linkId = textOf(params, 'orderLinkId')
  const type = textOf(params, 'execType')
  const rows = function* () {
    for (const row of exchange.account.executions.newestFirst()) {
      if (id !== undefined ? row.orderId !== id : linkId !== undefined ? row.orderLinkId !== linkId : !scope.has(row.symbol)) continue
      if (id === undefined && linkId === undefined && !window.has(Number(row.execTime))) continue
      if (type !== undefined && row.execType !== type) continue
      yield row
    }
  }
  const page = pageOf(rows(), (row) => row.execId, limited(params, 100, 50), textOf(params, 'cursor'))
  const list = page.list.map(({ category: _category, execPnl: _execPnl, isLeverage: _isLeverage, marketUnit: _marketUnit, ...row }) => row)
  return answer({ list, nextPageCursor: page.nextPageCursor, category: 'linear' })
}
