/**
 * Initial margin of the account in one-way mode: what positions hold, and what orders of perpetuals reserve beside them.
 * Never reserves for what only takes off, nor for a conditional order before its trigger, and never changes anything.
 */
import { mulDivCeil } from '../../core/decimal.ts'
import { type InstrumentIndex, RATE_ONE, type Rate, type Side, type Ticks, lots } from '../../core/units.ts'
import { type Instrument, notionalOf } from '../../market/instrument.ts'
import type { Position } from '../../portfolio/position.ts'
import type { SimAccount } from './sim-account.ts'
import type { SimOrder } from './sim-order.ts'

/** What margin looks at of an order that is there or is asked for. */
export type MarginOrder = Pick<SimOrder, 'side' | 'lots' | 'filled' | 'limit' | 'trigger' | 'isTriggered' | 'reduceOnly' | 'budget'>

export class Margin {
  private readonly account: SimAccount
  private readonly lists: readonly (readonly SimOrder[][])[]
  private readonly feeRate: Rate

  /**
   * @param lists pending and resting orders, by instrument
   * @param feeRate what a fill that takes is charged: a rebate reserves nothing
   */
  constructor(account: SimAccount, lists: readonly (readonly SimOrder[][])[], feeRate: Rate) {
    this.account = account
    this.lists = lists
    this.feeRate = feeRate
  }

  /** Money that open orders reserve beside what positions hold. */
  ofOrders(): number {
    let sum = 0
    for (const { index, category } of this.account.instruments)
      if (category !== 'spot' && this.lists.some((list) => (list[index] as SimOrder[]).length !== 0))
        sum += this.heldIn(index, this.ordersOf(index)) - this.ofPosition(index)
    return sum
  }

  /** Whether the account carries the orders of an instrument as they would be: they need no more than now, or what is free covers it. */
  carries(i: InstrumentIndex, orders: readonly MarginOrder[]): boolean {
    const more = this.heldIn(i, orders) - this.heldIn(i, this.ordersOf(i))
    return more <= 0 || more <= this.account.equity() - this.account.marginUsed() - this.ofOrders()
  }

  ordersOf(i: InstrumentIndex): SimOrder[] {
    return this.lists.flatMap((list) => list[i] as SimOrder[])
  }

  /** The larger of both sides: where all buys fill, and where all sales do. What closes the position frees what it holds. */
  private heldIn(i: InstrumentIndex, orders: readonly MarginOrder[]): number {
    return Math.max(this.ofSide(i, 1, orders), this.ofSide(i, -1, orders))
  }

  private ofSide(i: InstrumentIndex, side: Side, orders: readonly MarginOrder[]): number {
    const held: number = (this.account.positions[i] as Position).lots
    const own = this.ofPosition(i)
    let closing = held * side < 0 ? Math.abs(held) : 0
    let opened = 0
    for (const order of orders) {
      if (order.side !== side || order.reduceOnly || order.budget !== undefined) continue
      if (order.trigger !== undefined && !order.isTriggered) continue
      const left = order.lots - order.filled
      const beyond = Math.max(0, left - closing)
      closing = Math.max(0, closing - left)
      const price = order.limit ?? this.account.lastPrice(i)
      if (beyond > 0 && price > 0) opened += this.ofLots(i, price, beyond)
    }
    // On the other side of the position: it is closed before anything is opened.
    return held * side < 0 ? Math.max(own, opened) : own + opened
  }

  /** Initial margin and the fee to open. */
  private ofLots(i: InstrumentIndex, price: Ticks, quantity: number): number {
    const notional = notionalOf(this.account.instruments[i] as Instrument, price, lots(quantity), 'ceil')
    return Math.ceil(notional / (this.account.leverages[i] as number)) + mulDivCeil(notional, Math.max(0, this.feeRate), RATE_ONE)
  }

  private ofPosition(i: InstrumentIndex): number {
    const held: number = (this.account.positions[i] as Position).lots
    if (held === 0) return 0
    const notional = notionalOf(this.account.instruments[i] as Instrument, this.account.lastPrice(i), lots(Math.abs(held)), 'ceil')
    return Math.ceil(notional / (this.account.leverages[i] as number))
  }
}
