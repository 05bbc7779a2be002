/**
 * `ballast ml`: samples, models and their honest scores, from files alone.
 */
import type { Command } from 'commander'
import { addFit } from './fit.ts'
import { addFolds } from './folds.ts'

export function register(program: Command): void {
  const ml = program.command('ml').description('split samples, fit models and score them, from files')
  addFolds(ml)
  addFit(ml)
}
