/**
 * The options that say which model is fitted on which columns and how.
 */
import type { Command } from 'commander'
import { MODELS, MODEL_DEFAULTS, type ModelName, type ModelRules, type RuleName, rulesOf } from '../../ml/models/fit-model.ts'
import { BINS_MAX } from '../../ml/models/trees/bins.ts'
import { CliError, EXIT } from '../exit.ts'
import { choiceFlag, numberFlag, wholeFlag } from '../flags/flag-values.ts'

export interface ModelFlags {
  readonly target: string
  readonly model: string
  readonly features?: string
  readonly exclude?: string
  readonly l2?: string
  readonly rounds?: string
  readonly rate?: string
  readonly leaves?: string
  readonly minLeaf?: string
  readonly bins?: string
  readonly hidden?: string
  readonly epochs?: string
  readonly step?: string
  readonly seed?: string
}

export interface ModelWish {
  readonly model: ModelName
  readonly rules: ModelRules
  /** Rules of the model, as they hold. */
  readonly used: Partial<ModelRules>
  /** Options that were given and that the model does not know. */
  readonly ignored: readonly string[]
}

const COUNT_MAX = 1_000_000

const FLAG_OF: Readonly<Record<RuleName, string>> = {
  l2: 'l2',
  rounds: 'rounds',
  rate: 'rate',
  leaves: 'leaves',
  minLeaf: 'min-leaf',
  bins: 'bins',
  hidden: 'hidden',
  epochs: 'epochs',
  step: 'step',
  seed: 'seed',
}
const RULES = Object.keys(FLAG_OF) as RuleName[]

function defaultText(rule: RuleName): string {
  const values = MODELS.flatMap((model) => {
    const value = MODEL_DEFAULTS[model][rule]
    return value === undefined ? [] : [{ model, value }]
  })
  const isOne = values.every(({ value }) => value === values[0]?.value)
  return isOne ? String(values[0]?.value) : values.map(({ model, value }) => `${model} ${value}`).join(', ')
}
const usersOf = (rule: RuleName): string => MODELS.filter((model) => MODEL_DEFAULTS[model][rule] !== undefined).join(', ')
const words = (rule: RuleName, what: string): string => `for ${usersOf(rule)}: ${what} (default: ${defaultText(rule)})`

export const addModelOptions = (command: Command): Command =>
  command
    .requiredOption('--target <column>', 'what is predicted: a column of two values is a classification, others a regression')
    .requiredOption('--model <model>', MODELS.join(', '))
    .option('--features <columns>', 'columns to predict from: a,b (default: all columns of numbers)')
    .option('--exclude <columns>', 'columns not to predict from: a,b')
    .option('--l2 <n>', words('l2', 'L2 penalty on weights or leaf values'))
    .option('--rounds <n>', words('rounds', 'trees'))
    .option('--rate <n>', words('rate', 'learning rate: share of each tree that is added'))
    .option('--leaves <n>', words('leaves', 'leaves of a tree at most'))
    .option('--min-leaf <n>', words('minLeaf', 'rows of a leaf at least'))
    .option('--bins <n>', words('bins', 'bins of a feature at most'))
    .option('--hidden <n>', words('hidden', 'units of the hidden layer'))
    .option('--epochs <n>', words('epochs', 'times that all rows are seen'))
    .option('--step <n>', words('step', 'learning rate'))
    .option('--seed <n>', words('seed', 'random seed'))

/** @throws CliError that names the option. */
export function modelWishOf(flags: ModelFlags): ModelWish {
  const model = choiceFlag('model', flags.model, MODELS)
  const own = MODEL_DEFAULTS[model]
  const given: { -readonly [Rule in RuleName]?: number } = {}
  const ignored: string[] = []
  for (const rule of RULES) {
    const text = flags[rule]
    if (text === undefined) continue
    const value = ruleOf(rule, text)
    // The seed is welcome everywhere: a model without chance is the same for each.
    if (own[rule] !== undefined) given[rule] = value
    else if (rule !== 'seed') ignored.push(`--${FLAG_OF[rule]}`)
  }
  return { model, rules: rulesOf(model, given), used: { ...own, ...given }, ignored }
}

function ruleOf(rule: RuleName, text: string): number {
  const flag = FLAG_OF[rule]
  switch (rule) {
    case 'l2': {
      const value = numberFlag(flag, text)
      if (value >= 0) return value
      throw new CliError(EXIT.usage, `--${flag} '${text}' is below 0.`, 'Use 0 for no price at all.')
    }
    case 'step':
    case 'rate': {
      const value = numberFlag(flag, text)
      if (value > 0) return value
      throw new CliError(EXIT.usage, `--${flag} '${text}' must be above 0.`, `Example: --${flag} ${rule === 'rate' ? 0.1 : 0.003}.`)
    }
    case 'leaves':
      return wholeFlag(flag, text, 2, COUNT_MAX)
    case 'bins':
      return wholeFlag(flag, text, 2, BINS_MAX)
    case 'seed':
      return wholeFlag(flag, text, 0, Number.MAX_SAFE_INTEGER)
    case 'rounds':
    case 'minLeaf':
    case 'hidden':
    case 'epochs':
      return wholeFlag(flag, text, 1, COUNT_MAX)
  }
}
