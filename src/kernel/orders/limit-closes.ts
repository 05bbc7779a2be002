/**
 * Closes of operators that wait for their price. Until one fills the position keeps its stop.
 */
import { type InstrumentIndex, type Lots, type Side, type Ticks, lots } from '../../core/units.ts'
import type { Instrument } from '../../market/instrument.ts'
import { checkExit } from '../../risk/check.ts'
import type { RiskDenial } from '../../risk/denial.ts'
import { type Order, type OrderIntent, type Reason, isLimitClose, isOwnExit, openLotsOf } from '../../trading/order.ts'
import type { OrderTable } from '../state/order-table.ts'
import type { PortfolioState } from '../state/portfolio-state.ts'

/** What a close of a strategy's own has beside its price. */
export type OwnClose = Pick<OrderIntent, 'name' | 'expiresAt'>

/** What makes facts of it. */
interface Maker {
  submit(intent: OrderIntent, sized: undefined): unknown
  denyIntent(intent: OrderIntent, quantity: Lots, denial: RiskDenial): void
  requestCancel(order: Order, cause: string): void
}

export class LimitCloses {
  private readonly portfolio: PortfolioState
  private readonly orders: OrderTable
  private readonly gateway: Maker

  constructor(portfolio: PortfolioState, orders: OrderTable, gateway: Maker) {
    this.portfolio = portfolio
    this.orders = orders
    this.gateway = gateway
  }

  /** Where what waits already leaves no room for it, it takes the place of that. A spot position has none: its coins would be locked. */
  place(instrument: Instrument, part: Lots | undefined, limit: Ticks, reason: Reason, own: OwnClose = {}): void {
    const i = instrument.index
    const held = this.portfolio.positionLots(i)
    const side: Side = held > 0 ? -1 : 1
    const intentOf = (quantity: Lots): OrderIntent => ({
      strategy: this.portfolio.ownerOrExternal(i),
      instrument: i,
      class: 'reduce',
      side,
      kind: 'limit',
      limit,
      size: { lots: quantity },
      triggerBy: 'mark',
      timeInForce: 'gtc',
      ...own,
      reason,
    })
    const deny = (denial: RiskDenial, quantity = lots(0)): void => this.gateway.denyIntent(intentOf(quantity), quantity, denial)
    if (instrument.category === 'spot') {
      deny({ rule: 'spot-order', figures: { problem: 'spot-limit-close' } })
      return
    }
    const room = Math.abs(held) - this.closingLots(i)
    let left: number = Math.min(room, part ?? room)
    if (left <= 0) {
      deny({ rule: 'exit-not-verified', figures: { held: '0', ...(held === 0 ? {} : { problem: 'closing-already' }) } })
      return
    }
    this.takeBack(i, room - left, 'another close at a price')
    while (left > 0) {
      const quantity = lots(Math.min(left, instrument.lotsMax))
      left -= quantity
      const intent = intentOf(quantity)
      const denial = checkExit(intent, quantity, this.portfolio)
      if (denial === undefined) this.gateway.submit(intent, undefined)
      else deny(denial, quantity)
    }
  }

  /** They keep no more than `room` of what is held. */
  takeBack(i: InstrumentIndex, room: number, cause: string): void {
    let kept = 0
    for (const order of this.orders.open(i)) {
      if (!isLimitClose(order) || order.cancelRequested) continue
      if (kept + openLotsOf(order) > room) this.gateway.requestCancel(order, cause)
      else kept += openLotsOf(order)
    }
  }

  /** What other exits of Ballast's take already. */
  private closingLots(i: InstrumentIndex): number {
    let closing = 0
    for (const order of this.orders.open(i)) if (isOwnExit(order) && !isLimitClose(order)) closing += openLotsOf(order)
    return closing
  }
}
