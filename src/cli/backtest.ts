/**
 * `ballast backtest STRATEGY --symbol S`: one run over stored candles or a file, its figures and what is doubtful about them.
 * Never needs a database, and never prints a figure before what speaks against it.
 */
import type { Command } from 'commander'
import { z } from 'zod'
import packageJson from '../../package.json' with { type: 'json' }
import { reportHtml } from '../backtest/report/report.ts'
import { type StudyRequest, type StudySeries, constantFunding, runStudy } from '../backtest/study.ts'
import { verdictOf } from '../backtest/verdict.ts'
import { formatDecimal, parseDecimal } from '../core/decimal.ts'
import { CASH_SCALE, type Cash, RATE_SCALE, type Rate, cash, instrumentIndex, rate } from '../core/units.ts'
import { readCsvColumns } from '../market/candles/csv.ts'
import { findSeries } from '../market/candles/find-series.ts'
import { type Instrument, makeInstrument, parseQuantity } from '../market/instrument.ts'
import { type Execution, parseExecution } from '../trading/algorithms/execution.ts'
import { RISK_PROFILES, RISK_PROFILE_NAMES, type RiskProfileName } from '../risk/profiles.ts'
import type { Sizing } from '../risk/sizing.ts'
import { type Catalog, STRATEGIES, strategyNamed } from '../strategy/registry.ts'
import type { StrategyDefinition } from '../strategy/strategy.ts'
import { MAKER_RATE, SIM_COSTS, SPOT_RATE, TAKER_RATE } from '../venue/sim/costs.ts'
import type { SlippageModel } from '../venue/sim/models.ts'
import { type CliContext, contextOf, dataFailure } from './context.ts'
import { equityCsv, tradesCsv, write } from './backtest-files.ts'
import { type DataInfo, printStudy } from './backtest-summary.ts'
import { CliError, EXIT } from './exit.ts'
import { startProgress } from './progress.ts'

export interface BacktestFlags {
  readonly symbol?: readonly string[]
  readonly venue?: string
  readonly interval?: string
  readonly csv?: string
  readonly tick?: string
  readonly lot?: string
  readonly from?: string
  readonly to?: string
  readonly param?: readonly string[]
  readonly cash: string
  readonly size?: string
  readonly fee?: string
  readonly maker?: string
  readonly taker?: string
  readonly slippageBps?: string
  readonly funding: string
  readonly stop?: string
  readonly limits: string
  readonly limitFill: string
  readonly execution?: string
  readonly trades?: string
  readonly equity?: string
  readonly report?: string
}

const collect = (value: string, before: readonly string[] | undefined): string[] => [...(before ?? []), value]

export function register(program: Command): void {
  program
    .command('backtest')
    .description('run a strategy over stored candles or a CSV file')
    .argument('<strategy>', `one of ${[...STRATEGIES.keys()].join(', ')}, or one of your own`)
    .option('--symbol <symbol>', 'symbol, may be repeated; with --csv the name of the file’s series', collect)
    .option('--venue <venue>', 'venue of the stored series, where several fit')
    .option('--interval <interval>', 'interval, as 1m or 5m (default: 1m, or the only one stored)')
    .option('--csv <file>', 'candles from a file, without an import')
    .option('--tick <size>', 'tick size of the file’s prices (default: from its decimals)')
    .option('--lot <size>', 'lot size (default: 0.000001 for a file)')
    .option('--from <date>', 'first bar, as 2025-10-01 or 2025-10-01T08:00Z')
    .option('--to <date>', 'end, not included')
    .option('--param <name=value>', 'parameter of the strategy, may be repeated', collect)
    .option('--cash <amount>', 'opening cash', '10000')
    .option('--size <size>', 'all, risk or fixed:N (default: risk where the strategy gives a stop, else all)')
    .option('--fee <rate>', 'fee of both sides, as 0.001 for 0.1 %')
    .option('--maker <rate>', 'maker fee (default: 0.0002, spot 0.001)')
    .option('--taker <rate>', 'taker fee (default: 0.00055, spot 0.001)')
    .option('--slippage-bps <n>', 'slippage of orders that take, in basis points (default: 0)')
    .option('--funding <funding>', 'none, history, or a rate per 8 h; spot has none', 'none')
    .option('--stop <percent>', 'stop for signals that bring none, in % of the price')
    .option('--limits <profile>', `limits, sizing and costs of a profile: ${RISK_PROFILE_NAMES.join(', ')}`, 'research')
    .option('--limit-fill <rule>', 'limits fill when the price trades through or touches', 'through')
    .option('--execution <how>', 'how entries are worked: twap:30m, vwap:2h, pov:10%:1h or chase:5bp:60s')
    .option('--trades <file>', 'write the trades as CSV')
    .option('--equity <file>', 'write the equity at each bar’s close as CSV')
    .option('--report <file>', 'write a report as one HTML file that opens offline')
    .action(runBacktestCommand)
}

