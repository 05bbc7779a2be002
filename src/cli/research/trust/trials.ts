/**
 * `ballast trials [STRATEGY]`: how often each strategy was tried, on which candles, and what the gate said.
 */
import type { Command } from 'commander'
import { countTrials } from '../../../backtest/trials/trial-count.ts'
import { readTrials } from '../../../backtest/trials/trial-ledger.ts'
import { contextOf } from '../../context.ts'
import { CliError, EXIT } from '../../exit.ts'
import { formatCount, formatTime } from '../../ui/format.ts'
import { trialsFile } from '../trial-notes.ts'

export function register(program: Command): void {
  program
    .command('trials')
    .description('show how often each strategy was tried, on which candles')
    .argument('[strategy]', 'only this one')
    .action(showTrials)
}

function showTrials(strategy: string | undefined, _flags: unknown, command: Command): void {
  const context = contextOf(command)
  const { out } = context
  const file = trialsFile(context)
  const { entries, torn, problem } = readTrials(file)
  if (problem !== undefined) throw new CliError(EXIT.error, `${file} cannot be read (${problem}).`, 'Give this user the right to read it.')
  const data = countTrials(entries.filter((entry) => strategy === undefined || entry.strategy === strategy))
  out.answer({ file, torn, data }, () => {
    if (data.length === 0) {
      out.line(strategy === undefined ? 'Nothing was tried yet.' : `${strategy} was not tried yet.`)
      return
    }
    const right = 'right' as const
    out.table(
      [
        { title: 'strategy' },
        { title: 'candles' },
        { title: 'hash' },
        { title: 'runs', align: right },
        { title: 'trials', align: right },
        { title: 'last' },
        { title: 'gate' },
      ],
      data.map((count) => [
        count.strategy,
        count.series,
        count.data.slice(0, 8),
        formatCount(count.runs),
        formatCount(count.trials),
        formatTime(count.last).slice(0, 10),
        count.gate ?? '–',
      ]),
    )
  })
  if (torn > 0) out.note(`${torn} line${torn === 1 ? '' : 's'} of ${file} cannot be read; a process was killed while it wrote.`)
}
