/**
 * Fills whose price lies between two steps of today: executions of before the steps changed, and prices of delivery.
 */
import { mulDiv, parseDecimal } from '../../core/decimal.ts'
import { CASH_SCALE, type Cash, type Lots, type Ticks, cash } from '../../core/units.ts'
import { type Instrument, notionalOf, parsePrice } from '../../market/instrument.ts'
import type { ExecutionWire } from './rows.ts'

/**
 * Money of a fill beside `price` times its quantity, rounded against us; undefined where the price is a step.
 * 0.01 BTC at 60,000.13 that is booked at 60,000.1 has 0.0003 USDT off its step.
 */
export function offStepOf(row: ExecutionWire, instrument: Instrument, price: Ticks, quantity: Lots): { readonly offStep?: Cash } {
  if (parsePrice(instrument, row.execPrice) !== undefined) return {}
  const scale = (row.execPrice.split('.')[1] ?? '').length
  const units = parseDecimal(row.execPrice, scale)
  if (units === undefined) return {}
  const rounding = row.side === 'Buy' ? 'ceil' : 'floor'
  const places = scale + instrument.quantityScale - CASH_SCALE
  const exact =
    places > 0
      ? mulDiv(units, quantity * instrument.lot, 10 ** places, rounding)
      : mulDiv(units, quantity * instrument.lot * 10 ** -places, 1, rounding)
  return { offStep: cash(exact - notionalOf(instrument, price, quantity, rounding)) }
}
