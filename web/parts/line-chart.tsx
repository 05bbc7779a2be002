/**
 * A line over time, above or below zero: equity, drawdown.
 */
import { AreaSeries, BaselineSeries, type UTCTimestamp, createChart } from 'lightweight-charts'
import { useEffect, useRef } from 'preact/hooks'
import { chartOptions } from './chart-frame.ts'
import { useTheme } from './theme.ts'

export interface Point {
  /** Seconds since 1970, rising. */
  readonly time: number
  readonly value: number
}

const DAY = 86_400

export function LineChart({
  points,
  label,
  isLoss = false,
}: {
  readonly points: readonly Point[]
  readonly label: string
  readonly isLoss?: boolean
}) {
  const box = useRef<HTMLDivElement>(null)
  const theme = useTheme()
  useEffect(() => {
    if (box.current === null) return
    const chart = createChart(box.current, chartOptions(theme))
    const series = isLoss
      ? chart.addSeries(BaselineSeries, {
          baseValue: { type: 'price', price: 0 },
          bottomLineColor: theme.lost,
          topLineColor: theme.won,
          bottomFillColor1: 'transparent',
          bottomFillColor2: 'transparent',
          priceFormat: { type: 'custom', formatter: (value: number) => `${value.toFixed(2)} %` },
        })
      : chart.addSeries(AreaSeries, { lineColor: theme.accent, topColor: 'transparent', bottomColor: 'transparent', lineWidth: 2 })
    series.setData(points.map(({ time, value }) => ({ time: time as UTCTimestamp, value })))
    const [first, last] = [points[0], points.at(-1)]
    if (first !== undefined && last !== undefined && last.time - first.time > DAY * 3)
      chart.applyOptions({ timeScale: { timeVisible: false } })
    chart.timeScale().fitContent()
    return () => chart.remove()
  }, [points, theme, isLoss])
  return <div class="chart small" ref={box} role="img" aria-label={label} />
}