async function runBacktestCommand(name: string, flags: BacktestFlags, command: Command): Promise<void> {
  const context = contextOf(command)
  const { out } = context
  const { catalog } = await context.strategies()
  const definition = findStrategy(catalog, name)
  const params = parseParams(definition, flags.param ?? [])
  const { series, data, notes } = await loadSeries(context, flags)
  const request = requestOf(definition, params, series, flags)
  const progress = await startProgress(out, `${definition.name}`)
  const study = runStudy({
    ...request,
    progress: (done) => {
      progress.update(done)
      return true
    },
  })
  progress.stop()
  if (study.result.failure !== undefined)
    throw new CliError(EXIT.error, `The strategy stopped: ${study.result.failure}`, 'Correct the strategy and run it again.')
  const costs = costsOf(request, flags)
  const verdict = verdictOf(study, request)
  if (flags.trades !== undefined) write(flags.trades, tradesCsv(study, series))
  if (flags.equity !== undefined) write(flags.equity, equityCsv(study))
  const answer = {
    strategy: definition.name,
    params,
    data,
    costs,
    fingerprint: study.fingerprint,
    metrics: study.metrics,
    verdict: verdict.doubts,
    denials: Object.fromEntries(study.result.denials),
    elapsedMs: Math.round(study.elapsedMs * 1000) / 1000,
    barsPerSecond: Math.round((study.result.bars / Math.max(study.elapsedMs, 0.001)) * 1000),
  }
  if (flags.report !== undefined)
    write(
      flags.report,
      reportHtml({
        study,
        request,
        verdict,
        series: 'series' in data ? data.series : [data],
        params,
        costs,
        version: packageJson.version,
        generatedAt: new Date().toISOString(),
        answer,
      }),
    )
  for (const note of notes) out.note(note)
  out.answer(answer, () =>
    printStudy(out, { definition, params, data, costs, study, request, verdict, barsPerSecond: answer.barsPerSecond }),
  )
  for (const file of [flags.trades, flags.equity, flags.report]) if (file !== undefined) out.note(`wrote ${file}`)
}

/** One of the catalog. @throws CliError that names the nearest. */
export function findStrategy(catalog: Catalog, name: string): StrategyDefinition {
  const found = strategyNamed(catalog, name)
  if (found.ok) return found.value
  throw new CliError(EXIT.notFound, found.error, 'ballast strategy list shows them; ballast strategy new NAME writes one of your own.')
}

export function parseParams(definition: StrategyDefinition, words: readonly string[]): Record<string, unknown> {
  const given: Record<string, string> = {}
  for (const word of words) {
    const at = word.indexOf('=')
    if (at <= 0) throw new CliError(EXIT.usage, `--param '${word}' is not name=value.`, 'Write for example --param fast=10.')
    given[word.slice(0, at)] = word.slice(at + 1)
  }
  const parsed = definition.params.safeParse(given)
  if (parsed.success) return parsed.data as Record<string, unknown>
  throw new CliError(
    EXIT.usage,
    `${definition.name}: ${z.prettifyError(parsed.error).replace(/\n\s*/g, ' ')}`,
    `ballast strategy show ${definition.name} lists its parameters.`,
  )
}

/** A flag's decimal as an integer of 10^-scale. @throws CliError naming the flag. */
export function decimalFlag(flag: string, value: string, scale: number): number {
  const parsed = parseDecimal(value.trim(), scale, 'nearest')
  if (parsed === undefined) throw new CliError(EXIT.usage, `--${flag} '${value}' is not a number.`, `Write for example --${flag} 0.001.`)
  return parsed
}

