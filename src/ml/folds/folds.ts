/**
 * Splits of samples into train and test that a model may be judged by: purged K-fold, and combinatorial purged cross-validation (CPCV).
 * López de Prado 2018, Advances in Financial Machine Learning, 7.4 and 12.4.
 */
import { type Result, err, ok } from '../../core/result.ts'
import { type IndexRange, type LabelSpans, blocksOf, countOf, joinRanges, rangesOf } from './labels.ts'
import { embargoSamples, trainingMask } from './purge.ts'

export type FoldPlan =
  | { readonly kind: 'kfold'; readonly folds: number; readonly embargo: number }
  | { readonly kind: 'cpcv'; readonly groups: number; readonly testGroups: number; readonly embargo: number }

export interface Split {
  readonly test: readonly IndexRange[]
  readonly train: readonly IndexRange[]
  /** Groups that the test set consists of; of a K-fold one. */
  readonly testGroups: readonly number[]
  readonly purged: number
  readonly embargoed: number
}

export interface Folds {
  readonly splits: readonly Split[]
  /** The groups that samples are cut into; of a K-fold its folds. */
  readonly groups: readonly IndexRange[]
  /** Of each path, for each group, the split whose test set it is taken from. A path covers every sample once. */
  readonly paths: readonly (readonly number[])[]
  readonly embargoSamples: number
}

/** Why samples cannot be split as planned. */
export type FoldRefusal =
  | { readonly code: 'too-few-samples'; readonly samples: number; readonly groups: number }
  | { readonly code: 'too-many-splits'; readonly splits: number; readonly most: number }
  | { readonly code: 'nothing-to-train'; readonly split: number; readonly purged: number; readonly embargoed: number }

/** More are not worth their time, and no answer that is read. */
const SPLITS_MAX = 20_000

/** @param spans ascending by `t0` */
export function makeFolds(spans: LabelSpans, plan: FoldPlan): Result<Folds, FoldRefusal> {
  const samples = spans.t0.length
  const count = plan.kind === 'kfold' ? plan.folds : plan.groups
  const size = plan.kind === 'kfold' ? 1 : plan.testGroups
  if (samples < count) return err({ code: 'too-few-samples', samples, groups: count })
  const splitCount = combinations(count, size)
  if (splitCount > SPLITS_MAX) return err({ code: 'too-many-splits', splits: splitCount, most: SPLITS_MAX })
  const groups = blocksOf(samples, count)
  const embargo = embargoSamples(samples, plan.embargo)
  const splits: Split[] = []
  for (const testGroups of chosenGroups(count, size)) {
    const test = joinRanges(testGroups.map((group) => groups[group] as IndexRange))
    const { mask, purged, embargoed } = trainingMask(spans, test, embargo)
    const train = rangesOf(mask)
    if (countOf(train) === 0) return err({ code: 'nothing-to-train', split: splits.length, purged, embargoed })
    splits.push({ test, train, testGroups, purged, embargoed })
  }
  return ok({ splits, groups, paths: pathsOf(splits, count), embargoSamples: embargo })
}

/** Number of ways to choose `size` of `count`. */
export function combinations(count: number, size: number): number {
  let ways = 1
  for (let k = 1; k <= size; k += 1) ways = Math.round((ways * (count - size + k)) / k)
  return ways
}

/** All choices of `size` groups, in lexicographic order. */
function* chosenGroups(count: number, size: number, from = 0): Generator<readonly number[]> {
  if (size === 0) {
    yield []
    return
  }
  for (let first = from; first <= count - size; first += 1)
    for (const rest of chosenGroups(count, size - 1, first + 1)) yield [first, ...rest]
}

/** Each group is tested in as many splits as there are paths; the n-th path takes of each group its n-th split. */
function pathsOf(splits: readonly Split[], groups: number): number[][] {
  const ofGroup = Array.from({ length: groups }, (_, group) =>
    splits.flatMap(({ testGroups }, at) => (testGroups.includes(group) ? [at] : [])),
  )
  return Array.from({ length: ofGroup[0]?.length ?? 0 }, (_, path) => ofGroup.map((tested) => tested[path] as number))
}
