/**
 * The summary of a backtest on a terminal: doubts first, then the figures, the curve, and how it ended.
 */
import type { BacktestRun, BacktestRequest } from '../../backtest/backtest-run.ts'
import type { Doubts } from '../../backtest/doubts.ts'
import { modelWordsOf } from '../../backtest/simulation.ts'
import { byExitReason, groupTrades } from '../../portfolio/results/breakdown.ts'
import { drawdownsOf } from '../../portfolio/equity.ts'
import type { Contribution, StrategyContribution } from '../../backtest/together.ts'
import { groupDigits } from '../../core/decimal.ts'
import { RATE_ONE } from '../../core/units.ts'
import { formatCount, formatPercent, formatRatio, formatTime } from '../ui/format.ts'
import type { Output } from '../ui/output.ts'

export interface DataInfo {
  readonly venue: string
  readonly symbol: string
  readonly interval: string
  readonly from: number
  readonly to: number
  readonly bars: number
  readonly gaps: number
  readonly hash: string
  readonly tickSize: string
  readonly lotSize: string
}

export interface StudyPrint {
  /** Of the strategy, or of all. */
  readonly name: string
  /** Of a run of several strategies. */
  readonly contributions?: readonly StrategyContribution[] | undefined
  readonly params: Readonly<Record<string, unknown>>
  readonly data: DataInfo | { readonly series: readonly DataInfo[]; readonly bars: number; readonly hash: string }
  readonly costs: Readonly<Record<string, unknown>>
  readonly run: BacktestRun
  readonly request: BacktestRequest
  readonly verdict: Doubts
  readonly barsPerSecond: number
}

const LEVELS = '▁▂▃▄▅▆▇█'
const CURVE_COLUMNS = 60

