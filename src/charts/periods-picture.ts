/**
 * A bar for the result of each period and a line for what they came to together, as a picture.
 */
import { max, min } from 'd3-array'
import { scaleLinear } from 'd3-scale'
import { line as path } from 'd3-shape'
import { CHART_COLORS as COLORS, LEFT, RIGHT, line, picture, px, text, valueAxis } from './picture.ts'

export interface PeriodsPicture {
  readonly title: string
  readonly subtitle: string
  /** Oldest first, at least one. */
  readonly bars: readonly { readonly name: string; readonly value: number }[]
}

const HEIGHT = 480
const TOP = 84
const BOTTOM = 424
const BAR_MAX = 64
/** Part of its place that a bar takes. */
const BAR_SHARE = 0.64
const NAMES_MAX = 12

export function periodsPicture({ title, subtitle, bars }: PeriodsPicture): string {
  const place = (RIGHT - LEFT) / bars.length
  const width = Math.min(BAR_MAX, place * BAR_SHARE)
  const middle = (at: number): number => LEFT + place * (at + 0.5)
  let sum = 0
  const sums = bars.map(({ value }): number => {
    sum += value
    return sum
  })
  const all = [0, ...bars.map(({ value }) => value), ...sums]
  const low = min(all) ?? 0
  const high = max(all) ?? 0
  const y = scaleLinear([low, high === low ? low + 1 : high], [BOTTOM, TOP])
  const together = path<number>(
    (_, at) => middle(at),
    (value) => y(value),
  ).digits(1)
  const every = Math.ceil(bars.length / NAMES_MAX)
  return picture(HEIGHT, [
    text(LEFT, 34, title, 21, COLORS.strong),
    text(LEFT, 58, subtitle, 15),
    ...valueAxis(y, 5),
    line(LEFT, y(0), RIGHT, y(0), COLORS.text),
    ...bars.map(({ value }, at) => {
      const from = Math.min(y(0), y(value))
      const height = Math.max(1, Math.abs(y(0) - y(value)))
      return `<rect x="${px(middle(at) - width / 2)}" y="${px(from)}" width="${px(width)}" height="${px(height)}" fill="${value >= 0 ? COLORS.up : COLORS.down}"/>`
    }),
    `<path d="${together(sums) ?? ''}" fill="none" stroke="${COLORS.line}" stroke-width="2"/>`,
    ...bars.flatMap(({ name }, at) =>
      (bars.length - 1 - at) % every === 0 ? [text(middle(at), HEIGHT - 18, name, 14, COLORS.text, 'middle')] : [],
    ),
    text(RIGHT - 4, TOP - 8, 'bars: each; line: together', 13, COLORS.text, 'end'),
  ])
}
