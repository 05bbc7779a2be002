/**
 * Charts as PNG: rows and candles in, a picture out.
 */
import type { CandleReader, ChartRequest, Charts, MeasuresChart, PeriodsPicture, PnlPicture } from './ports/ports.ts'
import { amount, percent, signed } from './commands/words/format.ts'
import type { Image } from './commands/reply.ts'
import { type ChartLevel, candlePicture } from '../src/charts/candle-picture.ts'
import { equityPicture } from '../src/charts/equity-picture.ts'
import { measuresPicture } from '../src/charts/measures-picture.ts'
import { periodsPicture } from '../src/charts/periods-picture.ts'
import { DAY_MS } from '../src/core/units.ts'
import { CHART_COLORS } from '../src/charts/picture.ts'
import { pngOf } from '../src/system/png.ts'
import { depthsOf } from '../src/portfolio/equity.ts'
import { varForecasts } from '../src/portfolio/measures/var-backtest.ts'
import { STRIDE_MS } from './commands/reports/measures-report.ts'

/** A 99 % tail needs a hundred. */
const FORECAST_ROWS = 100

export class PngCharts implements Charts {
  private readonly candlesOf: CandleReader

  constructor(candlesOf: CandleReader) {
    this.candlesOf = candlesOf
  }

  async pnl(picture: PnlPicture): Promise<Image | undefined> {
    const ts = Float64Array.from(picture.equity, (row) => row.ts)
    const equity = Float64Array.from(picture.equity, (row) => Number(row.equity))
    if (ts.length < 2) return undefined
    const closes = picture.trades.flatMap((t) => (t.exitTs === null ? [] : [{ ts: t.exitTs, pnl: Number(t.pnl) }]))
    const first = equity[0] ?? 0
    const last = equity.at(-1) ?? 0
    const change = last - first
    const subtitle = `equity ${amount(String(last))} · ${signed(String(change))} (${percent(change / first)}) · ${closes.length} trades closed · UTC`
    return this.png(
      equityPicture({ title: picture.title, subtitle, ts, equity, depths: depthsOf(equity), closes }),
      `${picture.title}: equity from ${first.toFixed(2)} to ${last.toFixed(2)}`,
    )
  }

  async measures({ title, series, stride }: MeasuresChart): Promise<Image | undefined> {
    const { ts, equity } = series
    if (ts.length < 2) return undefined
    const strideMs = STRIDE_MS[stride]
    const windowMs = FORECAST_ROWS * strideMs
    const forecasts = varForecasts(series, { periodsPerYear: (365 * DAY_MS) / strideMs, windowMs })
    const returns = Array.from({ length: ts.length - 1 }, (_, row) => ({
      ts: ts[row + 1] as number,
      value: (equity[row + 1] as number) / (equity[row] as number) - 1,
    }))
    const lines = ([95, 99] as const).map((confidence) => ({
      name: `VaR ${confidence}`,
      points: forecasts.flatMap((each) => {
        const value = each.var.historical[confidence]
        return value === null ? [] : [{ ts: each.ts, value }]
      }),
    }))
    const change = (equity[equity.length - 1] as number) / (equity[0] as number) - 1
    const basis = forecasts.length === 0 ? '' : ` · value at risk from the ${FORECAST_ROWS} ${stride}s before`
    const subtitle = `${percent(change)} in ${returns.length} ${stride}s${basis} · UTC`
    return this.png(
      measuresPicture({ title, subtitle, ts, equity, depths: depthsOf(equity), period: stride, returns, lines }),
      `${title}: ${percent(change)} over ${returns.length} ${stride}s, with drawdown and value at risk`,
    )
  }

  async periods({ title, names, rows }: PeriodsPicture): Promise<Image | undefined> {
    if (rows.length < 2) return undefined
    const total = rows.reduce((sum, { result }) => sum + Number(result ?? 0), 0)
    const growth = rows.reduce((all, { timeWeighted }) => all * (1 + (timeWeighted ?? 0)), 1) - 1
    const subtitle = `${signed(String(total))} USDT (${percent(growth)}) without flows · UTC`
    const bars = rows.map(({ result }, at) => ({ name: names[at] ?? '', value: Number(result ?? 0) }))
    return this.png(periodsPicture({ title, subtitle, bars }), `${title}: ${signed(String(total))} USDT together`)
  }

  async candles(request: ChartRequest): Promise<Image | string> {
    const candles = await this.candlesOf(request.symbol, request.interval, request.bars)
    if (candles === undefined || candles.length < 2) return `There are no ${request.interval} candles of ${request.symbol} yet.`
    const { position } = request
    const levels: ChartLevel[] = []
    const level = (name: string, price: string | null | undefined, color: string): void => {
      if (price !== null && price !== undefined) levels.push({ name: `${name} ${price}`, price: Number(price), color })
    }
    level('entry', position?.entryPrice, CHART_COLORS.entry)
    level('stop', position?.stopPrice, CHART_COLORS.stop)
    level('target', position?.targetPrice, CHART_COLORS.target)
    const marks = request.fills.map((f) => ({ ts: f.ts, price: Number(f.price), side: f.side }))
    const last = candles[candles.length - 1]?.close ?? 0
    const title = `${request.symbol} · ${request.interval} · ${last}`
    return this.png(
      candlePicture(title, candles, marks, levels),
      `${request.symbol} ${request.interval}, ${candles.length} candles, last ${last}`,
    )
  }

  private async png(svg: string, alt: string): Promise<Image> {
    return { mime: 'image/png', base64: (await pngOf(svg)).toString('base64'), alt }
  }
}
