/**
 * Were value-at-risk forecasts right on real markets? `npm run bench -- var-backtest` prints the table of docs/measures.md.
 * Needs the recorded Bybit and Bitfinex candles: in BALLAST_SHARED, or in a folder `shared` beside the repository. Never a generated series.
 */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DAY_MS, HOUR_MS } from '../src/core/units.ts'
import { readCandles } from '../src/market/candles/candle-file.ts'
import type { EquitySeries } from '../src/portfolio/equity.ts'
import { varForecasts, varVerdicts } from '../src/portfolio/measures/var-backtest.ts'

const COINS = ['BTC', 'ETH', 'SOL', 'BNB', 'ADA'] as const
const root = process.env['BALLAST_SHARED'] ?? resolve('..', 'shared')

async function closesOf(file: string, strideMs: number): Promise<EquitySeries> {
  const path = [join(root, 'data', file), join(root, file)].find((each) => existsSync(each))
  if (path === undefined) throw new Error(`${file} is not in ${root}: set BALLAST_SHARED to the folder that holds it.`)
  const read = await readCandles([path])
  if (!read.ok) throw new Error(read.error.sentence)
  const { columns, intervalMs } = read.value
  const ts: number[] = []
  const equity: number[] = []
  // The last close of each whole stride; a bar is known at its end.
  for (let row = 0; row < columns.ts.length; row += 1) {
    const end = (columns.ts[row] as number) + intervalMs
    const stride = Math.ceil(end / strideMs) * strideMs
    const next = row + 1 < columns.ts.length ? Math.ceil(((columns.ts[row + 1] as number) + intervalMs) / strideMs) * strideMs : undefined
    if (next === stride || (next === undefined && end !== stride)) continue
    ts.push(stride)
    equity.push(columns.close[row] as number)
  }
  return { ts: Float64Array.from(ts), equity: Float64Array.from(equity) }
}

/** A fifth in each coin, set back at every row. All have the same rows. */
function bookOf(series: readonly EquitySeries[]): EquitySeries {
  const [first] = series
  if (first === undefined || series.some(({ ts }) => ts.length !== first.ts.length)) throw new Error('the coins have different rows')
  const equity = new Float64Array(first.ts.length)
  equity[0] = 1_000
  for (let row = 1; row < equity.length; row += 1) {
    const growth = series.reduce((sum, one) => sum + (one.equity[row] as number) / (one.equity[row - 1] as number), 0) / series.length
    equity[row] = (equity[row - 1] as number) * growth
  }
  return { ts: first.ts, equity }
}

const cell = (p: number | undefined): string => (p === undefined ? '–' : p < 0.001 ? '< 0.001' : p.toFixed(3))

function judge(name: string, series: EquitySeries, strideMs: number, rows: number): void {
  const verdicts = varVerdicts(varForecasts(series, { periodsPerYear: (365 * DAY_MS) / strideMs, windowMs: rows * strideMs }))
  for (const v of verdicts)
    console.log(
      `| ${name} | ${v.method} | ${v.confidence} | ${v.forecasts} | ${v.exceptions} | ${v.expected.toFixed(1)} | ${((100 * v.exceptions) / v.forecasts).toFixed(2)} % | ${cell(v.kupiec.pValue)} | ${cell(v.independence?.pValue)} |`,
    )
}

async function table(
  title: string,
  strideMs: number,
  rows: number,
  names: readonly (readonly [name: string, file: string])[],
): Promise<void> {
  console.log(`\n${title}\n`)
  console.log('| series | method | VaR | forecasts | beyond | expected | share | Kupiec p | independence p |')
  console.log('|---|---|---|---|---|---|---|---|---|')
  const all: EquitySeries[] = []
  for (const [name, file] of names) {
    const series = await closesOf(file, strideMs)
    all.push(series)
    judge(name, series, strideMs, rows)
  }
  if (names.length > 1) judge('five coins', bookOf(all), strideMs, rows)
}

const perpetuals = COINS.map((coin) => [`${coin}USDT`, `bybit-${coin}USDT-5m.csv.gz`] as const)
await table('Daily, from the 250 days before: Bitfinex BTCUSD 2018 and 2019', DAY_MS, 250, [['BTCUSD', 'bitfinex-BTCUSD-1m.csv.gz']])
await table('Daily, from the 100 days before: Bybit perpetuals, 2025-09-24 to 2026-07-21', DAY_MS, 100, perpetuals)
await table('Hourly, from the 720 hours before: the same', HOUR_MS, 720, perpetuals)
