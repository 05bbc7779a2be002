/**
 * Brings files of candles or funding rates into the store.
 */
import { RATE_SCALE } from '../../core/units.ts'
import { formatDecimal } from '../../core/decimal.ts'
import { type Result, err, ok } from '../../core/result.ts'
import { type CandleFile, readDataFiles } from './candle-file.ts'
import type { FileWishes } from './file-wishes.ts'
import { type DataError, dataError } from '../data-error.ts'
import { commonDistance } from './gaps.ts'
import { parseInterval } from './interval.ts'
import type { SeriesKind } from './manifest.ts'
import type { AppendReport, CandleStore } from './store.ts'

export interface ImportRequest {
  readonly files: readonly string[]
  readonly venue: string
  readonly symbol: string
  readonly kind?: 'last' | 'mark' | undefined
  /** Lets the file win where it disagrees with stored bars. */
  readonly replace?: boolean | undefined
  /** What the files cannot show; its interval is `funding` where they hold funding rates. */
  readonly wishes?: Omit<FileWishes, 'stored'> | undefined
}

export interface ImportReport extends AppendReport {
  readonly rows: number
  /** Absent for funding. */
  readonly tickOrigin?: CandleFile['tickOrigin']
  readonly rounded: number
  readonly hasVolume: boolean
  /** What was chosen, turned or left out while reading. */
  readonly notes: readonly string[]
}

const FUNDING_INTERVAL_MS_DEFAULT = 28_800_000

export async function importFiles(store: CandleStore, request: ImportRequest): Promise<Result<ImportReport, DataError>> {
  const { venue, symbol, wishes = {} } = request
  if (wishes.interval !== undefined && wishes.interval !== 'funding' && parseInterval(wishes.interval) === undefined)
    return err(dataError('bad-input', `'${wishes.interval}' is not an interval.`, 'Use minutes, hours, days or weeks: 1m, 5m, 4h, 1d.'))
  const read = await readDataFiles(request.files, {
    ...wishes,
    interval: wishes.interval === 'funding' ? undefined : wishes.interval,
    stored: (interval) => {
      const info = store.info({ venue, symbol, interval, kind: request.kind ?? 'last' })
      // A damaged manifest is reported by the append below.
      return info.ok ? info.value : undefined
    },
  })
  if (!read.ok) return read
  const file = read.value
  const replace = request.replace === true
  if (file.type === 'funding') {
    const appended = store.append(
      {
        venue,
        symbol,
        interval: 'funding',
        kind: 'funding',
        intervalMs: commonDistance(file.ts) ?? FUNDING_INTERVAL_MS_DEFAULT,
        tickSize: formatDecimal(1, RATE_SCALE),
        lotSize: '1',
        source: file.source,
        columns: [file.ts, file.rate],
      },
      { replace },
    )
    return appended.ok ? ok({ ...appended.value, rows: file.ts.length, rounded: 0, hasVolume: false, notes: file.notes }) : appended
  }
  if (wishes.interval === 'funding')
    return err(
      dataError(
        'bad-input',
        `${request.files[0]} holds candles, not funding rates.`,
        'Pass the interval of its bars, for example --interval 1m.',
      ),
    )
  const kind: SeriesKind = request.kind ?? 'last'
  const { columns } = file
  const appended = store.append(
    {
      venue,
      symbol,
      interval: file.interval,
      kind,
      intervalMs: file.intervalMs,
      tickSize: file.tickSize,
      lotSize: file.lotSize,
      source: file.source,
      columns: [columns.ts, columns.open, columns.high, columns.low, columns.close, columns.volume],
    },
    { replace },
  )
  if (!appended.ok) return appended
  return ok({
    ...appended.value,
    rows: file.bars,
    tickOrigin: file.tickOrigin,
    rounded: file.rounded,
    hasVolume: file.hasVolume,
    notes: file.notes,
  })
}
