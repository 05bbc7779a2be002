/**
 * `--choose`: by what the best parameters of a training window are told.
 */
import type { Command } from 'commander'
import { CHOICES, type Choice } from '../../../backtest/trust/choice.ts'
import { CliError, EXIT } from '../../exit.ts'

export const addChoiceOption = (command: Command): Command =>
  command.option('--choose <metric>', `metric that chooses parameters: ${CHOICES.join(', ')}`, 'sharpe')

/** @throws CliError that lists them. */
export function choiceFlag({ choose }: { readonly choose: string }): Choice {
  const found = CHOICES.find((choice) => choice === choose)
  if (found !== undefined) return found
  throw new CliError(EXIT.usage, `--choose '${choose}' is no metric to choose by.`, `Use one of ${CHOICES.join(', ')}.`)
}
