/**
 * What a strategy made of the capital that it was given, day by day.
 */
import { DAY_MS } from '../../core/units.ts'

export interface StrategyRecord {
  readonly strategy: string
  /** Simple returns of its own capital, whole UTC days, oldest first, from the day of its first closed trade on. */
  readonly returns: Float64Array
  /** How far it is below its own peak now, open positions included: a fraction, 0 at the peak. */
  readonly drawdown: number
}

export interface RecordInput {
  readonly strategy: string
  /** Equity of the account at the ends of days, ascending. */
  readonly equity: readonly { readonly ts: number; readonly equity: number }[]
  /** Closed trades of the strategy, summed by day or finer. */
  readonly results: readonly { readonly ts: number; readonly pnl: number }[]
  /** Its capital from an instant on, ascending; all of the equity before the first. */
  readonly capital: readonly { readonly ts: number; readonly share: number }[]
  /** Unrealized result of what it holds. */
  readonly open: number
  readonly now: number
}

/**
 * A day's return: the trades closed after its start and up to its end, over equity at its start times the capital at its start. The day
 * that is not over counts in the drawdown only.
 */
export function recordOf({ strategy, equity, results, capital, open, now }: RecordInput): StrategyRecord {
  const firstTs = results[0]?.ts
  if (firstTs === undefined)
    return { strategy, returns: new Float64Array(0), drawdown: drawdownOf([], open, lastBase(equity, capital, now)) }
  const dayOf = (ts: number): number => Math.ceil(ts / DAY_MS)
  const pnl = new Map<number, number>()
  for (const result of results) pnl.set(dayOf(result.ts), (pnl.get(dayOf(result.ts)) ?? 0) + result.pnl)
  const returns: number[] = []
  const whole = Math.floor(now / DAY_MS)
  for (let day = dayOf(firstTs); day <= whole; day += 1) {
    const base = lastBase(equity, capital, (day - 1) * DAY_MS)
    returns.push(base > 0 ? (pnl.get(day) ?? 0) / base : 0)
  }
  const today = pnl.get(whole + 1) ?? 0
  return {
    strategy,
    returns: Float64Array.from(returns),
    drawdown: drawdownOf(returns, today + open, lastBase(equity, capital, whole * DAY_MS)),
  }
}

/** Equity times capital as they were at an instant; of before the first row, the first. */
function lastBase(equity: RecordInput['equity'], capital: RecordInput['capital'], instant: number): number {
  const money = (equity.findLast(({ ts }) => ts <= instant) ?? equity[0])?.equity ?? 0
  return money * (capital.findLast(({ ts }) => ts <= instant)?.share ?? 1)
}

function drawdownOf(returns: readonly number[], since: number, base: number): number {
  let value = 1
  let peak = 1
  for (const each of returns) {
    value *= 1 + each
    peak = Math.max(peak, value)
  }
  if (base > 0) value *= 1 + since / base
  return Math.min(1, Math.max(0, 1 - value / peak))
}
