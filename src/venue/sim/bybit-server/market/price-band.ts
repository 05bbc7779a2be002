/**
 * How far from the last price a limit may lie on the side that crosses, and what happens to one beyond.
 */
import { CASH_MAX, type Lots, type Ticks, ticks } from '../../../../core/units.ts'
import { type Instrument, formatPrice } from '../../../../market/instrument.ts'
import type { Exchange } from '../exchange.ts'
import type { ParsedOrder } from '../routes/order-request.ts'
import { type Answer, refuse } from '../streams/wire.ts'

/** Ratio X of the price limit. */
const BAND_PERCENT = 1

/** Futures: a limit beyond the band is put silently on its edge, as Bybit does by default. Spot: it is refused. */
export function inBand(exchange: Exchange, parsed: ParsedOrder, instrument: Instrument): ParsedOrder | Answer {
  const { command, submission } = parsed
  const last: number = exchange.venue.lastPrice(instrument.index)
  if (exchange.isReplay || command.limit === undefined || command.trigger !== undefined) return parsed
  const edge = command.side === 1 ? Math.floor((last * (100 + BAND_PERCENT)) / 100) : Math.ceil((last * (100 - BAND_PERCENT)) / 100)
  if ((command.limit - edge) * command.side <= 0) return parsed
  const limit = ticks(edge)
  const text = formatPrice(instrument, limit)
  if (instrument.category === 'spot')
    return command.side === 1
      ? refuse(170193, `Buy order price cannot be higher than ${text}.`)
      : refuse(170194, `Sell order price cannot be lower than ${text}.`)
  return { command: { ...command, limit }, submission: { ...submission, price: text } }
}

/** Whether an order is worth more than an account can hold in exact money; no such order may reach the matcher. */
export const isPastCash = (instrument: Instrument, price: Ticks, size: Lots): boolean =>
  (price * size * instrument.cashNumerator) / instrument.cashDenominator > CASH_MAX / 2
