/**
 * Months against the calendar of the platform, groups by hand.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, cash, instrumentIndex, lots, strategyId, ticks, tradeNumber, ts } from '../../core/units.ts'
import { byEntryHour, byExitReason, civilDate, groupTrades, monthlyReturns } from './breakdown.ts'
import type { ClosedTrade } from '../trade.ts'

test('property: the civil date is that of the platform', () => {
  fc.assert(
    fc.property(fc.integer({ min: -4e12, max: 8e12 }), (instant) => {
      const date = new Date(instant)
      expect(civilDate(instant)).toEqual({ year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() })
    }),
    { numRuns: 1000 },
  )
})

test('months: a row at midnight of the first closes the month before, and the months compound to the whole', () => {
  const start = Date.UTC(2023, 11, 30)
  const days = [0, 1, 2, 20, 33, 34, 100]
  const equity = [100, 110, 121, 100, 150, 160, 80]
  const months = monthlyReturns({ ts: Float64Array.from(days, (day) => start + day * DAY_MS), equity: Float64Array.from(equity) })
  expect(months.map(({ year, month }) => `${year}-${month}`)).toEqual(['2023-12', '2024-1', '2024-2', '2024-4'])
  expect(months[0]?.return).toBeCloseTo(0.21, 12)
  expect(months[1]?.return).toBeCloseTo(150 / 121 - 1, 12)
  expect(months.reduce((growth, month) => growth * (1 + (month.return ?? 0)), 100)).toBeCloseTo(80, 10)
})

test('groups closed trades by exit reason and by hour, best first', () => {
  const trade = (pnl: number, exitReason: string, hour: number, open = false): ClosedTrade => ({
    number: tradeNumber(1),
    side: 1,
    instrument: instrumentIndex(0),
    strategy: strategyId('s'),
    entryTs: ts(9 * DAY_MS + hour * HOUR_MS + 1),
    entryPrice: ticks(1),
    exitTs: ts(10 * DAY_MS),
    exitPrice: ticks(1),
    quantity: lots(1),
    fee: cash(0),
    funding: cash(0),
    pnl: cash(pnl * 1e8),
    exitReason,
    open,
    mae: cash(0),
    mfe: cash(0),
  })
  const trades = [trade(-5, 'stop', 7), trade(8, 'target', 7), trade(-2, 'stop', 13), trade(99, 'open', 7, true)]
  expect(groupTrades(trades, byExitReason)).toEqual([
    { key: 'target', trades: 1, wins: 1, pnl: 8 },
    { key: 'stop', trades: 2, wins: 0, pnl: -7 },
  ])
  expect(groupTrades(trades, byEntryHour).map((group) => [group.key, group.pnl])).toEqual([
    ['07', 3],
    ['13', -2],
  ])
})
