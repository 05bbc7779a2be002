/**
 * How the account's capital is shared among strategies: target shares by a method, less for a strategy in drawdown, one bounded move nearer.
 */
import { type Result, err, ok } from '../../core/result.ts'
import { type Method, allocate } from '../allocation/allocate.ts'
import { LONG_ONLY } from '../allocation/bounds.ts'
import { EWMA_DECAY } from '../allocation/covariance.ts'
import type { StrategyRecord } from './record.ts'

export const ALLOCATOR_METHODS = ['equal', 'inverse-vol', 'erc', 'hrp'] as const satisfies readonly Method[]
export type AllocatorMethod = (typeof ALLOCATOR_METHODS)[number]

export interface AllocatorRules {
  readonly method: AllocatorMethod
  /** Least and most share of a strategy, fractions of equity; the least is above 0. */
  readonly least: number
  readonly most: number
  /** Most that a share changes in one move, as a fraction of equity. */
  readonly step: number
  /** Own drawdown at which a strategy is left with the least share, a fraction. */
  readonly drawdown: number
}

export interface PlannedShare {
  readonly strategy: string
  /** Capital now, a fraction of equity; 1 where none was ever given to it. */
  readonly now: number
  /** By the method alone. */
  readonly weight: number
  /** 1 - drawdown / limit, at least 0. */
  readonly penalty: number
  readonly drawdown: number
  /** Where repeated moves lead. */
  readonly target: number
  /** After this move. */
  readonly next: number
  /** Too few daily results for the method: it is given an equal share. */
  readonly isNew: boolean
}

export interface AllocatorPlan {
  readonly shares: readonly PlannedShare[]
  /** Whether anything moves. */
  readonly moves: boolean
  /** Whether the largest change of a move kept the plan from its target. */
  readonly isStepped: boolean
}

/** Smaller moves are not worth a command: a plan that changes no share by this much changes none. */
export const SMALLEST_MOVE = 0.01
/** Daily results with which the method begins to count a strategy. */
export const RECORD_DAYS = 20
/** Shares are whole parts of this, cut down so that their sum never passes 1. */
const GRID = 1_000
const SLACK = 1e-9

/** A sentence where there is no plan. `now` by strategy; one without an entry trades with all of the equity. */
export function planAllocation(
  records: readonly StrategyRecord[],
  now: ReadonlyMap<string, number>,
  rules: AllocatorRules,
): Result<AllocatorPlan, string> {
  const { least, most, step } = rules
  const count = records.length
  if (count === 0) return err('No strategy is configured.')
  if (!(least > 0 && least <= most && most <= 1)) return err('The least share must be above 0 and at most the largest one.')
  if (least * count > 1 + SLACK) return err(`${count} strategies with at least ${percentText(least)} each are more than the account.`)
  const weighed = weightsOf(records, rules.method)
  if (!weighed.ok) return weighed
  const current = records.map(({ strategy }) => now.get(strategy) ?? 1)
  const penalties = records.map(({ drawdown }) => Math.max(0, 1 - drawdown / rules.drawdown))
  const target = withinBounds(
    weighed.value.map((weight, at) => weight * (penalties[at] as number)),
    least,
    most,
  )
  // What is more than the account, or out of bounds, is put right at once; only what lies beyond that is a move by choice.
  const base = withinBounds(current, least, most)
  const farthest = Math.max(...target.map((share, at) => Math.abs(share - (base[at] as number))))
  const part = farthest <= step ? 1 : step / farthest
  const next = base.map((share, at) => cutToGrid(share + ((target[at] as number) - share) * part, least))
  const moves = next.some((share, at) => Math.abs(share - (current[at] as number)) >= SMALLEST_MOVE - SLACK)
  return ok({
    moves,
    isStepped: part < 1,
    shares: records.map(({ strategy, drawdown, returns }, at) => ({
      strategy,
      now: current[at] as number,
      weight: weighed.value[at] as number,
      penalty: penalties[at] as number,
      drawdown,
      target: cutToGrid(target[at] as number, least),
      next: (moves ? next[at] : current[at]) as number,
      isNew: rules.method !== 'equal' && !isSeasoned(returns),
    })),
  })
}

const percentText = (share: number): string => `${Number((share * 100).toFixed(2))} %`

/** Down to the grid; the least share is itself on it or kept as it is. */
const cutToGrid = (share: number, least: number): number => Math.max(least, Math.floor(share * GRID + SLACK * GRID) / GRID)

/** Enough of a record to say how it varies. */
const isSeasoned = (returns: Float64Array): boolean => returns.length >= RECORD_DAYS && new Set(returns).size > 1

/**
 * Sum 1. Strategies without a record have an equal share each, and the method shares the rest among the others, over the days that all
 * of them have.
 */
function weightsOf(records: readonly StrategyRecord[], method: AllocatorMethod): Result<number[], string> {
  const equal = 1 / records.length
  const seasoned = method === 'equal' ? [] : records.filter(({ returns }) => isSeasoned(returns))
  if (seasoned.length === 0) return ok(records.map(() => equal))
  const days = Math.min(...seasoned.map(({ returns }) => returns.length))
  const columns = seasoned.map(({ returns }) => returns.slice(returns.length - days))
  const allocated = allocate({
    method,
    names: seasoned.map(({ strategy }) => strategy),
    returns: columns,
    covariance: 'ledoit-wolf',
    decay: EWMA_DECAY,
    bounds: LONG_ONLY,
    confidence: 0.95,
    // Of methods that are not among the allocator's.
    blackLitterman: { market: new Float64Array(seasoned.length), views: [], riskAversion: 1, tau: 1 },
    solveLinear: () => {
      throw new Error('the allocator has no method that solves a linear program')
    },
  })
  if (!allocated.ok) return allocated
  const rest = equal * seasoned.length
  return ok(
    records.map((record) => {
      const at = seasoned.indexOf(record)
      return at < 0 ? equal : rest * (allocated.value.weights[at] as number)
    }),
  )
}

/** Nearest by scaling: each share within its bounds, and where they sum to more than 1 what is above the least is shrunk alike. */
function withinBounds(shares: readonly number[], least: number, most: number): number[] {
  const clamped = shares.map((share) => Math.min(most, Math.max(least, share)))
  const sum = clamped.reduce((all, share) => all + share, 0)
  if (sum <= 1) return clamped
  const floor = least * shares.length
  const factor = (1 - floor) / (sum - floor)
  return clamped.map((share) => least + (share - least) * factor)
}
