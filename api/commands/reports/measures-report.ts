/**
 * The risk measures of the account, of a strategy or of a symbol, from the equity and the closed trades that the database keeps.
 */
import { DAY_MS, HOUR_MS } from '../../../src/core/units.ts'
import type { PositionRow } from '../../../src/journal/row.ts'
import { isSpotSymbol } from '../../../src/market/instrument.ts'
import type { EquitySeries } from '../../../src/portfolio/equity.ts'
import { numbersOf, withoutFlows } from '../../../src/portfolio/results/flow-adjusted.ts'
import { type Exposure, exposureOf } from '../../../src/portfolio/measures/concentration.ts'
import { contributionOf } from '../../../src/portfolio/measures/contribution.ts'
import { type Measures, measuresOf } from '../../../src/portfolio/measures/measures.ts'
import { type RiskJudgement, riskLevelOf } from '../../../src/portfolio/measures/risk-level.ts'
import type { CommandPorts } from '../command.ts'
import type { GridResult } from '../../ports/ports.ts'

export const BENCHMARK = 'BTCUSDT'

export type MeasuredScope =
  | { readonly type: 'portfolio' }
  | { readonly type: 'strategy'; readonly name: string }
  | { readonly type: 'symbol'; readonly name: string }

export type Stride = 'day' | 'hour'
export const STRIDE_MS: Readonly<Record<Stride, number>> = { day: DAY_MS, hour: HOUR_MS }
const WINDOW_MS: Readonly<Record<Stride, number>> = { day: 365 * DAY_MS, hour: 31 * DAY_MS }
const CANDLES: Readonly<Record<Stride, string>> = { day: '1d', hour: '1h' }
/** From as many days on there are enough of them for a 99 % tail; below, hours say more. */
const DAYS_FOR_DAILY = 101

export interface MeasuresReport {
  readonly scope: MeasuredScope
  readonly stride: Stride
  readonly measures: Measures
  readonly judgement: RiskJudgement
  /** Of what is open, in the currency of the account. */
  readonly exposure: Exposure
  /** Equity without flows; of a strategy or symbol what its closed trades made of the account. */
  readonly series: EquitySeries
  /** What was not there to measure by. */
  readonly notes: readonly string[]
}

interface Benchmark {
  /** The first row of the account that it covers. */
  readonly from: number
  readonly values: Float64Array
}

/** The account's equity by hours or days, with all that strategies and symbols are measured by. Undefined before its first report. */
export interface Book {
  readonly stride: Stride
  readonly account: EquitySeries
  /** As it was, with flows. */
  readonly actual: EquitySeries
  readonly equity: number
  readonly results: readonly GridResult[]
  readonly positions: readonly PositionRow[]
  readonly benchmark: Benchmark
  readonly drawdown: { readonly orange: number; readonly red: number } | undefined
}

export async function bookOf({ reads, candles }: CommandPorts): Promise<Book | undefined> {
  const [account, since] = await Promise.all([reads.account(), reads.equitySince()])
  if (account === undefined) return undefined
  const now = account.updatedTs
  const stride: Stride = since !== undefined && now - since >= DAYS_FOR_DAILY * DAY_MS ? 'day' : 'hour'
  const strideMs = STRIDE_MS[stride]
  const from = now - WINDOW_MS[stride]
  const [rows, results, positions] = await Promise.all([
    reads.equityGrid({ from, strideMs }),
    reads.resultGrid({ from, strideMs }),
    reads.positions(true),
  ])
  const grid = rows.filter((row) => row.ts < now).map((row) => ({ ts: row.ts, ...numbersOf(row) }))
  grid.push({ ts: now, equity: Number(account.equity), flows: grid.at(-1)?.flows })
  const ts = Float64Array.from(grid, (row) => row.ts)
  const closes = await candles(BENCHMARK, CANDLES[stride], Math.ceil(WINDOW_MS[stride] / strideMs) + 2)
  const orange = account.limits?.drawdownOrange
  const red = account.limits?.drawdownRed
  return {
    stride,
    account: { ts, equity: withoutFlows(grid) },
    actual: { ts, equity: Float64Array.from(grid, (row) => row.equity) },
    equity: Number(account.equity),
    results,
    positions,
    benchmark: benchmarkOf(ts, closes ?? [], strideMs),
    drawdown: orange === undefined || red === undefined ? undefined : { orange, red },
  }
}

