/**
 * A strategy looked at as a whole, for `strategy lint` and `strategy test`: its text, and what its runs over candles show.
 */
import { readFileSync } from 'node:fs'
import { basename, relative } from 'node:path'
import { type StrategyChecks, checkStrategy, walkColumns } from '../../backtest/strategy-check.ts'
import { Random } from '../../core/random.ts'
import { MINUTE_MS, instrumentIndex } from '../../core/units.ts'
import { makeInstrument } from '../../market/instrument.ts'
import { codeOf, lineAt } from '../../strategy-files/code-text.ts'
import { type LintFinding, lintSource } from '../../strategy-files/lint-source.ts'
import { findStrategy } from '../research/chosen-strategy.ts'
import type { CliContext } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'
import type { Output } from '../ui/output.ts'

const BARS = 20_000
const SEED = 7
const START_MS = Date.UTC(2025, 0, 1)

export interface Finding extends Omit<LintFinding, 'line'> {
  /** Undefined for a built-in strategy. */
  readonly file: string | undefined
  readonly line: number | undefined
  /** Found by a run over candles, not in the text. */
  readonly isOfRun: boolean
}

export interface Inspection extends StrategyChecks {
  /** Undefined for a built-in strategy. */
  readonly file: string | undefined
  /** By line. */
  readonly findings: readonly Finding[]
}

/** @throws CliError where there is no such strategy, its file does not load, or a parameter has no default */
export async function inspect(context: CliContext, name: string): Promise<Inspection> {
  const { catalog, modules } = await context.strategies([name])
  const definition = findStrategy(catalog, name)
  const params = definition.params.safeParse({})
  if (!params.success)
    throw new CliError(
      EXIT.checksFailed,
      `${name} has a parameter without a default.`,
      'Give each parameter one, so that it runs as it is.',
    )
  const instrument = makeInstrument({ index: instrumentIndex(0), venue: 'walk', symbol: 'TESTUSDT', tickSize: '0.01', lotSize: '0.001' })
  const columns = walkColumns(new Random(SEED), BARS, START_MS)
  const checked = checkStrategy(definition, params.data, { instrument, intervalMs: MINUTE_MS, columns })
  const file = modules.find((module) => module.name === name)?.file
  const source = file === undefined ? undefined : readFileSync(file, 'utf8')
  const ofText = source === undefined ? [] : lintSource(source)
  const findings: Finding[] = [
    ...ofText.map((finding) => ({ ...finding, file, isOfRun: false })),
    ...checked.checks.flatMap(({ rule, flaw, next }): Finding[] =>
      flaw === undefined
        ? []
        : [
            {
              rule,
              file,
              line: source === undefined ? undefined : lineOf(flaw, rule, file ?? '', source),
              sentence: flaw,
              next,
              isOfRun: true,
            },
          ],
    ),
  ]
  return { ...checked, file, findings: findings.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)) }
}

/** The line that an error names; else that of the function which the flaw is about. */
function lineOf(flaw: string, rule: string, file: string, source: string): number {
  const named = flaw.split(`${basename(file)}:`)[1]?.match(/^\d+/)?.[0]
  if (named !== undefined) return Number(named)
  const code = codeOf(source)
  const at = code.search(rule === 'state' ? /\binit\b/ : /\bonBar\b/)
  return at < 0 ? 1 : lineAt(code, at)
}

const placeOf = ({ file, line }: Finding): string =>
  file === undefined ? 'built in' : `${relative('', file)}${line === undefined ? '' : `:${line}`}`

/** For programs. */
export const shownFinding = ({ rule, file, line, sentence, next }: Finding): object => ({
  rule,
  file: file === undefined ? null : relative('', file),
  line: line ?? null,
  sentence,
  next,
})

export function printFinding(out: Output, finding: Finding): void {
  out.line(`${out.style('bad', '✗')} ${placeOf(finding)}  ${finding.rule}`)
  out.line(`    ${finding.sentence}`)
  out.line(`    ${finding.next}`)
}
