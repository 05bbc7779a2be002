/**
 * Liquidation: the price at which what backs a position has shrunk to its maintenance margin, and what the venue does there. In cross margin the
 * whole account backs all positions, and all are taken over; in isolated margin each has its own margin, and falls alone.
 */
import { type Cash, type InstrumentIndex, type Side, type Ticks, cash, lots } from '../../core/units.ts'
import type { Instrument } from '../../market/instrument.ts'
import { type MarginTier, liquidationPriceOf } from '../../market/margin-tiers.ts'
import { type Position, unrealizedOf } from '../../portfolio/position.ts'
import type { VenueEventSink } from '../../trading/event.ts'
import type { Settlement } from './settlement.ts'
import type { SimAccount } from './sim-account.ts'
import type { CalmPrices, SimOrder } from './sim-order.ts'

/** More than the roundings of a few positions, in 1e-8 and as a part of the sums: floats of this size are exact to 1e-16. */
const SLACK = 1_000
const SLACK_SHARE = 1e-12

export class Liquidation {
  private readonly account: SimAccount
  private readonly settlement: Settlement
  private readonly lists: readonly (readonly SimOrder[][])[]
  private isUnderWay = false

  /** @param lists pending and resting orders, by instrument */
  constructor(account: SimAccount, settlement: Settlement, lists: readonly (readonly SimOrder[][])[]) {
    this.account = account
    this.settlement = settlement
    this.lists = lists
  }

  /** The price of `i` at which it is liquidated while the others stand still; 0 where none is: a float, on the tick at or beyond it. */
  bustPrice(i: InstrumentIndex): number {
    const { lots: held, cost } = this.account.positions[i] as Position
    if (held === 0 || this.isSpot(i)) return 0
    const { account } = this
    const side: Side = held > 0 ? 1 : -1
    const size = Math.abs(held) * this.unitOf(i)
    const tiers = account.tiers[i] as readonly MarginTier[]
    const at =
      account.marginMode === 'isolated'
        ? liquidationPriceOf(side, size, cost, account.marginOf(i), tiers)
        : liquidationPriceOf(side, size, size * account.markPrice(i), account.equity() - this.maintenanceBeside(i), tiers)
    return held > 0 ? Math.floor(at) : Math.ceil(at)
  }

  /**
   * Narrows the prices of `i` between which nothing is liquidated, while the others stand still, by more than roundings could take. What is left
   * above maintenance is concave in the price, so that what holds at a price holds on its better side.
   */
  keepFar(i: InstrumentIndex, calm: CalmPrices): void {
    const { account } = this
    const { lots: held, cost } = account.positions[i] as Position
    const isIsolated = account.marginMode === 'isolated'
    if (held === 0 || (isIsolated && this.isSpot(i))) return
    const { wallet } = account.ledger
    const others = isIsolated || account.instruments.length === 1 ? 0 : this.roomOfOthers(i)
    const slack = SLACK + (Math.abs(wallet) + cost) * SLACK_SHARE
    const backing = (isIsolated ? account.marginOf(i) : wallet + others) - slack
    const side: Side = held > 0 ? 1 : -1
    const price = liquidationPriceOf(side, Math.abs(held) * this.unitOf(i), cost, backing, account.tiers[i] as readonly MarginTier[])
    if (held > 0) calm.above = Math.max(calm.above, price + Math.abs(price) * 2 * SLACK_SHARE)
    else calm.below = Math.min(calm.below, price - Math.abs(price) * 2 * SLACK_SHARE)
  }

  /** What all other positions are up, without their maintenance margin. */
  private roomOfOthers(i: InstrumentIndex): number {
    let sum = 0
    const { instruments, positions } = this.account
    for (let k = 0; k < instruments.length; k++) {
      const position = positions[k] as Position
      if (k === i || position.lots === 0) continue
      sum += unrealizedOf(position, instruments[k] as Instrument, this.account.markPrice(k)) - this.account.maintenanceOf(k)
    }
    return sum
  }

  private maintenanceBeside(i: InstrumentIndex): number {
    return this.account.maintenance() - this.account.maintenanceOf(i)
  }

  private unitOf(i: InstrumentIndex): number {
    const { cashNumerator, cashDenominator } = this.account.instruments[i] as Instrument
    return cashNumerator / cashDenominator
  }

  private isSpot(i: number): boolean {
    return this.account.instruments[i]?.category === 'spot'
  }

  /** Takes over what does not cover its maintenance margin at the prices as they are. Answers whether anything was. */
  check(into: VenueEventSink): boolean {
    if (this.isUnderWay) return false
    return this.account.marginMode === 'isolated' ? this.checkEach(into) : this.checkAccount(into)
  }

  private checkAccount(into: VenueEventSink): boolean {
    if (!this.hasPerpetuals() || this.account.equity() > this.account.maintenance()) return false
    this.isUnderWay = true
    for (const lists of this.lists) for (const list of lists) this.cancelAll(list, into)
    this.account.instruments.forEach(({ index }) => {
      const held: number = (this.account.positions[index] as Position).lots
      if (held !== 0 && !this.isSpot(index)) {
        this.close(index, held, into)
        // What the account could not pay is the insurance fund's loss.
        this.insure(cash(0 - this.account.walletWithCoins()), into)
      }
    })
    this.isUnderWay = false
    return true
  }

  private checkEach(into: VenueEventSink): boolean {
    let isAny = false
    this.account.instruments.forEach((instrument) => {
      const { index } = instrument
      const position = this.account.positions[index] as Position
      if (position.lots === 0 || this.isSpot(index)) return
      const margin = this.account.marginOf(index)
      if (margin + unrealizedOf(position, instrument, this.account.markPrice(index)) > this.account.maintenanceOf(index)) return
      this.isUnderWay = true
      for (const lists of this.lists) this.cancelAll(lists[index] as SimOrder[], into)
      const before = this.account.ledger.wallet
      this.close(index, position.lots, into)
      // A position can lose no more than the margin that was set apart for it.
      this.insure(cash(before - this.account.ledger.wallet - margin), into)
      this.isUnderWay = false
      isAny = true
    })
    return isAny
  }

  private hasPerpetuals(): boolean {
    return this.account.positions.some(({ lots: held }, i) => held !== 0 && !this.isSpot(i))
  }

  private cancelAll(list: SimOrder[], into: VenueEventSink): void {
    for (const order of list.splice(0)) this.settlement.tellCanceled(order, 'CancelAllBeforeLiq', into)
  }

  private close(i: InstrumentIndex, held: number, into: VenueEventSink): void {
    const price: Ticks = this.account.lastPrice(i)
    this.settlement.liquidate(i, held > 0 ? -1 : 1, lots(Math.abs(held)), price, into)
  }

  private insure(loss: Cash, into: VenueEventSink): void {
    if (loss > 0) this.settlement.insure(loss, into)
  }
}
