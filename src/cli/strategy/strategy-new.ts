/**
 * `ballast strategy new NAME`: writes a strategy that runs as it is, and its test, into the folder of the user's strategies.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { nearestOf } from '../../core/nearest.ts'
import { STRATEGIES } from '../../strategy/registry.ts'
import { DEFAULT_TEMPLATE, TEMPLATES } from '../../strategy-files/template.ts'
import { EXAMPLE_SYMBOLS } from '../research/chosen-strategy.ts'
import type { CliContext } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'

export function newStrategy(context: CliContext, name: string | undefined, templateName: string = DEFAULT_TEMPLATE): void {
  if (name === undefined || !/^[a-z][a-z0-9-]{0,30}$/.test(name))
    throw new CliError(
      EXIT.usage,
      name === undefined ? 'A strategy needs a name.' : `'${name}' is not a valid strategy name.`,
      'Use small letters, digits and dashes: ballast strategy new pullback',
    )
  const template = TEMPLATES.get(templateName)
  if (template === undefined) {
    const near = nearestOf(templateName, [...TEMPLATES.keys()])
    throw new CliError(
      EXIT.usage,
      `There is no template '${templateName}'.${near === undefined ? '' : ` Did you mean ${near}?`}`,
      `There are: ${[...TEMPLATES].map(([each, { summary }]) => `${each} (${summary})`).join(', ')}.`,
    )
  }
  if (STRATEGIES.has(name)) throw new CliError(EXIT.conflict, `${name} is a built-in strategy.`, 'Choose another name.')
  const directory = resolve(context.config().values.strategiesDir)
  const files = [
    [join(directory, `${name}.ts`), template.source(name)],
    [join(directory, `${name}.test.ts`), template.test(name)],
  ] as const
  for (const [file] of files)
    if (existsSync(file)) throw new CliError(EXIT.conflict, `${relative('', file)} already exists.`, 'Choose another name, or edit it.')
  mkdirSync(directory, { recursive: true })
  for (const [file, text] of files) writeFileSync(file, text)
  const { out } = context
  const [written, test] = files.map(([file]) => relative('', file))
  const symbols = EXAMPLE_SYMBOLS.slice(0, template.symbols)
  out.answer({ name, template: templateName, file: written, test }, () => {
    out.line(`${out.style('good', '✓')} ${written}`)
    out.line(`${out.style('good', '✓')} ${test}`)
    out.line()
    out.line(`Next: ballast strategy test ${name}`)
    out.line(`      ballast backtest ${name} ${symbols.map((symbol) => `--symbol ${symbol}`).join(' ')}`)
    out.line(`      and in ballast.config.json: {"strategies": [{"strategy": "${name}", "symbols": ${JSON.stringify(symbols)}}]}`)
  })
}
