/**
 * Bars behind their cursor, and several series walked by close instant.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvariantError } from '../core/assert.ts'
import { ticks, ts } from '../core/units.ts'
import { type Bar, Bars } from './bars.ts'
import { Merge } from './merge.ts'

const bar = (at: number, close = at): Bar => ({ ts: ts(at), open: ticks(1), high: ticks(9), low: ticks(1), close: ticks(close), volume: 2 })

describe('bars', () => {
  test('bars: only revealed bars are seen, the newest first', () => {
    const bars = Bars.withCapacity(10, 8)
    for (const at of [0, 10, 20]) bars.push(bar(at, at + 5))
    expect(() => bars.close(0)).toThrow('only 0 exist')
    bars.reveal()
    bars.reveal()
    expect([bars.close(0), bars.close(1), bars.openTs(0), bars.closeTs(0)]).toEqual([15, 5, 10, 20])
    expect(bars.cursor).toBe(2)
    expect(() => bars.close(2)).toThrow(RangeError)
    expect(() => bars.close(-1)).toThrow('future bars do not exist')
    expect(() => bars.close(Number.NaN)).toThrow(RangeError)
  })

  test('a full series drops its oldest half and continues', () => {
    const bars = Bars.withCapacity(1, 4)
    for (let at = 0; at < 11; at++) {
      bars.push(bar(at))
      bars.reveal()
      expect(bars.close(0)).toBe(at)
      if (at > 0) expect(bars.close(1)).toBe(at - 1)
    }
    expect(bars.length).toBeLessThanOrEqual(4)
  })

  test('bars: bars ascend', () => {
    const bars = Bars.withCapacity(10, 4)
    bars.push(bar(10))
    expect(() => bars.push(bar(10))).toThrow(InvariantError)
  })
})

const seriesOf = (intervalMs: number, times: readonly number[]): Bars => {
  const column = Float64Array.from(times)
  return new Bars(intervalMs, { ts: column, open: column, high: column, low: column, close: column, volume: column })
}

test('a merge visits every bar once, by close instant, ties in the order of the instruments', () => {
  const times = fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { maxLength: 30 }).map((list) => list.sort((a, b) => a - b))
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(1, 5), times), { minLength: 1, maxLength: 4 }), (specs) => {
      const series = specs.map(([intervalMs, list]) => seriesOf(intervalMs, list))
      const expected = specs
        .flatMap(([intervalMs, list], i) => list.map((at) => ({ close: at + intervalMs, i })))
        .sort((a, b) => a.close - b.close || a.i - b.i)
      const seen: { close: number; i: number }[] = []
      const merge = new Merge(series)
      while (merge.next()) {
        for (let k = 0; k < merge.count; k++) {
          const i = merge.members[k] as number
          seen.push({ close: merge.closeTs, i })
          series[i]?.reveal()
        }
      }
      expect(seen).toEqual(expected)
    }),
  )
})
