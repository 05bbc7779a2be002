/**
 * What may be bought and sold on spot: money and coins less what open orders hold of them.
 */
import { mulDivFloor } from '../../core/decimal.ts'
import { type Cash, type InstrumentIndex, type Lots, type Side, type Ticks, cash, lots } from '../../core/units.ts'
import { type Instrument, notionalOf } from '../../market/instrument.ts'
import type { Position } from '../../portfolio/position.ts'
import { type SlippageModel, slipped } from './models/models.ts'
import type { SimAccount } from './sim-account.ts'
import type { SimOrder } from './sim-order.ts'

/** Why an order ends whose money or coins are not there when it would need them. */
export const SHORT_OF_BALANCE = 'EC_InsufficientBalance'

/** What an order asks for, whether it stands already or not. */
export interface Wanted {
  readonly instrument: InstrumentIndex
  readonly side: Side
  readonly lots: Lots
  readonly budget?: Cash | undefined
  readonly limit?: Ticks | undefined
}

const NO_LIQUIDITY = { volume: 0, low: 0, high: 0 }

export class SpotBalance {
  private readonly account: SimAccount
  private readonly lists: readonly (readonly SimOrder[][])[]
  private readonly slippage: SlippageModel
  /** What orders of perpetuals hold beside their positions. */
  reserved: () => number = () => 0

  /** @param lists pending and resting orders, by instrument */
  constructor(account: SimAccount, lists: readonly (readonly SimOrder[][])[], slippage: SlippageModel) {
    this.account = account
    this.lists = lists
    // What an order's own size moves is not known before its fill.
    this.slippage = slippage.type === 'impact' ? { type: 'fixed', bps: slippage.halfSpreadBps } : slippage
  }

  /** Money that open buys hold. */
  lockedMoney(): Cash {
    let sum = 0
    for (const { category, index } of this.account.instruments) {
      if (category !== 'spot') continue
      for (const order of this.open(index)) if (order.side === 1) sum += this.heldBy(order)
    }
    return cash(sum)
  }

  /** Coins that open sales hold. */
  lockedLots(i: InstrumentIndex): Lots {
    let sum = 0
    for (const order of this.open(i)) if (order.side === -1) sum += this.heldBy(order)
    return lots(sum)
  }

  /** Money that a new order may spend: what perpetuals hold as margin stays where it is. */
  spendable(): number {
    return this.account.money() - this.lockedMoney() - this.account.marginUsed() - this.reserved()
  }

  sellable(i: InstrumentIndex): number {
    return (this.account.positions[i] as Position).lots - this.lockedLots(i)
  }

  /** Money, or for a sale lots, that an order needs at `price`; the order's own limit bounds it. */
  need(wanted: Wanted, price: Ticks): number {
    if (wanted.side === -1) return wanted.lots
    if (wanted.budget !== undefined) return wanted.budget
    const instrument = this.account.instruments[wanted.instrument] as Instrument
    return notionalOf(instrument, wanted.limit ?? slipped(this.slippage, price, 1, 0, NO_LIQUIDITY), wanted.lots, 'ceil')
  }

  /** Whether what is free covers an order that meets `price`. */
  covers(wanted: Wanted, price: Ticks): boolean {
    return this.need(wanted, price) <= (wanted.side === 1 ? this.spendable() : this.sellable(wanted.instrument))
  }

  /** What an open order holds: money for a buy, lots for a sale, nothing before its trigger. */
  heldBy(order: SimOrder): number {
    if (order.trigger !== undefined && !order.isTriggered) return 0
    return this.need({ ...order, lots: lots(order.lots - order.filled) }, this.account.lastPrice(order.instrument))
  }

  /** Lots of an order that is being met which its balance pays for: a limit has held what it needs, another takes what is free. */
  payable(order: SimOrder, price: Ticks): number {
    const i = order.instrument
    const isHeld = order.limit !== undefined
    if (order.side === -1) return Math.max(0, isHeld ? (this.account.positions[i] as Position).lots : this.sellable(i))
    const { cashNumerator, cashDenominator } = this.account.instruments[i] as Instrument
    const money = Math.max(0, isHeld ? this.account.money() : this.spendable())
    return mulDivFloor(money, cashDenominator, price * cashNumerator)
  }

  private *open(i: InstrumentIndex): Generator<SimOrder> {
    for (const list of this.lists) yield* list[i] as SimOrder[]
  }
}
