/**
 * The options of a command that reads files: what a file cannot tell, as words of a person.
 * Never guesses: a word that is none of those it takes is an error that names its option.
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
    .option('--columns <places>', 'which column is which, by position or name, as time=2,open=3,high=4,low=5,close=6,volume=8')
    .option('--unit <unit>', 'unit of times that are numbers: s, ms, us or ns (default: by their size)')
    .option('--zone <zone>', 'clock of times that are text, as UTC+3 or America/New_York (default: UTC)')
    .option('--stamp <end>', 'which end of a bar its time is: start or end (default: start, where the file does not say)')
}

/** @throws CliError that names the option. */
export function fileWishesOf(flags: FileFlags): Pick<FileWishes, 'columns' | 'unit' | 'offsetMs' | 'stamp'> {
  const unit = TIME_UNITS.find((each) => each === flags.unit)
  if (flags.unit !== undefined && unit === undefined)
    throw new CliError(EXIT.usage, `--unit '${flags.unit}' is not a unit of time.`, `It takes ${TIME_UNITS.join(', ')}.`)
  const stamp = (['start', 'end'] as const).find((each) => each === flags.stamp)
  if (flags.stamp !== undefined && stamp === undefined)
    throw new CliError(
      EXIT.usage,
      `--stamp '${flags.stamp}' is neither start nor end.`,
      'The default is start, the opening time of the bar.',
    )
  const offsetMs = flags.zone === undefined ? undefined : zoneOf(flags.zone)
  if (flags.zone !== undefined && offsetMs === undefined)
    throw new CliError(EXIT.usage, `--zone '${flags.zone}' is not a zone.`, 'Write UTC+3, +05:30 or a name as America/New_York.')
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
        'Write for example --columns time=1,open=2,high=3,low=4,close=5,volume=6.',
      )
    return [name, place]
  })
}
