/**
 * What the venue refuses at the door, with Bybit's retCode: shape, triggers on the wrong side, reduce-only, size, value, margin.
 * Never changes anything: an order that passes is not yet an order.
 */
import { ticks } from '../../core/units.ts'
import { notionalOf } from '../../market/instrument.ts'
import type { Position } from '../../portfolio/position.ts'
import type { SubmitOrder } from '../../trading/event.ts'
import type { SimAccount } from './sim-account.ts'
import type { VenueRefusal } from './sim-order.ts'

/** Why the venue does not take this order; undefined when it does. */
export function refusalOf(command: SubmitOrder, account: SimAccount): VenueRefusal | undefined {
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
    case 'trailing-stop':
      return { code: 10001, detail: `order kind ${command.kind} is not simulated` }
  }
  const price = account.prices[command.instrument] as number
  if (command.trigger !== undefined && price > 0) {
    const rises = (command.kind === 'stop-market') === (command.side === 1)
    if (rises && command.trigger <= price) return { code: 110092, detail: 'expect rising, but the trigger price is not above the price' }
    if (!rises && command.trigger >= price) return { code: 110093, detail: 'expect falling, but the trigger price is not below the price' }
  }
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
    const adds = position.lots === 0 || position.lots > 0 === (command.side === 1)
    if (adds && Math.ceil(notional / (account.leverages[command.instrument] as number)) > account.equity() - account.marginUsed())
      return { code: 110007, detail: 'available balance is not enough for the order' }
  }
  return undefined
}
