/**
 * What a request is about: its symbols, and the kinds of orders that its filter lets through.
 */
import type { Category } from '../../../../market/instrument.ts'
import { CATEGORIES, categoryOfRequest } from '../routes/category.ts'
import type { Exchange } from '../exchange.ts'
import type { OrderRow } from './order-row.ts'
import { type Answer, type Params, refuse, textOf } from '../streams/wire.ts'

interface Scope {
  readonly category: Category
  readonly has: (row: { readonly symbol: string; readonly category?: string }) => boolean
  /** True when the request named no symbol or coin. */
  readonly isOpen: boolean
}

/** Which symbols a request means: symbol, else baseCoin, else settleCoin, which spot does not have. */
export function scopeOf(exchange: Exchange, params: Params, categories: readonly Category[] = CATEGORIES): Scope | Answer {
  const category = categoryOfRequest(params, categories)
  if (typeof category !== 'string') return category
  const isOf = (row: { readonly category?: string }): boolean => (row.category ?? 'linear') === category
  const symbol = textOf(params, 'symbol')
  if (symbol !== undefined)
    return exchange.instrumentOf(symbol, category) === undefined
      ? refuse(10001, 'params error: symbol invalid')
      : { category, has: (row) => isOf(row) && row.symbol === symbol, isOpen: false }
  const base = textOf(params, 'baseCoin')
  const settle = category === 'spot' ? undefined : textOf(params, 'settleCoin')
  return {
    category,
    has: (row) => {
      if (!isOf(row)) return false
      const instrument = exchange.instrumentOf(row.symbol, category)
      return base === undefined ? settle === undefined || instrument?.settleCoin === settle : instrument?.baseCoin === base
    },
    isOpen: base === undefined && settle === undefined,
  }
}

/** Whether an order is one of those that the filter names; absent: all of them. */
export const filterOf = (params: Params) => {
  const filter = textOf(params, 'orderFilter')
  return (row: OrderRow): boolean => {
    if (filter === undefined) return true
    if (row.category === 'spot' && filter !== 'Order' && filter !== 'StopOrder') return false
    return (filter === 'StopOrder') === (row.triggerPrice !== '')
  }
}

/** Of spot, what a cancel without the filter of a conditional order does not reach; once it was triggered, either reaches it. */
export function isBeyondFilter(row: OrderRow, params: Params): boolean {
  if (row.category !== 'spot') return false
  const filter = textOf(params, 'orderFilter') ?? 'Order'
  if (row.orderStatus === 'Untriggered') return filter !== 'StopOrder'
  return filter !== 'Order' && (filter !== 'StopOrder' || row.triggerPrice === '')
}
