/**
 * Brings a CSV file of candles or funding rates into the store.
 * Never stores part of a file: the whole file is read and checked before the store changes.
 */
import { RATE_SCALE } from '../../core/units.ts'
import { formatDecimal } from '../../core/decimal.ts'
import { type Result, err, ok } from '../../core/result.ts'
import { type CsvCandles, readCsvFile } from './csv.ts'
import { type DataError, dataError } from './data-error.ts'
import { commonDistance } from './gaps.ts'
import { parseInterval } from './interval.ts'
import type { SeriesKind } from './manifest.ts'
import type { AppendReport, CandleStore } from './store.ts'

export interface ImportRequest {
  readonly file: string
  readonly venue: string
  readonly symbol: string
  /** Inferred from the file when absent; not used for funding. */
  readonly interval?: string | undefined
  readonly kind?: 'last' | 'mark' | undefined
  readonly tick?: string | undefined
  readonly lot?: string | undefined
  /** Lets the file win where it disagrees with stored bars. */
  readonly replace?: boolean | undefined
  readonly onProgress?: ((share: number) => void) | undefined
}

export interface ImportReport extends AppendReport {
  readonly rows: number
  /** Absent for funding. */
  readonly tickOrigin?: CsvCandles['tickOrigin']
  readonly rounded: number
  readonly hasVolume: boolean
}

const FUNDING_INTERVAL_MS_DEFAULT = 28_800_000

export async function importCsv(store: CandleStore, request: ImportRequest): Promise<Result<ImportReport, DataError>> {
  const { venue, symbol } = request
  if (request.interval !== undefined && request.interval !== 'funding' && parseInterval(request.interval) === undefined)
    return err(dataError('bad-input', `'${request.interval}' is not an interval.`, 'Use minutes, hours, days or weeks, as 1m, 5m, 4h, 1d.'))
  const read = await readCsvFile(request.file, {
    interval: request.interval === 'funding' ? undefined : request.interval,
    tick: request.tick,
    lot: request.lot,
    stored: (interval) => {
      const info = store.info({ venue, symbol, interval, kind: request.kind ?? 'last' })
      // A damaged manifest is reported by the append below.
      return info.ok ? info.value : undefined
    },
    onProgress: request.onProgress,
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
    return appended.ok ? ok({ ...appended.value, rows: file.ts.length, rounded: 0, hasVolume: false }) : appended
  }
  if (request.interval === 'funding')
    return err(
      dataError('bad-input', `${request.file} holds candles, not funding rates.`, 'Name the interval of its bars, as --interval 1m.'),
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
  return ok({ ...appended.value, rows: file.bars, tickOrigin: file.tickOrigin, rounded: file.rounded, hasVolume: file.hasVolume })
}
