/**
 * Another champion of a line of models: what is asked is judged by the files, and written when it is confirmed.
 */
import type { Problem } from '../core/problem.ts'
import { type Result, err, ok } from '../core/result.ts'
import { ts } from '../core/units.ts'
import { utcText } from '../core/utc.ts'
import type { StrategyAsk } from '../kernel/trader-command.ts'
import type { SavedModel } from '../ml/champion/saved-model.ts'
import { type Championship, type ModelStore, promoted, rolledBack } from '../model-files/model-store.ts'

export interface ChampionChange {
  readonly to: number
  /** What changes. */
  readonly sentence: string
  /** @throws where it cannot be written */
  readonly keep: () => void
}

type ChampionAsk = Extract<StrategyAsk, { readonly type: 'promote' | 'rollback' }>

export function championChange(store: ModelStore, ask: ChampionAsk, actor: string, wallMs: number): Result<ChampionChange, Problem> {
  const { line } = ask
  const now = store.championship(line)
  if (!now.ok) return now
  const versions = store.versions(line)
  if (versions.length === 0) {
    const known = store.names()
    return err({
      sentence: `There is no model '${line}'.`,
      next: known.length === 0 ? 'ballast ml fit … --save NAME makes one.' : `There are: ${known.join(', ')}.`,
    })
  }
  return ask.type === 'promote' ? promotion(store, ask, now.value, actor, wallMs) : rollback(store, line, now.value, actor, wallMs)
}

function promotion(
  store: ModelStore,
  { line, version, anyway }: Extract<ChampionAsk, { readonly type: 'promote' }>,
  now: Championship,
  actor: string,
  wallMs: number,
): Result<ChampionChange, Problem> {
  const to = version ?? (store.versions(line).at(-1) as number)
  if (to === now.champion)
    return err({ sentence: `${line} v${to} already is the champion.`, next: `/model ${line} shows its challengers.` })
  const loaded = store.load(line, to)
  if (!loaded.ok) return loaded
  const { saved } = loaded.value
  if (saved.says === 'none')
    return err({
      sentence: `${line} v${to} predicts ${saved.target}, which says no side: it cannot trade.`,
      next: 'Fit one on a label with a side.',
    })
  if (saved.expiresAt !== null && saved.expiresAt <= wallMs)
    return err({
      sentence: `${line} v${to} expired ${utcText(ts(saved.expiresAt))}.`,
      next: `Fit it again: ballast ml fit … --save ${line}`,
    })
  const doubt = doubtOf(saved)
  if (doubt !== undefined && anyway !== true)
    return err({
      sentence: `${line} v${to} ${doubt}: what it promises may be luck.`,
      next: `To let it trade all the same: /model ${line} promote v${to} anyway`,
    })
  return ok(
    change(store, line, promoted(now, to, actor, wallMs), now, doubt === undefined ? 'its evaluation accepted it' : `though it ${doubt}`),
  )
}

function doubtOf({ verdict }: SavedModel): string | undefined {
  if (verdict === null) return 'was not judged'
  return verdict.accepted ? undefined : 'was refused by its evaluation'
}

function rollback(store: ModelStore, line: string, now: Championship, actor: string, wallMs: number): Result<ChampionChange, Problem> {
  const next = rolledBack(now, actor, wallMs)
  if (next === undefined || next.champion === null)
    return err({
      sentence: `${line} had no champion before${now.champion === null ? '' : ` v${now.champion}`}.`,
      next: `/model ${line} shows its versions.`,
    })
  const loaded = store.load(line, next.champion)
  return loaded.ok ? ok(change(store, line, next, now, 'as before')) : loaded
}

const change = (store: ModelStore, line: string, next: Championship, now: Championship, why: string): ChampionChange => ({
  to: next.champion as number,
  sentence: `${line}: v${next.champion} becomes the champion${now.champion === null ? '' : ` in place of v${now.champion}`}, ${why}.`,
  keep: () => store.keep(line, next),
})
