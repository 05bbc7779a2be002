/**
 * `ballast gate STRATEGY … --grid …`: pass or refuse, with the reasons; exit code 10 where it refuses.
 */
import type { Command } from 'commander'
import { triedWith } from '../../../backtest/trials/trial-count.ts'
import { readTrials } from '../../../backtest/trials/trial-ledger.ts'
import { GATE_ROWS_MIN, type Gate, type GateRule, judgeGrid } from '../../../backtest/trust/gate.ts'
import { instantsOf, marketReturns, stepFor } from '../../../backtest/trust/rows.ts'
import { DAY_MS, HOUR_MS } from '../../../core/units.ts'
import { STRATEGIES } from '../../../strategy/registry.ts'
import { contextOf } from '../../context.ts'
import { CliError, EXIT } from '../../exit.ts'
import { type GridFlags, addGridOptions } from '../../flags/grid-flags.ts'
import { formatCount, formatPercent, formatRatio } from '../../ui/format.ts'
import type { Output } from '../../ui/output.ts'
import { type GridPlan, planGrid } from '../grid-run.ts'
import { addChoiceOption, choiceFlag } from './choice-flag.ts'
import { digestsOf, noteTrials, trialsFile } from '../trial-notes.ts'
import { paramsText, recordGrid } from './recorded-grid.ts'

interface GateFlags extends GridFlags {
  readonly choose: string
}

export function register(program: Command): void {
  addChoiceOption(
    addGridOptions(
      program
        .command('gate')
        .description('pass or refuse a strategy: is its edge more than luck and the market? Exit code 10 where it refuses')
        .argument('<strategy>', `one of ${[...STRATEGIES.keys()].join(', ')}, or your own`),
    ),
  ).action(runGate)
}

async function runGate(name: string, flags: GateFlags, command: Command): Promise<void> {
  const context = contextOf(command)
  const { out } = context
  const choice = choiceFlag(flags)
  const grid = await planGrid(context, name, flags)
  const stepMs = stepFor(grid.series, GATE_ROWS_MIN)
  if (instantsOf(grid.series, stepMs).length < 3)
    throw new CliError(EXIT.error, 'The data has fewer than two rows to judge.', 'Use more data: 120 days, or at least 120 bars.')
  const { runs, instants } = await recordGrid(out, grid, stepMs)
  const { strategy } = grid.plan
  const trials = digestsOf(grid.params, flags)
  const { entries, problem } = readTrials(trialsFile(context))
  if (problem !== undefined) out.note(`Earlier trials are not counted: ${trialsFile(context)} cannot be read (${problem}).`)
  const tried = triedWith(entries, strategy, grid.data.hash, trials)
  const gate = judgeGrid({ runs, instants, market: marketReturns(grid.series, instants), choice, tried })
  noteTrials(context, flags, grid.data, { command: 'gate', strategy, trials, verdict: gate.verdict })
  const answer = {
    verdict: gate.verdict,
    reasons: gate.rules.filter(({ isKept }) => !isKept).map(shown),
    rules: gate.rules,
    strategy,
    data: grid.data,
    rows: instants.length - 1,
    rowMs: stepMs,
    best: gate.best === null ? null : grid.params[gate.best],
    outOfSample: gate.outOfSample,
    deflatedSharpe: gate.deflatedSharpe,
    luck: gate.luck,
    pbo: gate.pbo,
    trials: gate.trials,
  }
  out.answer(answer, () => print(out, grid, gate, stepMs))
  if (gate.verdict === 'refuse')
    throw new CliError(
      EXIT.checksFailed,
      `The gate refuses ${strategy}: ${answer.reasons.map(({ code }) => code).join(', ')}.`,
      'More trials on the same bars make it harder, not easier: wait for new data, or change the idea.',
    )
}

const counted = (n: number, what: string): string => `${formatCount(n)} ${what}${n === 1 ? '' : 's'}`

const shown = ({ code, value, limit }: GateRule): Omit<GateRule, 'isKept'> => ({ code, value, limit })

function print(out: Output, grid: GridPlan, gate: Gate, stepMs: number): void {
  const isPassed = gate.verdict === 'pass'
  out.line(
    `${out.style(isPassed ? 'good' : 'bad', isPassed ? 'PASS' : 'REFUSE')}  ${out.style('bold', grid.plan.strategy)}  ${counted(grid.params.length, 'combination')} over ${formatCount(grid.data.bars)} bars, ${counted(gate.trials, 'trial')}`,
  )
  out.line()
  for (const rule of gate.rules) out.line(`${rule.isKept ? out.style('good', '✓') : out.style('bad', '✗')} ${sentenceOf(rule, stepMs)}`)
  out.line()
  const metrics = gate.outOfSample?.metrics
  out.fields([
    ['best beside the market', gate.best === null ? '–' : paramsText(grid, gate.best)],
    ['out-of-sample return', formatPercent(metrics?.totalReturn ?? null)],
    ['out-of-sample sharpe', formatRatio(metrics?.sharpe ?? null)],
    ['efficiency', formatRatio(gate.outOfSample?.efficiency ?? null)],
    ['pbo', formatPercent(gate.pbo)],
  ])
}

function sentenceOf({ code, value, limit }: GateRule, stepMs: number): string {
  const rows = stepMs === DAY_MS ? 'days' : `rows of ${formatRatio(stepMs / HOUR_MS)} h`
  switch (code) {
    case 'history':
      return `${formatCount(value ?? 0)} ${rows} of history (at least ${formatCount(limit)})`
    case 'trades':
      return `${formatCount(value ?? 0)} trades out of sample (at least ${formatCount(limit)})`
    case 'out-of-sample':
      return `chance that it earns out of sample: ${formatPercent(value)} (at least ${formatPercent(limit, 0)})`
    case 'luck':
      return `chance that luck looks as good beside the market: ${formatPercent(value)} (at most ${formatPercent(limit, 1)})`
    case 'deflated-sharpe':
      return `chance that it beats the best of all unskilled trials: ${formatPercent(value)} (at least ${formatPercent(limit, 0)})`
  }
}
