/**
 * Candles with fills, and the lines of a position; its stop and target can be dragged to another price.
 */
import {
  type AutoscaleInfo,
  type CandlestickData,
  CandlestickSeries,
  type IPriceLine,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  LineStyle,
  type SeriesMarker,
  type Time,
  type UTCTimestamp,
  createChart,
  createSeriesMarkers,
} from 'lightweight-charts'
import { useEffect, useRef } from 'preact/hooks'
import { toFloat } from '../../api/amount.ts'
import type { Candle, Fill } from '../data/types.ts'
import { chartOptions, chartTime } from './chart-frame.ts'
import { useTheme } from './theme.ts'

export interface Level {
  readonly name: 'entry' | 'stop' | 'target'
  readonly price: string
}

interface Props {
  /** Rising. */
  readonly candles: readonly Candle[]
  readonly fills: readonly Fill[]
  readonly levels: readonly Level[]
  /** Decimals of the price grid. */
  readonly decimals: number
  readonly label: string
  /** Undefined: nothing can be dragged. */
  readonly onMove: ((name: 'stop' | 'target', price: string) => void) | undefined
  /** The left end is in sight. */
  readonly onOlder: () => void
}

interface Drawn {
  readonly series: ISeriesApi<'Candlestick'>
  readonly markers: ISeriesMarkersPluginApi<Time>
  readonly lines: Map<Level['name'], IPriceLine>
}

/** So near to a line a pointer has it, in pixels. */
const GRIP = 8
/** Bars that are left before older ones are asked for. */
const EDGE = 20

export function PriceChart(props: Props) {
  const box = useRef<HTMLDivElement>(null)
  const drawn = useRef<Drawn | undefined>(undefined)
  const latest = useRef(props)
  latest.current = props
  const theme = useTheme()
  const { candles, fills, levels, decimals, label } = props

  useEffect(() => {
    const element = box.current
    if (element === null) return
    const chart = createChart(element, chartOptions(theme))
    const series = chart.addSeries(CandlestickSeries, {
      upColor: theme.won,
      downColor: theme.lost,
      wickUpColor: theme.won,
      wickDownColor: theme.lost,
      borderVisible: false,
      autoscaleInfoProvider: (usual: () => AutoscaleInfo | null) => withLevels(usual(), latest.current.levels),
    })
    drawn.current = { series, markers: createSeriesMarkers(series, []), lines: new Map() }
    chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
      if (range !== null && range.from < EDGE) latest.current.onOlder()
    })
    const stopDrag = dragLines(element, chart, drawn.current, latest)
    return () => {
      stopDrag()
      drawn.current = undefined
      chart.remove()
    }
  }, [theme])

  useEffect(() => {
    drawn.current?.series.applyOptions({ priceFormat: { type: 'price', precision: decimals, minMove: 10 ** -decimals } })
    drawn.current?.series.setData(candles.map(barOf))
  }, [candles, decimals, theme])
  useEffect(() => {
    drawn.current?.markers.setMarkers(markersOf(fills, candles, theme))
  }, [fills, candles, theme])
  useEffect(() => {
    if (drawn.current === undefined) return
    const { series, lines } = drawn.current
    for (const line of lines.values()) series.removePriceLine(line)
    lines.clear()
    const colors = { entry: theme.text, stop: theme.lost, target: theme.won }
    for (const { name, price } of levels)
      lines.set(
        name,
        series.createPriceLine({
          price: toFloat(price),
          title: name,
          color: colors[name],
          lineStyle: LineStyle.Dashed,
          axisLabelVisible: true,
        }),
      )
  }, [levels, theme])

  return <div class="chart" ref={box} role="img" aria-label={label} />
}

/** How far a line may be from the candles, in heights of them, to be in sight with them. */
const REACH = 1.5

/** The range of prices in sight, widened to the lines that are near. */
function withLevels(info: AutoscaleInfo | null, levels: readonly Level[]): AutoscaleInfo | null {
  if (info?.priceRange == null) return info
  const { minValue, maxValue } = info.priceRange
  const reach = (maxValue - minValue) * REACH
  const near = levels.map(({ price }) => toFloat(price)).filter((price) => price >= minValue - reach && price <= maxValue + reach)
  return { ...info, priceRange: { minValue: Math.min(minValue, ...near), maxValue: Math.max(maxValue, ...near) } }
}

const barOf = ({ ts, open, high, low, close }: Candle): CandlestickData => ({
  time: chartTime(ts) as UTCTimestamp,
  open: toFloat(open),
  high: toFloat(high),
  low: toFloat(low),
  close: toFloat(close),
})

/** Each fill at the candle that it is in. */
function markersOf(
  fills: readonly Fill[],
  candles: readonly Candle[],
  theme: { readonly won: string; readonly lost: string },
): SeriesMarker<Time>[] {
  const [first, second] = candles
  if (first === undefined || second === undefined) return []
  const from = chartTime(first.ts)
  const step = chartTime(second.ts) - from
  return fills
    .filter(({ ts }) => chartTime(ts) >= from)
    .sort((a, b) => a.ts.localeCompare(b.ts))
    .map(({ ts, side, quantity, price }) => ({
      time: (from + Math.floor((chartTime(ts) - from) / step) * step) as UTCTimestamp,
      position: side === 'buy' ? 'belowBar' : 'aboveBar',
      shape: side === 'buy' ? 'arrowUp' : 'arrowDown',
      color: side === 'buy' ? theme.won : theme.lost,
      text: `${side} ${quantity} @ ${price}`,
    }))
}

function dragLines(
  element: HTMLElement,
  chart: { applyOptions(options: { handleScroll: boolean }): void },
  { series, lines }: Drawn,
  latest: { readonly current: Props },
): () => void {
  let held: 'stop' | 'target' | undefined
  let price: string | undefined
  /** Where the line stood: it is there again until the exchange has the other price. */
  let from: number | undefined
  const heightOf = (event: PointerEvent): number => event.clientY - element.getBoundingClientRect().top
  const under = (event: PointerEvent): 'stop' | 'target' | undefined => {
    if (latest.current.onMove === undefined) return undefined
    for (const name of ['stop', 'target'] as const) {
      const line = lines.get(name)
      const at = line === undefined ? null : series.priceToCoordinate(line.options().price)
      if (at !== null && Math.abs(at - heightOf(event)) <= GRIP) return name
    }
    return undefined
  }
  const down = (event: PointerEvent): void => {
    held = under(event)
    price = undefined
    if (held === undefined) return
    from = lines.get(held)?.options().price
    chart.applyOptions({ handleScroll: false })
    element.setPointerCapture(event.pointerId)
  }
  const move = (event: PointerEvent): void => {
    element.classList.toggle('can-drag', held !== undefined || under(event) !== undefined)
    if (held === undefined) return
    const at = series.coordinateToPrice(heightOf(event))
    if (at === null) return
    price = at.toFixed(latest.current.decimals)
    lines.get(held)?.applyOptions({ price: at })
  }
  const up = (): void => {
    chart.applyOptions({ handleScroll: true })
    if (held !== undefined && price !== undefined) {
      if (from !== undefined) lines.get(held)?.applyOptions({ price: from })
      latest.current.onMove?.(held, price)
    }
    held = undefined
  }
  element.addEventListener('pointerdown', down, true)
  element.addEventListener('pointermove', move, true)
  element.addEventListener('pointerup', up, true)
  return () => {
    element.removeEventListener('pointerdown', down, true)
    element.removeEventListener('pointermove', move, true)
    element.removeEventListener('pointerup', up, true)
  }
}
