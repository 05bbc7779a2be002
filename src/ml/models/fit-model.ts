/**
 * The five models behind one pair of functions: fit on columns of features, predict for columns of features.
 */
import { type Result, err, ok } from '../../core/result.ts'
import type { LinearModel } from './linear/linear-model.ts'
import { predictLinear } from './linear/linear-model.ts'
import { fitLogistic } from './linear/logistic.ts'
import { fitRidge } from './linear/ridge.ts'
import { type Network, fitNetwork, predictNetwork } from './mlp/mlp.ts'
import type { Task } from './task.ts'
import { type BoostedTrees, fitBoosting, predictBoosting } from './trees/boosting.ts'
import { type RandomForest, fitForest, predictForest } from './trees/forest.ts'

export const MODELS = ['logistic', 'ridge', 'gbdt', 'forest', 'mlp'] as const
export type ModelName = (typeof MODELS)[number]

export interface ModelRules {
  /** Price of large weights; in trees of large leaf values. 0 or more. */
  readonly l2: number
  /** Trees. */
  readonly rounds: number
  /** Part of each tree's answer that counts. */
  readonly rate: number
  readonly leaves: number
  readonly minLeaf: number
  /** 2 to 255. */
  readonly bins: number
  readonly hidden: number
  /** Times that a network sees all rows. */
  readonly epochs: number
  /** Adam's step. */
  readonly step: number
  readonly seed: number
}

export type RuleName = keyof ModelRules

/** Rules that a model listens to, with what they are unless given. */
export const MODEL_DEFAULTS: Readonly<Record<ModelName, Partial<ModelRules>>> = {
  logistic: { l2: 1 },
  ridge: { l2: 1 },
  gbdt: { l2: 1, rounds: 100, rate: 0.1, leaves: 31, minLeaf: 20, bins: 255 },
  forest: { rounds: 100, minLeaf: 20, bins: 255, seed: 1 },
  mlp: { l2: 1, hidden: 32, epochs: 30, step: 0.003, seed: 1 },
}

const UNUSED: ModelRules = { l2: 0, rounds: 0, rate: 0, leaves: 0, minLeaf: 0, bins: 0, hidden: 0, epochs: 0, step: 0, seed: 0 }

/** The rules of a model: its own, then those given. */
export const rulesOf = (model: ModelName, given: Partial<ModelRules>): ModelRules => ({ ...UNUSED, ...MODEL_DEFAULTS[model], ...given })

/** Plain data: what is kept of a model. */
export type FittedModel = LinearModel | BoostedTrees | RandomForest | Network

export interface TrainingSet {
  /** A column each, none constant, of equal length, all finite. */
  readonly features: readonly Float64Array[]
  /** Of a classification 0 and 1, both of them; of a regression it varies. */
  readonly target: Float64Array
  readonly task: Task
}

/** `no-minimum`: classes that a plane separates, or features that do not determine the weights; an `l2` above 0 mends both. */
export type FitRefusal = 'no-minimum' | 'needs-two-classes'

export function fitModel(model: ModelName, { features, target, task }: TrainingSet, rules: ModelRules): Result<FittedModel, FitRefusal> {
  const { l2, rounds, rate, leaves, minLeaf, bins, hidden, epochs, step, seed } = rules
  switch (model) {
    case 'logistic': {
      if (task !== 'classification') return err('needs-two-classes')
      return orNone(fitLogistic(features, target, l2))
    }
    case 'ridge':
      return orNone(fitRidge(features, target, l2))
    case 'gbdt':
      return ok(fitBoosting(features, target, task, { rounds, rate, leaves, minLeaf, bins, l2 }))
    case 'forest':
      return ok(fitForest(features, target, task, { trees: rounds, minLeaf, bins, seed }))
    case 'mlp':
      return ok(fitNetwork(features, target, task, { hidden, epochs, step, l2, seed }))
  }
}

const orNone = (model: LinearModel | undefined): Result<FittedModel, FitRefusal> => (model === undefined ? err('no-minimum') : ok(model))

/** Probabilities of class 1, or values; a ridge on classes is not bound to 0 and 1. */
export function predictModel(model: FittedModel, features: readonly Float64Array[]): Float64Array {
  switch (model.type) {
    case 'logistic':
    case 'ridge':
      return predictLinear(model, features)
    case 'gbdt':
      return predictBoosting(model, features)
    case 'forest':
      return predictForest(model, features)
    case 'mlp':
      return predictNetwork(model, features)
  }
}
