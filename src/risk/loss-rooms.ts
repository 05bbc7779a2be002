/**
 * Every limit on what may be lost in a span of time that an entry in a symbol has to fit into.
 */
import type { InstrumentIndex } from '../core/units.ts'
import type { LossScope, PortfolioView } from '../portfolio/view.ts'
import type { RiskLimits } from './limits.ts'
import { type MoneyLimit, isUnlimited } from '../core/money-limit.ts'

export interface LossRoom {
  readonly scope: LossScope
  readonly window: 'day' | 'week'
  readonly limit: MoneyLimit
  /** Money that may still be lost, Cash; 0 or less where the limit is reached. */
  readonly left: number
}

const ACCOUNT: LossScope = { type: 'account' }

/** Day before week, the account before its strategies and symbols; without those that have no limit. */
export function lossRooms(i: InstrumentIndex, view: PortfolioView, limits: RiskLimits): LossRoom[] {
  const rooms: LossRoom[] = []
  const add = (window: 'day' | 'week', limit: MoneyLimit, scope: LossScope): void => {
    if (!isUnlimited(limit)) rooms.push({ scope, window, limit, left: view.lossLeft(window, limit, scope) })
  }
  add('day', limits.dayLossMax, ACCOUNT)
  add('week', limits.weekLossMax, ACCOUNT)
  for (const { strategy, dayLossMax, weekLossMax } of limits.scopes ?? []) {
    const scope: LossScope = strategy === undefined ? { type: 'symbol', instrument: i } : { type: 'strategy', strategy }
    add('day', dayLossMax, scope)
    add('week', weekLossMax, scope)
  }
  return rooms
}
