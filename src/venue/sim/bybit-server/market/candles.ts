/**
 * Candles of any interval out of a source's bars, as Bybit lists and streams them.
 */
import { DAY_MS, type InstrumentIndex, MINUTE_MS, ticks } from '../../../../core/units.ts'
import type { Bars } from '../../../../market/bars.ts'
import { type Instrument, formatPrice, tickFloat, wireSymbolOf } from '../../../../market/instrument.ts'
import type { FormingBar, MarketSource } from './market-source.ts'
import { floatText } from '../streams/wire.ts'

/** Bybit's interval names in milliseconds; months are not simulated. */
export const INTERVALS: Readonly<Record<string, number>> = {
  '1': MINUTE_MS,
  '3': 3 * MINUTE_MS,
  '5': 5 * MINUTE_MS,
  '15': 15 * MINUTE_MS,
  '30': 30 * MINUTE_MS,
  '60': 60 * MINUTE_MS,
  '120': 120 * MINUTE_MS,
  '240': 240 * MINUTE_MS,
  '360': 360 * MINUTE_MS,
  '720': 720 * MINUTE_MS,
  D: DAY_MS,
  W: 7 * DAY_MS,
}
/** Weeks begin on Monday; 1970-01-05 was the first one. */
const MONDAY_MS = 4 * DAY_MS

export interface Candle extends FormingBar {
  /** Quote units. */
  turnover: number
}

export const bucketOf = (at: number, intervalMs: number): number => {
  const offset = intervalMs % (7 * DAY_MS) === 0 ? MONDAY_MS : 0
  return Math.floor((at - offset) / intervalMs) * intervalMs + offset
}

/** Candles that open in [from, to], newest first, at most `limit`; the open one first where there is one. */
export function candlesOf(source: MarketSource, i: InstrumentIndex, intervalMs: number, from: number, to: number, limit: number): Candle[] {
  const bars = source.bars[i] as Bars
  const instrument = source.instruments[i] as Instrument
  const list: Candle[] = []
  if (intervalMs % bars.intervalMs !== 0) return list
  const tick = tickFloat(instrument)
  let candle: Candle | undefined
  const take = (ts: number, open: number, high: number, low: number, close: number, volume: number): boolean => {
    const bucket = bucketOf(ts, intervalMs)
    if (bucket > to) return true
    const turnover = volume * tick * ((open + close) / 2)
    if (candle === undefined || candle.ts !== bucket) {
      if (candle !== undefined && candle.ts >= from) list.push(candle)
      candle = undefined
      if (list.length >= limit || bucket < from) return false
      candle = { ts: bucket, open, high, low, close, volume, turnover }
      return true
    }
    candle.open = open
    if (high > candle.high) candle.high = high
    if (low < candle.low) candle.low = low
    candle.volume += volume
    candle.turnover += turnover
    return true
  }
  const forming = source.forming(i)
  if (forming !== undefined && !take(forming.ts, forming.open, forming.high, forming.low, forming.close, forming.volume)) return list
  let goesOn = true
  for (let k = lastBefore(bars, to + intervalMs); goesOn && k >= 0; k--)
    goesOn = take(
      bars.tsColumn[k] as number,
      bars.openColumn[k] as number,
      bars.highColumn[k] as number,
      bars.lowColumn[k] as number,
      bars.closeColumn[k] as number,
      bars.volumeColumn[k] as number,
    )
  // The history ran out inside this candle: whole only if its first bar is there.
  if (goesOn && candle !== undefined && list.length < limit && candle.ts >= from && (bars.cursor === 0 || bars.tsColumn[0] === candle.ts))
    list.push(candle)
  return list
}

/** Index of the last visible bar that opens before `at`. */
function lastBefore(bars: Bars, at: number): number {
  let low = 0
  let high = bars.cursor
  while (low < high) {
    const middle = (low + high) >> 1
    if ((bars.tsColumn[middle] as number) < at) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** `[startTime, open, high, low, close, volume, turnover]`. */
export function klineRow(instrument: Instrument, candle: Candle): string[] {
  return [
    String(candle.ts),
    formatPrice(instrument, ticks(candle.open)),
    formatPrice(instrument, ticks(candle.high)),
    formatPrice(instrument, ticks(candle.low)),
    formatPrice(instrument, ticks(candle.close)),
    floatText(candle.volume, 6),
    floatText(candle.turnover, 4),
  ]
}

export function klineFrame(
  instrument: Instrument,
  interval: string,
  intervalMs: number,
  candle: Candle,
  confirm: boolean,
  at: number,
): object {
  const [, open, high, low, close, volume, turnover] = klineRow(instrument, candle)
  const start = candle.ts
  return {
    topic: `kline.${interval}.${wireSymbolOf(instrument.symbol)}`,
    data: [{ start, end: start + intervalMs - 1, interval, open, close, high, low, volume, turnover, confirm, timestamp: at }],
    ts: at,
    type: 'snapshot',
  }
}
