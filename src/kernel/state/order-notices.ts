/**
 * What a strategy of contract 2 has not heard yet: fills, and orders with a name that have ended. It hears of them at its next decision.
 */
import { lots } from '../../core/units.ts'
import type { OwnFill, OwnOrderEnd } from '../../strategy/own-orders.ts'
import type { OrderEvent } from '../../trading/event.ts'
import { type Order, isOpenStatus, isOwnStop } from '../../trading/order.ts'

/** `market` by number: names are the strategy's. */
export type OrderNotice =
  | { readonly type: 'fill'; readonly market: number; readonly fill: Omit<OwnFill, 'market'> }
  | { readonly type: 'end'; readonly market: number; readonly end: Omit<OwnOrderEnd, 'market'> }

const CASH_FLOAT = 1e8

export class OrderNotices {
  private list: OrderNotice[] = []

  /** An event was booked on an order of the strategy. */
  note(market: number, order: Order, event: OrderEvent, wasOpen: boolean): void {
    if (event.type === 'order-filled') {
      const { side, price, lots: quantity, fee } = event
      const fill = { name: order.name, type: fillTypeOf(order), side, price, lots: quantity, fee: fee.amount / CASH_FLOAT }
      this.list.push({ type: 'fill', market, fill })
    }
    if (order.name === undefined || !wasOpen || isOpenStatus(order.status)) return
    const rule = event.type === 'order-rejected' ? event.code : undefined
    this.list.push({ type: 'end', market, end: { name: order.name, how: endOf(order, event), filled: order.filled, rule } })
  }

  denied(market: number, name: string, rule: string): void {
    this.list.push({ type: 'end', market, end: { name, how: 'denied', filled: lots(0), rule } })
  }

  get isEmpty(): boolean {
    return this.list.length === 0
  }

  /** Gives them out, oldest first: they are heard once. */
  takeNotices(): readonly OrderNotice[] {
    const { list } = this
    if (list.length > 0) this.list = []
    return list
  }

  snapshot(): readonly OrderNotice[] {
    return [...this.list]
  }

  restore(from: readonly OrderNotice[]): void {
    this.list = [...from]
  }
}

function fillTypeOf(order: Order): OwnFill['type'] {
  switch (order.origin) {
    case 'attached-stop':
      return 'stop'
    case 'attached-target':
      return 'target'
    case 'liquidation':
    case 'adl':
    case 'delivery':
      return 'liquidation'
    default:
      if (order.class === 'entry') return 'entry'
      return order.class !== 'protective' ? 'exit' : isOwnStop(order) ? 'stop' : 'target'
  }
}

function endOf(order: Order, event: OrderEvent): OwnOrderEnd['how'] {
  switch (order.status) {
    case 'filled':
    case 'rejected':
    case 'never-arrived':
    case 'expired':
      return order.status
    default:
      return order.expiresAt !== undefined && event.ts >= order.expiresAt ? 'expired' : 'canceled'
  }
}
