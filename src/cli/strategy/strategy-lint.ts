/**
 * `ballast strategy lint NAME`: what would make it decide otherwise live than in its backtest, or stop it, each with its line and what to do.
 */
import type { CliContext } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'
import { formatCount } from '../ui/format.ts'
import { inspect, printFinding, shownFinding } from './inspect.ts'

export async function lintStrategy(context: CliContext, name: string | undefined): Promise<void> {
  if (name === undefined) throw new CliError(EXIT.usage, 'Which strategy?', 'For example: ballast strategy lint pullback')
  const { out } = context
  const { findings, bars } = await inspect(context, name)
  const isGood = findings.length === 0
  out.answer({ name, findings: findings.map(shownFinding), isGood }, () => {
    for (const finding of findings) printFinding(out, finding)
    if (isGood) out.line(`${out.style('good', '✓')} nothing found in the text of ${name} and over ${formatCount(bars)} candles`)
  })
  if (!isGood)
    throw new CliError(
      EXIT.error,
      `${name} has ${findings.length === 1 ? 'one finding' : `${findings.length} findings`}.`,
      `Mend ${findings.length === 1 ? 'it' : 'them'}, then: ballast strategy test ${name}`,
    )
}
