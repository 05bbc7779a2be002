/**
 * Candles of a chart, whatever comes when.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mergeCandles } from './candles.ts'
import type { Candle } from './types.ts'

const candle = (minute: number, close = '1'): Candle => ({
  ts: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString(),
  open: '1',
  high: '1',
  low: '1',
  close,
  volume: '1',
})

test('older ones stand before, newer ones behind, and one that is there already is replaced', () => {
  const shown = mergeCandles(mergeCandles([candle(5), candle(6)], [candle(4), candle(3)]), [candle(6, '2'), candle(7)])
  expect(shown.map(({ ts, close }) => `${ts.slice(14, 16)}:${close}`)).toEqual(['03:1', '04:1', '05:1', '06:2', '07:1'])
})
test('for all parts in all orders each minute is there once, in order', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.nat(30), { maxLength: 8 }), { maxLength: 6 }), (parts) => {
      let shown: readonly Candle[] = []
      for (const minutes of parts)
        shown = mergeCandles(
          shown,
          [...new Set(minutes)].map((minute) => candle(minute)),
        )
      expect(shown.map(({ ts }) => ts)).toEqual([...new Set(parts.flat())].sort((a, b) => a - b).map((minute) => candle(minute).ts))
    }),
  )
})
