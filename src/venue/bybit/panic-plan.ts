/**
 * One look at the account during `panic --direct`: what to cancel, what to close, and what is not ours to touch (S7).
 * Never takes a stop off before the exchange reports size 0, and never closes more than Ballast owns.
 */
import { decimalsOf, formatDecimal, parseDecimal } from '../../core/decimal.ts'
import type { LotRule, PanicFill, PanicOrder, PanicPosition } from './panic-account.ts'

/** owned: as the trader wrote it down. chosen: as a person picked, whole positions. */
export type PanicScope =
  | {
      readonly type: 'owned'
      readonly positions: readonly { readonly symbol: string; readonly side: 'long' | 'short'; readonly size: string }[]
    }
  | { readonly type: 'chosen'; readonly symbols: readonly string[] }

export interface PanicView {
  readonly positions: readonly PanicPosition[]
  readonly orders: readonly PanicOrder[]
  /** Fills after those that the scope holds. */
  readonly fills: readonly PanicFill[]
  readonly rules: ReadonlyMap<string, LotRule>
}

export interface PanicPlan {
  readonly entries: readonly PanicOrder[]
  readonly closes: readonly { readonly position: PanicPosition; readonly quantity: string; readonly parts: readonly string[] }[]
  /** Exits of ours whose position is gone. */
  readonly leftovers: readonly PanicOrder[]
  /** In words: `ETHUSDT long 0.2`. */
  readonly untouched: readonly string[]
}

export function panicPlan(scope: PanicScope, idPrefix: string, view: PanicView): PanicPlan {
  const isOurs = (id: string | undefined): boolean => id?.startsWith(idPrefix) === true
  const held = new Set(view.positions.map((p) => p.symbol))
  const closes: PanicPlan['closes'][number][] = []
  const untouched: string[] = []
  for (const position of view.positions) {
    const rule = view.rules.get(position.symbol)
    const fills = view.fills.filter((f) => f.symbol === position.symbol && isOurs(f.orderLinkId))
    const own = scope.type === 'owned' ? scope.positions.filter((p) => p.symbol === position.symbol) : []
    const texts = [
      position.size,
      ...fills.map((f) => f.execQty),
      ...own.map((p) => p.size),
      ...(rule === undefined ? [] : [rule.marketMax]),
    ]
    const scale = Math.max(...texts.map(decimalsOf))
    const units = (text: string): number => parseDecimal(text, scale) ?? 0
    const size = units(position.size)
    const direction = position.side === 'Buy' ? 1 : -1
    const signed =
      own.reduce((sum, p) => sum + (p.side === 'long' ? 1 : -1) * units(p.size), 0) +
      fills.reduce((sum, f) => sum + (f.side === 'Buy' ? 1 : -1) * units(f.execQty), 0)
    const ours =
      scope.type === 'chosen' ? (scope.symbols.includes(position.symbol) ? size : 0) : Math.min(size, Math.max(0, signed * direction))
    if (ours > 0) {
      const most = rule === undefined ? ours : Math.max(1, units(rule.marketMax))
      const parts: string[] = []
      for (let left = ours; left > 0; left -= most) parts.push(formatDecimal(Math.min(left, most), scale))
      closes.push({ position, quantity: formatDecimal(ours, scale), parts })
    }
    if (ours < size) untouched.push(`${position.symbol} ${direction === 1 ? 'long' : 'short'} ${formatDecimal(size - ours, scale)}`)
  }
  const ours = view.orders.filter((o) => isOurs(o.orderLinkId) || isOurs(o.parentOrderLinkId))
  return {
    entries: ours.filter((o) => !o.reduceOnly && isOurs(o.orderLinkId)),
    closes,
    leftovers: ours.filter((o) => (o.reduceOnly || !isOurs(o.orderLinkId)) && !held.has(o.symbol)),
    untouched: [
      ...untouched,
      ...view.orders
        .filter((o) => !ours.includes(o) && !isStopOf(o, view.positions))
        .map((o) => `an order on ${o.symbol} (${o.side} ${o.qty})`),
    ],
  }
}

/** The exchange lists the stop of a position as an order; it goes with its position. */
const isStopOf = (order: PanicOrder, positions: readonly PanicPosition[]): boolean =>
  order.stopOrderType !== undefined && order.stopOrderType !== '' && positions.some((p) => p.symbol === order.symbol)
