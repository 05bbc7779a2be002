/**
 * The order endpoints: create, amend, cancel, batches, and the lists of orders and executions.
 */
import { DAY_MS, orderId as brandOrderId } from '../../../../core/units.ts'
import { type Category, type Instrument, notionalOf, parsePrice, parseQuantity } from '../../../../market/instrument.ts'
import type { Position } from '../../../../portfolio/position.ts'
import type { OrderChange, SimOrder } from '../../sim-order.ts'
import type { Exchange } from '../exchange.ts'
import { optionalPrice, parseOrder } from './order-request.ts'
import { type OrderRow, isOpenRow, restRow } from '../account/order-row.ts'
import { inBand, isPastCash } from '../market/price-band.ts'
import { CODES } from './category.ts'
import { filterOf, isBeyondFilter, scopeOf } from '../account/scope.ts'
import { parseSpotOrder } from './spot-request.ts'
import { windowOf } from '../time-window.ts'
import { type Answer, type Params, answer, integerOf, isAnswer, pageOf, refuse, textOf } from '../streams/wire.ts'

const ACTIVE_MAX = 500
const CONDITIONAL_MAX: Readonly<Record<Category, number>> = { linear: 10, spot: 30 }
const BATCH_MAX: Readonly<Record<Category, number>> = { linear: 20, spot: 10 }

export function createOrder(exchange: Exchange, params: Params): Answer {
  const instrument = exchange.instrumentIn(params)
  if ('retCode' in instrument) return instrument
  const offGrid = exchange.conditions.gridRefusal(instrument, params)
  if (offGrid !== undefined) return offGrid
  const { account, venue } = exchange
  const { index: i, category } = instrument
  const parsed = (category === 'spot' ? parseSpotOrder : parseOrder)(params, {
    instrument,
    held: (venue.positions[i] as Position).lots,
    last: venue.lastPrice(i),
    isKnownLinkId: (id) => account.knowsLinkId(id),
  })
  if ('retCode' in parsed) return parsed
  const refused =
    category === 'spot'
      ? exchange.conditions.spotRefusal(instrument.symbol)
      : exchange.conditions.orderRefusal(instrument.symbol, parsed.command.reduceOnly)
  if (refused !== undefined) return refused
  const banded = inBand(exchange, parsed, instrument)
  if ('retCode' in banded) return banded
  const { command, submission } = banded
  if (isPastCash(instrument, command.limit ?? command.trigger ?? venue.lastPrice(i), command.lots))
    return refuse(CODES[category].balance, 'available balance is not enough for the order')
  const open = venue.openOrders(i)
  if (command.trigger === undefined && open.filter((o) => o.trigger === undefined).length >= ACTIVE_MAX)
    return refuse(CODES[category].tooMany, 'not allowed to have more than 500 active orders')
  const conditionals = open.filter((o) => o.trigger !== undefined && o.attached === undefined)
  if (command.trigger !== undefined && conditionals.length >= CONDITIONAL_MAX[category])
    return refuse(category === 'spot' ? 170810 : 110009, 'the number of stop orders exceeds the maximum limit of allowance')
  const ids: { orderId: string } = { orderId: '' }
  const refusal = account.submitting(submission, () =>
    venue.accept(command, exchange.source.now, (event) => {
      if (event.type === 'order-accepted') ids.orderId = event.venueOrderId ?? ''
      account.into(event)
    }),
  )
  if (refusal !== undefined) return refuse(refusal.code, refusal.detail)
  exchange.match(i)
  const linkId = submission.orderLinkId === '' ? (account.find(ids.orderId)?.orderLinkId ?? '') : submission.orderLinkId
  return answer({ orderId: ids.orderId, orderLinkId: linkId })
}

/** The open order that a request names by orderId (which wins) or orderLinkId. */
function namedOrder(exchange: Exchange, params: Params): { row: OrderRow; order: SimOrder; instrument: Instrument } | Answer {
  const instrument = exchange.instrumentIn(params)
  if ('retCode' in instrument) return instrument
  const codes = CODES[instrument.category]
  const unknown = refuse(codes.unknownOrder, 'order not exists or too late to cancel')
  const id = textOf(params, 'orderId')
  const linkId = textOf(params, 'orderLinkId')
  if (id === undefined && linkId === undefined) return refuse(10001, 'params error: orderId or orderLinkId is required')
  const row = id === undefined ? exchange.account.findByLinkId(linkId ?? '') : exchange.account.find(id)
  if (row === undefined || exchange.instrumentOf(row.symbol, row.category) !== instrument) return unknown
  if (!isOpenRow(row)) return refuse(row.orderStatus === 'Filled' ? codes.filled : codes.canceled, 'order has been finished or canceled')
  const order = exchange.account.orderOf(instrument.index, row.orderId)
  return order === undefined ? unknown : { row, order, instrument }
}

