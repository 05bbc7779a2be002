/**
 * Holds: the trading state is the set of them, and the strictest that covers an order decides.
 * Never lifted by a timer here: whoever lifts one says so in an input (S1).
 */
import type { InstrumentIndex, StrategyId, Ts } from '../../core/units.ts'

export const HOLD_CAUSES = ['operator', 'breaker', 'panic', 'reconcile', 'stale', 'external', 'error'] as const
export type HoldCause = (typeof HOLD_CAUSES)[number]
/** Money moved and nobody knows why: no reading ends it, an admin does. */
export const UNEXPLAINED_HOLD = 'unexplained-money'
export const RED_HOLD = 'breaker-red'
export const ORANGE_HOLD = 'breaker-orange'
/** A drawdown line was reached: lifting it sets a new reference. */
export const isDrawdownHoldId = (id: string): boolean => id === RED_HOLD || id === ORANGE_HOLD
export const REJECT_STORM_HOLD = 'reject-storm'
const SLIPPAGE_STORM = 'slippage-storm-'
export const slippageStormHold = (symbol: string): string => `${SLIPPAGE_STORM}${symbol}`
/** Orders were treated badly: lifting it begins the count again. */
export const isStormHoldId = (id: string): boolean => id === REJECT_STORM_HOLD || id.startsWith(SLIPPAGE_STORM)
export const STREAK_HOLD = 'loss-streak'
/** Too many trades in a row have lost: lifting it begins the count again. */
export const isStreakHoldId = (id: string): boolean => id.startsWith(STREAK_HOLD)
/** The venue's code for an exit that finds nothing to reduce: mostly a stop was quicker. */
export const REDUCES_NOTHING = '110017'
export type HoldEffect = 'no-entries' | 'no-orders'
export type HoldScope =
  | { readonly type: 'account' }
  | { readonly type: 'strategy'; readonly strategy: StrategyId }
  | { readonly type: 'symbol'; readonly instrument: InstrumentIndex }

export interface Hold {
  readonly id: string
  readonly scope: HoldScope
  readonly effect: HoldEffect
  readonly cause: HoldCause
  /** Who or what: `telegram:123`, `trader`, `breaker`. */
  readonly actor: string
  readonly reason: string
  /** `nothing-to-reduce`: an exit was refused, and the next reading says whether anything was left to close. */
  readonly code?: 'nothing-to-reduce'
  readonly since: Ts
  /** End of a cooldown or of a timed pause. Reaching it lifts nothing on `live`; it only allows the lift. */
  readonly until?: Ts
}

export type TradingState = 'running' | 'paused' | 'reducing' | 'halted'

const covers = (hold: Hold, strategy: StrategyId, instrument: InstrumentIndex): boolean =>
  hold.scope.type === 'account' ||
  (hold.scope.type === 'strategy' ? hold.scope.strategy === strategy : hold.scope.instrument === instrument)

/** The strictest hold on entries of this strategy in this symbol, or undefined. */
export function holdOn(holds: readonly Hold[], strategy: StrategyId, instrument: InstrumentIndex): Hold | undefined {
  let strictest: Hold | undefined
  for (let k = 0; k < holds.length; k++) {
    const hold = holds[k] as Hold
    if (!covers(hold, strategy, instrument)) continue
    if (strictest === undefined || (strictest.effect === 'no-entries' && hold.effect === 'no-orders')) strictest = hold
  }
  return strictest
}

/** What is shown of the account: halted over reducing over paused over running. */
export function tradingState(holds: readonly Hold[]): TradingState {
  let state: TradingState = 'running'
  for (const hold of holds) {
    if (hold.scope.type !== 'account') continue
    if (hold.effect === 'no-orders') return 'halted'
    if (hold.cause !== 'operator') state = 'reducing'
    else if (state === 'running') state = 'paused'
  }
  return state
}

/** Whether a `/resume` may lift this hold, and who may (S1). `stale` and `reconcile` are measurements: they end by themselves. */
export function liftRule(hold: Hold, now: Ts): { readonly liftable: boolean; readonly adminOnly: boolean; readonly why: string } {
  if (hold.effect === 'no-orders') return { liftable: true, adminOnly: true, why: 'a halt is lifted by an admin' }
  switch (hold.cause) {
    case 'operator':
    case 'external':
    case 'error':
      return { liftable: true, adminOnly: false, why: 'lifted by resume' }
    case 'breaker':
    case 'panic': {
      const cooling = hold.until !== undefined && now < hold.until
      // A drawdown line sets a new reference when it is lifted: that is an admin's to say (S9).
      const adminOnly = isDrawdownHoldId(hold.id)
      const why = cooling ? 'its cooldown is not over' : adminOnly ? 'a drawdown line is lifted by an admin' : 'lifted by resume'
      return { liftable: !cooling, adminOnly, why }
    }
    case 'stale':
    case 'reconcile':
      if (hold.id === UNEXPLAINED_HOLD) return { liftable: true, adminOnly: true, why: 'unexplained money is acknowledged by an admin' }
      return { liftable: false, adminOnly: false, why: 'it ends when two clean reads agree' }
  }
}
