/**
 * Cross-margin liquidation: the price at which the account's equity has shrunk to its maintenance margin, and what the venue does there.
 * Never liquidates an account that still covers its maintenance margin at the exact figures, and never takes coins of spot.
 */
import { gcd, mulDivCeil } from '../../core/decimal.ts'
import { type InstrumentIndex, RATE_ONE, type Rate, type Side, type Ticks, cash, lots, ticks } from '../../core/units.ts'
import { type Instrument, notionalOf } from '../../market/instrument.ts'
import type { Position } from '../../portfolio/position.ts'
import type { VenueEventSink } from '../../trading/event.ts'
import type { Settlement } from './settlement.ts'
import type { SimAccount } from './sim-account.ts'
import type { SimOrder } from './sim-order.ts'

export class Liquidation {
  private readonly account: SimAccount
  private readonly settlement: Settlement
  private readonly lists: readonly (readonly SimOrder[][])[]
  private readonly maintenanceRate: Rate
  /** The rate as a fraction in lowest terms: the products of each bar then fit a double, and need no BigInt. */
  private readonly rateNumerator: number
  private readonly rateDenominator: number
  private isUnderWay = false

  /** @param lists pending and resting orders, by instrument */
  constructor(account: SimAccount, settlement: Settlement, lists: readonly (readonly SimOrder[][])[], maintenanceRate: Rate) {
    this.account = account
    this.settlement = settlement
    this.lists = lists
    this.maintenanceRate = maintenanceRate
    const common = gcd(maintenanceRate, RATE_ONE)
    this.rateNumerator = maintenanceRate / common
    this.rateDenominator = RATE_ONE / common
  }

  /**
   * The price of `i` at which the account is bust while the others stand still; 0 where none is. From equity(p) = maintenance(p), both
   * linear in p: a float, on the tick at or beyond it.
   */
  bustPrice(i: InstrumentIndex): number {
    const held: number = (this.account.positions[i] as Position).lots
    const instrument = this.account.instruments[i] as Instrument
    if (held === 0 || instrument.category === 'spot') return 0
    const value = instrument.cashNumerator / instrument.cashDenominator
    const price = this.account.prices[i] as number
    const size = Math.abs(held)
    const share = this.maintenanceRate / RATE_ONE
    const room = this.account.equity() - this.maintenance()
    // Moving by one tick against us costs size x value, and changes the maintenance margin by share x size x value.
    const perTick = size * value * (held > 0 ? 1 - share : 1 + share)
    const at = held > 0 ? price - room / perTick : price + room / perTick
    return held > 0 ? Math.floor(at) : Math.ceil(at)
  }

  /** Margin below which the account is liquidated. */
  private maintenance(): number {
    let sum = 0
    this.account.instruments.forEach((instrument, k) => {
      const held: number = (this.account.positions[k] as Position).lots
      if (held === 0 || instrument.category === 'spot') return
      const notional = notionalOf(instrument, ticks(this.account.prices[k] as number), lots(Math.abs(held)), 'ceil')
      sum += mulDivCeil(notional, this.rateNumerator, this.rateDenominator)
    })
    return sum
  }

  /** Takes the account over if it does not cover its maintenance margin at the prices as they are. Answers whether it did. */
  check(into: VenueEventSink): boolean {
    if (this.isUnderWay || !this.hasPerpetuals() || this.account.equity() > this.maintenance()) return false
    this.isUnderWay = true
    for (const lists of this.lists)
      for (const list of lists) for (const order of list.splice(0)) this.settlement.tellCanceled(order, 'CancelAllBeforeLiq', into)
    this.account.instruments.forEach(({ index, category }) => {
      const held: number = (this.account.positions[index] as Position).lots
      if (held !== 0 && category !== 'spot') this.close(index, held, into)
    })
    this.isUnderWay = false
    return true
  }

  private hasPerpetuals(): boolean {
    return this.account.positions.some(({ lots: held }, i) => held !== 0 && this.account.instruments[i]?.category !== 'spot')
  }

  private close(i: InstrumentIndex, held: number, into: VenueEventSink): void {
    const side: Side = held > 0 ? -1 : 1
    const price: Ticks = this.account.lastPrice(i)
    this.settlement.liquidate(i, side, lots(Math.abs(held)), price, into)
    // What the account could not pay is the insurance fund's loss.
    const left = this.account.walletWithCoins()
    if (left < 0) this.settlement.insure(cash(0 - left), into)
  }
}