export const rateFlag = (flag: string, value: string | undefined, fallback: Rate): Rate =>
  value === undefined ? fallback : rate(decimalFlag(flag, value, RATE_SCALE))

export const cashFlag = (flag: string, value: string): Cash => cash(decimalFlag(flag, value, CASH_SCALE))

function timeFlag(flag: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  const at = /^\d{10,}$/.test(value) ? Number(value) : Date.parse(/T/.test(value) ? value : `${value}T00:00:00Z`)
  if (Number.isNaN(at)) throw new CliError(EXIT.usage, `--${flag} '${value}' is not a date.`, `Write for example --${flag} 2025-10-01.`)
  return at
}

interface Loaded {
  readonly series: StudySeries[]
  readonly data: DataInfo | { readonly series: readonly DataInfo[]; readonly bars: number; readonly hash: string }
  readonly notes: string[]
}

async function loadSeries(context: CliContext, flags: BacktestFlags): Promise<Loaded> {
  const from = timeFlag('from', flags.from)
  const to = timeFlag('to', flags.to)
  const notes: string[] = []
  const series: StudySeries[] = []
  const infos: DataInfo[] = []
  if (flags.csv !== undefined) {
    const read = await readCsvColumns(flags.csv, {
      ...(flags.interval === undefined ? {} : { interval: flags.interval }),
      ...(flags.tick === undefined ? {} : { tick: flags.tick }),
      ...(flags.lot === undefined ? {} : { lot: flags.lot }),
    })
    if (!read.ok) throw dataFailure(read.error)
    const csv = read.value
    const symbol = flags.symbol?.[0] ?? 'CSV'
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
    })
    const columns = sliceRange(csv.columns, from, to)
    series.push({ instrument, intervalMs: csv.intervalMs, columns, funding: await fundingFor(context, flags, instrument, columns) })
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
    if (symbols.length === 0) throw new CliError(EXIT.usage, 'A backtest needs a series.', 'Say --symbol BTCUSDT, or --csv FILE.')
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
        lotSize: flags.lot ?? meta.lotSize,
      })
      series.push({ instrument, intervalMs: meta.intervalMs, columns, funding: await fundingFor(context, flags, instrument, columns) })
      infos.push({
        ...key,
        from: meta.from,
        to: meta.to,
        bars: columns.ts.length,
        gaps: meta.gaps,
        hash: meta.hash,
        tickSize: meta.tickSize,
        lotSize: flags.lot ?? meta.lotSize,
      })
    }
  }
  const [first] = infos
  if (first === undefined || series.every((s) => s.columns.ts.length === 0))
    throw new CliError(EXIT.notFound, 'No bars lie in the range.', 'ballast data list shows what is stored.')
  if (infos.length === 1) return { series, data: first, notes }
  return {
    series,
    data: { series: infos, bars: infos.reduce((sum, i) => sum + i.bars, 0), hash: infos.map((i) => i.hash).join('+') },
    notes,
  }
}

function sliceRange(columns: StudySeries['columns'], from: number | undefined, to: number | undefined): StudySeries['columns'] {
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
  flags: BacktestFlags,
  instrument: Instrument,
  columns: StudySeries['columns'],
): Promise<StudySeries['funding']> {
  if (flags.funding === 'none' || instrument.category === 'spot') return undefined
  if (flags.funding !== 'history')
    return constantFunding(columns, rateFlag('funding', flags.funding, rate(0)), instrument.fundingIntervalMs)
  const loaded = context.candleStore().loadFunding({ venue: instrument.venue, symbol: instrument.symbol })
  if (!loaded.ok) throw dataFailure(loaded.error)
  return { ts: loaded.value.ts, rate: loaded.value.rate }
}

