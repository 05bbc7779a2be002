/**
 * The interval of the bars of a file, the grid that they lie on, and what does not belong to it: stamps of the end, the running bar.
 */
import { basename } from 'node:path'
import { DAY_MS, HOUR_MS, ts } from '../../core/units.ts'
import { utcText } from '../../core/utc.ts'
import { type Result, err, ok } from '../../core/result.ts'
import { type DataError, dataError } from '../data-error.ts'
import type { CandleRows } from '../files/candle-rows.ts'
import { intervalOfName, spacingOf } from '../files/spacing.ts'
import type { FileWishes } from './file-wishes.ts'
import { formatInterval, isOnGrid, parseInterval } from './interval.ts'
import type { JoinedRows } from './part-join.ts'
import { type CandlePart, lineError } from './table-part.ts'

export interface SettledRows extends JoinedRows {
  readonly interval: string
  readonly intervalMs: number
  readonly notes: readonly string[]
}

const WEEK_MS = 7 * DAY_MS

export function settleInterval(joined: JoinedRows, parts: readonly CandlePart[], wishes: FileWishes): Result<SettledRows, DataError> {
  const stamp = wishes.stamp ?? (parts.every(({ layout }) => layout.stamp === 'end') ? 'end' : 'start')
  const stamped = stamp === 'end' ? wholeEnds(joined.rows) : joined.rows
  const found = intervalOf({ ...joined, rows: stamped }, parts, wishes)
  if (!found.ok) return found
  const { text, ms } = found.value
  const opened = stamp === 'end' ? movedBack(stamped, ms) : stamped
  const off = opened.ts.findIndex((instant) => !isOnGrid(instant, ms))
  if (off >= 0) return err(offGrid(joined, opened, off, text, ms))
  const nowMs = wishes.nowMs ?? Date.now()
  const closed = opened.ts.findLastIndex((instant) => instant + ms <= nowMs) + 1
  const running = opened.count - closed
  if (closed === 0)
    return err(dataError('bad-input', `${joined.nameOf(0)} holds no bar that has ended.`, 'Import it when its bars are over.'))
  const notes = running === 0 ? [] : [`${running === 1 ? 'the last bar is' : `the last ${running} bars are`} not over yet and left out`]
  return ok({ ...joined, rows: firstRows(opened, closed), interval: text, intervalMs: ms, notes })
}

/** Ends written as the last millisecond of a bar, as 23:59:59.999. */
function wholeEnds(rows: CandleRows): CandleRows {
  return rows.ts.every((instant) => instant % 1000 >= 999) ? { ...rows, ts: rows.ts.map((instant) => Math.floor(instant) + 1) } : rows
}

const movedBack = (rows: CandleRows, ms: number): CandleRows => ({ ...rows, ts: rows.ts.map((instant) => instant - ms) })

function firstRows(rows: CandleRows, count: number): CandleRows {
  if (count === rows.count) return rows
  return {
    ...rows,
    count,
    ts: rows.ts.subarray(0, count),
    mantissa: rows.mantissa.map((column) => column.subarray(0, count)),
    decimals: rows.decimals.map((column) => column.subarray(0, count)),
    volume: rows.volume.subarray(0, count),
    line: rows.line.subarray(0, count),
  }
}

function intervalOf(joined: JoinedRows, parts: readonly CandlePart[], wishes: FileWishes): Result<{ text: string; ms: number }, DataError> {
  const { rows } = joined
  if (wishes.interval !== undefined) {
    const ms = parseInterval(wishes.interval)
    if (ms === undefined)
      return err(dataError('bad-input', `'${wishes.interval}' is not an interval.`, 'Use minutes, hours, days or weeks: 1m, 5m, 4h, 1d.'))
    return ok({ text: wishes.interval, ms })
  }
  const name = joined.nameOf(0)
  const spacing = spacingOf(rows.ts)
  const lineOf = (row: number): number => rows.line[row] as number
  switch (spacing.type) {
    case 'none':
      return err(dataError('bad-input', `${name}: ${spacing.what}.`, spacing.next))
    case 'mixed': {
      const [before, after] = [spacing.beforeMs, spacing.afterMs].map((ms) => formatInterval(ms) ?? `${ms} ms`)
      return err(
        lineError(joined.nameOf(spacing.row), {
          line: lineOf(spacing.row),
          what: `the rows are ${before} apart elsewhere and ${after} apart from here: two intervals in one file`,
          next: `Split the file; where the bars between are only missing, pass --interval ${before}.`,
        }),
      )
    }
    case 'stray': {
      const said = intervalOfNames(parts)?.ms
      if (said !== undefined && rows.ts.every((at) => isOnGrid(at, said))) return named(name, said, parts)
      const at = rows.ts[spacing.row] as number
      return err(
        lineError(joined.nameOf(spacing.row), {
          line: lineOf(spacing.row),
          what: `the timestamp ${at} (${utcText(ts(at))}) is not on the ${formatInterval(spacing.gridMs) ?? `${spacing.gridMs} ms`} grid of the other rows`,
        }),
      )
    }
    case 'even':
      return named(name, spacing.intervalMs, parts)
  }
}

