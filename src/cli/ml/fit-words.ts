/**
 * What is said of a model that could not be fitted, and of a feature that knows too much.
 */
import type { FitRefusal, ModelName } from '../../ml/models/fit-model.ts'
import type { Task } from '../../ml/models/task.ts'
import { CliError, EXIT } from '../exit.ts'

export function fitFailure(refusal: FitRefusal, model: ModelName, target: string): CliError {
  if (refusal === 'needs-two-classes')
    return new CliError(
      EXIT.error,
      `The target ${target} has more than two values, and ${model} tells two classes apart.`,
      'Use ridge, gbdt, forest or mlp, or make the target 0 and 1.',
    )
  return new CliError(
    EXIT.error,
    `${model} has no single best weights on these rows: the features separate the classes or repeat each other.`,
    'Use an --l2 above 0.',
  )
}

export const nothingToCalibrate = (target: string): CliError =>
  new CliError(
    EXIT.usage,
    `The target ${target} has more than two values: there are no probabilities to calibrate.`,
    'Leave --calibration out.',
  )

export const leakWarning = (name: string, score: number, task: Task): string =>
  `${name} alone tells the target (${task === 'classification' ? 'AUC' : 'rank correlation'} ${score.toFixed(3)}): it probably knows the future. Leave it out with --exclude ${name}.`
