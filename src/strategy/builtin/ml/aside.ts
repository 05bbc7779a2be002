/**
 * When the strategy takes no entries, and why.
 */
import type { LineRun, ModelLine, Prediction } from '../../../ml/champion/line-run.ts'
import type { Aside, MarketState, State } from './state.ts'

/** The first reason that holds; one that goes on keeps when it began. */
export function asideOf(state: State, line: ModelLine, run: LineRun | undefined, now: number): Aside | null {
  const found = reasonOf(state, line, run, now)
  if (found === null) return null
  return { ...found, since: state.aside?.code === found.code ? state.aside.since : now }
}

function reasonOf(state: State, line: ModelLine, run: LineRun | undefined, now: number): Omit<Aside, 'since'> | null {
  if (run === undefined) return { code: 'no-model', values: { model: line.name } }
  const { saved } = run.champion
  const model = { model: line.name, version: saved.version }
  if (saved.says === 'none' || (saved.says === 'probability' && saved.meanMove === null))
    return { code: 'no-side', values: { ...model, target: saved.target } }
  if (saved.expiresAt !== null && now >= saved.expiresAt) return { code: 'expired', values: { ...model, expired: saved.expiresAt } }
  const drift = driftOf(run)
  if (drift !== undefined && drift.share > state.params.maxDrift)
    return { code: 'drift', values: { ...model, share: round(drift.share), most: state.params.maxDrift, feature: drift.worst } }
  const { sinceOutlier } = state
  if (sinceOutlier !== undefined && sinceOutlier <= state.params.calm) return { code: 'outlier', values: { ...model, bars: sinceOutlier } }
  return null
}

const round = (value: number): number => Math.round(value * 100) / 100

/** Share of the importance that lies in drifted features, and the most important of them; undefined before it can be told. */
export function driftOf(run: LineRun): { readonly share: number; readonly worst: string } | undefined {
  if (run.rowsMissing > 0) return undefined
  const { importance, features } = run.champion.saved
  let share = 0
  let worst = -1
  for (let at = 0; at < features.length; at += 1) {
    if (!run.isDrifted(at)) continue
    share += importance[at] as number
    if (worst < 0 || (importance[at] as number) > (importance[worst] as number)) worst = at
  }
  return { share, worst: features[worst] ?? '' }
}

/** Counts the bars since a row lay farther from the middle than nearly all that trained. */
export function noteOutlier(state: State, own: MarketState, { champion }: LineRun, { distance }: Prediction): void {
  own.distance = distance
  if (distance > champion.saved.reference.distanceMax) state.sinceOutlier = 0
  else if (state.sinceOutlier !== undefined) state.sinceOutlier += 1
}