function intervalOfNames(parts: readonly CandlePart[]): { readonly file: string; readonly ms: number } | undefined {
  for (const { name: file } of parts) {
    const ms = intervalOfName(basename(file.replace(/^.* \((.*)\)$/, '$1')))
    if (ms !== undefined) return { file, ms }
  }
  return undefined
}

/** Compares with the interval that the names of the files say. */
function named(name: string, ms: number, parts: readonly CandlePart[]): Result<{ text: string; ms: number }, DataError> {
  const { file, ms: said } = intervalOfNames(parts) ?? {}
  const text = formatInterval(ms)
  if (said !== undefined && said !== ms) {
    // A quiet market leaves bars out: what its name says is right where the rows lie on that grid.
    const saidText = formatInterval(said)
    if (ms % said === 0 && saidText !== undefined) return ok({ text: saidText, ms: said })
    return err(
      dataError(
        'bad-input',
        `${file} says ${saidText ?? `${said} ms`} in its name, and its rows are ${text ?? `${ms / 1000} s`} apart.`,
        `Pass the right one, for example --interval ${text ?? saidText ?? '1m'}.`,
      ),
    )
  }
  if (text === undefined)
    return err(dataError('bad-input', `${name} does not show the interval of its bars.`, 'Pass it, for example --interval 1m.'))
  return ok({ text, ms })
}

function offGrid(joined: JoinedRows, rows: CandleRows, row: number, text: string, ms: number): DataError {
  const at = rows.ts[row] as number
  const shift = at % ms
  const isWhole = rows.ts.every((each) => each % ms === shift)
  const name = joined.nameOf(row)
  if (isWhole && ms % WEEK_MS === 0)
    return dataError('bad-input', `The weeks of ${name} begin on ${weekday(at)}, and here on Monday.`, 'Fetch bars of 1d instead.')
  if (isWhole && ms > DAY_MS && shift % DAY_MS === 0 && rows.count > 1)
    return dataError(
      'bad-input',
      `The bars of ${name} begin on ${utcText(ts(at)).slice(0, 10)} and every ${text} from there, which is another grid than the one here.`,
      'Fetch bars of 1d instead.',
    )
  if (isWhole && ms >= DAY_MS && rows.count > 1)
    return dataError(
      'bad-input',
      `The days of ${name} begin at ${utcText(ts(at)).slice(11)}${isHour(at) ? ` (midnight at UTC${offsetName(at)})` : ''}, and here at 00:00 UTC.`,
      `Fetch days of UTC (1Dutc at OKX), or bars of ${ms % HOUR_MS === 0 ? '1h' : '5m'}; a stamp of local midnight needs --zone.`,
    )
  if (isWhole && rows.count > 2)
    return dataError(
      'bad-input',
      `The bars of ${name} begin ${shift / 60_000} min past the full ${text}, as ${utcText(ts(at))}.`,
      'Fetch bars that begin on the full interval, or shorter ones.',
    )
  return lineError(name, { line: rows.line[row] as number, what: `the timestamp ${at} (${utcText(ts(at))}) is not on the ${text} grid` })
}

const weekday = (at: number): string =>
  ['Thursday', 'Friday', 'Saturday', 'Sunday', 'Monday', 'Tuesday', 'Wednesday'][Math.floor(at / DAY_MS) % 7] as string
const isHour = (at: number): boolean => at % HOUR_MS === 0

function offsetName(at: number): string {
  const hours = (at % DAY_MS) / HOUR_MS
  return hours > 12 ? `+${24 - hours}` : `-${hours}`
}
