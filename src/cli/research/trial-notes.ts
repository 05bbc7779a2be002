/**
 * Counts what a command has tried in the trial ledger of the data directory.
 */
import { type TrialEntry, appendTrials, trialDigest } from '../../backtest/trials/trial-ledger.ts'
import { pathsOf } from '../../system/paths.ts'
import type { CliContext } from '../context.ts'
import type { StudyFlags } from '../flags/backtest-flags.ts'
import type { Loaded } from './backtest-series.ts'

export const trialsFile = (context: CliContext): string => pathsOf(context.dataDir()).trials

/** Of each set of parameters. What a run costs is no part of a search: the same parameters under other costs are the same trial. */
export function digestsOf(params: readonly Readonly<Record<string, unknown>>[], flags: StudyFlags): string[] {
  const { stop, size, limits, risk, limitFill, execution, universe } = flags
  return params.map((each) => trialDigest(each, { stop, size, limits, risk, limitFill, execution, universe }))
}

/** Before the answer is shown: what nobody counted nobody has seen. A ledger that cannot be written is told and stops nothing. */
export function noteTrials(
  context: CliContext,
  flags: StudyFlags,
  data: Loaded['data'],
  entry: Pick<TrialEntry, 'command' | 'strategy' | 'trials' | 'verdict'>,
): void {
  if (flags.ledger === false) return
  const infos = 'series' in data ? data.series : [data]
  const file = trialsFile(context)
  const series = infos.map(({ venue, symbol, interval }) => `${venue}/${symbol}/${interval}`).join(' ')
  const noted = appendTrials(file, { at: Date.now(), data: data.hash, series, ...entry })
  if (!noted.ok) context.out.note(`These runs are not counted: ${file} cannot be written (${noted.error}).`)
}