/** The last close at or before each instant, from the first row on that all later ones have one. Candles are named by their start. */
function benchmarkOf(ts: Float64Array, candles: readonly { readonly ts: number; readonly close: number }[], strideMs: number): Benchmark {
  const values = new Float64Array(ts.length)
  let at = -1
  let from = 0
  for (let row = 0; row < ts.length; row += 1) {
    const instant = ts[row] as number
    while (at + 1 < candles.length && (candles[at + 1]?.ts as number) + strideMs <= instant) at += 1
    const candle = candles[at]
    if (candle === undefined || instant - (candle.ts + strideMs) > 2 * strideMs) from = row + 1
    else values[row] = candle.close
  }
  return { from, values: values.slice(from) }
}

/** Signed, in coins; what others hold in a perpetual is at risk with the account, too. */
export const heldOf = ({ symbol, quantity, externalQuantity }: PositionRow): number =>
  Number(quantity) + (isSpotSymbol(symbol) ? 0 : Number(externalQuantity))
const notionalAtMark = (row: PositionRow): number => heldOf(row) * Number(row.markPrice)

const NO_SERIES: EquitySeries = { ts: new Float64Array(0), equity: new Float64Array(0) }

export function reportOf(book: Book, scope: MeasuredScope): MeasuresReport {
  const isPart = scope.type !== 'portfolio'
  const results = book.results.filter((row) => !isPart || row[scope.type] === scope.name)
  // A line that never moved is no record.
  const isIdle = isPart && results.length === 0
  const series = isIdle ? NO_SERIES : isPart ? contributionOf(book.actual, results) : book.account
  const strideMs = STRIDE_MS[book.stride]
  const periodsPerYear = (365 * DAY_MS) / strideMs
  const { from, values } = book.benchmark
  const covered = { ts: series.ts.slice(from), equity: series.equity.slice(from) }
  const { beta } = measuresOf(covered, { periodsPerYear, benchmark: isIdle ? undefined : values })
  const measures = { ...measuresOf(series, { periodsPerYear }), beta }
  const exposure = exposureOf(book.positions.filter((row) => !isPart || row[scope.type] === scope.name).map(notionalAtMark))
  const judgement = riskLevelOf({
    measures,
    periodsPerDay: DAY_MS / strideMs,
    // A part that trades one symbol is concentrated by what it is.
    exposure: isPart ? { ...exposure, hhi: null } : exposure,
    equity: book.equity,
    drawdown: isPart ? undefined : book.drawdown,
  })
  const notes = [
    ...(isIdle ? ['No trade was closed in this time: only what is open is measured.'] : []),
    ...(isIdle ? [] : betaNotes(beta, book)),
  ]
  return { scope, stride: book.stride, measures, judgement, exposure, series, notes }
}

function betaNotes(beta: number | null, { benchmark, account }: Book): string[] {
  if (benchmark.from === 0) return []
  const rows = Math.max(0, account.ts.length - benchmark.from - 1)
  return beta === null
    ? [`Beta is unknown: the exchange gave ${BENCHMARK} candles for ${rows} of these returns.`]
    : [`Beta rests on the last ${rows} returns, for which the exchange gave ${BENCHMARK} candles.`]
}

/** Strategies and symbols that have closed a trade in this time or hold a position, by name. */
export function partsOf({ results, positions }: Book): { readonly strategies: readonly string[]; readonly symbols: readonly string[] } {
  const open = positions.filter((row) => notionalAtMark(row) !== 0)
  const sorted = (names: readonly (string | null)[]): string[] => [...new Set(names.flatMap((name) => name ?? []))].sort()
  return {
    strategies: sorted([...results.map((row) => row.strategy), ...open.map((row) => row.strategy)]),
    symbols: sorted([...results.map((row) => row.symbol), ...open.map((row) => row.symbol)]),
  }
}
