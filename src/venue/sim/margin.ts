/**
 * Initial margin of the account in one-way mode: what positions hold, and what orders of perpetuals reserve beside them.
 */
import { mulDivCeil } from '../../core/decimal.ts'
import { type InstrumentIndex, type Rate, type Side, type Ticks, lots, rate } from '../../core/units.ts'
import { type Instrument, notionalOf } from '../../market/instrument.ts'
import type { Position } from '../../portfolio/position.ts'
import { type RateFraction, rateFraction } from './models/models.ts'
import type { SimAccount } from './sim-account.ts'
import type { SimOrder } from './sim-order.ts'

/** What margin looks at of an order that is there or is asked for. */
export type MarginOrder = Pick<SimOrder, 'side' | 'lots' | 'filled' | 'limit' | 'trigger' | 'isTriggered' | 'reduceOnly' | 'budget'>

export class Margin {
  private readonly account: SimAccount
  private readonly lists: readonly (readonly SimOrder[][])[]
  private readonly fee: RateFraction

  /**
   * @param lists pending and resting orders, by instrument
   * @param feeRate what a fill that takes is charged: a rebate reserves nothing
   */
  constructor(account: SimAccount, lists: readonly (readonly SimOrder[][])[], feeRate: Rate) {
    this.account = account
    this.lists = lists
    this.fee = rateFraction(rate(Math.max(0, feeRate)))
  }

  /** Money that open orders reserve beside what positions hold. */
  ofOrders(): number {
    let sum = 0
    for (const { index, category } of this.account.instruments)
      if (category !== 'spot' && this.lists.some((list) => (list[index] as SimOrder[]).length !== 0))
        sum += this.heldIn(index, undefined, undefined) - this.account.marginOf(index)
    return sum
  }

  /** Whether the account carries one order more: it needs no more than now, or what is free covers it. */
  carriesAlso(i: InstrumentIndex, order: MarginOrder): boolean {
    return this.isCovered(this.heldIn(i, order, undefined) - this.heldIn(i, undefined, undefined))
  }

  /** Whether the account carries a standing order as it would be after a change. */
  carriesChanged(i: InstrumentIndex, standing: SimOrder, changed: MarginOrder): boolean {
    return this.isCovered(this.heldIn(i, changed, standing) - this.heldIn(i, undefined, undefined))
  }

  private isCovered(more: number): boolean {
    return more <= 0 || more <= this.account.marginBalance() - this.account.marginUsed() - this.ofOrders()
  }

  /** The larger of both sides: where all buys fill, and where all sales do. What closes the position frees what it holds. */
  private heldIn(i: InstrumentIndex, added: MarginOrder | undefined, without: SimOrder | undefined): number {
    return Math.max(this.ofSide(i, 1, added, without), this.ofSide(i, -1, added, without))
  }

  private ofSide(i: InstrumentIndex, side: Side, added: MarginOrder | undefined, without: SimOrder | undefined): number {
    const held: number = (this.account.positions[i] as Position).lots
    const own = this.account.marginOf(i)
    let closing = held * side < 0 ? Math.abs(held) : 0
    let opened = 0
    const take = (order: MarginOrder): void => {
      if (order.side !== side || order.reduceOnly || order.budget !== undefined) return
      if (order.trigger !== undefined && !order.isTriggered) return
      const left = order.lots - order.filled
      const beyond = Math.max(0, left - closing)
      closing = Math.max(0, closing - left)
      const price = order.limit ?? this.account.lastPrice(i)
      if (beyond > 0 && price > 0) opened += this.ofLots(i, price, beyond)
    }
    for (const list of this.lists) for (const order of list[i] as SimOrder[]) take(order === without && added !== undefined ? added : order)
    if (added !== undefined && without === undefined) take(added)
    // On the other side of the position: it is closed before anything is opened.
    return held * side < 0 ? Math.max(own, opened) : own + opened
  }

  /** Initial margin and the fee to open. */
  private ofLots(i: InstrumentIndex, price: Ticks, quantity: number): number {
    const notional = notionalOf(this.account.instruments[i] as Instrument, price, lots(quantity), 'ceil')
    return Math.ceil(notional / (this.account.leverages[i] as number)) + mulDivCeil(notional, this.fee.numerator, this.fee.denominator)
  }
}
