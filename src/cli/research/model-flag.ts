/**
 * `--model NAME[@VERSION]` of a backtest: the model that `ml` trades there, and what of the bars it has already seen.
 */
import type { SavedModel } from '../../ml/champion/saved-model.ts'
import { titleOf } from '../../ml/champion/saved-model.ts'
import { ModelStore } from '../../model-files/model-store.ts'
import { ML } from '../../strategy/builtin/ml/ml.ts'
import { type LoadedStrategies, withLines } from '../../strategy-files/load.ts'
import { pathsOf } from '../../system/paths.ts'
import type { CliContext } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'
import { formatTime } from '../ui/format.ts'

export interface ChosenModel {
  readonly strategies: LoadedStrategies
  readonly saved: SavedModel
  readonly param: string
}

/** @throws CliError where there is none, or its file cannot be used. */
export function chosenModel(
  context: CliContext,
  strategies: LoadedStrategies,
  strategy: string,
  flag: string | undefined,
): ChosenModel | undefined {
  if (flag === undefined && strategy !== ML) return undefined
  if (strategy !== ML)
    throw new CliError(EXIT.usage, `--model is for the strategy ${ML}, not ${strategy}.`, `Try: ballast backtest ${ML} --model ${flag}`)
  const [name = '', version] = (flag ?? '').split('@')
  const store = new ModelStore(pathsOf(context.dataDir()).models)
  const [only, ...others] = store.names()
  const line = name === '' && only !== undefined && others.length === 0 ? only : name
  if (line === '')
    throw new CliError(
      EXIT.usage,
      only === undefined ? 'There is no model yet.' : 'Which model?',
      only === undefined ? 'ballast ml fit … --save NAME makes one.' : `Pass --model with one of ${store.names().join(', ')}.`,
    )
  const known = store.championship(line)
  const number = version === undefined ? ((known.ok ? known.value.champion : null) ?? store.versions(line).at(-1) ?? 1) : Number(version)
  if (!Number.isInteger(number) || number < 1)
    throw new CliError(EXIT.usage, `--model '${flag}' names no version.`, `Write it as ${line}@1.`)
  const loaded = store.load(line, number)
  const exit = store.versions(line).includes(number) ? EXIT.error : EXIT.notFound
  if (!loaded.ok) throw new CliError(exit, loaded.error.sentence, loaded.error.next)
  const { saved } = loaded.value
  if (saved.says === 'none')
    throw new CliError(
      EXIT.error,
      `${titleOf(saved)} predicts ${saved.target}, which says no side: it cannot be traded.`,
      'Fit one on a label of direction, triple-barrier, trend-scan or return.',
    )
  const pin = { ...store.pinWith(line, number), challengers: [] }
  return { strategies: withLines(strategies, [pin]), saved, param: `model=${line}` }
}

/** Undefined where all bars came after what it was trained on. */
export function seenNote(saved: SavedModel, fromMs: number, toMs: number): string | undefined {
  const { until } = saved.data
  if (fromMs >= until) return undefined
  const part = toMs < until ? 'all of these bars' : `the bars until ${formatTime(until)} UTC`
  return `! ${titleOf(saved)} has seen ${part}: what it makes of them proves nothing. Take later ones: --from ${new Date(until).toISOString().slice(0, 16)}Z`
}
