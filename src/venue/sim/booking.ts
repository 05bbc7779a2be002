/**
 * What a fill does to the account: the position, its result and its fee; of spot the coins, their cost, a fee in coins, and coins from outside.
 */
import { mulDivCeil } from '../../core/decimal.ts'
import { type Cash, type InstrumentIndex, type Lots, type Side, type Ticks, cash, lots } from '../../core/units.ts'
import { type Instrument, LOT_PARTS, notionalOf } from '../../market/instrument.ts'
import { postToWallet } from '../../portfolio/ledger.ts'
import { type Position, applyFill } from '../../portfolio/position.ts'
import { spotFill } from '../../portfolio/spot.ts'
import type { Fee } from '../../trading/order.ts'
import { type RateFraction, feeOf } from './models/models.ts'
import type { SimAccount } from './sim-account.ts'

/** Books a fill of a perpetual and answers its fee. */
export function bookLinear(account: SimAccount, i: InstrumentIndex, side: Side, price: Ticks, quantity: Lots, fraction: RateFraction): Fee {
  const instrument = account.instruments[i] as Instrument
  const amount = feeOf(instrument, price, quantity, fraction)
  const realized = applyFill(account.positions[i] as Position, instrument, { side, price, lots: quantity })
  if (realized !== 0) postToWallet(account.ledger, 'trading', realized)
  postToWallet(account.ledger, 'fees', cash(0 - amount))
  return { coin: instrument.settleCoin, amount, rate: fraction.rate }
}

/** Books a fill of spot and answers its fee: of a buy in coins, of a sale in money. */
export function bookSpot(account: SimAccount, i: InstrumentIndex, side: Side, price: Ticks, quantity: Lots, fraction: RateFraction): Fee {
  const instrument = account.instruments[i] as Instrument
  const position = account.positions[i] as Position
  const amount = feeOf(instrument, price, quantity, fraction)
  const { rate, numerator, denominator } = fraction
  const fee: Fee =
    side === 1
      ? { coin: instrument.baseCoin, amount, rate, lotParts: mulDivCeil(quantity, numerator * LOT_PARTS, denominator) }
      : { coin: instrument.quoteCoin, amount, rate }
  const booked = spotFill(instrument, position.lots, account.spares[i] as number, { side, price, lots: quantity, fee })
  if (booked.lots > 0) {
    const realized = applyFill(position, instrument, { side, price, lots: booked.lots })
    if (realized !== 0) postToWallet(account.ledger, 'trading', realized)
  }
  account.spares[i] = booked.spare
  postToWallet(account.ledger, 'fees', cash(0 - booked.fee))
  return fee
}

/**
 * Coins that come from outside (positive) at the last price, or go there at what they cost on average: the owner's capital, never a result.
 * Answers the change of the wallet, which counts coins at cost.
 */
export function moveCoins(account: SimAccount, i: InstrumentIndex, quantity: number): Cash {
  const instrument = account.instruments[i] as Instrument
  const position = account.positions[i] as Position
  const held: number = position.lots
  const change = cash(
    quantity > 0
      ? notionalOf(instrument, account.lastPrice(i), lots(quantity), 'ceil')
      : 0 - (held === 0 ? 0 : mulDivCeil(position.cost, 0 - quantity, held)),
  )
  position.lots = lots(held + quantity)
  position.cost = cash(position.cost + change)
  postToWallet(account.ledger, 'capital', change)
  return change
}
