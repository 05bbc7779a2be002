/**
 * Equity, how far below its peak it is, and each period's return beside the value at risk that was forecast for it, as a picture.
 */
import { extent, max } from 'd3-array'
import { scaleLinear } from 'd3-scale'
import { area, line as path } from 'd3-shape'
import { CHART_COLORS as COLORS, LEFT, RIGHT, line, picture, text, timeAxis, valueAxis } from './picture.ts'
import { thin } from './thin.ts'

export interface MeasuresPicture {
  readonly title: string
  readonly subtitle: string
  /** At least two, ascending. */
  readonly ts: ArrayLike<number>
  readonly equity: ArrayLike<number>
  /** Below the highest equity until then, as a fraction of it: 0 or less. */
  readonly depths: ArrayLike<number>
  /** `week`: what a return is of, for the label. */
  readonly period: string
  readonly returns: readonly { readonly ts: number; readonly value: number }[]
  /** Positive fractions, forecast before the period; none where there was too little data. */
  readonly lines: readonly { readonly name: string; readonly points: readonly { readonly ts: number; readonly value: number }[] }[]
}

const HEIGHT = 640
const EQUITY = { top: 74, bottom: 300 }
const DEPTH = { top: 326, bottom: 410 }
const RETURNS = { top: 440, bottom: 596 }
const DASHES = ['', '7 5']
/** A line of one return is not wider. */
const BAR_MAX = 5
const LABEL_GAP = 15

export function measuresPicture(of: MeasuresPicture): string {
  const { title, subtitle, ts, equity, depths, returns, lines } = of
  const first = ts[0] ?? 0
  const last = ts[ts.length - 1] ?? 0
  const x = scaleLinear([first, last], [LEFT, RIGHT])
  const points = thin({ x: ts, y: equity })
  const [low = 0, high = 0] = extent(points, ([, value]) => value)
  const money = scaleLinear([low, high], [EQUITY.bottom, EQUITY.top])
  const under = thin({ x: ts, y: depths })
  const deepest = Math.min(0, ...under.map(([, value]) => value))
  const depth = scaleLinear([deepest || -0.01, 0], [DEPTH.bottom, DEPTH.top])
  const widest =
    max([...returns.map(({ value }) => Math.abs(value)), ...lines.flatMap((each) => each.points.map(({ value }) => value))]) || 0.01
  const moves = scaleLinear([-widest, widest], [RETURNS.bottom, RETURNS.top])
  const equityLine = path<[number, number]>(
    ([at]) => x(at),
    ([, value]) => money(value),
  ).digits(1)
  const depthArea = area<[number, number]>(
    ([at]) => x(at),
    DEPTH.top,
    ([, value]) => depth(value),
  ).digits(1)
  const varLine = path<{ readonly ts: number; readonly value: number }>(
    (point) => x(point.ts),
    (point) => moves(-point.value),
  ).digits(1)
  const bar = Math.max(1, Math.min(BAR_MAX, ((RIGHT - LEFT) / Math.max(1, returns.length)) * 0.7))
  const farthest = lines[lines.length - 1]
  const forecast = new Map(farthest?.points.map((point) => [point.ts, point.value]))
  const beyond = returns.filter((each) => each.value < -(forecast.get(each.ts) ?? Number.POSITIVE_INFINITY))
  return picture(HEIGHT, [
    text(LEFT, 34, title, 21, COLORS.strong),
    text(LEFT, 58, subtitle, 15),
    ...valueAxis(money, 5),
    `<path d="${equityLine(points)}" fill="none" stroke="${COLORS.line}" stroke-width="2"/>`,
    text(LEFT, DEPTH.top - 6, 'below the peak', 13),
    `<path d="${depthArea(under)}" fill="${COLORS.down}" fill-opacity="0.35" stroke="${COLORS.down}"/>`,
    text(RIGHT + 8, DEPTH.bottom, `${(deepest * 100).toFixed(2)} %`, 14),
    text(LEFT, RETURNS.top - 8, legend(of, beyond.length), 13),
    line(LEFT, moves(0), RIGHT, moves(0), COLORS.grid),
    text(RIGHT + 8, RETURNS.top + 5, `+${(widest * 100).toFixed(1)} %`, 14),
    ...returns.map(({ ts: at, value }) => line(x(at), moves(0), x(at), moves(value), value >= 0 ? COLORS.up : COLORS.down, bar)),
    ...lines.flatMap(({ points: own }, k) => (own.length === 0 ? [] : [dashed(varLine([...own]), DASHES[k % DASHES.length] ?? '')])),
    ...labelsOf(lines, (value) => moves(-value)),
    ...beyond.map(
      ({ ts: at, value }) =>
        `<circle cx="${x(at).toFixed(1)}" cy="${moves(value).toFixed(1)}" r="5" fill="none" stroke="${COLORS.strong}" stroke-width="1.5"/>`,
    ),
    ...timeAxis(first, last, x, HEIGHT - 14),
  ])
}

const dashed = (points: string | null, dash: string): string =>
  `<path d="${points ?? ''}" fill="none" stroke="${COLORS.entry}" stroke-width="2"${dash === '' ? '' : ` stroke-dasharray="${dash}"`}/>`

/** Name and last value of each line, the lower ones pushed down where they would lie on each other. */
function labelsOf(lines: MeasuresPicture['lines'], y: (value: number) => number): string[] {
  let lowest = 0
  return lines.flatMap(({ name, points }) => {
    const end = points[points.length - 1]
    if (end === undefined) return []
    lowest = Math.max(y(end.value) + 5, lowest + LABEL_GAP)
    return [text(RIGHT + 6, lowest, `${name} ${(end.value * 100).toFixed(1)} %`, 12, COLORS.entry)]
  })
}

function legend({ period, lines }: MeasuresPicture, beyond: number): string {
  const farthest = lines[lines.length - 1]
  if (farthest === undefined || farthest.points.length === 0) return `return of each ${period}; too few for a value at risk`
  return `return of each ${period}, and the value at risk forecast before it; circles: beyond ${farthest.name} (${beyond})`
}
