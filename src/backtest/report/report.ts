/**
 * A backtest as one HTML file that opens offline: what speaks against it first, then the run, the figures, the charts and every trade.
 */
import { DAY_MS } from '../../core/units.ts'
import { byExitReason, groupTrades, monthlyReturns } from '../../portfolio/results/breakdown.ts'
import { type EquitySeries, dailyEquity, depthsOf, returnsOf } from '../../portfolio/equity.ts'
import type { ClosedTrade } from '../../portfolio/trade.ts'
import { formatQuantity, priceFloat } from '../../market/instrument.ts'
import type { BacktestRun, BacktestRequest, RunSeries } from '../backtest-run.ts'
import type { Doubts } from '../doubts.ts'
import { modelsOf } from '../simulation.ts'
import { type Contribution, contributionsOf, nameOf } from '../together.ts'
import { barChart, lineChart, scatterChart, waterfall } from '../../charts/figure.ts'
import { escapeHtml } from '../../charts/markup.ts'
import { countText, dayText, minuteText, moneyText, percentText, ratioText, signedMoney } from './html.ts'
import { METRIC_TEXTS, durationText, metricText } from './metric-text.ts'
import { page } from './page.ts'

export interface ReportSeries {
  readonly venue: string
  readonly symbol: string
  readonly interval: string
  readonly from: number
  readonly to: number
  readonly bars: number
  readonly gaps: number
  readonly hash: string
}

export interface ReportInput {
  readonly run: BacktestRun
  readonly request: BacktestRequest
  readonly verdict: Doubts
  readonly series: readonly ReportSeries[]
  readonly params: Readonly<Record<string, unknown>>
  readonly costs: Readonly<Record<string, unknown>>
  readonly version: string
  readonly generatedAt: string
  /** What `--json` answers. */
  readonly answer: Readonly<Record<string, unknown>>
}

const ROWS_MAX = 5_000
const CASH_ONE = 1e8
const BINS = 31

export function reportHtml(input: ReportInput): string {
  const { run, request, series } = input
  const daily = dailyEquity(run.equity)
  const symbols = series.map((s) => s.symbol).join(', ')
  const title = `${nameOf(request)} on ${symbols}`
  const first = run.equity.ts[0] ?? 0
  const last = run.equity.ts[run.equity.ts.length - 1] ?? 0
  const body = [
    `<h1>${escapeHtml(title)}</h1>`,
    `<p class="sub">${escapeHtml(`${dayText(first)} to ${dayText(last)} UTC, backtest by Ballast ${input.version}`)}</p>`,
    verdictBox(input.verdict),
    tiles(input),
    `<div class="wide">${equityChart(run, request)}</div>`,
    `<div class="wide">${underwater(run.equity)}</div>`,
    '<h2>By month</h2>',
    monthTable(run.equity),
    '<h2>Returns and costs</h2>',
    `<div class="two">${distribution(daily)}${rollingSharpe(daily)}${costWaterfall(run)}${excursions(run.result.trades)}</div>`,
    '<h2>Worst drawdowns</h2>',
    drawdownTable(run.equity),
    '<h2>How trades ended</h2>',
    exitTable(run.result.trades),
    ...contributions(input),
    '<h2>Figures</h2>',
    metricTable(run),
    '<h2>The run</h2>',
    runInfo(input),
    '<h2>Trades</h2>',
    tradeTable(run, request.series),
    `<footer>Written ${escapeHtml(input.generatedAt)}. The figures are included as JSON in the element #report-data.</footer>`,
  ].join('\n')
  return page(title, body, {
    ...input.answer,
    dailyEquity: Array.from(daily.ts, (at, k) => [at, daily.equity[k]]),
    trades: run.result.trades.map((t) => ({ id: t.number, pnl: t.pnl / CASH_ONE, exitReason: t.exitReason })),
  })
}

function verdictBox(verdict: Doubts): string {
  const items = verdict.doubts.map((doubt) => `<li>${escapeHtml(doubt.text)}</li>`).join('')
  return `<section class="verdict"><h2>Warnings</h2><ul>${items}</ul></section>`
}

const toneOf = (value: number | null | undefined): string =>
  value === null || value === undefined || value === 0 ? '' : value > 0 ? 'good' : 'bad'

