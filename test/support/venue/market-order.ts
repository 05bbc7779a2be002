/**
 * A market order as the trader sends one; a test says which, and what is otherwise.
 */
import type { SubmitOrder } from '../../../src/trading/event.ts'

type Named = Pick<SubmitOrder, 'orderId' | 'clientOrderId' | 'instrument' | 'lots'>

export const marketOrder = (named: Named, part: Partial<SubmitOrder> = {}): SubmitOrder => ({
  type: 'submit-order',
  side: 1,
  kind: 'market',
  budget: undefined,
  limit: undefined,
  trigger: undefined,
  triggerBy: 'last',
  stop: undefined,
  targets: undefined,
  timeInForce: 'gtc',
  reduceOnly: false,
  ...named,
  ...part,
})
