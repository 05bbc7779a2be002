/**
 * Finds the stored candles that a command means when it names a symbol and leaves out the venue or the interval.
 */
import { type Result, err, ok } from '../../core/result.ts'
import { type DataError, dataError } from '../data-error.ts'
import { parseInterval } from './interval.ts'
import type { CandleStore, SeriesInfo } from './store.ts'

export interface SeriesWish {
  readonly symbol: string
  readonly venue?: string | undefined
  /** 1m where stored, else the only one stored, unless said. */
  readonly interval?: string | undefined
}

const INTERVAL_DEFAULT = '1m'
const GENERATED_VENUE = 'sim'

export function findSeries(store: CandleStore, wish: SeriesWish): Result<SeriesInfo, DataError> {
  const { series, damaged } = store.list()
  const candles = series.filter((info) => info.kind === 'last')
  const ofSymbol = candles.filter((info) => info.symbol === wish.symbol && (wish.venue === undefined || info.venue === wish.venue))
  const ofInterval =
    wish.interval === undefined ? ofSymbol : ofSymbol.filter((info) => info.intervalMs === parseInterval(wish.interval as string))
  // The running simulator stores its generated market beside what was imported or downloaded, which is meant.
  const real = ofInterval.filter((info) => info.venue !== GENERATED_VENUE)
  const meant = real.length > 0 ? real : ofInterval
  const byDefault = wish.interval === undefined ? meant.filter((info) => info.interval === INTERVAL_DEFAULT) : []
  const fitting = byDefault.length > 0 ? byDefault : meant
  const [first, second] = fitting
  if (first !== undefined && second === undefined) return ok(first)
  const missing = `${wish.symbol}${wish.interval === undefined ? '' : ` at ${wish.interval}`}${wish.venue === undefined ? '' : ` of ${wish.venue}`}`
  // Not there and not readable are two things.
  const unreadable = damaged.find(
    ({ venue, symbol, interval }) =>
      symbol === wish.symbol &&
      (wish.venue === undefined || venue === wish.venue) &&
      (wish.interval === undefined || parseInterval(interval) === parseInterval(wish.interval)),
  )
  if (first === undefined && unreadable !== undefined) return err(unreadable.error)
  if (first === undefined)
    return err(
      dataError(
        'not-found',
        `There are no stored candles of ${missing}. ${stored(ofSymbol.length > 0 ? ofSymbol : candles)}`,
        `Download candles: ballast data download --symbol ${wish.symbol} --from 2025-01-01, or import a file: ballast data import FILE --symbol ${wish.symbol}`,
      ),
    )
  const flag = fitting.every((info) => info.venue === first.venue) ? '--interval' : '--venue'
  return err(dataError('conflict', `Several series of ${missing} fit: ${namesOf(fitting)}.`, `Choose one with ${flag}.`))
}

const namesOf = (series: readonly SeriesInfo[]): string => series.map((info) => `${info.venue}/${info.symbol}/${info.interval}`).join(', ')

function stored(series: readonly SeriesInfo[]): string {
  if (series.length === 0) return 'The store is empty.'
  return `Stored: ${namesOf(series.slice(0, 8))}${series.length > 8 ? ', …' : ''}.`
}
