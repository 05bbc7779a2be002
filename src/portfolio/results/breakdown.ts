/**
 * Where the result of a backtest or an account comes from: by month, and by a property of its trades.
 */
import { CASH_ONE, DAY_MS, HOUR_MS } from '../../core/units.ts'
import type { EquitySeries } from '../equity.ts'
import { sumOf } from './statistics.ts'
import type { ClosedTrade } from '../trade.ts'

export interface MonthReturn {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  /** Equity at the end of the month over that at its start, minus 1; null where equity was not positive. */
  readonly return: number | null
}

/** Return of each UTC month that the series touches; the first and the last may be parts of a month. */
export function monthlyReturns(series: EquitySeries): MonthReturn[] {
  const months: MonthReturn[] = []
  const rows = series.ts.length
  let start = series.equity[0] ?? 0
  for (let row = 1; row < rows; row += 1) {
    // A row at midnight closes the month that ends there.
    const date = civilDate((series.ts[row] as number) - 1)
    const next = row + 1 < rows ? civilDate((series.ts[row + 1] as number) - 1) : undefined
    if (next !== undefined && next.year === date.year && next.month === date.month) continue
    const end = series.equity[row] as number
    months.push({ year: date.year, month: date.month, return: start > 0 ? end / start - 1 : null })
    start = end
  }
  return months
}

/** Year and month of an instant, UTC, by Howard Hinnant's days-to-civil algorithm: this zone has no clock and no calendar of its own. */
export function civilDate(instant: number): { year: number; month: number; day: number } {
  const shifted = Math.floor(instant / DAY_MS) + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return { year, month, day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1 }
}

export interface TradeGroup {
  readonly key: string
  readonly trades: number
  readonly wins: number
  /** In the settlement coin. */
  readonly pnl: number
}

/** Closed trades gathered by a key, best result first. */
export function groupTrades(trades: readonly ClosedTrade[], keyOf: (trade: ClosedTrade) => string): TradeGroup[] {
  const groups = new Map<string, number[]>()
  for (const trade of trades) {
    if (trade.open) continue
    const key = keyOf(trade)
    const pnl = groups.get(key)
    if (pnl === undefined) groups.set(key, [trade.pnl])
    else pnl.push(trade.pnl)
  }
  return [...groups]
    .map(([key, pnl]) => ({ key, trades: pnl.length, wins: pnl.filter((value) => value > 0).length, pnl: sumOf(pnl) / CASH_ONE }))
    .sort((a, b) => b.pnl - a.pnl || (a.key < b.key ? -1 : 1))
}

export const byExitReason = (trade: ClosedTrade): string => trade.exitReason
/** Hour of the entry, UTC, as `07`. */
export const byEntryHour = (trade: ClosedTrade): string => String(Math.floor((trade.entryTs % DAY_MS) / HOUR_MS)).padStart(2, '0')
