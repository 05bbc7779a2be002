/**
 * The options that say how samples are split into train and test, and why they cannot be.
 */
import type { Command } from 'commander'
import type { FoldPlan, FoldRefusal } from '../../ml/folds/folds.ts'
import { CliError, EXIT } from '../exit.ts'
import { choiceFlag, numberFlag, wholeFlag } from '../flags/flag-values.ts'

export interface FoldFlags {
  readonly kind: string
  readonly folds?: string
  readonly groups?: string
  readonly testGroups?: string
  readonly embargo: string
}

const KINDS = ['kfold', 'cpcv'] as const
const FOLDS_DEFAULT = '5'
const GROUPS_DEFAULT = '6'
const TEST_GROUPS_DEFAULT = '2'
const COUNT_MAX = 1_000

export const addFoldOptions = (command: Command): Command =>
  command
    .option('--kind <kind>', 'kfold, or cpcv (combinatorial)', 'kfold')
    .option('--folds <n>', `for kfold: folds of equal size in time (default: ${FOLDS_DEFAULT})`)
    .option('--groups <n>', `for cpcv: groups of equal size in time (default: ${GROUPS_DEFAULT})`)
    .option('--test-groups <n>', `for cpcv: groups that are tested together (default: ${TEST_GROUPS_DEFAULT})`)
    .option('--embargo <part>', 'samples kept out of training after each test block, as a part of all; rounded down', '0')

/** @throws CliError that names the option. */
export function foldPlanOf(flags: FoldFlags): FoldPlan {
  const kind = choiceFlag('kind', flags.kind, KINDS)
  const embargo = numberFlag('embargo', flags.embargo)
  if (!(embargo >= 0 && embargo < 1))
    throw new CliError(
      EXIT.usage,
      `--embargo '${flags.embargo}' must be from 0 to less than 1.`,
      'Example: --embargo 0.01 for 1 % of all samples.',
    )
  if (kind === 'kfold') {
    if (flags.groups !== undefined || flags.testGroups !== undefined)
      throw new CliError(EXIT.usage, 'kfold has no groups.', 'Use --folds, or --kind cpcv.')
    return { kind, folds: wholeFlag('folds', flags.folds ?? FOLDS_DEFAULT, 2, COUNT_MAX), embargo }
  }
  if (flags.folds !== undefined) throw new CliError(EXIT.usage, 'cpcv has no folds.', 'Use --groups and --test-groups, or --kind kfold.')
  const groups = wholeFlag('groups', flags.groups ?? GROUPS_DEFAULT, 2, COUNT_MAX)
  return { kind, groups, testGroups: wholeFlag('test-groups', flags.testGroups ?? TEST_GROUPS_DEFAULT, 1, groups - 1), embargo }
}

export function foldFailure(file: string, refusal: FoldRefusal): CliError {
  switch (refusal.code) {
    case 'too-few-samples':
      return new CliError(
        EXIT.error,
        `${file} has ${refusal.samples} samples, too few for ${refusal.groups} ${refusal.groups === 1 ? 'group' : 'groups'}.`,
        'Pass more samples, or ask for fewer folds or groups.',
      )
    case 'too-many-splits':
      return new CliError(
        EXIT.usage,
        `These groups give ${refusal.splits.toLocaleString('en-US')} splits; at most ${refusal.most.toLocaleString('en-US')} are made.`,
        'Ask for fewer groups, for example --groups 10 --test-groups 2.',
      )
    case 'nothing-to-train':
      return new CliError(
        EXIT.error,
        `Nothing is left to train on in split ${refusal.split}: ${refusal.purged} samples overlap its test labels, ${refusal.embargoed} are in the embargo.`,
        'Labels are long beside the data: use fewer folds, shorter labels, a smaller embargo or more data.',
      )
  }
}
