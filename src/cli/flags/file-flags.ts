/**
 * The options of a command that reads files: what a file cannot show, as words of a user.
 */
import type { Command } from 'commander'
import { zoneOf } from '../../files/zone.ts'
import type { FileWishes } from '../../market/candles/file-wishes.ts'
import { TIME_UNITS } from '../../market/files/instant.ts'
import { CliError, EXIT } from '../exit.ts'

export interface FileFlags {
  readonly columns?: string
  readonly unit?: string
  readonly zone?: string
  readonly stamp?: string
}

export function addFileOptions(command: Command): Command {
  return command
    .option('--columns <places>', 'column of each field, by position or name: time=2,open=3,high=4,low=5,close=6,volume=8')
    .option('--unit <unit>', 'unit of numeric times: s, ms, us or ns (default: by their size)')
    .option('--zone <zone>', 'time zone of text times, for example UTC+3 or America/New_York (default: UTC)')
    .option('--stamp <end>', 'what a bar’s time marks: its start or end (default: start, unless the file says)')
}

/** @throws CliError that names the option. */
export function fileWishesOf(flags: FileFlags): Pick<FileWishes, 'columns' | 'unit' | 'offsetMs' | 'stamp'> {
  const unit = TIME_UNITS.find((each) => each === flags.unit)
  if (flags.unit !== undefined && unit === undefined)
    throw new CliError(EXIT.usage, `--unit '${flags.unit}' is not a unit of time.`, `Units: ${TIME_UNITS.join(', ')}.`)
  const stamp = (['start', 'end'] as const).find((each) => each === flags.stamp)
  if (flags.stamp !== undefined && stamp === undefined)
    throw new CliError(EXIT.usage, `--stamp '${flags.stamp}' is not start or end.`, 'The default is start, the opening time of the bar.')
  const offsetMs = flags.zone === undefined ? undefined : zoneOf(flags.zone)
  if (flags.zone !== undefined && offsetMs === undefined)
    throw new CliError(EXIT.usage, `--zone '${flags.zone}' is not a time zone.`, 'Examples: UTC+3, +05:30 or America/New_York.')
  return { unit, stamp, offsetMs, columns: flags.columns === undefined ? undefined : columnsOf(flags.columns) }
}

function columnsOf(text: string): [string, string][] {
  return text.split(',').map((word) => {
    const at = word.indexOf('=')
    const name = word.slice(0, at).trim().toLowerCase()
    const place = word.slice(at + 1).trim()
    if (at <= 0 || place === '')
      throw new CliError(
        EXIT.usage,
        `--columns '${word}' is not name=column.`,
        'Example: --columns time=1,open=2,high=3,low=4,close=5,volume=6.',
      )
    return [name, place]
  })
}
