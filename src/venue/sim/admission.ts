/**
 * What the venue refuses at the door, with Bybit's retCode: shape, triggers on the wrong side, reduce-only, size, value, margin.
 */
import { lots, ticks } from '../../core/units.ts'
import { type Instrument, notionalOf } from '../../market/instrument.ts'
import { valueMaxAt } from '../../market/margin-tiers.ts'
import type { Position } from '../../portfolio/position.ts'
import type { SubmitOrder } from '../../trading/event.ts'
import { isStopKind } from '../../trading/order.ts'
import type { Margin } from './margin.ts'
import type { SimAccount } from './sim-account.ts'
import type { OrderChange, SimOrder, VenueRefusal } from './sim-order.ts'
import { spotAmendRefusalOf, spotRefusalOf } from './spot-admission.ts'
import type { SpotBalance } from './spot-balance.ts'

const NO_MARGIN: VenueRefusal = { code: 110007, detail: 'available balance is not enough for the order' }

/** Why the venue does not take this order; undefined when it does. */
export function refusalOf(command: SubmitOrder, account: SimAccount, balance: SpotBalance, margin: Margin): VenueRefusal | undefined {
  const instrument = account.instruments[command.instrument]
  if (instrument === undefined) return { code: 10001, detail: 'symbol invalid' }
  const position = account.positions[command.instrument] as Position
  switch (command.kind) {
    case 'market':
      break
    case 'limit':
      if (command.limit === undefined || command.limit <= 0) return { code: 110003, detail: 'a limit order needs a price above zero' }
      break
    case 'stop-market':
    case 'take-profit-market':
      if (command.trigger === undefined || command.trigger <= 0) return { code: 10001, detail: 'a conditional order needs a trigger price' }
      break
    case 'stop-limit':
    case 'take-profit-limit':
      if (command.trigger === undefined || command.trigger <= 0 || command.limit === undefined || command.limit <= 0)
        return { code: 10001, detail: 'a conditional limit needs a trigger price and a price above zero' }
      break
    case 'trailing-stop':
      return { code: 10001, detail: 'a trailing stop belongs to a position: it is set there, not sent as an order' }
  }
  const price = account.prices[command.instrument] as number
  if (command.trigger !== undefined && price > 0) {
    const rises = isStopKind(command.kind) === (command.side === 1)
    if (rises && command.trigger <= price) return { code: 110092, detail: 'expect rising, but the trigger price is not above the price' }
    if (!rises && command.trigger >= price) return { code: 110093, detail: 'expect falling, but the trigger price is not below the price' }
  }
  if (instrument.category === 'spot') return spotRefusalOf(command, account, balance)
  if (command.reduceOnly) {
    if (position.lots === 0 || position.lots > 0 === (command.side === 1))
      return { code: 110017, detail: 'reduce-only order would not reduce the position' }
    return undefined
  }
  if (command.budget !== undefined) return command.budget > 0 ? undefined : { code: 110094, detail: 'a budget must be above zero' }
  if (command.lots < instrument.lotsMin) return { code: 10001, detail: 'quantity below the minimum' }
  if (command.lots > (command.kind === 'market' ? instrument.lotsMarketMax : instrument.lotsMax))
    return { code: 10001, detail: 'quantity above the maximum' }
  const at = command.limit ?? command.trigger ?? ticks(price)
  if (at > 0) {
    const notional = notionalOf(instrument, at, command.lots, 'ceil')
    if (notional < instrument.notionalMin) return { code: 110094, detail: 'order value below the minimum' }
    // A conditional order is asked for its margin at the door, as if it were met there: what it reserves then is nothing.
    const { side, lots: quantity, reduceOnly, budget, trigger } = command
    const asked = { side, lots: quantity, filled: lots(0), limit: at, trigger, isTriggered: true, reduceOnly, budget }
    if (!margin.carriesAlso(command.instrument, asked)) return NO_MARGIN
    const { index } = instrument
    const after = Math.max(0, position.lots * side) + quantity
    if (notionalOf(instrument, at, lots(after), 'ceil') > valueMaxAt(account.leverages[index] as number, account.tiers[index] ?? []))
      return { code: 110090, detail: 'the position may exceed the max. limit at this leverage' }
  }
  return undefined
}

/** Why a standing order may not become what the change asks for; undefined when it may. */
export function amendRefusalOf(
  order: SimOrder,
  change: OrderChange,
  account: SimAccount,
  balance: SpotBalance,
  margin: Margin,
): VenueRefusal | undefined {
  if (Object.keys(change).length === 0) return { code: 10001, detail: 'order not modified' }
  if (order.attached !== undefined && change.limit !== undefined && order.limit === undefined)
    return { code: 10001, detail: 'a market stop has no price' }
  const instrument = account.instruments[order.instrument] as Instrument
  if (instrument.category === 'spot') {
    const refusal = spotAmendRefusalOf(order, change, account, balance)
    if (refusal !== undefined) return refusal
  } else if (change.lots !== undefined) {
    if (change.lots <= order.filled) return { code: 110064, detail: 'the quantity must be above what is filled' }
    if (change.lots < instrument.lotsMin || change.lots > instrument.lotsMax) return { code: 10001, detail: 'quantity outside the bounds' }
    const position = account.positions[order.instrument] as Position
    if (order.reduceOnly && change.lots - order.filled > Math.abs(position.lots))
      return { code: 110017, detail: 'reduce-only order would be larger than the position' }
  }
  if (instrument.category !== 'spot' && (change.lots !== undefined || change.limit !== undefined)) {
    if (!margin.carriesChanged(order.instrument, order, { ...order, ...change })) return NO_MARGIN
  }
  if (change.trigger !== undefined && !order.isTriggered) {
    const price = account.prices[order.instrument] as number
    const rises = order.isStop === (order.side === 1)
    if (price > 0 && rises && change.trigger <= price)
      return { code: 110092, detail: 'expect rising, but the trigger price is not above the price' }
    if (price > 0 && !rises && change.trigger >= price)
      return { code: 110093, detail: 'expect falling, but the trigger price is not below the price' }
  }
  return undefined
}