function tiles(input: ReportInput): string {
  const { metrics } = input.run
  const list: (readonly [string, string, string])[] = [
    ['Total return', metricText(metrics.totalReturn, 'percent'), toneOf(metrics.totalReturn)],
    ['Buy and hold', metricText(metrics.benchmarkReturn, 'percent'), ''],
    ['Sharpe', metricText(metrics.sharpe, 'ratio'), ''],
    ['Max drawdown', metricText(metrics.maxDrawdown, 'percent'), ''],
    ['Trades', metricText(metrics.trades, 'count'), ''],
    ['Win rate', metricText(metrics.winRate, 'percent'), ''],
    ['Profit factor', metricText(metrics.profitFactor, 'ratio'), ''],
    ['Fees', metricText(metrics.fees, 'money'), ''],
  ]
  return `<div class="tiles">${list.map(([name, text, tone]) => `<div class="tile"><span>${name}</span><b class="${tone}">${escapeHtml(text)}</b></div>`).join('')}</div>`
}

function equityChart(run: BacktestRun, request: BacktestRequest): string {
  const { ts, equity } = run.equity
  const only = request.series.length === 1 ? request.series[0] : undefined
  const open = only?.columns.open[0] ?? 0
  const start = equity[0] ?? 0
  const holdLine =
    only === undefined || open <= 0
      ? []
      : [
          {
            name: 'buy and hold',
            tone: 'quiet',
            x: ts,
            y: Float64Array.from(ts, (_, k) => (k === 0 ? start : (start * (only.columns.close[k - 1] ?? open)) / open)),
          },
        ]
  return lineChart({ title: 'Equity', x: dayText, y: countText }, [...holdLine, { name: 'strategy', tone: 'main', x: ts, y: equity }])
}

const underwater = (series: EquitySeries): string =>
  lineChart(
    { title: 'Underwater', x: dayText, y: (v) => percentText(v, 1), note: 'Distance below the previous equity peak.' },
    [{ name: 'drawdown', tone: 'bad', x: series.ts, y: depthsOf(series.equity), fillTo: 0 }],
    [0],
  )

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

function monthTable(series: EquitySeries): string {
  const months = monthlyReturns(series)
  const most = Math.max(1e-9, ...months.map((m) => Math.abs(m.return ?? 0)))
  const cell = (value: number | null | undefined): string => {
    if (value === null || value === undefined) return '<td></td>'
    const share = Math.round((Math.abs(value) / most) * 55)
    return `<td style="background:color-mix(in srgb,var(--${value < 0 ? 'bad' : 'good'}) ${share}%,transparent)">${percentText(value, 1).replace(' %', '')}</td>`
  }
  const rows = [...new Set(months.map((m) => m.year))].map((year) => {
    const own = months.filter((m) => m.year === year)
    const total = own.reduce((product, m) => product * (1 + (m.return ?? 0)), 1) - 1
    const cells = MONTHS.map((_, k) => cell(own.find((m) => m.month === k + 1)?.return)).join('')
    return `<tr><th>${year}</th>${cells}<td class="${toneOf(total)}"><b>${percentText(total, 1).replace(' %', '')}</b></td></tr>`
  })
  return `<div class="scroll"><table class="heat"><thead><tr><th></th>${MONTHS.map((m) => `<th>${m}</th>`).join('')}<th>Year</th></tr></thead><tbody>${rows.join('')}</tbody></table></div><p class="note">In %. The first and the last month may be parts of a month.</p>`
}

