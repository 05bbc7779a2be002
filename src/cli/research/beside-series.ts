/**
 * What a run has beside its bars: finer candles and mark prices, stored or from files.
 */
import { existsSync } from 'node:fs'
import type { RunSeries } from '../../backtest/backtest-run.ts'
import { type CoarseSeries, detailFromFile, marksFromFile, storedDetail, storedMarks } from '../../market/candles/finer-candles.ts'
import { parseInterval } from '../../market/candles/interval.ts'
import type { Instrument } from '../../market/instrument.ts'
import { type CliContext, dataFailure } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'
import type { SeriesFlags } from '../flags/backtest-flags.ts'
import { fileWishesOf } from '../flags/file-flags.ts'

const STORED = 'stored'

/** @throws CliError that says what is missing or does not fit. */
export async function besideOf(
  context: CliContext,
  flags: SeriesFlags,
  { venue, symbol, category }: Instrument,
  { intervalMs, tickSize }: { readonly intervalMs: number; readonly tickSize: string },
  columns: RunSeries['columns'],
): Promise<Pick<RunSeries, 'detail' | 'mark'>> {
  const of = { venue, symbol, intervalMs, tickSize, columns }
  const detail = await detailFor(context, flags, of)
  // Coins have no mark.
  const mark = category === 'spot' ? undefined : await markFor(context, flags, of, detail?.intervalMs ?? intervalMs)
  return { ...(detail === undefined ? {} : { detail }), ...(mark === undefined ? {} : { mark }) }
}

/** An interval is stored beside the series; anything else is a file. */
async function detailFor(context: CliContext, flags: SeriesFlags, of: CoarseSeries): Promise<RunSeries['detail']> {
  const { detail } = flags
  if (detail === undefined) return undefined
  if (parseInterval(detail) !== undefined) {
    checkStored('detail', detail, flags)
    const stored = storedDetail(context.candleStore(), of, detail)
    if (!stored.ok) throw dataFailure(stored.error)
    return stored.value
  }
  checkFile('detail', detail, 'an interval', '1m', flags)
  const read = await detailFromFile(detail, of, fileWishesOf(flags))
  if (!read.ok) throw dataFailure(read.error)
  return read.value
}

async function markFor(context: CliContext, flags: SeriesFlags, of: CoarseSeries, intervalMs: number): Promise<RunSeries['mark']> {
  const { mark } = flags
  if (mark === undefined) return undefined
  if (mark === STORED) {
    checkStored('mark', mark, flags)
    const stored = storedMarks(context.candleStore(), of, intervalMs)
    if (!stored.ok) throw dataFailure(stored.error)
    return stored.value
  }
  checkFile('mark', mark, 'the word stored', STORED, flags)
  const read = await marksFromFile(mark, of, intervalMs, fileWishesOf(flags))
  if (!read.ok) throw dataFailure(read.error)
  return read.value
}

/** What is stored belongs to a series of the store. */
function checkStored(flag: string, text: string, flags: SeriesFlags): void {
  if (flags.csv !== undefined && flags.venue === undefined)
    throw new CliError(
      EXIT.usage,
      `--${flag} ${text} means stored candles, and the bars are from a file.`,
      `Pass a file, too: --${flag} FILE.`,
    )
}

function checkFile(flag: string, text: string, other: string, example: string, flags: SeriesFlags): void {
  if ((flags.symbol?.length ?? 0) > 1)
    throw new CliError(
      EXIT.usage,
      `--${flag} '${text}' is not ${other}.`,
      `A run over several symbols takes what is stored: --${flag} ${example}.`,
    )
  if (!existsSync(text))
    throw new CliError(EXIT.usage, `--${flag} '${text}' is neither ${other} nor a file.`, `Example: --${flag} ${example}.`)
}
