/**
 * Rows of equal distance on UTC midnights, and the market's returns between them.
 */
import { expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS, instrumentIndex } from '../../core/units.ts'
import { makeInstrument } from '../../market/instrument.ts'
import type { RunSeries } from '../backtest-run.ts'
import { instantsOf, lastNotAfter, marketReturns, stepDividing, stepFor } from './rows.ts'

const MIDNIGHT = Date.UTC(2025, 0, 1)

function seriesOf(firstMs: number, intervalMs: number, closes: readonly number[]): RunSeries {
  const close = Float64Array.from(closes)
  const ts = Float64Array.from(closes, (_, k) => firstMs + k * intervalMs)
  return {
    instrument: makeInstrument({ index: instrumentIndex(0), venue: 'test', symbol: 'BTCUSDT', tickSize: '0.1', lotSize: '0.001' }),
    intervalMs,
    columns: { ts, open: close, high: close, low: close, close, volume: close },
    funding: undefined,
  }
}

test.each([
  [[90 * DAY_MS, 30 * DAY_MS, 0], HOUR_MS, DAY_MS],
  [[90 * DAY_MS, 12 * HOUR_MS], HOUR_MS, 12 * HOUR_MS],
  [[3 * HOUR_MS], 5 * MINUTE_MS, HOUR_MS],
  [[90 * MINUTE_MS], HOUR_MS, undefined],
  [[30 * DAY_MS], 7 * DAY_MS, undefined],
])('windows of %j over bars of %d ms have rows of %s ms', (spans, intervalMs, step) => {
  expect(stepDividing(spans, intervalMs)).toBe(step)
})

test.each([
  ['days where there are enough of them', 24 * 300, 120, DAY_MS],
  ['parts of a day where there are fewer', 24 * 40, 120, 6 * HOUR_MS],
  ['bars where even they are too few', 30, 120, HOUR_MS],
])('rows are %s', (_, bars, rows, step) => {
  expect(stepFor([seriesOf(MIDNIGHT, HOUR_MS, new Array<number>(bars).fill(1))], rows)).toBe(step)
})

test('rows lie on whole steps; what begins before the first and ends after the last of them is in none', () => {
  const late = seriesOf(MIDNIGHT + 5 * HOUR_MS, HOUR_MS, new Array<number>(24 * 3).fill(1))
  expect([...instantsOf([late], DAY_MS)]).toEqual([1, 2, 3].map((day) => MIDNIGHT + day * DAY_MS))
  expect([...instantsOf([seriesOf(MIDNIGHT, HOUR_MS, new Array<number>(24).fill(1))], DAY_MS)]).toEqual([MIDNIGHT, MIDNIGHT + DAY_MS])
})

test('the last instant that is not after another is found at, between and outside of them', () => {
  const times = Float64Array.of(10, 20, 30)
  expect([9, 10, 15, 30, 31].map((at) => lastNotAfter(times, at))).toEqual([-1, 0, 0, 2, 2])
})

test('the market of two symbols is the mean of their returns, each bar known at its close', () => {
  const half = 12 * HOUR_MS
  const rising = seriesOf(MIDNIGHT, half, [100, 110, 99, 121])
  const flat = seriesOf(MIDNIGHT, half, [50, 50, 50, 100])
  const returns = marketReturns([rising, flat], Float64Array.of(MIDNIGHT, MIDNIGHT + DAY_MS, MIDNIGHT + 2 * DAY_MS))
  expect(returns[0]).toBeCloseTo((0.1 + 0) / 2, 12)
  expect(returns[1]).toBeCloseTo((0.1 + 1) / 2, 12)
})