function distribution(daily: EquitySeries): string {
  const text = { title: 'Daily returns', x: (v: number) => percentText(v, 1), y: countText, note: 'Number of days by return.' }
  const returns = returnsOf(daily.equity)
  if (returns === undefined || returns.length < 3) return barChart(text, [])
  const reach = returns.reduce((most, r) => Math.max(most, Math.abs(r)), 0)
  if (reach === 0) return barChart(text, [])
  const width = (2 * reach) / BINS
  const counts = new Array<number>(BINS).fill(0)
  for (const r of returns) {
    const bin = Math.min(BINS - 1, Math.floor((r + reach) / width))
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  return barChart(
    text,
    counts.map((value, k) => ({ from: -reach + k * width, to: -reach + (k + 1) * width, value })),
  )
}

function rollingSharpe(daily: EquitySeries): string {
  const returns = returnsOf(daily.equity) ?? new Float64Array(0)
  const window = returns.length >= 270 ? 90 : 30
  const x: number[] = []
  const y: number[] = []
  for (let end = window; end <= returns.length; end += 1) {
    const part = returns.subarray(end - window, end)
    const mean = part.reduce((sum, r) => sum + r, 0) / window
    const sd = Math.sqrt(part.reduce((sum, r) => sum + (r - mean) ** 2, 0) / (window - 1))
    if (sd < 1e-15) continue
    x.push(daily.ts[end] as number)
    y.push((mean / sd) * Math.sqrt(365))
  }
  return lineChart(
    { title: `Sharpe of the last ${window} days`, x: dayText, y: (v) => ratioText(v, 1) },
    [{ name: 'sharpe', tone: 'main', x, y }],
    [0],
  )
}

function costWaterfall(run: BacktestRun): string {
  const { trades } = run.result
  const sum = (pick: (trade: ClosedTrade) => number): number => trades.reduce((total, trade) => total + pick(trade), 0) / CASH_ONE
  const fees = sum((t) => t.fee)
  const funding = sum((t) => t.funding)
  const net = sum((t) => t.pnl)
  const steps = [
    { name: 'gross', amount: net + fees + funding },
    { name: 'fees', amount: -fees },
    { name: 'funding', amount: -funding },
    { name: 'net', amount: net },
  ]
  return waterfall(
    'From gross to net',
    steps.map((step) => ({ ...step, text: signedMoney(step.amount) })),
    'Closed trades. Slippage is part of the prices, so part of gross.',
  )
}

const excursions = (trades: readonly ClosedTrade[]): string =>
  scatterChart(
    {
      title: 'Adverse and favorable excursion',
      x: (v) => `${countText(v)} against`,
      y: countText,
      note: 'Per trade: maximum adverse (right) and favorable (up) excursion, in money.',
    },
    trades.map((t) => ({ x: t.mae / CASH_ONE, y: t.mfe / CASH_ONE, isGood: t.pnl > 0 })),
  )

interface Episode {
  readonly from: number
  readonly low: number
  readonly until: number | undefined
  readonly depth: number
}

function episodesOf({ ts, equity }: EquitySeries): Episode[] {
  const list: Episode[] = []
  let peak = equity[0] ?? 0
  let from = ts[0] ?? 0
  let depth = 0
  let low = from
  for (let k = 1; k < ts.length; k += 1) {
    const value = equity[k] as number
    if (value >= peak) {
      if (depth > 0) list.push({ from, low, until: ts[k] as number, depth })
      peak = value
      from = ts[k] as number
      depth = 0
    } else if (1 - value / peak > depth) {
      depth = 1 - value / peak
      low = ts[k] as number
    }
  }
  if (depth > 0) list.push({ from, low, until: undefined, depth })
  return list.sort((a, b) => b.depth - a.depth).slice(0, 5)
}

function drawdownTable(series: EquitySeries): string {
  const last = series.ts[series.ts.length - 1] ?? 0
  const rows = episodesOf(series).map(
    (e) =>
      `<tr><td>${percentText(e.depth)}</td><td>${dayText(e.from)}</td><td>${dayText(e.low)}</td><td>${e.until === undefined ? 'not yet' : dayText(e.until)}</td><td>${(((e.until ?? last) - e.from) / DAY_MS).toFixed(1)} d</td></tr>`,
  )
  return `<div class="scroll"><table><thead><tr><th>depth</th><th>from</th><th>lowest</th><th>recovered</th><th>length</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`
}

function exitTable(trades: readonly ClosedTrade[]): string {
  const rows = groupTrades(trades, byExitReason).map(
    (g) =>
      `<tr><td class="l">${escapeHtml(g.key)}</td><td>${countText(g.trades)}</td><td>${percentText(g.wins / g.trades, 1)}</td><td class="${toneOf(g.pnl)}">${signedMoney(g.pnl)}</td></tr>`,
  )
  return `<div class="scroll"><table><thead><tr><th class="l">exit</th><th>trades</th><th>won</th><th>pnl</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`
}

function metricTable({ metrics }: BacktestRun): string {
  const rows = METRIC_TEXTS.map(
    ([name, label, formula, form]) =>
      `<tr><td class="l">${escapeHtml(label)}</td><td data-metric="${name}">${escapeHtml(metricText(metrics[name], form))}</td><td class="l f">${escapeHtml(formula)}</td></tr>`,
  )
  return `<div class="scroll"><table><tbody>${rows.join('')}</tbody></table></div><p class="note">r: daily returns at the UTC close, b: those of buy and hold. A dash: not enough data.</p>`
}

function runInfo(input: ReportInput): string {
  const { run, request, series } = input
  const words = (record: Readonly<Record<string, unknown>>): string =>
    Object.entries(record)
      .map(([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
      .join(', ')
  const rows: (readonly [string, string])[] = [
    ['Strategy', nameOf(request)],
    ['Parameters', words(input.params)],
    ...series.map(
      (s) =>
        [
          `Data ${s.symbol}`,
          `${s.venue}/${s.symbol}/${s.interval}, ${minuteText(s.from)} to ${minuteText(s.to)}, ${countText(s.bars)} bars, ${countText(s.gaps)} gaps, hash ${s.hash}`,
        ] as const,
    ),
    ['Opening cash', moneyText(request.openingCash / CASH_ONE)],
    ['Costs', words(input.costs)],
    ['Models', words({ ...modelsOf(request) })],
    ['Bars', countText(run.result.bars)],
    ['Fingerprint', run.fingerprint],
    ['Code', `Ballast ${input.version}`],
    ['Denied entries', run.result.denials.size === 0 ? 'none' : words(Object.fromEntries(run.result.denials))],
  ]
  return `<div class="card"><dl>${rows.map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`).join('')}</dl></div>`
}

/** Of a run of several strategies: what each made, by symbol. */
function contributions({ run, request }: ReportInput): string[] {
  const rows = contributionsOf(run, request)
  if (rows === undefined) return []
  const cells = (name: string, { trades, wins, fees, funding, pnl, openPnl }: Contribution): string =>
    `<tr><th>${escapeHtml(name)}</th><td>${trades}</td><td>${wins}</td><td>${moneyText(fees)}</td><td>${moneyText(funding)}</td><td>${signedMoney(openPnl)}</td><td class="${toneOf(pnl)}">${signedMoney(pnl)}</td></tr>`
  const body = rows.flatMap((each) => [
    cells(each.strategy, each),
    ...(each.symbols.length > 1 ? each.symbols.map((symbol) => cells(`${each.strategy} ${symbol.symbol}`, symbol)) : []),
  ])
  const heads = ['', 'trades', 'won', 'fees', 'funding', 'open', 'pnl'].map((head) => `<th>${head}</th>`).join('')
  return [
    '<h2>By strategy</h2>',
    `<div class="scroll"><table><thead><tr>${heads}</tr></thead><tbody>${body.join('')}</tbody></table></div>`,
  ]
}

function tradeTable(run: BacktestRun, series: readonly RunSeries[]): string {
  const all = [...run.result.trades, ...run.result.openTrades]
  const shown = all.slice(-ROWS_MAX)
  const heads = ['#', 'symbol', 'side', 'entry', 'price', 'exit', 'price', 'quantity', 'held', 'fee', 'funding', 'pnl', 'why']
  const left = new Set(['symbol', 'side', 'why'])
  const number = (value: number, text: string, tone = ''): string =>
    `<td data-v="${value}"${tone === '' ? '' : ` class="${tone}"`}>${text}</td>`
  const rows = shown.map((t) => {
    const { instrument } = series[t.instrument] as RunSeries
    const price = (p: number): string => String(priceFloat(instrument, p))
    return `<tr>${[
      number(t.number, String(t.number)),
      `<td class="l">${escapeHtml(instrument.symbol)}</td>`,
      `<td class="l">${t.side === 1 ? 'long' : 'short'}</td>`,
      number(t.entryTs, minuteText(t.entryTs)),
      number(t.entryPrice, price(t.entryPrice)),
      number(t.exitTs, minuteText(t.exitTs)),
      number(t.exitPrice, price(t.exitPrice)),
      number(t.quantity, formatQuantity(instrument, t.quantity)),
      number(t.exitTs - t.entryTs, durationText(t.exitTs - t.entryTs)),
      number(t.fee, moneyText(t.fee / CASH_ONE)),
      number(t.funding, moneyText(t.funding / CASH_ONE)),
      number(t.pnl, signedMoney(t.pnl / CASH_ONE), toneOf(t.pnl)),
      `<td class="l">${escapeHtml(t.exitReason)}</td>`,
    ].join('')}</tr>`
  })
  const head = heads.map((name) => `<th${left.has(name) ? ' class="l"' : ''}><button type="button">${name}</button></th>`).join('')
  const note =
    all.length > shown.length
      ? `<p class="note">The last ${countText(shown.length)} of ${countText(all.length)} trades; --trades FILE writes all.</p>`
      : ''
  return `${note}<div class="scroll"><table class="sortable"><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`
}
