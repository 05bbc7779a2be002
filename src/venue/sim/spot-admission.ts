/**
 * What the venue refuses of spot orders, with Bybit's retCode: shape, size, value, and what money or coins do not cover.
 */
import { type Ticks, ticks } from '../../core/units.ts'
import { type Instrument, notionalOf } from '../../market/instrument.ts'
import type { SubmitOrder } from '../../trading/event.ts'
import type { SimAccount } from './sim-account.ts'
import type { OrderChange, SimOrder, VenueRefusal } from './sim-order.ts'
import type { SpotBalance } from './spot-balance.ts'

export const INSUFFICIENT_BALANCE: VenueRefusal = { code: 170131, detail: 'Insufficient balance.' }
/** Set beside a position, which spot does not have. */
export const NO_PROTECTION: VenueRefusal = {
  code: 10001,
  detail: 'spot holds no position to guard: a stop or a target is an order of its own',
}

/** Why a spot order of sound shape is not taken; undefined when it is. */
export function spotRefusalOf(command: SubmitOrder, account: SimAccount, balance: SpotBalance): VenueRefusal | undefined {
  const { kind, limit, trigger, budget, lots: quantity } = command
  const instrument = account.instruments[command.instrument] as Instrument
  if (command.stop !== undefined || (command.targets?.length ?? 0) > 0)
    return { code: 10001, detail: 'a spot order carries no stop and no target here: they are orders of their own' }
  const price = account.lastPrice(command.instrument)
  if (budget === undefined) {
    const size = sizeRefusalOf(instrument, quantity, kind === 'market' ? instrument.lotsMarketMax : instrument.lotsMax)
    if (size !== undefined) return size
    const value = valueRefusalOf(instrument, limit ?? trigger ?? price, quantity)
    if (value !== undefined) return value
  } else if (budget < Math.max(1, instrument.notionalMin)) return { code: 170140, detail: 'Order value below the minimum.' }
  // A conditional order holds nothing before its trigger, and no price is known before the first.
  if (trigger !== undefined || (price === 0 && limit === undefined)) return undefined
  return balance.covers(command, price) ? undefined : INSUFFICIENT_BALANCE
}

/** Why a standing spot order may not get this size or price; undefined when it may. */
export function spotAmendRefusalOf(
  order: SimOrder,
  change: OrderChange,
  account: SimAccount,
  balance: SpotBalance,
): VenueRefusal | undefined {
  const instrument = account.instruments[order.instrument] as Instrument
  if (change.stop !== undefined || (change.targets?.length ?? 0) > 0) return NO_PROTECTION
  const changed: SimOrder = { ...order, ...change }
  if (changed.lots <= order.filled) return { code: 110064, detail: 'the quantity must be above what is filled' }
  const refusal =
    sizeRefusalOf(instrument, changed.lots, instrument.lotsMax) ??
    valueRefusalOf(instrument, changed.limit ?? changed.trigger ?? account.lastPrice(order.instrument), changed.lots)
  if (refusal !== undefined) return refusal
  const more = balance.heldBy(changed) - balance.heldBy(order)
  const free = order.side === 1 ? balance.spendable() : balance.sellable(order.instrument)
  return more > 0 && more > free ? INSUFFICIENT_BALANCE : undefined
}

function sizeRefusalOf(instrument: Instrument, quantity: number, most: number): VenueRefusal | undefined {
  if (quantity < instrument.lotsMin) return { code: 170136, detail: 'Order quantity lower than the minimum.' }
  return quantity > most ? { code: 170124, detail: 'Order amount too large.' } : undefined
}

const valueRefusalOf = (instrument: Instrument, price: Ticks, quantity: SubmitOrder['lots']): VenueRefusal | undefined =>
  price > ticks(0) && notionalOf(instrument, price, quantity, 'ceil') < instrument.notionalMin
    ? { code: 170140, detail: 'Order value below the minimum.' }
    : undefined
