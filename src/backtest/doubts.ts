/**
 * Warnings about a backtest, printed before its figures: few trades, costs, luck, one sample.
 */
import { CASH_ONE, DAY_MS } from '../core/units.ts'
import { groupDigits } from '../core/decimal.ts'
import { missingSettlements, unchargedSettlements } from './funding-gaps.ts'
import { type DetailCounts, detailOf, marksOf } from './simulation.ts'
import { stopGapsOf } from './stop-gaps.ts'
import type { BacktestRun, BacktestRequest } from './backtest-run.ts'

export interface Doubt {
  readonly code:
    | 'few-trades'
    | 'costs'
    | 'no-costs'
    | 'short-span'
    | 'in-sample'
    | 'loses'
    | 'not-significant'
    | 'behind-benchmark'
    | 'denials'
    | 'open-at-end'
    | 'gaps-in-stops'
    | 'both-in-bar'
    | 'detail-gaps'
    | 'mark-gaps'
    | 'no-funding'
    | 'funding-missing'
    | 'funding-unknown'
    | 'range'
    | 'touch-fills'
    | 'resumed'
  readonly text: string
}

export interface Doubts {
  readonly doubts: readonly Doubt[]
  /** Share of gross profit that fees, funding and slippage took; null without gross profit. */
  readonly costShare: number | null
}

const TRADES_MIN = 30
const DAYS_MIN = 180
/** Bybit's, of linear contracts without a discount. */
const TAKER_RATE = 0.00055

export function doubtsOf(run: BacktestRun, request: BacktestRequest): Doubts {
  const { metrics, result } = run
  const doubts: Doubt[] = []
  const trades = metrics.trades ?? 0
  const add = (code: Doubt['code'], text: string): void => {
    doubts.push({ code, text })
  }
  const costs = (result.fees + result.funding) / 1e8
  const net = [...result.trades, ...result.openTrades].reduce((sum, t) => sum + t.pnl, 0) / 1e8
  const gross = net + costs
  const costShare = gross > 0 ? costs / gross : null
  if ((metrics.totalReturn ?? 0) < 0) add('loses', `the strategy loses ${percent(-(metrics.totalReturn ?? 0))} of the opening cash`)
  if (trades < TRADES_MIN) add('few-trades', `${trades} trades are too few to separate skill from luck (at least ${TRADES_MIN})`)
  if (costShare !== null && costShare > 0.3)
    add('costs', `costs eat ${costShare > 10 ? 'more than ten times' : `${percent(costShare)} of`} the gross profit`)
  else if (gross <= 0 && trades > 0)
    add(
      'costs',
      costs >= 0
        ? `the strategy loses before costs, and pays ${money(costs)} in costs on top`
        : `the strategy loses even though it received ${money(-costs)} of funding`,
    )
  for (const text of freeOf(request, metrics.turnover)) add('no-costs', text)
  for (const doubt of marketDoubts(run, request)) doubts.push(doubt)
  const first = run.equity.ts[0] ?? 0
  const last = run.equity.ts[run.equity.ts.length - 1] ?? 0
  const days = (last - first) / DAY_MS
  if (days < DAYS_MIN) add('short-span', `${Math.round(days)} days of data cover only one market regime`)
  if (metrics.probabilisticSharpe !== null && metrics.probabilisticSharpe < 0.95 && (metrics.totalReturn ?? 0) > 0)
    add('not-significant', `the chance that its Sharpe is above zero is ${percent(metrics.probabilisticSharpe)}, below 95 %`)
  if (typeof metrics.benchmarkReturn === 'number' && (metrics.totalReturn ?? 0) < metrics.benchmarkReturn)
    add('behind-benchmark', `buy and hold made ${percent(metrics.benchmarkReturn)}`)
  // What its universe leaves out was asked for.
  const denials = [...result.denials].filter(([rule]) => rule !== 'universe')
  const denied = denials.reduce((sum, [, n]) => sum + n, 0)
  if (denied > 0) add('denials', `${denied} entries were denied (${denials.map(([rule, n]) => `${rule} ${n}`).join(', ')})`)
  add('in-sample', 'in-sample only: no data was held out')
  return { doubts, costShare }
}

/** What was not charged, and what it would have taken. */
function freeOf({ takerRate, slippage }: BacktestRequest, turnover: number | null | undefined): string[] {
  const share = (rate: number): string =>
    typeof turnover === 'number' ? ` would have taken ${(turnover * rate * 100).toFixed(2)} % of equity` : ' is usual'
  return [
    ...(takerRate === 0 ? [`no fees were charged: 0.055 % a side${share(TAKER_RATE)}`] : []),
    ...(isFree(slippage) ? [`no slippage was charged: 1 bp a side${share(1e-4)}`] : []),
  ]
}

const isFree = (model: BacktestRequest['slippage']): boolean =>
  model.type === 'none' || (model.type === 'fixed' && model.bps === 0) || (model.type === 'ticks' && model.ticks === 0)

/** Of the loss of all stops, from which on what the bars say beyond it is reported. */
const GAP_SHARE = 0.1
const AMBIGUOUS_SHARE = 0.05
/** A tick of more than this part of the price makes touched limits a matter of luck. */
const COARSE_TICK = 0.5e-4

