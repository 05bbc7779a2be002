/**
 * Candles with fills and levels as a picture.
 */
import { max, min } from 'd3-array'
import { scaleLinear } from 'd3-scale'
import { CHART_COLORS as COLORS, LEFT, RIGHT, line, picture, px, text, timeAxis, valueAxis } from './picture.ts'

export interface ChartCandle {
  readonly ts: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
}
export interface ChartMark {
  readonly ts: number
  readonly price: number
  readonly side: 1 | -1
}
export interface ChartLevel {
  readonly name: string
  readonly price: number
  readonly color: string
}

const HEIGHT = 540
const TOP = 56
const BOTTOM = HEIGHT - 40

/** At least two candles. */
export function candlePicture(
  title: string,
  candles: readonly ChartCandle[],
  marks: readonly ChartMark[],
  levels: readonly ChartLevel[],
): string {
  const prices = [...candles.flatMap((c) => [c.high, c.low]), ...levels.map((l) => l.price)]
  const low = min(prices) ?? 0
  const high = max(prices) ?? 0
  const pad = (high - low) * 0.04 || high * 0.001
  const y = scaleLinear([low - pad, high + pad], [BOTTOM, TOP])
  const slot = (RIGHT - LEFT) / candles.length
  const x = scaleLinear([-0.5, candles.length - 0.5], [LEFT, RIGHT])
  const first = candles[0]?.ts ?? 0
  const last = candles.at(-1)?.ts ?? 0
  const indexOf = scaleLinear([first, last], [0, candles.length - 1])
  return picture(HEIGHT, [
    text(LEFT, 34, title, 21, COLORS.strong),
    ...valueAxis(y, 6),
    ...timeAxis(first, last, (at) => x(indexOf(at)), HEIGHT - 14),
    ...candles.flatMap((candle, k) => candleShapes(candle, x(k), Math.max(1, slot * 0.64), y)),
    ...levels.flatMap(({ name, price, color }) => [
      line(LEFT, y(price), RIGHT, y(price), color, 1.5, '7 5'),
      text(LEFT + 4, y(price) - 5, name, 13, color),
    ]),
    ...marks.flatMap((mark) => {
      const k = Math.round(indexOf(mark.ts))
      return k < 0 || k > candles.length - 1 ? [] : markShapes(mark, x(k), y(mark.price))
    }),
  ])
}

/** Rising candles are hollow, falling ones are full: readable without color. */
function candleShapes({ open, high, low, close }: ChartCandle, at: number, width: number, y: (price: number) => number): string[] {
  const color = close >= open ? COLORS.up : COLORS.down
  const fill = close >= open ? COLORS.back : color
  const height = Math.max(1, Math.abs(y(open) - y(close)))
  return [
    line(at, y(high), at, y(low), color),
    `<rect x="${px(at - width / 2)}" y="${px(y(Math.max(open, close)))}" width="${px(width)}" height="${px(height)}" fill="${fill}" stroke="${color}"/>`,
  ]
}

/** A triangle that points at the price from below where it was bought, from above where it was sold. */
function markShapes({ side }: ChartMark, at: number, tip: number): string[] {
  const color = side === 1 ? COLORS.up : COLORS.down
  return [
    `<path d="M${px(at)} ${px(tip)} l-7 ${side * 13} l14 0 z" fill="${color}" stroke="${COLORS.strong}" stroke-width="1"/>`,
    text(at, tip + side * 28 + (side === 1 ? 4 : 0), side === 1 ? 'B' : 'S', 12, COLORS.strong, 'middle'),
  ]
}
