/**
 * `ballast config`: shows each value of the configuration with its origin, and checks it.
 * Never prints a secret.
 */
import { configuredStrategies, plansOf } from '../../config/plans.ts'
import type { Command } from 'commander'
import { displayValue, valueAt } from '../../config/config.ts'
import { CONFIG_KEYS } from '../../config/config-keys.ts'

import { CliError, EXIT } from '../exit.ts'
import { type CliContext, contextOf } from '../context.ts'

export function register(program: Command): void {
  const config = program.command('config').description('show and check the configuration')
  config
    .command('show')
    .description('print every key with its value and origin')
    .action((_flags: unknown, command: Command) => runShow(command))
  config
    .command('validate')
    .description('check that the configuration is valid')
    .action((_flags: unknown, command: Command) => runValidate(command))
}

/** Each key with its value and origin; a secret is masked. @throws CliError as the configuration */
export function configRows(context: CliContext) {
  const { values, origins } = context.config()
  return CONFIG_KEYS.map((key) => {
    const value = valueAt(values, key.path)
    return {
      key: key.path,
      value: key.isSecret && value !== undefined ? displayValue(key, value) : (value ?? null),
      origin: origins.get(key.path),
      env: key.envName,
      shown: displayValue(key, value),
    }
  })
}

function runShow(command: Command): void {
  const context = contextOf(command)
  const rows = configRows(context)
  context.out.answer({ config: rows.map(({ shown: _shown, ...row }) => row) }, () =>
    context.out.table(
      [{ title: 'key' }, { title: 'value' }, { title: 'origin' }, { title: 'environment' }],
      rows.map((row) => [
        row.key,
        row.shown,
        row.origin?.kind === 'default' ? 'default' : `${row.origin?.kind} ${row.origin?.name}`,
        row.env,
      ]),
    ),
  )
}

async function runValidate(command: Command): Promise<void> {
  const context = contextOf(command)
  const { values, origins } = context.config()
  // What a start would refuse is refused here: strategies, parameters, symbols.
  const plans = plansOf(values, await context.strategies(configuredStrategies(values)))
  if (!plans.ok) throw new CliError(EXIT.config, plans.error.sentence, plans.error.next)
  const given = [...origins.values()].filter((origin) => origin.kind !== 'default').length
  context.out.answer({ valid: true, given }, () =>
    context.out.line(
      `${context.out.style('good', '✓')} The configuration is valid: ${given} of ${CONFIG_KEYS.length} keys are set, the others use defaults.`,
    ),
  )
  if (plans.value.plans.length === 0)
    context.out.note(
      `No strategy is configured: ${plans.value.manual.length === 0 ? 'Ballast trades nothing' : `only manual trading (${plans.value.manual.join(', ')})`}.`,
    )
}