/** What bars and the market would have done otherwise. */
function marketDoubts({ result }: BacktestRun, request: BacktestRequest): Doubt[] {
  const doubts: Doubt[] = []
  const { series } = request
  if (result.missesFunding)
    doubts.push({
      code: 'funding-unknown',
      text: 'the strategy decides by funding rates, and the run has none (--funding history, or --funding 0.0001)',
    })
  const uncharged = unchargedSettlements([...result.trades, ...result.openTrades], series)
  if (uncharged > 0)
    doubts.push({
      code: 'no-funding',
      text: `no funding was charged: positions were held over ${uncharged} settlements (--funding history)`,
    })
  const { missing, due } = missingSettlements(series)
  if (missing > 0)
    doubts.push({ code: 'funding-missing', text: `${missing} of ${due} funding settlements have no stored rate, and were charged as 0` })
  const gaps = stopGapsOf(result.trades, series)
  if (gaps.stops > 0 && gaps.atWorst > GAP_SHARE * Math.max(0, gaps.loss)) {
    const close = `${money(Math.abs(gaps.atClose))} ${gaps.atClose >= 0 ? 'more' : 'less'}`
    doubts.push({
      code: 'gaps-in-stops',
      text: `${gaps.stops} stops filled ${request.stopShare === undefined || request.stopShare === 0 ? 'at their price' : `with ${percent(request.stopShare)} of the range beyond it as slippage`}: at the close of their bars they would have cost ${close}, at the bar extreme ${money(gaps.atWorst)} more, on ${money(gaps.loss)} lost (try --stop-slippage 0.33)`,
    })
  }
  if (result.ambiguousExits > AMBIGUOUS_SHARE * Math.max(1, result.trades.length)) {
    const worst = (result.finalEquity - (result.equity.value[0] ?? result.finalEquity)) / CASH_ONE
    doubts.push({
      code: 'both-in-bar',
      text: `${result.ambiguousExits} of ${result.trades.length} trades ended in a bar that reached both stop and target; the stop was assumed: the result is between ${money(worst)} (each stop first, as here) and ${money(worst + result.ambiguousGain / CASH_ONE)} (each target first); ${hasDetail(request) ? 'use finer detail' : 'use --detail 1m, or a shorter interval'}`,
    })
  }
  const detail = detailOf(series)
  if (detail !== undefined && detail.used < detail.bars) doubts.push({ code: 'detail-gaps', text: detailGapsText(detail) })
  const marks = marksOf(series)
  if (marks !== undefined && marks.without > 0)
    doubts.push({
      code: 'mark-gaps',
      text: `${groupDigits(String(marks.without))} of ${groupDigits(String(marks.bars))} bars have no mark price: the last price stood for it there`,
    })
  const coarse = series.find(({ columns }) => 1 / (columns.close[columns.close.length - 1] ?? Number.POSITIVE_INFINITY) > COARSE_TICK)
  if (request.limitFill === 'touch' && coarse !== undefined)
    doubts.push({
      code: 'touch-fills',
      text: `limits fill when touched, and a tick of ${coarse.instrument.symbol} is ${(1e4 / (coarse.columns.close.at(-1) ?? 1)).toFixed(1)} bp: up to one in five may not fill in reality, mostly winners`,
    })
  if (result.resumes > 0)
    doubts.push({
      code: 'resumed',
      text: `risk limits put entries on hold ${result.resumes} times; each hold was lifted as early as an operator could have`,
    })
  const open = result.openTrades.length
  if (open > 0)
    doubts.push({
      code: 'open-at-end',
      text: `${open} ${open === 1 ? 'position is' : 'positions are'} open at the end, ${money(result.openTrades.reduce((sum, t) => sum + t.pnl, 0) / 1e8)} at the last price: in the return, not in the trade statistics`,
    })
  const range = rangeDoubt(request)
  if (range !== undefined) doubts.push(range)
  return doubts
}

const hasDetail = ({ series }: BacktestRequest): boolean => series.some(({ detail }) => detail !== undefined)

function detailGapsText({ bars, missing, differing }: DetailCounts): string {
  const causes = [
    ...(missing > 0 ? [`${groupDigits(String(missing))} of ${groupDigits(String(bars))} bars have incomplete detail`] : []),
    ...(differing > 0 ? [`${groupDigits(String(differing))} of ${groupDigits(String(bars))} bars differ from their detail`] : []),
  ]
  return `${causes.join(', and ')}: the path of the bar itself decided there`
}

function rangeDoubt({ asked, series }: BacktestRequest): Doubt | undefined {
  const first = Math.min(...series.map((s) => s.columns.ts[0] ?? Number.POSITIVE_INFINITY))
  const last = Math.max(...series.map((s) => (s.columns.ts[s.columns.ts.length - 1] ?? 0) + s.intervalMs))
  const interval = series[0]?.intervalMs ?? 0
  const late = asked?.from !== undefined && first - asked.from > interval ? `begin ${days(first - asked.from)} later` : undefined
  const early = asked?.to !== undefined && asked.to - last > interval ? `end ${days(asked.to - last)} earlier` : undefined
  if (late === undefined && early === undefined) return undefined
  return { code: 'range', text: `the data ${[late, early].filter((part) => part !== undefined).join(' and ')} than requested` }
}

const days = (ms: number): string => {
  const n = ms / DAY_MS
  return `${n < 10 ? n.toFixed(1) : Math.round(n)} days`
}

const percent = (fraction: number): string => `${(fraction * 100).toFixed(1)} %`

function money(value: number): string {
  return groupDigits(value.toFixed(2))
}
