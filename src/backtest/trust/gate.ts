/**
 * The gate: whether the runs of a grid show an edge that is more than luck, more than the market, and that was there on bars it was not
 * chosen on. Each rule has a code, a value and a limit; docs/overfitting.md says where the limits come from.
 */
import { normalCdf } from '../../portfolio/results/statistics.ts'
import { overfittingProbability } from '../cscv.ts'
import { deflatedSharpeOf } from '../overfit.ts'
import type { Choice } from './choice.ts'
import type { PieceMetrics } from './pieces.ts'
import { besideMarket, realityCheck } from './reality-check.ts'
import type { RunRecord } from './run-record.ts'
import { walkForward } from './walk-forward.ts'

/** Rows below which no ratio is worth a word. */
export const GATE_ROWS_MIN = 120
const TRADES_MIN = 10
/** Three to one that the curve out of sample has a Sharpe ratio above zero. */
const OUT_OF_SAMPLE_MIN = 0.75
/** At most one grid in 200 of those without skill. */
const LUCK_MAX = 0.005
const DEFLATED_MIN = 0.9

/** Part of the rows that the first choice is made on; the rest is tested in as many windows. */
const FIRST_TRAIN = 0.25
const TEST_WINDOWS = 6
const DRAWS = 2_000
/** Of the bootstrap: fixed, which prevents seed picking. */
const SEED = 1

export type GateCode = 'history' | 'trades' | 'out-of-sample' | 'luck' | 'deflated-sharpe'

export interface GateRule {
  readonly code: GateCode
  /** Null where the data does not allow it, which refuses. */
  readonly value: number | null
  readonly limit: number
  readonly isKept: boolean
}

export interface GateInput {
  /** By combination; undefined where the run failed. */
  readonly runs: readonly (RunRecord | undefined)[]
  /** Row instants, ms UTC, of equal distance. */
  readonly instants: Float64Array
  /** Returns of the market by row. */
  readonly market: Float64Array
  readonly choice: Choice
  /** Parameters of this strategy that were ever tried on these bars, this grid among them. */
  readonly tried: number
}

export interface Gate {
  readonly verdict: 'pass' | 'refuse'
  readonly rules: readonly GateRule[]
  /** Of a walk-forward over the last three quarters, anchored; null where the rows hold none. */
  readonly outOfSample: { readonly metrics: PieceMetrics; readonly efficiency: number | null } | null
  /** Index of the run with the best ratio beside the market. */
  readonly best: number | null
  /** Probability that the best of so many trials looks as good without skill. */
  readonly luck: number | null
  readonly deflatedSharpe: number | null
  readonly pbo: number | null
  readonly trials: number
}

export function judgeGrid({ runs, instants, market, choice, tried }: GateInput): Gate {
  const rows = instants.length - 1
  const testRows = Math.floor((rows * (1 - FIRST_TRAIN)) / TEST_WINDOWS)
  const walk =
    testRows < 2
      ? undefined
      : walkForward(runs, {
          instants,
          trainRows: rows - TEST_WINDOWS * testRows - 1,
          testRows,
          embargoRows: 1,
          isAnchored: true,
          choice,
        })
  const known = runs.flatMap((run, at) => (run === undefined ? [] : [{ at, beside: besideMarket(run.returns, market) }]))
  const columns = known.map(({ beside }) => beside)
  const trials = Math.max(tried, runs.length)
  const check = realityCheck(columns, { draws: DRAWS, seed: SEED })
  // Trials that are not in this grid cannot be drawn with it: each is one more that could have been as good (Bonferroni).
  const luck = check === undefined ? null : Math.min(1, check.pValue + (trials - runs.length) * (1 - normalCdf(check.t)))
  const deflatedSharpe = deflatedSharpeOf(columns, trials)
  const metrics = walk?.metrics
  const rules: GateRule[] = [
    atLeast('history', rows, GATE_ROWS_MIN),
    atLeast('trades', metrics?.trades ?? null, TRADES_MIN),
    atLeast('out-of-sample', metrics?.probabilisticSharpe ?? null, OUT_OF_SAMPLE_MIN),
    { code: 'luck', value: luck, limit: LUCK_MAX, isKept: luck !== null && luck <= LUCK_MAX },
    // Of one trial there is nothing to deflate.
    ...(trials > 1 ? [atLeast('deflated-sharpe', deflatedSharpe, DEFLATED_MIN)] : []),
  ]
  return {
    verdict: rules.every(({ isKept }) => isKept) ? 'pass' : 'refuse',
    rules,
    outOfSample: walk === undefined ? null : { metrics: walk.metrics, efficiency: walk.efficiency },
    best: check === undefined ? null : (known[check.best]?.at ?? null),
    luck,
    deflatedSharpe,
    pbo: overfittingProbability(runs.flatMap((run) => run?.returns ?? [])) ?? null,
    trials,
  }
}

const atLeast = (code: GateCode, value: number | null, limit: number): GateRule => ({
  code,
  value,
  limit,
  isKept: value !== null && value >= limit,
})