function requestOf(definition: StrategyDefinition, params: unknown, series: readonly StudySeries[], flags: BacktestFlags): StudyRequest {
  const limits = flags.limits as RiskProfileName
  if (!RISK_PROFILE_NAMES.includes(limits))
    throw new CliError(EXIT.usage, `--limits '${flags.limits}' is not a profile.`, `Profiles: ${RISK_PROFILE_NAMES.join(', ')}.`)
  if (flags.limitFill !== 'through' && flags.limitFill !== 'touch')
    throw new CliError(EXIT.usage, `--limit-fill '${flags.limitFill}' is neither through nor touch.`)
  const risk = RISK_PROFILES[limits]
  const isResearch = limits === 'research'
  const stopFraction = flags.stop === undefined ? undefined : decimalFlag('stop', flags.stop.replace('%', ''), 6) / 1e8
  if (stopFraction !== undefined && (stopFraction <= 0 || stopFraction >= 1))
    throw new CliError(EXIT.usage, `--stop '${flags.stop}' must lie between 0 and 100 %.`)
  const openingCash = cashFlag('cash', flags.cash)
  if (openingCash <= 0) throw new CliError(EXIT.usage, `--cash '${flags.cash}' must be above zero.`)
  const slippage: SlippageModel =
    flags.slippageBps === undefined
      ? isResearch
        ? { type: 'none' }
        : SIM_COSTS.slippage
      : { type: 'fixed', bps: decimalFlag('slippage-bps', flags.slippageBps, 6) / 1e6 }
  return {
    definition,
    params,
    series,
    risk,
    sizing: sizingOf(flags, definition, stopFraction, series, risk.sizing, isResearch),
    openingCash,
    makerRate: rateFlag(flags.maker === undefined ? 'fee' : 'maker', flags.maker ?? flags.fee, MAKER_RATE),
    takerRate: rateFlag(flags.taker === undefined ? 'fee' : 'taker', flags.taker ?? flags.fee, TAKER_RATE),
    spotRate: rateFlag(flags.taker === undefined ? 'fee' : 'taker', flags.taker ?? flags.fee, SPOT_RATE),
    slippage,
    limitFill: flags.limitFill,
    execution: executionOf(flags.execution),
    stopFraction,
  }
}

function sizingOf(
  flags: BacktestFlags,
  definition: StrategyDefinition,
  stopFraction: number | undefined,
  series: readonly StudySeries[],
  profileSizing: Sizing,
  isResearch: boolean,
): Sizing {
  const size = flags.size ?? (!isResearch || definition.givesStop ? 'risk' : 'all')
  if (size === 'all') return { type: 'all' }
  if (size === 'risk') {
    if (!definition.givesStop && stopFraction === undefined)
      throw new CliError(EXIT.usage, `${definition.name} gives no stop, so that risk cannot size it.`, 'Add --stop 2, or use --size all.')
    return profileSizing
  }
  const quantity = /^fixed:(.+)$/.exec(size)?.[1]
  const instrument = series[0]?.instrument
  const parsed = quantity === undefined || instrument === undefined ? undefined : parseQuantity(instrument, quantity, 'floor')
  if (parsed === undefined || parsed <= 0)
    throw new CliError(EXIT.usage, `--size '${size}' is none of all, risk and fixed:N.`, 'Write for example --size fixed:0.5.')
  return { type: 'fixed', lots: parsed }
}

function costsOf(request: StudyRequest, flags: BacktestFlags) {
  const isSpot = request.series.every(({ instrument }) => instrument.category === 'spot')
  return {
    maker: formatDecimal(isSpot ? request.spotRate : request.makerRate, RATE_SCALE),
    taker: formatDecimal(isSpot ? request.spotRate : request.takerRate, RATE_SCALE),
    slippage: request.slippage,
    funding: isSpot ? 'none' : flags.funding,
    limits: flags.limits,
    size: flags.size ?? (request.sizing.type === 'risk' ? 'risk' : 'all'),
    stop: flags.stop ?? null,
    limitFill: request.limitFill,
    execution: flags.execution ?? 'at once',
    cash: flags.cash,
    markPrice: 'last',
    liquidation: isSpot ? 'none: spot is paid in full' : 'cross margin',
  }
}

function executionOf(text: string | undefined): Execution | undefined {
  if (text === undefined) return undefined
  const execution = parseExecution(text)
  if (typeof execution === 'string') throw new CliError(EXIT.usage, execution)
  if (execution.type === 'iceberg') throw new CliError(EXIT.usage, 'An iceberg needs a limit price, which signals do not have.')
  return execution
}
