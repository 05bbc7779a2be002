/**
 * Bars of longer intervals against a loop that groups all bars at once.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS, ticks, ts } from '../core/units.ts'
import { type Bar, Bars } from './bars.ts'
import { HigherBars } from './higher-bars.ts'
import { RecentBars } from './recent-bars.ts'

const MONDAY_MS = Date.UTC(2026, 0, 5)

/** By the calendar: whole groups of base bars, the first of them only where it begins at its own beginning. */
function grouped(bars: readonly Bar[], intervalMs: number, baseMs: number, nowMs: number): number[][] {
  const groups = new Map<number, Bar[]>()
  for (const bar of bars) {
    const start = intervalMs === 7 * DAY_MS ? weekOf(bar.ts) : bar.ts - (bar.ts % intervalMs)
    groups.set(start, [...(groups.get(start) ?? []), bar])
  }
  const last = bars[bars.length - 1] as Bar
  return [...groups].flatMap(([start, of], k) => {
    const isWhole = k > 0 || of[0]?.ts === start
    const hasClosed = start + intervalMs <= nowMs || last.ts + baseMs > start + intervalMs
    if (!isWhole || !hasClosed) return []
    return [
      [
        start,
        of[0]?.open as number,
        Math.max(...of.map((b) => b.high)),
        Math.min(...of.map((b) => b.low)),
        of[of.length - 1]?.close as number,
        of.reduce((sum, b) => sum + b.volume, 0),
      ],
    ]
  })
}

function weekOf(at: number): number {
  const date = new Date(at)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() - ((date.getUTCDay() + 6) % 7))
}

const read = (bars: HigherBars): number[][] =>
  Array.from({ length: bars.count }, (_, k) => {
    const back = bars.count - 1 - k
    return [bars.openTs(back), bars.open(back), bars.high(back), bars.low(back), bars.close(back), bars.volume(back)]
  })

const market = fc
  .record({
    first: fc.integer({ min: 0, max: 3_000 }),
    steps: fc.array(fc.tuple(fc.integer({ min: 1, max: 1_000 }), fc.constantFrom(1, 1, 1, 1, 2, 7, 40)), { minLength: 1, maxLength: 200 }),
  })
  .map(({ first, steps }) => {
    let at = MONDAY_MS + first * MINUTE_MS
    return steps.map(([price, skip]): Bar => {
      const bar = {
        ts: ts(at),
        open: ticks(price),
        high: ticks(price + (price % 7)),
        low: ticks(price),
        close: ticks(price + (price % 3)),
        volume: price % 11,
      }
      at += skip * MINUTE_MS
      return bar
    })
  })

test('bars of a longer interval are those that a loop over all bars makes, at each close, over a restart anywhere', () => {
  fc.assert(
    fc.property(market, fc.constantFrom(3, 15, 60), fc.integer({ min: 1, max: 5 }), fc.nat(), (bars, minutes, count, cutAt) => {
      const intervalMs = minutes * MINUTE_MS
      const base = Bars.withCapacity(MINUTE_MS, 300)
      let higher = new HigherBars(MINUTE_MS, intervalMs, count)
      bars.forEach((bar, k) => {
        base.push(bar)
        base.reveal()
        const before = JSON.stringify(read(higher))
        const hasClosed = higher.see(base)
        const expected = grouped(bars.slice(0, k + 1), intervalMs, MINUTE_MS, bar.ts + MINUTE_MS).slice(-count)
        expect(read(higher)).toEqual(expected)
        expect(hasClosed).toBe(JSON.stringify(expected) !== before)
        if (k !== cutAt % bars.length) return
        const again = new HigherBars(MINUTE_MS, intervalMs, count)
        again.restore(JSON.parse(JSON.stringify(higher.snapshot())))
        higher = again
      })
    }),
    { numRuns: 200 },
  )
})

describe('bounds', () => {
  const seen = (base: Bars, higher: HigherBars, openMs: number, price: number): boolean => {
    base.append(openMs, price, price, price, price, 1)
    base.reveal()
    return higher.see(base)
  }

  test('weeks begin on Monday', () => {
    const base = Bars.withCapacity(DAY_MS, 64)
    const weeks = new HigherBars(DAY_MS, 7 * DAY_MS, 2)
    const closed = Array.from({ length: 21 }, (_, k) => (seen(base, weeks, MONDAY_MS + k * DAY_MS, k + 1) ? [k] : [])).flat()
    expect(closed).toEqual([6, 13, 20])
    expect([weeks.openTs(0), weeks.open(0), weeks.close(0), weeks.closeTs(0)]).toEqual([
      MONDAY_MS + 14 * DAY_MS,
      15,
      21,
      MONDAY_MS + 21 * DAY_MS,
    ])
  })

  test('a bar that had begun before the first one that was seen is not shown', () => {
    const base = Bars.withCapacity(MINUTE_MS, 256)
    const hours = new HigherBars(MINUTE_MS, HOUR_MS, 2)
    for (let minute = 30; minute < 60; minute++) expect(seen(base, hours, MONDAY_MS + minute * MINUTE_MS, 5)).toBe(false)
    expect(hours.count).toBe(0)
    for (let minute = 60; minute < 119; minute++) expect(seen(base, hours, MONDAY_MS + minute * MINUTE_MS, 6)).toBe(false)
    expect(seen(base, hours, MONDAY_MS + 119 * MINUTE_MS, 7)).toBe(true)
    expect([hours.count, hours.open(0), hours.close(0)]).toEqual([1, 6, 7])
  })

  test('more bars than were asked for, and bars that are still to come, cannot be read', () => {
    const base = Bars.withCapacity(MINUTE_MS, 64)
    const twos = new HigherBars(MINUTE_MS, 2 * MINUTE_MS, 2)
    for (let minute = 0; minute < 12; minute++) seen(base, twos, MONDAY_MS + minute * MINUTE_MS, minute + 1)
    expect([twos.close(0), twos.close(1)]).toEqual([12, 10])
    expect(() => twos.close(2)).toThrow("only 2 exist: say in 'intervals' how many bars you read")
    expect(() => twos.close(-1)).toThrow('future bars do not exist')
    const recent = new RecentBars(base, 3)
    expect([recent.count, recent.close(0), recent.close(2)]).toEqual([3, 12, 10])
    expect(() => recent.close(3)).toThrow("only 3 can be read: set 'history'")
    expect(() => recent.close(-1)).toThrow('future bars do not exist')
  })

  test('other steps of prices convert what is closed and what is forming', () => {
    const base = Bars.withCapacity(MINUTE_MS, 64)
    const twos = new HigherBars(MINUTE_MS, 2 * MINUTE_MS, 2)
    for (let minute = 0; minute < 3; minute++) seen(base, twos, MONDAY_MS + minute * MINUTE_MS, 3)
    twos.convert(10)
    seen(base, twos, MONDAY_MS + 3 * MINUTE_MS, 40)
    expect([twos.open(0), twos.high(0), twos.low(0), twos.close(0), twos.open(1), twos.volume(1)]).toEqual([30, 40, 30, 40, 30, 2])
  })
})
