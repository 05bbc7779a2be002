/**
 * The bars that a run is over: stored series by symbol, or a file, cut to a range, with their funding.
 */
import { type RunSeries, constantFunding } from '../../backtest/backtest-run.ts'
import { instrumentIndex, rate } from '../../core/units.ts'
import { readCandles } from '../../market/candles/candle-file.ts'
import { findSeries } from '../../market/candles/find-series.ts'
import { type Instrument, makeInstrument } from '../../market/instrument.ts'
import type { DataInfo } from './backtest-summary.ts'
import { besideOf } from './beside-series.ts'
import { type CliContext, dataFailure } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'
import { fileWishesOf } from '../flags/file-flags.ts'
import { tiersOf } from '../flags/tiers-flag.ts'
import { rateFlag, stepFlag, timeFlag } from '../flags/flag-values.ts'
import { NOTIONAL_MIN } from '../../venue/sim/models/costs.ts'
import type { SeriesFlags } from '../flags/backtest-flags.ts'

export interface Loaded {
  readonly series: RunSeries[]
  readonly data: DataInfo | { readonly series: readonly DataInfo[]; readonly bars: number; readonly hash: string }
  readonly notes: string[]
}

/** @throws CliError that says what is missing or malformed. */
export async function loadSeries(context: CliContext, flags: SeriesFlags): Promise<Loaded> {
  const from = timeFlag('from', flags.from)
  const to = timeFlag('to', flags.to)
  const notes: string[] = []
  const series: RunSeries[] = []
  const infos: DataInfo[] = []
  if (flags.csv !== undefined) {
    const read = await readCandles([flags.csv], {
      ...fileWishesOf(flags),
      ...(flags.interval === undefined ? {} : { interval: flags.interval }),
      ...(flags.tick === undefined ? {} : { tick: stepFlag('tick', flags.tick) }),
      ...(flags.lot === undefined ? {} : { lot: stepFlag('lot', flags.lot) }),
    })
    if (!read.ok) throw dataFailure(read.error)
    const csv = read.value
    const symbol = flags.symbol?.[0] ?? 'CSV'
    notes.push(...csv.notes)
    if (!csv.hasVolume) notes.push('the file has no volume; 0 is used')
    if (csv.tickOrigin !== 'given')
      notes.push(
        `tick ${csv.tickSize} from the decimals of the file${csv.rounded > 0 ? ` (9 significant digits; ${csv.rounded} prices rounded)` : ''}, lot ${csv.lotSize}`,
      )
    const instrument = makeInstrument({
      index: instrumentIndex(0),
      venue: flags.venue ?? 'csv',
      symbol,
      tickSize: csv.tickSize,
      lotSize: csv.lotSize,
      notionalMin: flags.minNotional ?? NOTIONAL_MIN,
      ...tiersOf(flags.riskTiers, symbol),
    })
    const columns = sliceRange(csv.columns, from, to)
    series.push({
      instrument,
      intervalMs: csv.intervalMs,
      columns,
      funding: await fundingFor(context, flags, instrument, columns),
      ...(await besideOf(context, flags, instrument, csv, columns)),
    })
    infos.push({
      venue: instrument.venue,
      symbol,
      interval: csv.interval,
      from: columns.ts[0] ?? 0,
      to: columns.ts[columns.ts.length - 1] ?? 0,
      bars: columns.ts.length,
      gaps: csv.gaps,
      hash: csv.hash,
      tickSize: csv.tickSize,
      lotSize: csv.lotSize,
    })
  } else {
    const symbols = flags.symbol ?? []
    if (symbols.length === 0) throw new CliError(EXIT.usage, 'No data selected.', 'Pass --symbol BTCUSDT or --csv FILE.')
    const store = context.candleStore()
    for (const [at, symbol] of symbols.entries()) {
      const found = findSeries(store, { symbol, venue: flags.venue, interval: flags.interval })
      if (!found.ok) throw dataFailure(found.error)
      const key = { venue: found.value.venue, symbol, interval: found.value.interval }
      const loaded = store.load({ ...key, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) })
      if (!loaded.ok) throw dataFailure(loaded.error)
      const { columns, meta } = loaded.value
      const instrument = makeInstrument({
        index: instrumentIndex(at),
        venue: meta.venue,
        symbol,
        tickSize: meta.tickSize,
        lotSize: stepFlag('lot', flags.lot) ?? meta.lotSize,
        notionalMin: NOTIONAL_MIN,
        // Another lot is another market.
        ...(flags.lot === undefined ? meta.bounds : undefined),
        ...(flags.minNotional === undefined ? undefined : { notionalMin: flags.minNotional }),
        ...tiersOf(flags.riskTiers, symbol),
      })
      series.push({
        instrument,
        intervalMs: meta.intervalMs,
        columns,
        funding: await fundingFor(context, flags, instrument, columns),
        ...(await besideOf(context, flags, instrument, meta, columns)),
      })
      infos.push({
        ...key,
        from: meta.from,
        to: meta.to,
        bars: columns.ts.length,
        gaps: meta.gaps,
        hash: meta.hash,
        tickSize: meta.tickSize,
        lotSize: stepFlag('lot', flags.lot) ?? meta.lotSize,
      })
    }
  }
  const [first] = infos
  if (first === undefined || series.every((s) => s.columns.ts.length === 0))
    throw new CliError(EXIT.notFound, 'There are no bars in this range.', 'List the stored data with: ballast data list')
  if (infos.length === 1) return { series, data: first, notes }
  return {
    series,
    data: { series: infos, bars: infos.reduce((sum, i) => sum + i.bars, 0), hash: infos.map((i) => i.hash).join('+') },
    notes,
  }
}

function sliceRange(columns: RunSeries['columns'], from: number | undefined, to: number | undefined): RunSeries['columns'] {
  if (from === undefined && to === undefined) return columns
  const times = columns.ts
  const at = (limit: number): number => {
    let low = 0
    let high = times.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((times[middle] as number) < limit) low = middle + 1
      else high = middle
    }
    return low
  }
  const start = from === undefined ? 0 : at(from)
  const end = to === undefined ? times.length : at(to)
  const cut = (column: Float64Array): Float64Array => column.subarray(start, end)
  return {
    ts: cut(columns.ts),
    open: cut(columns.open),
    high: cut(columns.high),
    low: cut(columns.low),
    close: cut(columns.close),
    volume: cut(columns.volume),
  }
}

async function fundingFor(
  context: CliContext,
  flags: SeriesFlags,
  instrument: Instrument,
  columns: RunSeries['columns'],
): Promise<RunSeries['funding']> {
  if (flags.funding === 'none' || instrument.category === 'spot') return undefined
  if (flags.funding !== 'history')
    return constantFunding(columns, rateFlag('funding', flags.funding, rate(0)), instrument.fundingIntervalMs)
  const loaded = context.candleStore().loadFunding({ venue: instrument.venue, symbol: instrument.symbol })
  if (!loaded.ok) throw dataFailure(loaded.error)
  return { ts: loaded.value.ts, rate: loaded.value.rate }
}
