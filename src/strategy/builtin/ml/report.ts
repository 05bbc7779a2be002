/**
 * What `/model` and `/strategy` show of a running model: plain data, made when it is asked for.
 */
import type { ModelLine } from '../../../ml/champion/line-run.ts'
import { type LiveFigures, figuresOf } from '../../../ml/champion/live-score.ts'
import type { Says } from '../../../ml/champion/saved-model.ts'
import { type Part, strongestParts } from './parts.ts'
import { driftOf } from './aside.ts'
import { knownRun } from './memory.ts'
import type { Aside, State } from './state.ts'

export interface MlReport {
  readonly line: string
  readonly aside: Aside | null
  /** Null before the first bar and without a model. */
  readonly champion: {
    readonly version: number
    readonly says: Says
    readonly expiresAt: number | null
    /** Mean squared standardized feature beyond which a row is unlike the training. */
    readonly distanceMax: number
  } | null
  readonly markets: readonly {
    readonly market: string
    readonly prediction: number | null
    readonly expectedBps: number | null
    readonly distance: number | null
    readonly parts: readonly Part[]
  }[]
  readonly drift: {
    /** Rows until it can be told. */
    readonly rowsMissing: number
    /** Share of the importance that lies in drifted features; null before it can be told. */
    readonly share: number | null
    /** Those that have moved most, the first one most. */
    readonly features: readonly {
      readonly name: string
      readonly psi: number
      readonly ks: number
      readonly usualPsi: number
      readonly usualKs: number
      readonly importance: number
      readonly isDrifted: boolean
    }[]
  } | null
  /** The champion first. */
  readonly models: readonly {
    readonly version: number
    readonly score: LiveFigures | null
    readonly last: Readonly<Record<string, number>>
  }[]
}

const FEATURES_SHOWN = 8
const PARTS_SHOWN = 6

export function reportOf(state: State, line: ModelLine): MlReport {
  const run = knownRun(state)
  const saved = run?.champion.saved
  return {
    line: line.name,
    aside: state.aside,
    champion:
      saved === undefined
        ? null
        : { version: saved.version, says: saved.says, expiresAt: saved.expiresAt, distanceMax: saved.reference.distanceMax },
    markets: Object.entries(state.markets).map(([market, { prediction, expectedBps, distance }]) => ({
      market,
      prediction,
      expectedBps,
      distance,
      parts: run === undefined ? [] : strongestParts(run, market, PARTS_SHOWN),
    })),
    drift: driftReport(state),
    models: (run?.watched ?? []).map(({ model, score, last }) => ({
      version: model.saved.version,
      score: figuresOf(score, model.saved.task),
      last: { ...last },
    })),
  }
}

function driftReport(state: State): MlReport['drift'] {
  const run = knownRun(state)
  if (run === undefined) return null
  const { features, importance, reference } = run.champion.saved
  const figures = run.drifts ?? []
  return {
    rowsMissing: run.rowsMissing,
    share: driftOf(run)?.share ?? null,
    features: figures
      .map(({ psi, ks, isDrifted }, at) => ({
        name: features[at] ?? '',
        psi,
        ks,
        usualPsi: reference.features[at]?.usualPsi ?? 0,
        usualKs: reference.features[at]?.usualKs ?? 0,
        importance: importance[at] ?? 0,
        isDrifted,
      }))
      .sort((a, b) => Number(b.isDrifted) - Number(a.isDrifted) || b.psi / (b.usualPsi || 1) - a.psi / (a.usualPsi || 1))
      .slice(0, FEATURES_SHOWN),
  }
}