export function amendOrder(exchange: Exchange, params: Params): Answer {
  const named = namedOrder(exchange, params)
  if ('retCode' in named) return named
  const { row, order, instrument } = named
  const offGrid = exchange.conditions.gridRefusal(instrument, params)
  if (offGrid !== undefined) return offGrid
  const change: OrderChange & { -readonly [K in keyof OrderChange]: OrderChange[K] } = {}
  const isSpot = instrument.category === 'spot'
  const invalid = (what: string): Answer => refuse(10001, `params error: ${what} invalid`)
  const quantity = textOf(params, 'qty')
  if (quantity !== undefined) {
    const size = parseQuantity(instrument, quantity)
    if (size === undefined || (!isSpot && (size < instrument.lotsMin || size > instrument.lotsMax))) return invalid('qty')
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
  if (order.attached === undefined && !order.reduceOnly && !isSpot) {
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
    return refuse(CODES[instrument.category].balance, 'available balance is not enough for the order')
  if (
    at !== undefined &&
    !isSpot &&
    !order.reduceOnly &&
    notionalOf(instrument, at, change.lots ?? order.lots, 'ceil') < instrument.notionalMin
  )
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
  if (isBeyondFilter(row, params)) return refuse(CODES.spot.unknownOrder, 'Order does not exist.')
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
  if (scope.isOpen && scope.category === 'linear') return refuse(10001, 'params error: symbol, baseCoin or settleCoin is required')
  const filter = textOf(params, 'orderFilter')
  const onlyPlain = textOf(params, 'stopOrderType') === 'Stop'
  const list: { orderId: string; orderLinkId: string }[] = []
  for (const row of [...exchange.account.open.values()]) {
    if (list.length === ACTIVE_MAX) break
    if (!scope.has(row) || isBeyondFilter(row, params)) continue
    if (scope.category === 'linear' && filter === 'Order' && row.triggerPrice !== '') continue
    if (filter === 'StopOrder' && (row.triggerPrice === '' || (onlyPlain && row.stopOrderType !== 'Stop'))) continue
    const instrument = exchange.instrumentOf(row.symbol, row.category)
    if (instrument === undefined) continue
    cancelRowOf(exchange, row, instrument)
    list.push({ orderId: row.orderId, orderLinkId: row.orderLinkId })
  }
  return answer({ list, success: '1' })
}

/** Runs the items of a batch one by one; `granted` of them fit into the budget, the rest fail with its code. */
export function batch(exchange: Exchange, params: Params, granted: number, run: (exchange: Exchange, item: Params) => Answer): Answer {
  const requests = batchItems(params)
  if (requests === undefined) return refuse(10001, `params error: request must hold 1 to ${batchMax(params)} orders`)
  const list: object[] = []
  const codes: object[] = []
  requests.forEach((item, k) => {
    const full = { ...item, category: params['category'] }
    const reply = k < granted ? run(exchange, full) : refuse(10006, 'Too many visits. Exceeded the API Rate Limit.')
    const isDone = reply.retCode === 0
    const ids = reply.result as { orderId?: string }
    list.push({
      category: textOf(params, 'category') ?? '',
      symbol: textOf(item, 'symbol') ?? '',
      orderId: isDone ? (ids.orderId ?? '') : '',
      orderLinkId: textOf(item, 'orderLinkId') ?? '',
      createAt: isDone ? String(exchange.source.now) : '',
    })
    codes.push({ code: reply.retCode, msg: reply.retMsg })
  })
  return { ...answer({ list }), retExtInfo: { list: codes } }
}

const batchMax = (params: Params): number => BATCH_MAX[textOf(params, 'category') === 'spot' ? 'spot' : 'linear']

export function batchItems(params: Params): readonly Params[] | undefined {
  const requests: unknown = params['request']
  if (!Array.isArray(requests) || requests.length === 0 || requests.length > batchMax(params)) return undefined
  return requests.filter((item): item is Params => typeof item === 'object' && item !== null)
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
  if (id === undefined && linkId === undefined && scope.isOpen && scope.category === 'linear')
    return refuse(10001, 'params error: symbol, baseCoin or settleCoin is required')
  const matches = filterOf(params)
  const wantsClosed = integerOf(params, 'openOnly') === 1
  const rows = function* (): Generator<OrderRow> {
    if (id !== undefined || linkId !== undefined) {
      const row = id === undefined ? exchange.account.findByLinkId(linkId ?? '') : exchange.account.find(id)
      if (row !== undefined && row.category === scope.category) yield row
      return
    }
    let closed = 0
    for (const row of wantsClosed ? exchange.account.closed.newestFirst() : [...exchange.account.open.values()].reverse()) {
      if (!scope.has(row) || !matches(row)) continue
      if (wantsClosed && ++closed > ACTIVE_MAX) return
      yield row
    }
  }
  const page = pageOf(rows(), (row) => row.orderId, limited(params, 50, 20), textOf(params, 'cursor'))
  return answer({ list: page.list.map(restRow), nextPageCursor: page.nextPageCursor, category: scope.category })
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
      if (row.category !== scope.category) continue
      if (id !== undefined ? row.orderId !== id : linkId !== undefined ? row.orderLinkId !== linkId : !scope.has(row) || !matches(row))
        continue
      if (status !== undefined && row.orderStatus !== status) continue
      if (id === undefined && linkId === undefined && !window.has(Number(row.createdTime))) continue
      yield row
    }
  }
  const page = pageOf(rows(), (row) => row.orderId, limited(params, 50, 20), textOf(params, 'cursor'))
  return answer({ list: page.list.map(restRow), nextPageCursor: page.nextPageCursor, category: scope.category })
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
      if (row.category !== scope.category) continue
      if (id !== undefined ? row.orderId !== id : linkId !== undefined ? row.orderLinkId !== linkId : !scope.has(row)) continue
      if (id === undefined && linkId === undefined && !window.has(Number(row.execTime))) continue
      if (type !== undefined && row.execType !== type) continue
      yield row
    }
  }
  const page = pageOf(rows(), (row) => row.execId, limited(params, 100, 50), textOf(params, 'cursor'))
  const list = page.list.map(({ category: _category, execPnl: _execPnl, isLeverage: _isLeverage, marketUnit: _marketUnit, ...row }) => row)
  return answer({ list, nextPageCursor: page.nextPageCursor, category: scope.category })
}
