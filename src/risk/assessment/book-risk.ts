/**
 * What an entry adds to the value at risk of a day, and how it moves with what is open: from the returns of the bars that the kernel holds.
 * Nothing is assumed: where there are too few bars that all symbols have, there is no figure.
 */
import { DAY_MS, type InstrumentIndex, instrumentIndex, lots } from '../../core/units.ts'
import type { Bars } from '../../market/bars.ts'
import { notionalOf } from '../../market/instrument.ts'
import type { PortfolioView } from '../../portfolio/view.ts'
import { normalQuantile } from '../../portfolio/statistics.ts'

/** Returns that are looked at, newest first. */
const RETURNS_MAX = 120
/** Below so many there is no figure. */
export const RETURNS_MIN = 48
/** One-sided 95 % of the normal distribution: 1.645. */
const Z95 = normalQuantile(0.95)

export interface BookRisk {
  /** Gaussian VaR 95 of a day after the entry less that before it, Cash; negative where it hedges. */
  readonly marginalVar95: number
  /** Cash. */
  readonly var95After: number
  /** Of the entry's result with that of the other symbols, -1 to 1; null where no other is open, or where one of both stands still. */
  readonly correlation: number | null
}

/**
 * @param before signed notional of the symbol now, Cash
 * @param after the same once the entry has filled
 * @param bars by instrument
 * @returns undefined where fewer than {@link RETURNS_MIN} returns are common to the symbol and all that is open
 */
export function bookRiskOf(
  i: InstrumentIndex,
  before: number,
  after: number,
  view: PortfolioView,
  bars: readonly Bars[],
): BookRisk | undefined {
  const series = bars[i]
  if (series === undefined || series.cursor <= RETURNS_MIN) return undefined
  const newest = series.tsColumn[series.cursor - 1] as number
  const own = new Float64Array(RETURNS_MAX)
  addReturns(series, newest, 1, own)
  const book = new Float64Array(RETURNS_MAX)
  let isAlone = true
  for (let k = 0; k < bars.length; k++) {
    if (k === i) continue
    const other = instrumentIndex(k)
    const size = view.positionLots(other) + view.externalLots(other)
    if (size === 0) continue
    isAlone = false
    const notional = notionalOf(view.instrument(other), view.mark(other), lots(Math.abs(size)), 'nearest')
    addReturns(bars[k] as Bars, newest, size > 0 ? notional : -notional, book)
  }
  const sums = momentsOf(own, book)
  if (sums === undefined) return undefined
  const { ownVariance, bookVariance, covariance } = sums
  const root = Math.sqrt(DAY_MS / series.intervalMs)
  const varOf = (notional: number): number =>
    Z95 * root * Math.sqrt(Math.max(0, bookVariance + 2 * notional * covariance + notional * notional * ownVariance))
  const var95After = Math.round(varOf(after))
  const spread = Math.sqrt(ownVariance * bookVariance)
  const direction = after >= before ? 1 : -1
  return {
    marginalVar95: var95After - Math.round(varOf(before)),
    var95After,
    correlation: isAlone || spread === 0 ? null : direction * Math.max(-1, Math.min(1, covariance / spread)),
  }
}

/** Adds `weight` times the simple returns of the newest bars; NaN where a bar or the one before it is missing. */
function addReturns({ tsColumn, closeColumn, cursor, intervalMs }: Bars, newest: number, weight: number, into: Float64Array): void {
  let at = cursor - 1
  let wanted = newest
  for (let k = 0; k < into.length; k++, wanted -= intervalMs) {
    while (at > 0 && (tsColumn[at] as number) > wanted) at -= 1
    if (at > 0 && tsColumn[at] === wanted && tsColumn[at - 1] === wanted - intervalMs)
      into[k] = (into[k] as number) + weight * ((closeColumn[at] as number) / (closeColumn[at - 1] as number) - 1)
    else into[k] = Number.NaN
  }
}

/** Variances and covariance with ddof 1 over the rows that both have. */
function momentsOf(own: Float64Array, book: Float64Array) {
  let count = 0
  let ownSum = 0
  let bookSum = 0
  for (let k = 0; k < own.length; k++) {
    const a = own[k] as number
    const b = book[k] as number
    if (Number.isNaN(a) || Number.isNaN(b)) continue
    count += 1
    ownSum += a
    bookSum += b
  }
  if (count < RETURNS_MIN) return undefined
  const ownMean = ownSum / count
  const bookMean = bookSum / count
  let ownVariance = 0
  let bookVariance = 0
  let covariance = 0
  for (let k = 0; k < own.length; k++) {
    const a = (own[k] as number) - ownMean
    const b = (book[k] as number) - bookMean
    if (Number.isNaN(a) || Number.isNaN(b)) continue
    ownVariance += a * a
    bookVariance += b * b
    covariance += a * b
  }
  return { ownVariance: ownVariance / (count - 1), bookVariance: bookVariance / (count - 1), covariance: covariance / (count - 1) }
}
