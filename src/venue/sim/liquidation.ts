/**
 * Liquidation: the price at which what backs a position has shrunk to its maintenance margin, and what the venue does there. In cross margin the
 * whole account backs all positions, and all are taken over; in isolated margin each has its own margin, and falls alone. Stepwise only as much is
 * closed as the next lower tier of margin asks for, until what is left is covered.
 */
import { mulDivFloor } from '../../core/decimal.ts'
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
  private readonly isStepwise: boolean
  private isUnderWay = false

  /** @param lists pending and resting orders, by instrument */
  constructor(account: SimAccount, settlement: Settlement, lists: readonly (readonly SimOrder[][])[], isStepwise: boolean) {
    this.account = account
    this.settlement = settlement
    this.lists = lists
    this.isStepwise = isStepwise
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
    if (this.isStepwise) this.reduceAccount(into)
    else this.takeOverAll(into)
    this.isUnderWay = false
    return true
  }

  private takeOverAll(into: VenueEventSink): void {
    this.account.instruments.forEach(({ index }) => {
      const held: number = (this.account.positions[index] as Position).lots
      if (held !== 0 && !this.isSpot(index)) this.closeOfAccount(index, held, into)
    })
  }

  /** The position that asks for most margin goes first, tier by tier, until the account covers what is left. */
  private reduceAccount(into: VenueEventSink): void {
    const { account } = this
    while (this.hasPerpetuals() && account.equity() <= account.maintenance()) {
      let most: InstrumentIndex | undefined
      for (const { index } of account.instruments)
        if (!this.isSpot(index) && account.positions[index]?.lots !== 0)
          if (most === undefined || account.maintenanceOf(index) > account.maintenanceOf(most)) most = index
      if (most === undefined) return
      this.closeOfAccount(most, this.lotsOfStep(most), into)
    }
  }

  private closeOfAccount(i: InstrumentIndex, quantity: number, into: VenueEventSink): void {
    this.close(i, quantity, into)
    // What the account could not pay is the insurance fund's loss.
    this.insure(cash(0 - this.account.walletWithCoins()), into)
  }

  /** Signed lots that bring a position down to the tier below its own; all of it in the lowest. */
  private lotsOfStep(i: InstrumentIndex): number {
    const held: number = (this.account.positions[i] as Position).lots
    if (!this.isStepwise) return held
    const tiers = this.account.tiers[i] as readonly MarginTier[]
    const value = this.account.valueOf(i)
    const below = tiers.findLast((tier) => tier.valueMax < value)
    if (below === undefined) return held
    const kept = mulDivFloor(Math.abs(held), below.valueMax, value)
    return held > 0 ? held - kept : held + kept
  }

  private checkEach(into: VenueEventSink): boolean {
    let isAny = false
    this.account.instruments.forEach((instrument) => {
      const { index } = instrument
      const position = this.account.positions[index] as Position
      if (position.lots === 0 || this.isSpot(index)) return
      if (this.isCovered(instrument)) return
      this.isUnderWay = true
      for (const lists of this.lists) this.cancelAll(lists[index] as SimOrder[], into)
      while (position.lots !== 0 && !this.isCovered(instrument)) {
        const before = this.account.ledger.wallet
        const margin = this.account.marginOf(index)
        this.close(index, this.lotsOfStep(index), into)
        // A position can lose no more than the margin that was set apart for it.
        this.insure(cash(before - this.account.ledger.wallet - (margin - this.account.marginOf(index))), into)
      }
      this.isUnderWay = false
      isAny = true
    })
    return isAny
  }

  /** Whether a position's own margin, with what it is up or down, is above what it must keep. */
  private isCovered(instrument: Instrument): boolean {
    const { index } = instrument
    const result = unrealizedOf(this.account.positions[index] as Position, instrument, this.account.markPrice(index))
    return this.account.marginOf(index) + result > this.account.maintenanceOf(index)
  }

  private hasPerpetuals(): boolean {
    return this.account.positions.some(({ lots: held }, i) => held !== 0 && !this.isSpot(i))
  }

  /** Stepwise what reduces stays: it protects what is left. */
  private cancelAll(list: SimOrder[], into: VenueEventSink): void {
    const kept = this.isStepwise ? list.filter(({ reduceOnly }) => reduceOnly) : []
    for (const order of list.splice(0, list.length, ...kept))
      if (!kept.includes(order)) this.settlement.tellCanceled(order, 'CancelAllBeforeLiq', into)
  }

  /** @param quantity signed as the position */
  private close(i: InstrumentIndex, quantity: number, into: VenueEventSink): void {
    const price: Ticks = this.account.lastPrice(i)
    this.settlement.liquidate(i, quantity > 0 ? -1 : 1, lots(Math.abs(quantity)), price, into)
  }

  private insure(loss: Cash, into: VenueEventSink): void {
    if (loss > 0) this.settlement.insure(loss, into)
  }
}
