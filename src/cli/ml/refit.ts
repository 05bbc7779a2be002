/**
 * `ballast ml refit NAME`: the newest model of a line once more, on all candles since, as its next version. For cron: nothing is promoted by it.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import type { SavedModel } from '../../ml/champion/saved-model.ts'
import { titleOf } from '../../ml/champion/saved-model.ts'
import { formatInterval } from '../../market/candles/interval.ts'
import { ModelStore } from '../../model-files/model-store.ts'
import { pathsOf } from '../../system/paths.ts'
import { type CliContext, contextOf } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'
import { makeSamples } from './features.ts'
import { type FitFlags, fitSamples } from './fit.ts'

interface RefitFlags {
  readonly from?: string
  readonly to?: string
  readonly venue?: string
  readonly expires: string
  readonly trials: string
}

export function addRefit(ml: Command): void {
  ml.command('refit')
    .description('fit the newest model of a line again, on stored candles until now, as its next version; nothing is promoted')
    .argument('<name>', 'a line of models')
    .option('--from <time>', 'first time (default: where the samples of the last one began)')
    .option('--to <time>', 'time after the last (default: all that is stored)')
    .option('--venue <venue>', 'exchange of the stored candles, if several have them')
    .option('--expires <span>', 'time from now after which it takes no entries, or never', '90d')
    .option('--trials <n>', 'models that you tried on these samples, this one included', '1')
    .action((name: string, flags: RefitFlags, command: Command) => refit(contextOf(command), name, flags))
}

async function refit(context: CliContext, name: string, flags: RefitFlags): Promise<void> {
  const store = new ModelStore(pathsOf(context.dataDir()).models)
  const newest = store.versions(name).at(-1)
  const loaded = store.load(name, newest ?? 1)
  if (!loaded.ok) throw new CliError(newest === undefined ? EXIT.notFound : EXIT.error, loaded.error.sentence, loaded.error.next)
  const { saved, warmupBars } = loaded.value
  if (saved.target !== 'label')
    throw new CliError(
      EXIT.error,
      `${titleOf(saved)} was fitted on ${saved.target}, a column of your own, which candles do not give.`,
      'Fit it from a file of yours with: ballast ml fit … --save',
    )
  if (saved.symbols.includes('CSV'))
    throw new CliError(
      EXIT.error,
      `${titleOf(saved)} was fitted on a file of candles, and only stored ones go on.`,
      'Import them with ballast data import, then: ballast ml features --symbols …',
    )
  const folder = mkdtempSync(join(tmpdir(), 'ballast-refit-'))
  try {
    const out = join(folder, 'samples.parquet')
    const from = flags.from ?? new Date(saved.data.from - warmupBars * saved.intervalMs).toISOString()
    const { symbols, intervalMs, spec } = saved
    const interval = formatInterval(intervalMs)
    const wish = { ...flags, out, from, symbols: symbols.join(','), ...(interval === undefined ? {} : { interval }) }
    await makeSamples(context, wish, spec, `the spec of ${titleOf(saved)}`)
    await fitSamples(context, out, { ...flags, ...fitFlagsOf(saved), save: name, judge: true })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The options that it was fitted with. */
function fitFlagsOf({ kind, features, rules, target, calibration }: SavedModel): Omit<FitFlags, 'expires' | 'trials' | 'judge'> {
  return {
    target,
    model: kind,
    features: features.join(','),
    calibration: calibration?.type ?? 'none',
    ...Object.fromEntries(Object.entries(rules).map(([rule, value]) => [rule, String(value)])),
  }
}
