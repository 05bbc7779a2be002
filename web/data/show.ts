/**
 * Figures and times as chat and terminal show them, in the time zone of who is logged in.
 */
import { absolute, add, compare, divide, multiply, negate, subtract, toFloat } from '../../api/amount.ts'
import { duration, percent } from '../../api/commands/words/figures.ts'
import { timeIn } from '../../api/commands/words/local-time.ts'
import { session } from './api.ts'
import type { AccountState } from './types.ts'

export { amount, duration, percent, plainPercent, price, signed } from '../../api/commands/words/figures.ts'

const zone = (): string => {
  const login = session.get()
  return typeof login === 'object' ? login.zone : 'UTC'
}

/** `14:02:07 UTC`; on another day than `now` with its date. Both RFC 3339. */
export const time = (at: string | null | undefined, now: string | null | undefined): string =>
  at === null || at === undefined ? '–' : timeIn(zone(), Date.parse(at), Date.parse(now ?? at))
export const wallTime = (atMs: number): string => timeIn(zone(), atMs, Date.now())

/** How long before `now`, as `5 min`; both RFC 3339. */
export const age = (at: string | null | undefined, now: string | null | undefined): string =>
  at === null || at === undefined || now === null || now === undefined ? '–' : duration(Date.parse(now) - Date.parse(at))

/** The day's result as a part of the equity that the day began with: `-0.56 %`. */
export function dayPercent(equity: string, dayPnl: string): string {
  const began = subtract(equity, dayPnl)
  return compare(began, '0') > 0 ? percent(toFloat(divide(dayPnl, began, 8))) : '–'
}

/** How far a price is from another, with its sign: `-0.42 %`. */
export const distance = (to: string, from: string): string => percent(toFloat(divide(subtract(to, from), from, 8)))

export interface Gauge {
  readonly name: string
  readonly used: string
  readonly most: string
  readonly unit: string
  /** 0 to 1 and beyond. */
  readonly part: number
  readonly left: string
}

type Limits = Readonly<Record<string, unknown>>
const textOf = (limits: Limits, key: string): string | undefined => {
  const value = limits[key]
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined
}
const loss = (pnl: string): string => (compare(pnl, '0') < 0 ? negate(pnl) : '0')

type Account = Pick<AccountState, 'limits' | 'grossNotional' | 'drawdown' | 'dayPnl' | 'dayLossLeft' | 'marginUsed' | 'equity'>

/** Each limit of the account with how much of it is used, as /risk has it; one that does not count here is left out. */
export function gaugesOf({ limits, grossNotional, drawdown, dayPnl, dayLossLeft, marginUsed, equity }: Account): readonly Gauge[] {
  const gauges: Gauge[] = []
  const row = (name: string, used: string | undefined, most: string | undefined, unit = 'USDT'): void => {
    if (used === undefined || most === undefined || compare(most, '0') <= 0) return
    const left = subtract(most, absolute(used))
    gauges.push({
      name,
      used: absolute(used),
      most,
      unit,
      part: toFloat(divide(absolute(used), most, 6)),
      left: compare(left, '0') > 0 ? left : '0',
    })
  }
  const of = (key: string): string | undefined => (limits === null ? undefined : textOf(limits, key))
  // A withdrawal makes the limit smaller: what counts is what is left of it.
  row('Day loss', loss(dayPnl), dayLossLeft === null ? of('dayLossMax') : add(loss(dayPnl), dayLossLeft))
  const [weekLoss, weekLeft] = [of('weekLoss'), of('weekLossLeft')]
  row('Week loss', weekLoss, weekLoss === undefined || weekLeft === undefined ? undefined : add(weekLoss, weekLeft))
  row('Gross exposure', grossNotional, of('grossMax'))
  row('Net exposure', of('net'), of('netMax'))
  row('Margin', marginUsed, equity)
  row('Symbols', of('openPositions'), of('openPositionsMax'), '')
  row('Losses in a row', of('lossStreak'), of('lossStreakMax'), '')
  const orange = of('drawdownOrange')
  // Both are fractions: a hundredth of them is a percent.
  row('Drawdown', multiply(drawdown.toFixed(6), '100'), orange === undefined ? undefined : multiply(orange, '100'), '%')
  return gauges
}
