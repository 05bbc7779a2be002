/**
 * `ballast ml`: samples, models and their honest scores, from files alone.
 */
import type { Command } from 'commander'
import { addEvaluate } from './evaluate.ts'
import { addFeatures } from './features.ts'
import { addFit } from './fit.ts'
import { addFolds } from './folds.ts'
import { addModels } from './models.ts'
import { addRefit } from './refit.ts'

export function register(program: Command): void {
  const ml = program.command('ml').description('compute features, split samples, fit models and score them, from files')
  addFeatures(ml)
  addFolds(ml)
  addFit(ml)
  addEvaluate(ml)
  addModels(ml)
  addRefit(ml)
}
