/**
 * Whether spot positions of Ballast's are at the exchange as here: their coins are there, and one order of Ballast's protects each.
 */
import type { PanicAccount, PanicOrder } from '../../venue/bybit/read/panic-account.ts'
import { coinPosition } from '../../venue/bybit/read/panic-plan.ts'

export interface SpotHeld {
  readonly symbol: string
  readonly quantity: string
  readonly stopLoss: string | null
}

type SpotReader = Pick<PanicAccount, 'spotCoins' | 'openSpotOrders' | 'lotRule'>

/** True, or what is not as it should be. */
export async function spotAgrees(account: SpotReader, held: readonly SpotHeld[], idPrefix: string): Promise<string | true> {
  const [coins, orders] = await Promise.all([account.spotCoins(), account.openSpotOrders()])
  if (!coins.ok) return coins.error.detail
  if (!orders.ok) return orders.error.detail
  const exits = orders.value.filter((o) => o.side === 'Sell' && o.orderLinkId.startsWith(idPrefix))
  const stray = exits.find((o) => !held.some(({ symbol }) => symbol === o.symbol))
  if (stray !== undefined) return `an open exit order on ${stray.symbol} without a position`
  for (const position of held) {
    const rule = await account.lotRule(position.symbol)
    if (!rule.ok) return rule.error.detail
    const there = coinPosition(position.symbol, rule.value, coins.value)?.size ?? '0'
    if (Number(there) < Number(position.quantity))
      return `here ${position.symbol} long ${Number(position.quantity)}, at the exchange ${there} ${rule.value.coin ?? 'coins'}`
    const stops = exits.filter((o) => isStopOf(o, position))
    if (stops.length !== 1) return `${position.symbol} ${stops.length === 0 ? 'without a stop' : `with ${stops.length} stops`}`
  }
  return true
}

/** A target waits for the same coins; what shows them apart is where they stand. */
const isStopOf = (order: PanicOrder, { symbol, quantity, stopLoss }: SpotHeld): boolean =>
  order.symbol === symbol &&
  order.stopOrderType === 'Stop' &&
  Number(order.qty) === Number(quantity) &&
  stopLoss !== null &&
  Number(order.triggerPrice) === Number(stopLoss)
