/**
 * Which tick a CSV's prices get, and the road from its decimals to ticks.
 * Never rounds a price where the tick was given: an off-grid price is then an error of its line.
 */
import { formatDecimal } from '../../core/decimal.ts'
import { type Result, err, ok } from '../../core/result.ts'
import type { Columns } from './columns.ts'
import { type CandleRows, POW10 } from './csv-candles.ts'
import type { PriceGrid } from './part.ts'

/** Doubles and ticks times lots stay exact with this many digits. */
export const SIGNIFICANT_DIGITS = 9

export interface Inferred {
  readonly tickSize: string
  /** The file has more decimals than the tick keeps: prices are rounded to the nearest tick. */
  readonly capped: boolean
}

/** Tick from the decimals in the file, at most nine significant digits at the highest price. */
export function inferTick(rows: CandleRows): Inferred {
  const exponent = Number(rows.priceMax.toExponential().split('e')[1])
  const decimalsCap = Math.max(0, SIGNIFICANT_DIGITS - 1 - exponent)
  const decimals = Math.min(rows.decimalsMax, decimalsCap)
  return { tickSize: formatDecimal(1, decimals), capped: rows.decimalsMax > decimals }
}

export interface OffGrid {
  readonly row: number
  readonly price: string
}

export interface Gridded {
  /** Open, high, low, close in ticks. */
  readonly prices: Columns
  /** Prices that were not on the grid and have been rounded. */
  readonly rounded: number
}

/** Prices in ticks. With `round` an off-grid price goes to the nearest tick, without it is refused. */
export function toTicks(rows: CandleRows, grid: PriceGrid, round: boolean): Result<Gridded, OffGrid> {
  const prices: Float64Array[] = []
  const steps = stepsFor(grid)
  let rounded = 0
  let firstOff: OffGrid | undefined
  for (let column = 0; column < 4; column += 1) {
    const mantissa = rows.mantissa[column] as Float64Array
    const decimals = rows.decimals[column] as Uint8Array
    const out = new Float64Array(rows.count)
    for (let at = 0; at < rows.count; at += 1) {
      const step = steps[decimals[at] as number] as Step
      const units = (mantissa[at] as number) * step.times
      const value = units / step.divide
      const nearest = Math.round(value)
      // Exact while units < 2^53; a quotient that only looks whole is caught by multiplying back.
      if (nearest * step.divide !== units || units > Number.MAX_SAFE_INTEGER || nearest <= 0) {
        if (!round || nearest <= 0 || units > Number.MAX_SAFE_INTEGER) {
          if (firstOff === undefined || at < firstOff.row)
            firstOff = { row: at, price: formatDecimal(mantissa[at] as number, decimals[at] as number) }
          break
        }
        rounded += 1
      }
      out[at] = nearest
    }
    prices.push(out)
  }
  return firstOff === undefined ? ok({ prices, rounded }) : err(firstOff)
}

interface Step {
  readonly times: number
  readonly divide: number
}

function stepsFor(grid: PriceGrid): Step[] {
  return Array.from({ length: 23 }, (_, decimals) => {
    const shift = grid.priceScale - decimals
    return shift >= 0 ? { times: POW10[shift] as number, divide: grid.tick } : { times: 1, divide: grid.tick * (POW10[-shift] as number) }
  })
}
