/**
 * Cross-margin liquidation: the price at which the account's equity has shrunk to its maintenance margin, and what the venue does there.
 * Never liquidates an account that still covers its maintenance margin at the exact figures, and never takes coins of spot.
 */
import { gcd, mulDivCeil } from '../../core/decimal.ts'
import { type InstrumentIndex, RATE_ONE, type Rate, type Side, type Ticks, cash, lots, ticks } from '../../core/units.ts'
import { type Instrument, notionalOf } from '../../market/instrument.ts'
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
  private readonly share: number
  /** The rate as a fraction in lowest terms: the products of each bar then fit a double, and need no BigInt. */
  private readonly rateNumerator: number
  private readonly rateDenominator: number
  private isUnderWay = false

  /** @param lists pending and resting orders, by instrument */
  constructor(account: SimAccount, settlement: Settlement, lists: readonly (readonly SimOrder[][])[], maintenanceRate: Rate) {
    this.account = account
    this.settlement = settlement
    this.lists = lists
    this.share = maintenanceRate / RATE_ONE
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
    const { share } = this
    const room = this.account.equity() - this.maintenance()
    // Moving by one tick against us costs size x value, and changes the maintenance margin by share x size x value.
    const perTick = size * value * (held > 0 ? 1 - share : 1 + share)
    const at = held > 0 ? price - room / perTick : price + room / perTick
    return held > 0 ? Math.floor(at) : Math.ceil(at)
  }

  /**
   * Narrows the prices of `i` between which the account covers its maintenance margin, while the others stand still, by more than roundings
   * could take. Both lines are straight, so that what holds at a price holds on its better side.
   */
  keepFar(i: InstrumentIndex, calm: CalmPrices): void {
    const { lots: held, cost } = this.account.positions[i] as Position
    if (held === 0) return
    const instrument = this.account.instruments[i] as Instrument
    const { wallet } = this.account.ledger
    const share = instrument.category === 'spot' ? 0 : this.share
    const perTick = Math.abs(held) * (instrument.cashNumerator / instrument.cashDenominator)
    const others = this.account.instruments.length === 1 ? 0 : this.roomOfOthers(i)
    const room = wallet + others - SLACK - (Math.abs(wallet) + cost) * SLACK_SHARE
    if (held > 0) calm.above = Math.max(calm.above, (cost - room) / (perTick * (1 - share - SLACK_SHARE)))
    else calm.below = Math.min(calm.below, (cost + room) / (perTick * (1 + share + SLACK_SHARE)))
  }

  /** What all other positions are up, without their maintenance margin. */
  private roomOfOthers(i: InstrumentIndex): number {
    let sum = 0
    const { instruments, positions, prices } = this.account
    for (let k = 0; k < instruments.length; k++) {
      const position = positions[k] as Position
      if (k === i || position.lots === 0) continue
      const instrument = instruments[k] as Instrument
      sum += unrealizedOf(position, instrument, ticks(prices[k] as number)) - this.maintenanceOf(instrument, position.lots)
    }
    return sum
  }

  /** Margin below which the account is liquidated. */
  private maintenance(): number {
    let sum = 0
    const { instruments, positions } = this.account
    for (let k = 0; k < instruments.length; k++) sum += this.maintenanceOf(instruments[k] as Instrument, (positions[k] as Position).lots)
    return sum
  }

  private maintenanceOf(instrument: Instrument, held: number): number {
    if (held === 0 || instrument.category === 'spot') return 0
    const price = ticks(this.account.prices[instrument.index] as number)
    const notional = notionalOf(instrument, price, lots(Math.abs(held)), 'ceil')
    return mulDivCeil(notional, this.rateNumerator, this.rateDenominator)
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
