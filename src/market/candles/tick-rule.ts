/**
 * Which tick a CSV's prices get, and the way from its decimals to ticks.
 */
import { formatDecimal, readStep } from '../../core/decimal.ts'
import { type Result, err, ok } from '../../core/result.ts'
import { type DataError, dataError } from '../data-error.ts'
import type { CandleRows } from '../files/candle-rows.ts'
import { POW10 } from '../files/number-text.ts'
import type { Columns } from './columns.ts'
import type { PriceGrid } from './part.ts'
import { priceGridOf } from './price-grid.ts'

/** Doubles and ticks times lots stay exact with this many digits. */
const SIGNIFICANT_DIGITS = 9
/** A step has no more decimals (core/decimal.ts). */
const TICK_DECIMALS_MAX = 15

export interface Inferred {
  readonly tickSize: string
  /** The file has more decimals than the tick keeps: prices are rounded to the nearest tick. */
  readonly capped: boolean
}

/** Tick from the decimals in the file, at most nine significant digits at the highest price. */
export function inferTick(rows: CandleRows): Inferred {
  const exponent = Number(rows.priceMax.toExponential().split('e')[1])
  const decimalsCap = Math.min(TICK_DECIMALS_MAX, Math.max(0, SIGNIFICANT_DIGITS - 1 - exponent))
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
  const { times, divides } = stepsFor(grid)
  let rounded = 0
  let firstOff: OffGrid | undefined
  for (let column = 0; column < 4; column += 1) {
    const mantissa = rows.mantissa[column] as Float64Array
    const decimals = rows.decimals[column] as Uint8Array
    const out = new Float64Array(rows.count)
    for (let at = 0; at < rows.count; at += 1) {
      const places = decimals[at] as number
      const units = (mantissa[at] as number) * (times[places] as number)
      const divide = divides[places] as number
      const nearest = Math.round(units / divide)
      // Exact while units < 2^53; a quotient that only looks whole is caught by multiplying back.
      if (nearest * divide !== units || units > Number.MAX_SAFE_INTEGER || nearest <= 0) {
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

/** What a mantissa is multiplied with and then divided by, by its decimals. */
function stepsFor(grid: PriceGrid): { readonly times: Float64Array; readonly divides: Float64Array } {
  const times = new Float64Array(POW10.length).fill(1)
  const divides = new Float64Array(POW10.length).fill(grid.tick)
  for (let decimals = 0; decimals < POW10.length; decimals += 1) {
    const shift = grid.priceScale - decimals
    if (shift >= 0) times[decimals] = POW10[shift] as number
    else divides[decimals] = grid.tick * (POW10[-shift] as number)
  }
  return { times, divides }
}

export interface Priced extends Gridded {
  readonly tickSize: string
  readonly tickOrigin: 'given' | 'stored' | 'decimals' | 'nine-digits'
}

/** Prices in the tick that was given, in the stored one where they lie on it, else in the one of their decimals. */
export function priceRows(
  rows: CandleRows,
  tickGiven: string | undefined,
  tickStored: string | undefined,
): Result<Priced, OffGrid & { readonly tickSize: string }> {
  const onGrid = (tickSize: string, tickOrigin: Priced['tickOrigin'], round: boolean) => {
    const gridded = toTicks(rows, priceGridOf(tickSize), round)
    return gridded.ok ? ok({ ...gridded.value, tickSize, tickOrigin }) : err({ ...gridded.error, tickSize })
  }
  if (tickGiven !== undefined) return onGrid(tickGiven, 'given', false)
  const inferred = inferTick(rows)
  if (tickStored !== undefined) {
    const stored = onGrid(tickStored, 'stored', inferred.capped && Number(tickStored) <= Number(inferred.tickSize))
    if (stored.ok) return stored
  }
  return onGrid(inferred.tickSize, inferred.capped ? 'nine-digits' : 'decimals', inferred.capped)
}

/** What is wrong with a step that was given. */
export const stepProblem = (flag: 'tick' | 'lot', value: string): DataError | undefined =>
  readStep(value) === undefined
    ? dataError('bad-input', `--${flag} '${value}' is not a positive decimal.`, `Pass a plain decimal, for example --${flag} 0.01 or 10.`)
    : undefined

/** The lot of a file that names none: small against any position, and never so small that a position does not fit into an integer. */
export function defaultLot(priceMin: number): string {
  const coarser = priceMin > 0 ? Math.max(0, Math.ceil(-2 - Math.log10(priceMin) - 1e-9)) : 0
  return coarser <= 6 ? formatDecimal(1, 6 - coarser) : `1${'0'.repeat(coarser - 6)}`
}
