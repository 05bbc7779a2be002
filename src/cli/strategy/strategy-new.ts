/**
 * `ballast strategy new NAME`: writes a strategy that runs as it is, and its test, into the folder of the user's strategies.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { STRATEGIES } from '../../strategy/registry.ts'
import { strategySource, testSource } from '../../strategy-files/template.ts'
import type { CliContext } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'

export function newStrategy(context: CliContext, name: string | undefined): void {
  if (name === undefined || !/^[a-z][a-z0-9-]{0,30}$/.test(name))
    throw new CliError(
      EXIT.usage,
      name === undefined ? 'A strategy needs a name.' : `'${name}' is not a valid strategy name.`,
      'Use small letters, digits and dashes: ballast strategy new pullback',
    )
  if (STRATEGIES.has(name)) throw new CliError(EXIT.conflict, `${name} is a built-in strategy.`, 'Choose another name.')
  const directory = resolve(context.config().values.strategiesDir)
  const files = [
    [join(directory, `${name}.ts`), strategySource(name)],
    [join(directory, `${name}.test.ts`), testSource(name)],
  ] as const
  for (const [file] of files)
    if (existsSync(file)) throw new CliError(EXIT.conflict, `${relative('', file)} already exists.`, 'Choose another name, or edit it.')
  mkdirSync(directory, { recursive: true })
  for (const [file, text] of files) writeFileSync(file, text)
  const { out } = context
  const [written, test] = files.map(([file]) => relative('', file))
  out.answer({ name, file: written, test }, () => {
    out.line(`${out.style('good', '✓')} ${written}`)
    out.line(`${out.style('good', '✓')} ${test}`)
    out.line()
    out.line(`Next: ballast strategy test ${name}`)
    out.line(`      ballast backtest ${name} --symbol BTCUSDT`)
    out.line(`      and in ballast.config.json: {"strategies": [{"strategy": "${name}", "symbols": ["BTCUSDT"]}]}`)
  })
}
