/**
 * The state of a strategy's life as users see it, from its rows and the holds: of several that would fit, the one that says most about why it
 * does not enter.
 */
import type { HoldRow, StrategyRow } from './row.ts'

export const LIFE_STATES = ['created', 'warming', 'running', 'paused', 'closing-only', 'off', 'errored'] as const
export type LifeState = (typeof LIFE_STATES)[number]

export interface StrategyLife {
  readonly state: LifeState
  /** What explains it, in one line without a full stop; '' where nothing has to be said. */
  readonly why: string
  /** Base bars that have to close before it decides; 0: it can. */
  readonly barsMissing: number
}

/**
 * @param own the rows of one strategy, one for each symbol
 * @param holds all that stand
 * @example strategyLife(rows, []) // { state: 'warming', why: '12 more bars', barsMissing: 12 }
 */
export function strategyLife(own: readonly StrategyRow[], holds: readonly HoldRow[]): StrategyLife {
  const barsMissing = Math.max(0, ...own.map((row) => row.barsMissing))
  const [first] = own
  const mode = first?.mode ?? 'off'
  if (mode === 'errored' || mode === 'off' || mode === 'closing-only') return { state: mode, why: first?.modeCause ?? '', barsMissing }
  const held = heldText(own, holds)
  const why = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join('; ')
  if (barsMissing > 0)
    return { state: 'warming', why: why(`${barsMissing} more ${barsMissing === 1 ? 'bar' : 'bars'}`, held.all, held.some), barsMissing }
  if (held.all !== '') return { state: 'paused', why: held.all, barsMissing }
  if (own.every((row) => row.lastDecisionTs === null)) return { state: 'created', why: why('has not decided yet', held.some), barsMissing }
  return { state: 'running', why: held.some, barsMissing }
}

/** What holds the entries of all its symbols, and what only those of some. */
function heldText(own: readonly StrategyRow[], holds: readonly HoldRow[]): { readonly all: string; readonly some: string } {
  const over = (scope: string): readonly HoldRow[] => holds.filter((hold) => hold.scope === scope)
  const [strategy] = own.map((row) => row.strategy)
  const whole = [...over('account'), ...over(`strategy:${strategy ?? ''}`)]
  const symbols = own.flatMap(({ symbol }) => over(`symbol:${symbol}`).slice(0, 1))
  if (whole.length > 0) return { all: whole.map(holdText).join('; '), some: '' }
  const text = symbols.map(holdText).join('; ')
  return symbols.length === own.length ? { all: text, some: '' } : { all: '', some: text }
}

const holdText = ({ scope, effect, reason, actor }: HoldRow): string => {
  const [type, name = ''] = scope.split(':')
  const what = effect === 'no-orders' ? 'orders' : 'entries'
  const whose = type === 'account' ? 'the account' : type === 'strategy' ? 'this strategy' : name
  return `${what} of ${whose} on hold by ${actor}: ${reason}`
}
