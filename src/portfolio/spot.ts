/**
 * What a spot fill does to coins and money: bought coins pay their fee in coins, and only coins that are ours can be sold by us.
 */
import { mulDivCeil } from '../core/decimal.ts'
import { type Cash, type Lots, type Side, type Ticks, cash, lots } from '../core/units.ts'
import { type Instrument, LOT_PARTS, notionalOf } from '../market/instrument.ts'
import type { Fee } from '../trading/order.ts'

export interface SpotFill {
  /** By so much the position changes: bought less the fee in coins, or sold of what was held. */
  readonly lots: Lots
  /** In money: for a fee in coins what the lots cost that it took. */
  readonly fee: Cash
  /** Coins that are ours and no whole lot, after the fill; in parts of a lot, below one. */
  readonly spare: number
  /** Sold beyond what was held: it was not ours, and neither is what it brought. */
  readonly surplus: Lots
  /** What came in for the surplus, its fee removed. */
  readonly outside: Cash
}

/**
 * @param held lots of Ballast's before it, never negative
 * @param spare coins of Ballast's that were no whole lot before it, in parts of a lot
 */
export function spotFill(
  instrument: Instrument,
  held: number,
  spare: number,
  fill: { readonly side: Side; readonly price: Ticks; readonly lots: Lots; readonly fee: Fee },
): SpotFill {
  const { side, price, fee } = fill
  const quantity: number = fill.lots
  const parts = fee.lotParts
  const inMoney = parts === undefined ? fee.amount : cash(0)
  if (side === 1) {
    const over = spare - (parts ?? 0)
    const carried = Math.floor(over / LOT_PARTS)
    const bought = Math.max(0, quantity + carried)
    const cost = notionalOf(instrument, price, lots(bought), 'ceil')
    const inLots = notionalOf(instrument, price, fill.lots, 'ceil') - cost
    const left = quantity + carried < 0 ? 0 : over - carried * LOT_PARTS
    return { lots: lots(bought), fee: cash(inMoney + inLots), spare: left, surplus: lots(0), outside: cash(0) }
  }
  const ours = Math.min(quantity, held)
  const surplus = quantity - ours
  const ownFee = surplus === 0 ? inMoney : cash(ours === 0 ? 0 : mulDivCeil(inMoney, ours, quantity))
  return {
    lots: lots(ours),
    fee: ownFee,
    // A rebate in coins on a sale.
    spare: Math.max(0, spare - (parts ?? 0)),
    surplus: lots(surplus),
    outside: surplus === 0 ? cash(0) : cash(notionalOf(instrument, price, lots(surplus), 'floor') - (inMoney - ownFee)),
  }
}

/** What a fill of somebody else's moves in money. */
export function spotFlow(
  instrument: Instrument,
  { side, price, lots: quantity, fee }: { readonly side: Side; readonly price: Ticks; readonly lots: Lots; readonly fee: Fee },
): Cash {
  const notional = notionalOf(instrument, price, quantity, side === 1 ? 'ceil' : 'floor')
  return cash(0 - side * notional - (fee.lotParts === undefined ? fee.amount : 0))
}
