/**
 * One look at the account during `panic --direct`: what to cancel, what to close, and what is not ours to touch (S7).
 */
import { decimalsOf, formatDecimal, parseDecimal } from '../../../core/decimal.ts'
import { isSpotSymbol } from '../../../market/instrument.ts'
import type { Coins, LotRule, PanicFill, PanicOrder, PanicPosition } from './panic-account.ts'

interface Owned {
  readonly symbol: string
  readonly side: 'long' | 'short'
  readonly size: string
}
/** owned: as the trader wrote it down. chosen: as an operator picked, whole positions, and beside them no more than what is ours. */
export type PanicScope =
  | { readonly type: 'owned'; readonly positions: readonly Owned[] }
  | { readonly type: 'chosen'; readonly symbols: readonly string[]; readonly owned?: readonly Owned[] }

export const ownedIn = (scope: PanicScope): readonly Owned[] => (scope.type === 'owned' ? scope.positions : (scope.owned ?? []))

export interface PanicView {
  readonly positions: readonly PanicPosition[]
  readonly orders: readonly PanicOrder[]
  /** Fills after those that the scope holds; those of spot by symbols that say so, as everywhere here. */
  readonly fills: readonly PanicFill[]
  readonly rules: ReadonlyMap<string, LotRule>
}

export interface PanicPlan {
  readonly entries: readonly PanicOrder[]
  readonly closes: readonly { readonly position: PanicPosition; readonly quantity: string; readonly parts: readonly string[] }[]
  /** Exits of Ballast's whose position is gone. */
  readonly leftovers: readonly PanicOrder[]
  /** In words: `ETHUSDT long 0.2`. */
  readonly untouched: readonly string[]
}

/** Spot symbols that a panic looks at: named in the scope, or traded by us after it. */
export function spotSymbolsOf(scope: PanicScope, idPrefixes: readonly string[], fills: readonly PanicFill[]): string[] {
  const named = [...(scope.type === 'chosen' ? scope.symbols : []), ...ownedIn(scope).map(({ symbol }) => symbol)]
  const traded = fills.filter(({ orderLinkId }) => idPrefixes.some((prefix) => orderLinkId.startsWith(prefix))).map(({ symbol }) => symbol)
  return [...new Set([...named, ...traded])].filter(isSpotSymbol)
}

/** What the account has of a spot symbol's coin, as far as it can be sold; undefined where there is nothing of it. */
export function coinPosition(symbol: string, rule: LotRule, coins: readonly Coins[]): PanicPosition | undefined {
  const amount = coins.find(({ coin }) => coin === rule.coin)?.amount ?? '0'
  const scale = decimalsOf(rule.step)
  const step = parseDecimal(rule.step, scale) ?? 1
  const units = parseDecimal(amount, scale, 'floor') ?? 0
  const sellable = units - (units % step)
  return sellable <= 0 ? undefined : { symbol, side: 'Buy', size: formatDecimal(sellable, scale), positionIdx: 0, stopLoss: '' }
}

export function panicPlan(scope: PanicScope, idPrefixes: readonly string[], view: PanicView): PanicPlan {
  const isOurs = (id: string | undefined): boolean => id !== undefined && idPrefixes.some((prefix) => id.startsWith(prefix))
  const held = new Set(view.positions.map((p) => p.symbol))
  const closes: PanicPlan['closes'][number][] = []
  const untouched: string[] = []
  for (const position of view.positions) {
    const rule = view.rules.get(position.symbol)
    const fills = view.fills.filter((f) => f.symbol === position.symbol && isOurs(f.orderLinkId))
    const own = ownedIn(scope).filter((p) => p.symbol === position.symbol)
    const texts = [
      position.size,
      ...fills.map((f) => f.execQty),
      ...own.map((p) => p.size),
      ...(rule === undefined ? [] : [rule.marketMax]),
      ...(rule?.coin === undefined ? [] : [rule.step]),
    ]
    const scale = Math.max(...texts.map(decimalsOf))
    const units = (text: string): number => parseDecimal(text, scale) ?? 0
    const size = units(position.size)
    const direction = position.side === 'Buy' ? 1 : -1
    const signed =
      own.reduce((sum, p) => sum + (p.side === 'long' ? 1 : -1) * units(p.size), 0) +
      fills.reduce((sum, f) => sum + (f.side === 'Buy' ? 1 : -1) * units(f.execQty) - coinFee(f, rule, scale), 0)
    // Coins are sold in whole steps: a fee may have left us a part of one.
    const step = rule?.coin === undefined ? 1 : Math.max(1, units(rule.step))
    const owned = Math.min(size, Math.max(0, signed * direction))
    const ours = scope.type === 'chosen' && scope.symbols.includes(position.symbol) ? size : owned - (owned % step)
    if (ours > 0) {
      const most = rule === undefined ? ours : Math.max(1, units(rule.marketMax))
      const parts: string[] = []
      for (let left = ours; left > 0; left -= most) parts.push(formatDecimal(Math.min(left, most), scale))
      closes.push({ position, quantity: formatDecimal(ours, scale), parts })
    }
    // Coins that are left are listed with all the others.
    if (ours < size && !isSpotSymbol(position.symbol))
      untouched.push(`${position.symbol} ${direction === 1 ? 'long' : 'short'} ${formatDecimal(size - ours, scale)}`)
  }
  const spot = spotSymbolsOf(scope, idPrefixes, view.fills)
  // Coins that are not to be sold keep their stop.
  const isKept = (o: PanicOrder): boolean =>
    scope.type === 'chosen' && isSpotSymbol(o.symbol) && o.side === 'Sell' && !spot.includes(o.symbol)
  const ours = view.orders.filter((o) => (isOurs(o.orderLinkId) || isOurs(o.parentOrderLinkId)) && !isKept(o))
  return {
    // On spot a stop is a sale like any other, and could sell somebody else's coins once ours are gone: it goes first.
    entries: ours.filter((o) => isOurs(o.orderLinkId) && (!o.reduceOnly || isSpotSymbol(o.symbol))),
    closes,
    leftovers: ours.filter((o) => (o.reduceOnly || !isOurs(o.orderLinkId)) && !isSpotSymbol(o.symbol) && !held.has(o.symbol)),
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
  !isSpotSymbol(order.symbol) &&
  order.stopOrderType !== undefined &&
  order.stopOrderType !== '' &&
  // So said of plain orders too.
  order.stopOrderType !== 'UNKNOWN' &&
  positions.some((p) => p.symbol === order.symbol)

/** What a purchase has paid in the coins that it bought. */
function coinFee({ execFee, feeCurrency }: PanicFill, rule: LotRule | undefined, scale: number): number {
  if (rule?.coin === undefined || feeCurrency !== rule.coin || execFee === undefined) return 0
  return Math.max(0, parseDecimal(execFee, scale, 'ceil') ?? 0)
}