export function printStudy(out: Output, print: StudyPrint): void {
  const { run, verdict, data } = print
  const { metrics, result } = run
  const infos = 'series' in data ? data.series : [data]
  out.line(
    `${out.style('bold', print.name)}  ${Object.entries(print.params)
      .map(([k, v]) => `${k}=${typeof v === 'object' ? JSON.stringify(v) : String(v)}`)
      .join(' ')}`,
  )
  for (const info of infos)
    out.line(
      out.style(
        'dim',
        `${info.venue}/${info.symbol}/${info.interval}  ${formatTime(info.from)} to ${formatTime(info.to)} UTC  ${formatCount(info.bars)} bars${info.gaps > 0 ? `, ${formatCount(info.gaps)} gaps` : ''}`,
      ),
    )
  const spot = print.request.series.filter(({ instrument }) => instrument.category === 'spot')
  const isAllSpot = spot.length === infos.length
  if (spot.length > 0) {
    const names = isAllSpot ? 'spot' : spot.map(({ instrument }) => instrument.symbol).join(', ')
    out.line(out.style('dim', `${names}: long only, ${formatPercent(print.request.spotRate / RATE_ONE)} fee per side, no funding`))
  }
  const on = modelWordsOf(print.request)
  if (on.length > 0) out.line(out.style('dim', `simulated: ${on.join(', ')}`))
  out.line()
  for (const doubt of verdict.doubts) out.line(`${out.style('warn', '!')} ${doubt.text}`)
  out.line()
  const start = money(run.equity.equity[0] ?? 0)
  const end = result.finalEquity / 1e8
  const tone = (metrics.totalReturn ?? 0) >= 0 ? 'good' : 'bad'
  out.line(`  ${curve(run.equity.equity)}  ${start} → ${out.style(tone, money(end))}`)
  out.line(`  ${out.style('dim', underwater(run))}  ${out.style('dim', `drawdown to ${formatPercent(metrics.maxDrawdown)}`)}`)
  out.line()
  const pairs: (readonly [string, string, string, string])[] = [
    ['return', signed(metrics.totalReturn), 'trades', formatCount(metrics.trades ?? 0)],
    ['per year', signed(metrics.cagr), 'win rate', formatPercent(metrics.winRate ?? null, 1)],
    ['sharpe', formatRatio(metrics.sharpe), 'profit factor', formatRatio(metrics.profitFactor ?? null)],
    ['sortino', formatRatio(metrics.sortino), 'expectancy', money(metrics.expectancy ?? null)],
    [
      'max drawdown',
      formatPercent(metrics.maxDrawdown),
      'avg win / loss',
      `${money(metrics.avgWin ?? null)} / ${money(metrics.avgLoss ?? null)}`,
    ],
    ['volatility', formatPercent(metrics.volatility), 'exposure', formatPercent(metrics.exposure ?? null, 1)],
    ['buy and hold', signed(metrics.benchmarkReturn ?? null), 'fees', money(metrics.fees ?? null)],
    ['VaR 95, daily', formatPercent(metrics.var95), 'funding', money(isAllSpot ? null : (metrics.funding ?? null))],
  ]
  for (const [a, b, c, d] of pairs)
    out.line(`  ${out.style('dim', a.padEnd(14))}${b.padStart(12)}    ${out.style('dim', c.padEnd(16))}${d.padStart(18)}`)
  const groups = groupTrades(result.trades, byExitReason)
  if (groups.length > 0) {
    out.line()
    out.table(
      [{ title: '  exit' }, { title: 'trades', align: 'right' }, { title: 'pnl', align: 'right' }],
      groups.map((g) => [`  ${g.key}`, formatCount(g.trades), money(g.pnl)]),
    )
  }
  if (print.contributions !== undefined) {
    const cells = (name: string, { trades, fees, openPnl, pnl }: Contribution): string[] => [
      `  ${name}`,
      formatCount(trades),
      money(fees),
      money(openPnl),
      money(pnl),
    ]
    out.line()
    out.table(
      [
        { title: '  strategy' },
        { title: 'trades', align: 'right' },
        { title: 'fees', align: 'right' },
        { title: 'open', align: 'right' },
        { title: 'pnl', align: 'right' },
      ],
      print.contributions.flatMap((each) => [
        cells(each.strategy, each),
        ...(each.symbols.length > 1 ? each.symbols.map((symbol) => cells(`  ${symbol.symbol}`, symbol)) : []),
      ]),
    )
  }
  for (const open of result.openTrades)
    out.line(
      out.style(
        'dim',
        `  open at the end: #${open.number} ${open.side === 1 ? 'long' : 'short'}, ${money(open.pnl / 1e8)} at the last price, not in the trade statistics`,
      ),
    )
  out.line()
  out.line(
    out.style(
      'dim',
      `  fingerprint ${run.fingerprint.slice(0, 16)}…  ${formatCount(Math.round(run.elapsedMs))} ms  ${formatCount(print.barsPerSecond)} bars/s`,
    ),
  )
}

const money = (value: number | null): string => (value === null ? '–' : groupDigits(value.toFixed(2)))
const signed = (value: number | null): string => (value === null ? '–' : `${value >= 0 ? '+' : '-'}${formatPercent(Math.abs(value))}`)

function sampled(values: Float64Array): number[] {
  const columns = Math.min(CURVE_COLUMNS, values.length)
  return Array.from(
    { length: columns },
    (_, k) => values[Math.min(values.length - 1, Math.floor(((k + 1) * values.length) / columns) - 1)] ?? 0,
  )
}

function bars(values: readonly number[], low: number, high: number): string {
  return values.map((v) => LEVELS[high > low ? Math.min(7, Math.floor(((v - low) / (high - low)) * 8)) : 0]).join('')
}

function curve(equity: Float64Array): string {
  const values = sampled(equity)
  return bars(values, Math.min(...values), Math.max(...values))
}

function underwater(run: BacktestRun): string {
  const depth = new Float64Array(run.equity.equity.length)
  let peak = 0
  run.equity.equity.forEach((v, k) => {
    peak = Math.max(peak, v)
    depth[k] = peak > 0 ? 1 - v / peak : 0
  })
  const values = sampled(depth)
  return bars(values, 0, Math.max(drawdownsOf(run.equity)?.max ?? 0, 1e-9))
}
