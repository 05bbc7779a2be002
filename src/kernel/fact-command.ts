/**
 * What a fact asks the venue to do: the one place where a decision becomes a command, for the backtest and the live driver alike.
 */
import type { OrderCommand } from '../trading/event.ts'
import type { KernelFact } from './fact.ts'

/** Undefined for facts that ask nothing of the exchange. */
export function commandOfFact(fact: KernelFact): OrderCommand | undefined {
  switch (fact.type) {
    case 'order-submitted':
      return fact.command
    case 'cancel-requested':
      return {
        type: 'cancel-order',
        orderId: fact.orderId,
        clientOrderId: fact.clientOrderId,
        venueOrderId: fact.venueOrderId,
        instrument: fact.instrument,
      }
    case 'amend-requested':
      return {
        type: 'amend-order',
        orderId: fact.orderId,
        clientOrderId: fact.clientOrderId,
        venueOrderId: fact.venueOrderId,
        instrument: fact.instrument,
        lots: fact.lots,
        limit: fact.limit,
        trigger: fact.trigger,
      }
    case 'stop-requested':
      if (fact.isByOrders === true) return undefined
      return {
        type: 'set-protection',
        instrument: fact.instrument,
        stop: fact.stop,
        target: fact.target,
        trail: fact.trail,
        triggerBy: fact.triggerBy,
      }
    default:
      return undefined
  }
}
